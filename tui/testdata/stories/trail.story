# Where one has been one gets again: views, what was read, searches, pages.
post p: Nye cykelstier
say c1 by Søren Ægidius on p: Der er et hul i vejen
say c2 by Mohammed: Kan jeg aflevere min bog et andet sted?
say c3 by Bent: Tak for hjælpen!
anna sits at 80x24
anna presses backspace
anna sees Her er ikke noget at gå tilbage til.
anna presses alt+right
anna sees Her er ikke noget at gå frem til.
anna presses j enter
anna sees Mohammed · kommentar
anna presses 4
anna sees Alle 3
anna presses /
anna types hul
after 1s
anna presses enter
anna sees Søgning: hul 1
anna presses g k
anna sees Lytter / Søgning: hul / Konti og udfald
# Backwards: the search, which is done again where it was left, the view, what was read, the list.
anna presses esc esc
anna sees Alle 3
anna presses backspace
anna sees Søgning: hul 1
anna presses backspace
anna sees / Konti og udfald
anna presses backspace
anna sees Søgning: hul 1
anna presses backspace
anna sees Alle 3
anna presses backspace
anna sees Mohammed · kommentar
anna presses backspace
anna sees Venter svar 3
anna stands on Mohammed
# Forwards again, until something else is done.
anna presses alt+right
anna sees Mohammed · kommentar
anna presses alt+right
anna sees Alle 3
anna presses backspace
anna sees Mohammed · kommentar
anna presses 2
anna presses alt+right
anna sees Her er ikke noget at gå frem til.
anna presses backspace
anna sees Mohammed · kommentar
# What was written in between is no place.
anna presses r
anna types Hej
anna presses esc backspace
anna sees Venter svar 3
anna stands on Mohammed
