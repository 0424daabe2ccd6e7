# Why a topic is there, and one key more: the rule was wrong. Who may write rules puts it right at once.
say c1 by Søren Ægidius: Der er et hul i vejen ved cykelstien
say c2 by Bent: Jeg mødte min kone på cykelstien for 30 år siden
say c3 by Kirsten: Cykelstien er glat
say c4 by Åse: Cykelstien ved havnen er så smuk
anna sits at 120x40
carl sits at 120x40
# An editor says so: it is kept, and no more is asked.
anna presses home
anna stands on Åse
anna presses h
anna sees f reglen tog fejl
anna presses f
anna sees vej/cykel fjernet: Cykelveje tog fejl, og det er gemt.
anna presses h
anna does not see reglen tog fejl
anna presses esc
anna leaves
# A lead is offered to put the rule right, with the message as one that it must not match.
carl presses home j j
carl stands on Bent
carl presses h f
carl sees Ret Cykelveje
carl sees cykelsti* or "hul i vejen"
carl sees Jeg mødte min kone på cykelstien
# As it is it would still match: nothing is put in force.
carl presses ctrl+s
carl sees men cykelsti* rammer
carl presses home
carl types (
carl presses end
carl types ) and not kone
carl presses ctrl+s
carl sees De gældende regler er nu version 2.
# What it did before stands, and can be undone where nobody has been since.
carl sees Cykelveje, som den var i version 1
carl sees Det, den gjorde ved 2 henvendelser, kan fortrydes.
carl sees 2 til bliver
carl presses f
carl sees Fortrudt på 2 henvendelser. Ladt i fred: 2.
carl presses g r
carl sees (cykelsti* or "hul i vejen") and not kone
carl sees Må ikke: Jeg mødte min kone
