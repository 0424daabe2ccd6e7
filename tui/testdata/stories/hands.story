# Hands slip: pastes, sequences, keys that come too fast.
say c1 by Søren: Hvornår er I færdige?
say c2 by Åse: Tak for det!
anna sits at 80x24
anna pastes AAAArHej q j
anna sees Venter svar 2
anna does not see afsluttet
anna does not see OFFENTLIGT
anna presses g x
anna sees De to taster hører ikke sammen.
anna presses g
anna sees g og så g Til toppen
anna presses esc
anna presses n
anna pastes q A\nr
anna sees q A
anna presses esc
anna sees Noten er ikke gemt endnu.
# A note that is not saved is asked about on the way out.
anna presses q
anna sees 1 påbegyndt tekst er ikke gemt og går tabt.
anna presses enter
anna sees Forlad Lytter?
anna presses n n
anna sees q A
anna presses ctrl+s q
anna does not see går tabt
anna presses j
anna has left
