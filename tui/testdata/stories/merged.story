# What turns out to belong together is found under either id, and does not pull the screen away.
say c3 by Bent under c2: Det mener jeg også
say c1 by Søren: Hvornår er I færdige?
anna sits at 80x24
anna presses j enter
anna sees Det mener jeg også
say c2 by Åse under c1: Snart, håber jeg
anna sees Det mener jeg også
anna sees Snart, håber jeg
anna sees Hvornår er I færdige?
anna presses H
anna sees samlet med en henvendelse, der hørte til
anna presses r
anna sees OFFENTLIGT SVAR
anna presses esc A
anna sees er afsluttet: kræver ikke svar.
anna presses esc home
anna sees Her er tomt.
