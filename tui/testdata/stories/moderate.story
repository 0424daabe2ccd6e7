# What is done with a message other than answering it: behind one prefix, on the message that is chosen, and taken back like a reply.
post p: Nye cykelstier
say c1 by Søren on p: I er nogle idioter
say c2 by Åse under c1: Tal pænt
anna sits at 80x24
# From the list nothing is hidden: the message is not chosen there.
anna presses x
anna does not see Skjul beskeden
anna presses enter home x
anna sees Søren: I er nogle idioter
anna sees s Skjul beskeden
anna sees v Vis beskeden igen · Den er ikke skjult.
anna sees r Ret vores svar · Det er ikke vores egen besked.
anna sees b Blokér afsenderen · Som redaktør kan du ikke det; det kræver leder.
anna looks like da-80x24-deeds
anna presses v
anna sees Vis beskeden igen · Den er ikke skjult.
# A reason is asked for, and none is no reason.
anna presses x s
anna sees Skjul beskeden fra Søren
anna presses ctrl+s
anna sees Skriv hvorfor
anna types retningslinje 3
anna looks like da-80x24-hide
# Enter never does what the public sees.
anna presses enter
anna sees Skjul beskeden fra Søren
anna presses ctrl+s
anna sees skjules om 15 s
anna sees Fordi: retningslinje 3
anna sees skjules om 15 s z fortryder
# Once is enough.
anna presses x s
anna sees Det er allerede på vej.
# Whoever types on meanwhile writes no reply.
anna types retningslinje
anna presses ctrl+s
anna does not see OFFENTLIGT SVAR
anna sees Det er allerede på vej.
anna presses esc
after 3s
anna sees skjules om 12 s
anna presses z
anna sees Fortrudt: Skjul beskeden.
anna does not see skjules om
anna does not see OFFENTLIGT SVAR
anna presses x s
anna types retningslinje 3
anna presses ctrl+s
after 16s
the platform takes it
after 2s
anna sees Søren: skjult.
anna sees skjult for offentligheden
anna sees skjult af dig: retningslinje 3
anna presses x v
anna sees vises igen om 15 s
after 16s
the platform takes it
after 2s
anna does not see skjult for offentligheden
anna sees vist igen af dig
# The one below it.
anna presses j x l
anna sees likes om 15 s
after 16s
the platform takes it
after 2s
anna sees liket
anna presses x f
after 16s
the platform takes it
after 2s
anna sees like fjernet af dig
# What we said is put right; a text that is begun waits.
anna presses r
anna types Tak, Åse
anna presses ctrl+t ctrl+s
after 16s
the platform takes it
after 2s
anna presses j x
anna sees r Ret vores svar
anna sees s Skjul beskeden · Det er vores egen besked.
anna presses r
anna sees RET OFFENTLIGT SVAR som Byen på Facebook
anna sees Tak, Åse
anna does not see Afslut når sendt
anna types !
anna presses esc
anna sees Kladden er gemt. x r skriver videre.
anna sees Din kladde til en rettelse
anna presses x r
anna sees Tak, Åse!
anna presses ctrl+s
anna sees rettes om 15 s
anna presses z
anna sees Fortrudt: Ret vores svar.
anna presses x r
anna sees Tak, Åse!
anna presses ctrl+s
after 16s
the platform takes it
after 2s
anna sees Byen: rettet.
anna sees Tak, Åse!
anna sees rettet af dig
# A lead blocks, and deletes; the desk keeps what was said.
carl sits at 120x40
carl presses enter home x b
carl sees Blokér Søren
carl sees Søren kan så ikke skrive til os.
carl types trusler
carl presses ctrl+s
carl sees Søren: blokeres om 15 s
after 16s
the platform takes it
after 2s
carl sees Søren: blokeret af dig: trusler
carl presses x o
after 16s
the platform takes it
after 2s
carl sees Søren: blokeringen ophævet af dig
carl presses x d
carl sees Slet beskeden fra Søren
carl sees En kopi af beskeden gemmes her.
carl types retningslinje 1
carl presses ctrl+s
carl sees slettes om 15 s
after 16s
the platform rejects it
carl sees slettes · afvist
carl sees Slet beskeden: afvist
carl presses x d
carl types retningslinje 1
carl presses ctrl+s
after 16s
the platform takes it
after 2s
carl does not see I er nogle idioter
carl sees Slettet af dig
carl sees slettet af dig: retningslinje 1
anna sees slettet af Carl Carlsen: retningslinje 1
# In English, and in plain lines.
bo listens en
bo presses 4 enter home j
bo presses x
bo hears Åse: Tal pænt p Answer the message in private, Anna And has taken the conversation. s Hide the message
bo presses s
bo hears Hide the message from Åse
bo types guideline 3
bo presses ctrl+s
bo hears Åse: will be hidden in 15 s
bo presses z
bo hears Undone: Hide the message.
