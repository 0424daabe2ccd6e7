# What one has searched for is there again: in the line with the arrows, by a few letters, in another session, after a restart; and is
# nobody else's.
say c1 by Søren: Der er et hul i vejen ved cykelstien
say c2 by Åse: Tak for det!
anna sits at 80x24
anna presses ctrl+r
anna sees Find blandt dine seneste søgninger · Du har ikke søgt endnu.
anna presses /
anna types cykel*
after 1s
anna presses enter
anna presses /
anna presses ctrl+u
anna types tak er:åben
after 1s
anna presses enter esc
anna presses /
anna presses up
anna sees / tak er:åben
anna presses up
anna sees / cykel*
anna presses down
anna sees / tak er:åben
anna presses esc esc
the desk restarts
anna sits at 80x24
anna presses ctrl+r
anna sees Find blandt dine seneste søgninger
anna sees tak er:åben
anna types cyk
anna presses enter
after 1s
anna sees / cykel*
anna sees Søren
anna does not see Åse
# One that is searched for again is the newest, once.
anna presses enter
anna presses ctrl+r
anna sees cykel* tak er:åben
anna presses esc esc
bo sits at 80x24
bo presses ctrl+r
bo sees Du har ikke søgt endnu.
anna presses :
anna types slet dine
anna presses enter
anna sees Slet alt, du har søgt efter? Det kan ikke fortrydes.
anna presses j
anna sees Dine seneste søgninger er slettet.
anna presses ctrl+r
anna sees Du har ikke søgt endnu.
