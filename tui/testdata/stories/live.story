# Nothing moves under the hand.
say c1 by Anton: Første
say c2 by Bente: Anden
say c3 by Claus: Tredje
anna sits at 80x24
bo sits at 80x24
anna presses j
anna stands on Bente
say c4 by Dorthe: Fjerde
anna stands on Bente
# The one under the cursor speaks again: it keeps its place.
say c5 by Bente under c2: Hallo?
anna stands on Bente
anna presses j
anna stands on Anton
anna presses k
anna stands on Bente
# A colleague deals with it: it stays, and says so.
bo presses 1 home A
bo sees Bente er afsluttet
anna stands on Bente
anna sees ikke længere i visningen
anna presses A
anna sees Henvendelsen er afsluttet.
anna presses j
anna stands on Anton
anna does not see ikke længere i visningen
anna presses home
anna stands on Fjerde
anna sees Venter svar 3
