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
anna sees g og så a aktivitet g Til toppen k konti r regler u udgaver v visninger
anna presses esc
anna presses n
anna pastes q A\nr
anna sees q A
anna presses esc
anna sees Kladden er gemt. n skriver videre.
anna sees Din påbegyndte note
# A note that was begun waits.
anna presses q
anna presses enter
anna sees Forlad Lytter?
anna presses n n
anna sees q A
anna presses ctrl+s
anna does not see Din påbegyndte note
anna presses q
anna presses j
anna has left
