# Two at the same conversation see each other, and one has it.
say c1 by Søren: Hvornår er I færdige?
anna sits at 120x40
bo sits at 120x40
anna presses t
anna sees taget af dig
bo sees taget af Anna And
bo sees Anna
bo presses t
bo sees Tag · Anna And har taget henvendelsen.
bo presses r
bo sees Svar · Anna And har taget henvendelsen.
bo presses A
bo sees Anna And har taget henvendelsen.
bo presses s
bo sees Slip · Anna And har taget henvendelsen.
# As long as it is on her screen it stays hers.
after 12m
bo sees taget af Anna And
anna presses s
anna sees Du har sluppet henvendelsen.
bo does not see taget af Anna And
bo presses t
anna sees taget af Bo Beck
# Who is gone does not keep it.
bo leaves
after 11m
anna does not see taget af Bo Beck
anna presses H
anna sees sluppet, fordi Bo Beck ikke var der længere
anna presses H
anna does not see Hændelser
# Who begins a reply and leaves it without a word does not keep it.
anna presses r
anna sees taget af dig
anna presses esc
anna does not see taget af dig
# With a word it is kept a while.
anna presses r
anna types Hej
anna presses esc
anna sees taget af dig
