# Two write to the same citizen. The second is stopped, sees why, and decides.
say c1 by Søren: Hvornår er I færdige?
anna sits at 120x40
carl sits at 120x40
# Carl leads: he may answer though Anna has taken it.
anna presses r
anna types Hej Søren
carl sees taget af Anna And
carl presses enter r
carl types Det ved jeg
carl presses ctrl+s
anna sees Carl Carlsen svarede 09.00. Se svaret ovenfor, før du sender.
anna sees Byen · Carl Carlsen
# He has it now.
anna presses ctrl+s
anna sees Carl Carlsen har taget henvendelsen.
carl presses s
anna presses ctrl+s
anna sees Carl Carlsen svarede for 0 s siden. Kladden er gemt. Se svaret, før du sender.
anna sees Hej Søren
# She has read it, and lets it be.
anna presses esc
anna sees Kladden er gemt. r skriver videre.
anna sees Din kladde
anna presses r
anna sees Hej Søren
# The citizen writes more while she writes: it is said, and asked about once.
say c2 by Søren under c1: Det haster altså
anna sees Der kom mere fra borgeren 09.00. Læs det, før du sender.
anna sees Det haster altså
