# Every key answers: what it does, why not, or that it does nothing. The answer is out of the way when it has been read.
post p: Nye cykelstier på Nørrebrogade: arbejdet begynder i uge 46, og der er spærret for biler i fire uger. Vi siger til, når der er åbent igen, og I kan se kortet på vores side.
say c1 by Søren on p: Der er et hul i vejen
say c2 by Åse: Hej
anna sits at 80x24
anna presses x
anna sees x gør ikke noget her. ? viser tasterne.
anna presses f5
anna sees F5 gør ikke noget her. ? viser tasterne.
anna presses j
anna does not see gør ikke noget her
anna sees Enter åbn
anna presses g x
anna sees De to taster hører ikke sammen.
# What was refused does not stand where the composer says its keys.
anna presses o
anna sees Genåbn · Henvendelsen er åben.
anna presses r
anna does not see Henvendelsen er åben.
anna sees Ctrl+S send
anna presses esc
# A dialog says its own keys, and those below it are not offered meanwhile.
anna presses e
anna sees Enter sæt eller fjern Esc annullér
anna does not see kræver ikke svar
# Ctrl+C gets out of anything: first of the dialog, then of the desk.
anna presses ctrl+c
anna does not see Enter sæt eller fjern
anna sees kræver ikke svar
# A post that has no room says how to see it all.
anna sees … c viser det hele
anna presses c
anna sees I kan se kortet på vores side.
anna does not see c viser det hele
# Of what is cut on a line, the least goes whole.
anna presses esc t
anna sees venter svar · frist 13.00, om 3 t · taget af dig · Teknik og Miljø
anna presses :
anna types afsl
anna sees Enter gør det Esc annullér
anna presses ctrl+c ctrl+c
anna sees Forlad Lytter?
anna presses ctrl+c
anna has left
