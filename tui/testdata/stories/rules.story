# The rules in force: what each does and how it does. A lead switches one off and on again; each is a version.
say c1 by Søren Ægidius: Der er et hul i vejen ved cykelstien
carl sits at 120x40
carl presses g r
carl sees Lytter / Venter svar / Regler
carl sees Regler version 1
carl sees ▌ til Cykelveje
carl sees Når: cykelsti* or "hul i vejen"
carl sees Så: emnet vej/cykel
carl sees Så: til Teknik og Miljø
carl sees Den har ramt 1 besked på 28 dage
carl presses s
carl sees hvad skal reglen gøre?
carl sees f Slået fra
carl presses f
carl sees De gældende regler er nu version 2.
# What it did stands, and can be undone.
carl sees Cykelveje, som den var i version 1
carl sees Det, den gjorde ved 1 henvendelse, kan fortrydes.
carl presses l
carl sees Regler version 2
carl sees ▌ fra Cykelveje
say c2 by Bent: Hul i vejen her ved cykelstien
carl sees Den har ramt 1 besked på 28 dage
# Which versions changed it, by whom and why.
carl presses enter
carl sees version 2, 09.00, dig: Cykelveje: fra
carl sees ændret: state
carl presses esc
carl presses s p
carl sees ▌ prøvedrift Cykelveje
carl sees version 3
carl presses s g
carl sees ▌ til Cykelveje
carl presses down
carl sees ▌ til Lån af bøger
# Who is no lead is told so.
anna sits at 80x24
anna presses g r
anna does not see Regler version
# In plain lines.
carl leaves
carl listens
carl presses g r
carl hears Når: cykelsti* or
