# What a citizen changes is shown as changed.
post p: Nye cykelstier
say c1 by Søren on p: Der er et hul i vejen
say c2 by Åse under c1: Enig
say c3 by Bent under c1: Det er farligt
attach c1 image "hul.jpg" "Et hul i asfalten"
edit c2: Meget enig
delete c3
anna sits at 120x40
anna presses enter
anna sees billede · hul.jpg · 200 kB · Et hul i asfalten
anna sees rettet 09.00
anna sees Meget enig
anna sees Slettet af afsenderen 09.00
anna does not see Det er farligt
anna presses home j f
anna sees Sådan stod der fra 09.00:
anna presses f
anna does not see Sådan stod der
anna sees Vores opslag: Nye cykelstier
delete p
anna sees Vores opslag: (fjernet)
anna does not see Nye cykelstier
anna presses l
anna sees https://facebook.example/c2
anna presses esc c H
anna sees lagt i køen Teknik og Miljø af reglen Cykelveje
