# A draft survives all: a pause saves it, a kill does not lose it.
say c1 by Søren: Hvornår er I færdige?
anna sits at 80x24
anna presses r
anna types Hej Søren. Vi er
after 1s
the desk restarts
anna sits at 80x24
anna presses enter
anna sees Din kladde 09.00
anna sees Hej Søren. Vi er
anna presses r
anna types  næsten færdige
# Leaving saves too, before any pause.
anna leaves
anna sits at 80x24
anna presses r
anna sees Hej Søren. Vi er næsten færdige
