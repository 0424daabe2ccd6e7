# A morning's work: read, ask why, tag, assign, close.
post p: Nye cykelstier på Nørrebrogade: arbejdet begynder i uge 46.
say c1 by Søren Ægidius on p: Der er et kæmpe hul i vejen ved cykelstien
say c2 by Åse Lund on p: Tak for det!
anna sits at 80x24
anna sees Venter svar 2
anna stands on Tak for det!
anna presses j
anna stands on Søren
anna sees frist 13.00, om 3 t · Teknik og Miljø
anna presses enter
anna sees Vores opslag: Nye cykelstier
anna sees kommentar FB Byen
anna presses h
anna sees Sat af reglen Cykelveje (cykel, version 1).
anna sees Ramt af: cykelsti* · "hul i vejen"
anna presses esc
# A topic by a few letters; what is set comes first, and Enter takes it off.
anna presses e
anna sees Enter sæt eller fjern
anna types vej
anna presses down enter
anna sees Emnet vej er sat.
anna presses e enter
anna sees Emnet vej er fjernet. Ingen regel sætter det igen her.
anna presses d
anna types bo
anna presses enter
anna sees Tildelt Bo Beck.
anna sees tildelt Bo Beck
anna presses a
anna sees k kræver ikke svar
anna presses b
anna sees Søren Ægidius er afsluttet: besvaret.
# What is dealt with goes, and the next comes under the hand.
anna sees Tak for det!
anna presses A
anna sees er afsluttet: kræver ikke svar.
anna sees Her er tomt. Alt i visningen er klaret.
anna presses 4
anna sees Søren
anna presses o
anna sees Genåbnet.
