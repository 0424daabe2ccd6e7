# Who did what, newest first: it comes while one looks, and what one looks at stays where it is.
say c1 by Søren Ægidius: Der er et hul i vejen ved cykelstien
say c2 by Mohammed: Mit CPR-nummer er 070761-4285, hvornår er bogen klar?
say c3 by Bent: Tak for hjælpen!
anna sits at 120x40
anna presses g a
anna sees Lytter / Venter svar / Aktivitet
anna sees visningen Venter svar gemt af Carl Carlsen
carl sits at 120x40
carl presses A
carl leaves
anna sees afsluttet af Carl Carlsen: kræver ikke svar
anna sees Bent: Tak for hjælpen!
anna presses home
bo sits at 120x40
bo presses t
bo presses j t
bo presses k enter x c
bo sees 070761-4285
bo leaves
# What was under the cursor still is, on its line; what came is above.
anna presses O
anna sees kun henvendelsen fra Bent
anna does not see af Bo Beck
anna presses O
# A CPR number that was shown is told, and is not shown here.
anna sees CPR-nummer vist for Bo Beck
anna does not see 070761-4285
# Whose.
anna presses P
anna types carl
anna presses enter
anna sees kun Carl Carlsen
anna does not see af Bo Beck
anna presses P
anna types bo b
anna presses enter
anna sees kun Bo Beck
anna does not see af Carl Carlsen
anna presses home
# What it was done to is read over the page, acted on there, and left again for the page as it was.
anna presses enter
anna sees Aktivitet / Mohammed
anna sees taget af Bo
anna presses n
anna types Set
anna presses ctrl+s
anna presses esc
anna sees kun Bo Beck
anna presses P
anna types alle
anna presses enter
anna sees intern note skrevet af dig
anna presses esc
anna does not see Aktivitet
anna sees Venter svar 3
# From what is read so one goes on in the inbox.
anna presses g a
anna presses home enter
anna presses J
anna does not see Aktivitet
# Who may see little sees what was done to that.
dorte sits at 120x40
dorte presses g a
dorte sees visningen Venter svar gemt af Carl Carlsen
dorte sees CPR-nummer vist for Bo Beck Mohammed: Mit CPR-nummer er ****
dorte does not see Søren
dorte does not see Bent
# In plain lines.
erik listens
erik presses g a
erik hears 1: 09.00, intern note skrevet af Anna And Mohammed: Mit CPR-nummer er
erik presses j
erik hears 2: 09.00, CPR-nummer vist for Bo Beck
erik presses enter
erik hears Mohammed
erik presses esc
erik hears 2: 09.00
