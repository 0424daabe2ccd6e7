# Snooze, priority, reopening, and what time does by itself.
say c1 by Søren: Hvornår er I færdige?
say c2 by Åse: Tak for det!
anna sits at 80x24
anna presses u
anna sees 1 10.00, om 1 t
anna sees 3 ons. 4. nov. 08.00
anna presses 1
anna sees Åse er udsat til 10.00.
anna stands on Søren
anna presses 4
anna sees udsat til 10.00
anna presses 1 p
anna sees h haster
anna presses h
anna sees Prioritet: haster.
anna sees haster · venter svar
after 61m
anna stands on Søren
anna presses home
anna stands on Åse
after 4h
anna sees over fristen
