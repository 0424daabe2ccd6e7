# What nobody else reads: direct messages, and a private answer to a comment.
write d1 by Søren: Mit barn er syg
anna sits at 80x24
anna presses enter
anna sees direkte besked
anna sees kan besvares til
anna sees (om 23 t)
anna presses x p
anna sees Kan ikke gøres her endnu.
anna presses esc r
anna sees PRIVAT SVAR til Søren som Byen på Facebook
anna does not see OFFENTLIGT
anna sees kan besvares til
anna looks like da-80x24-direct
anna types God bedring
anna presses ctrl+t ctrl+s
after 16s
the platform takes it
after 1m
Søren has read
anna sees læst
standby d2 by Søren: Er I der?
anna sees en anden app har samtalen
# A comment is answered in private.
post p: Nye cykelstier
say c1 by Åse on p: Ring til mig på 12345678
anna presses esc g g enter r
anna types Offentlig kladde
anna presses esc x p
anna sees PRIVAT SVAR til Åse som Byen på Facebook
anna sees 0 af 8.000
anna types Dit CPR-nummer
# It is a draft of its own, and never becomes the draft of what all can read.
anna presses esc
anna sees Kladden er gemt. x p skriver videre.
anna sees Din kladde til et privat svar
anna presses r
anna sees OFFENTLIGT SVAR
anna sees Offentlig kladde
anna sees 16 af 8.000
anna presses esc x p
anna sees Dit CPR-nummer
anna presses ctrl+t ctrl+s
anna sees privat svar
anna sees Offentlig kladde
# Taken back it is private still, also after a restart.
anna presses z
anna sees PRIVAT SVAR til Åse
anna sees Dit CPR-nummer
anna presses esc
the desk restarts
anna sits at 80x24
anna presses enter
anna sees Din kladde til et privat svar
anna presses x p
anna sees PRIVAT SVAR til Åse
anna sees Dit CPR-nummer
anna does not see OFFENTLIGT
# Who answers a private answer is known: their thread says what it goes on from.
say c9 by Karl on p: Hvem kan jeg skrive til
anna presses esc esc g g enter
anna sees Hvem kan jeg skrive til
anna presses x p
anna types Skriv her
anna presses ctrl+t ctrl+s
anna sees privat svar
after 16s
the platform takes it
write d9 by Karl: Mange tak
anna presses esc g g enter
anna sees Mange tak
anna sees Vi svarede privat på: Hvem kan jeg skrive til
