# A CPR number is covered, shown on record for a minute, proposed to be hidden and answered in private, and not sent by us.
post p: Nye cykelstier
say c1 by Ida on p: Mit cpr er 140231-4126, hvor er mit brev?
say c2 by Bo under c1: Det vil jeg også gerne vide
say d1 by Eva: Hvornår åbner I?
anna sits at 120x40
anna sees Ida
anna does not see 140231
anna presses end enter home
anna sees Mit cpr er ******-****, hvor er mit brev?
anna does not see 140231
anna sees CPR-nummeret er dækket. x c viser det i et minut; det noteres.
anna sees Forslag: skjul beskeden, og svar privat. x k
anna presses x c
anna sees Mit cpr er 140231-4126
anna sees CPR-nummeret vises i 1 min endnu.
anna presses H
anna sees CPR-nummer vist for dig
after 61s
anna does not see 140231
# Another conversation covers it again.
anna presses H home x c
anna sees 140231-4126
anna presses K J home
anna sees ******-****
anna does not see 140231
# What nothing is covered in has nothing to show.
anna presses end k x c
anna sees intet, der ligner et CPR-nummer
# One question, and both is begun: it is hidden, and the standard text is a draft of a private answer.
anna presses home x k
anna sees CPR-nummer fra Ida
anna presses b
anna sees skjules om 15 s
anna sees PRIVAT
anna looks like da-120x40-cpr
anna presses esc
after 16s
the platform takes it
after 2s
anna sees skjult af dig
anna leaves
# What is written to citizens holds none; a lead can say that it is none, and that stands with it.
anna sits at 120x40
anna presses end enter home r
anna types Dit nummer 140231-4126 er fundet
anna sees Det ligner et CPR-nummer og sendes ikke
anna does not see Ctrl+N
anna presses ctrl+s
anna sees OFFENTLIGT SVAR
anna does not see går om
anna presses esc
anna leaves
carl sits at 120x40
carl presses end enter home r
carl types P 140231-4126
carl presses ctrl+s
carl sees Det ligner et CPR-nummer og sendes ikke
carl presses ctrl+n
carl types vores eget P-nummer
carl presses ctrl+s
carl looks like da-120x40-cpr-passed
carl presses ctrl+s
carl sees går om 15 s
carl presses H
carl sees sendt som ikke et CPR-nummer af dig: vores eget P-nummer
carl does not see 140231
carl leaves
# Who listens hears it covered too, and hears that there is one.
bo listens
bo hears Eva
bo presses end
bo hears Ida
bo does not hear 140231
bo presses enter home
bo hears CPR-nummeret er dækket
bo does not hear 140231
