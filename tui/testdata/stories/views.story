# Saved views: one's own, a team's, everybody's; pinned, moved, changed, deleted and brought back.
say c1 by Søren: Der er et hul i vejen ved cykelstien
say c2 by Åse: Tak for det!
anna sits at 80x24
carl sits at 80x24
bo sits at 80x24
anna presses i
anna does not see Fælles
anna presses /
anna types cykel*
after 1s
anna presses enter ctrl+g
anna sees Gem søgningen som visning
anna sees Kun mig
anna sees Holdet: alle i køen Teknik og Miljø
anna sees Alle · Som redaktør kan du ikke det; det kræver leder.
anna types Mine
anna presses tab
anna presses ctrl+s
anna sees Visningen Mine er gemt.
anna presses ctrl+g
anna types mine
anna presses ctrl+s
anna sees Der er allerede en visning Mine for dem.
anna presses ctrl+u
anna types Cykler
anna presses tab down ctrl+s
anna sees Visningen Cykler er gemt.
anna presses esc i
anna sees Fælles
anna sees 1 Venter svar 2
anna sees Hold: Teknik og Miljø
anna sees 5 Cykler 1
anna sees Dine egne
anna sees 6 Mine 1
anna looks like da-80x24-groups
# Who is in the queue sees it, others do not.
carl presses i
carl sees Hold: Teknik og Miljø
carl sees 5 Cykler 1
carl does not see Dine egne
bo presses i
bo does not see Cykler
# The cursor stands on views, never on what stands above them.
anna presses home down down down down enter
anna does not see Visninger
anna sees Cykler 1
anna presses i
# Pinned for one: first of all, on 1, and for nobody else.
anna presses F
anna sees Visningen Cykler er fastgjort øverst, kun for dig.
anna sees Fastgjort
anna sees 1 Cykler 1
anna sees 2 Venter svar
carl sees 5 Cykler
anna presses 3
anna sees Mine 0
anna presses i home F
anna sees Visningen Cykler er ikke længere fastgjort.
# What one may not change says so.
anna presses home R
anna sees Ret visningen · Som redaktør kan du ikke det; det kræver leder.
anna presses ctrl+down
anna sees Flyt visningen ned · Som redaktør kan du ikke det; det kræver leder.
# A lead orders those of all, for all.
carl presses home ctrl+down
carl sees 1 Mine
anna sees 1 Mine
carl presses ctrl+down ctrl+down ctrl+down
carl sees Flyt visningen ned · Længere kan visningen ikke flyttes her.
carl sees 4 Venter svar
carl presses ctrl+up ctrl+up ctrl+up
# Changed: another name, another query.
anna presses end R
anna sees Ret visningen
anna presses ctrl+u
anna types Takken
anna presses tab ctrl+u
anna types er:hest
anna presses ctrl+s
anna sees er kan ikke være hest.
anna presses ctrl+u
anna types tak
anna presses ctrl+s
anna sees 6 Takken 1
# Deleted, and brought back where it was.
anna presses up
anna sees 5 Cykler
anna presses delete
anna sees Visningen Cykler er slettet. z fortryder.
anna sees 5 Takken
carl does not see Cykler
anna presses z
anna sees Visningen Cykler er der igen.
# The cursor is on it again.
anna presses F
anna sees Visningen Cykler er fastgjort øverst, kun for dig.
anna presses F
carl sees 5 Cykler
anna presses z
anna sees Fortryd · Her er ikke noget at fortryde.
# Who leaves nothing behind: the last of a group takes its title along.
anna presses end delete
anna does not see Dine egne
