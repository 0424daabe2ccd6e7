# The desk in plain lines, for somebody who listens to it: the same keys, and every change said once.
post p: Nye cykelstier på Nørrebrogade
say c1 by Søren Ægidius on p: Der er et kæmpe hul i vejen ved cykelstien
say c2 by Åse Lund under c1: Enig!
say c3 by Mohammed: Kan jeg aflevere min bog et andet sted?
say c4 by Bent: Tak!
anna listens
anna hears Venter svar 1/3: Bent, Facebook: Tak! venter svar, frist 13.00, om 4 t, uden kø Enter: åbn, r: svar, A: kræver ikke svar
anna presses down
anna hears 2/3: Mohammed, Facebook: Kan jeg aflevere min bog et andet sted?
anna presses j
anna hears 3/3: Søren Ægidius, Facebook: Enig! 2 venter svar, frist 13.00, om 3 t, Teknik og Miljø, vej/cykel
# At the end it says where it is.
anna presses j
anna hears 3/3: Søren Ægidius
# What does nothing says so.
anna presses x
anna hears x gør ikke noget her. ? viser tasterne.
anna presses o
anna hears Genåbn, Henvendelsen er åben.
# Reading.
anna presses enter
anna hears Søren Ægidius, kommentar FB Byen 2 venter svar, frist 13.00, om 3 t, Teknik og Miljø, vej/cykel Vores opslag: Nye cykelstier på Nørrebrogade 2/3: Åse Lund 09.00, venter svar Enig!
anna presses k
anna hears 1/3: Søren Ægidius 09.00, venter svar Der er et kæmpe hul i vejen ved cykelstien
anna presses h
anna hears Hvorfor? vej/cykel Sat af reglen Cykelveje (cykel, version 1). Søren Ægidius, 09.00:
anna presses esc
anna hears 1/3: Søren Ægidius 09.00, venter svar Der er et kæmpe hul i vejen ved cykelstien
anna does not hear Vores opslag
say c5 by Dorte under c1: Hører efter
anna hears 1 ny i tråden
# A note, and who reads it.
anna presses n
anna hears INTERN NOTE kun for kolleger, aldrig for borgeren
anna types Ring til Vejdrift
anna hears > Ring til Vejdrift
anna presses ctrl+s
anna hears Noten er gemt.
# Writing: what is typed stands on its line.
anna presses r
anna hears OFFENTLIGT SVAR til Søren Ægidius som Byen på Facebook
anna hears Afslut når sendt: ja
anna types Hej Sørx
anna presses backspace
anna types en
anna presses ctrl+t
anna hears Afslut når sendt: nej Ctrl+T > Hej Søren
anna presses ctrl+s
anna hears Svar til Søren Ægidius går om 15 s. z fortryder.
anna presses z
anna hears Svaret er fortrudt og er din kladde igen.
anna hears > Hej Søren
anna presses ctrl+s
after 16s
the platform takes it
after 2s
anna hears Svaret til Søren Ægidius er sendt.
# Choosing.
anna presses v
anna hears Send videre Ctrl+S send videre Tab næste felt Esc annullér Til køen: 1/3:
anna types biblio
anna hears Til køen: 1/2: Fremtidens bibliotek
anna presses tab
anna hears Intern note til dem: hvad skal de svare på?
anna types Hvad siger I?
anna presses ctrl+s
anna hears er sendt videre til Fremtidens bibliotek.
# Searching.
anna presses esc
anna presses /
anna hears Søg
anna types bog
after 1s
anna hears 1 henvendelse passer > bog
anna presses enter
anna hears 1/1: Mohammed
anna presses a
anna hears Afslut henvendelsen som b: besvaret k: kræver ikke svar
anna presses k
anna hears Mohammed er afsluttet: kræver ikke svar.
anna presses esc
anna presses i
anna hears Visninger
anna presses j
anna hears 2 Mine 0
anna presses g k
anna hears Konti og udfald 1/2: FB, konto Byen, tilstand i drift
anna presses ctrl+l
anna hears Konti og udfald
anna presses ctrl+c
anna hears Forlad Lytter? Kladder er gemt. j: ja n: nej
anna presses j
anna has left
