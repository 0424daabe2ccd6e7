# Who goes away leaves nothing on the screen.
screens lock after 15m
say c1 by Søren: Hemmelig besked
anna sits at 80x24
anna presses r
anna types Et udkast
after 16m
anna sees Lytter er låst
anna does not see Søren
anna does not see udkast
anna does not see Anna
anna presses r
anna sees Anna And, redaktør, er logget ind.
anna sees Enter fortsætter.
anna presses x A ctrl+s
anna does not see Søren
anna presses enter
anna sees Et udkast
anna sees OFFENTLIGT SVAR til Søren
