# Search: what is wrong is said where it stands, results come while typing, and Esc leads back.
post p: Nye cykelstier
say c1 by Søren on p: Der er et hul i vejen ved cykelstien
say c2 by Åse: Tak for det!
say c3 by Bent on p: Hvornår kommer cyklerne ind?
anna sits at 80x24
anna presses j
anna stands on Åse
anna presses /
anna sees ord, "en sætning", kanal:instagram, er:åben
anna types kanel:x
after 1s
anna sees Feltet kanel findes ikke. Er det tekst, så sæt det i anførselstegn. Mente du kanal?
anna presses ctrl+u
anna types em
anna sees emne: et emne og alt under det
anna presses tab
anna sees vej/cykel
anna presses tab
after 1s
anna sees Søren
anna does not see Bent
anna presses ctrl+u
anna types cykel*
after 1s
anna presses enter
anna sees Søgning: cykel* 1
# The results live.
say c4 by Maja: Ny cykelsti?
anna sees Søgning: cykel* 2
anna stands on Søren
anna presses ctrl+g
anna sees Gem søgningen som visning
anna types Cykler
anna presses tab
anna sees Alle · Som redaktør kan du ikke det; det kræver leder.
anna presses ctrl+s
anna sees Visningen Cykler er gemt.
anna presses esc esc
anna sees Venter svar
anna stands on Åse
anna presses i
anna sees Dine egne
anna sees 5 Cykler
anna presses 5
anna sees Cykler 2
anna presses i
anna presses delete
anna sees Visningen Cykler er slettet.
anna sees Venter svar
