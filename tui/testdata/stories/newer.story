# The citizen has written more since: the first Ctrl+S is refused with the reason, the second is a decision.
say c1 by Søren: Hvornår er I færdige?
anna sits at 80x24
anna presses r
anna types I uge 50.
say c2 by Søren under c1: Og hvad med Jagtvej?
anna sees Læs det, før du sender.
anna presses ctrl+s
anna sees Borgeren har skrevet mere, siden du begyndte. Læs det nye.
anna sees I uge 50.
anna sees Og hvad med Jagtvej?
anna presses ctrl+s
anna sees går om 15 s
