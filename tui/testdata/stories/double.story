# A finger that presses twice does not deal with what it has not seen.
say c1 by Søren: Hvornår er I færdige?
say c2 by Åse: Tak for det!
say c3 by Bent: Fint
anna sits at 80x24
anna presses enter
anna presses fast A A A
anna sees Tak for det!
anna sees En anden henvendelse er lige kommet herhen. Tryk igen
anna presses A
anna sees Åse er afsluttet: kræver ikke svar.
anna sees Hvornår er I færdige?
