# One, two and three panes; the focus is kept, and nothing is lost.
post p: Nye cykelstier
say c1 by Søren on p: Der er et hul i vejen
say c2 by Åse on p: Tak for det!
anna sits at 80x24
anna presses j enter
anna sees kommentar FB Byen
anna does not see Venter svar 2
anna is at 120x40
anna sees Venter svar 2
anna sees kommentar FB Byen
anna does not see Visninger
anna is at 160x45
anna sees Visninger
anna sees kommentar FB Byen
anna presses r
anna types Hej
anna is at 60x16
anna sees OFFENTLIGT SVAR
anna sees Hej
anna is at 20x5
anna is at 1x1
anna is at 500x200
anna sees Hej
anna is at 80x24
anna presses esc esc
anna sees Venter svar 2
anna presses i
anna sees Visninger
anna sees Venter svar 2
anna presses esc
anna does not see Visninger
