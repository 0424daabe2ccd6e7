# What a role does not allow is grey, with the reason.
say c1 by Søren: Der er brand i bogen
erik sits at 120x40
erik sees Erik Eg, læser
erik sees haster · venter svar
erik presses r
erik sees Svar · Som læser kan du ikke det; det kræver redaktør.
erik presses n
erik sees Skriv intern note · Som læser kan du ikke det; det kræver fagmedarbejder.
erik presses A
erik sees det kræver redaktør
erik presses ?
erik sees Tag · Som læser kan du ikke det; det kræver fagmedarbejder.
erik presses esc esc
dorte sits at 120x40
dorte presses t
dorte sees taget af dig
dorte presses r
dorte sees Svar · Som fagmedarbejder kan du ikke det; det kræver redaktør.
dorte presses u
dorte sees Udsæt · Som fagmedarbejder kan du ikke det; det kræver redaktør.
dorte presses e
dorte types cyk
dorte presses enter
dorte sees Emnet vej/cykel er sat.
