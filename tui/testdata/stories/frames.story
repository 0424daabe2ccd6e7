# Whole frames, kept in testdata/frames: dialogs, colours and none. The commonest places are in frames_test.go, in two languages and three sizes.
post p: Nye cykelstier på Nørrebrogade: arbejdet begynder i uge 46, og der er spærret for biler i fire uger.
post q: Hovedbiblioteket holder lukket torsdag.
say c1 by Søren Ægidius on p: Der er et kæmpe hul i vejen ved cykelstien, jeg væltede næsten i morges
say c2 by Åse Lund under c1: Enig! Det er farligt for børnene
say c3 by "Mohammed Al-Khatib" on q: Kan jeg aflevere min bog et andet sted?
mention m1 by Emma Smith: @byen why is the library closed? 📚
say c4 by Kirsten Thorup-Jørgensen: Det brænder i containeren på hjørnet af Nørrebrogade! Der er brand!
say c5 by Bent on p: Tak for det ❤️
attach c1 image "hul.jpg" "Et hul i asfalten"
edit c2: Enig! Det er meget farligt for børnene
carl sits at 80x24
carl presses j j t
carl leaves
anna sits at 80x24
anna presses i
anna looks like da-80x24-views
anna presses esc end enter
anna presses r
anna types Hej Søren. Tak, fordi du skriver. Vi sender nogen i dag.
anna presses ctrl+s
anna looks like da-80x24-sent
anna presses n
anna types Vejdrift er ringet op
anna looks like da-80x24-note
anna presses ctrl+s
anna presses v
anna looks like da-80x24-escalate
anna presses esc e
anna looks like da-80x24-topics
anna presses esc a
anna looks like da-80x24-close
anna presses esc esc /
anna types kanel:x
after 1s
anna looks like da-80x24-wrong
anna presses esc g k
anna looks like da-80x24-accounts
anna leaves
anna sits at 120x40
anna presses end
anna presses enter H
anna looks like da-120x40-events
anna leaves
anna sits at 80x24 da none
anna presses j
anna looks like da-80x24-none-styled
anna leaves
anna sits at 120x40 da none
anna presses end enter
anna looks like da-120x40-none
anna leaves
anna sits at 80x24
anna looks like da-80x24-styled
