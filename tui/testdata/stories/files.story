# A picture from the shelf goes along with a reply.
post p: Nye cykelstier
say c1 by Søren on p: Hvor er der lukket?
anna sits at 80x24
anna presses enter r ctrl+f
anna sees Hylden er tom.
shelve kort.gif 212000 "Kort over lukningen"
shelve skilt.gif 1000
shelve vejledning.pdf 900000
anna types Her er det
anna presses ctrl+f
anna sees Filer på hylden
anna sees Filer af typen application/pdf kan ikke
anna types ki
anna presses enter
anna sees skilt.gif
anna sees uden beskrivelse for dem, der ikke ser den
# It is on the draft, and stays there through everything.
anna presses esc
anna sees Kladden er gemt.
anna sees skilt.gif
the desk restarts
anna sits at 80x24
anna presses enter r
anna sees skilt.gif
# Choosing what is attached takes it off; so does a key.
anna presses ctrl+f
anna sees vedhæftet
anna presses enter
anna does not see skilt.gif
anna presses ctrl+x
anna sees Der er ingen fil vedhæftet.
anna presses esc r ctrl+f
anna types kort
anna presses enter
anna sees Kort over lukningen
# What is taken from the shelf meanwhile is kept by the draft, and still goes.
unshelve kort.gif
anna presses ctrl+s
anna sees går om
anna sees kort.gif
# Taken back, it is in the composer again.
anna presses z
anna sees OFFENTLIGT SVAR
anna sees kort.gif
anna presses ctrl+s
after 16s
the platform takes it
anna sees sendt
anna sees Kort over lukningen
say c2 by Åse on p: Og i morgen?
anna listens
anna presses r
anna hears Skriv svaret her
anna presses ctrl+f
anna types skilt
anna presses enter
anna hears skilt.gif
