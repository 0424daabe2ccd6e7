# The same desk in English, and back.
post p: Nye cykelstier
say c1 by Søren on p: Der er et hul i vejen
anna sits at 120x40 en
anna sees Anna And, editor
anna sees awaits an answer · due 13:00, in 4 h
anna sees Our post: Nye cykelstier
anna sees all accounts live
anna presses A
anna sees Søren is closed: needs no answer.
anna presses 4
anna sees closed: needs no answer
anna presses a
anna sees Close with a reason · The conversation is closed.
anna presses o
anna presses a
anna sees n needs no answer
anna presses esc r
anna sees PUBLIC REPLY to Søren as Byen on Facebook
anna presses esc esc :
anna types dansk
anna presses enter
anna sees Nu på dansk.
anna sees venter svar
