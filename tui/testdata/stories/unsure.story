# A reply that may have been sent is never sent again by itself; a person looks, and decides.
say c1 by Søren: Hvornår er I færdige?
say c2 by Åse: Tak for det!
anna sits at 120x40
anna presses j r
anna types I uge 50.
anna presses ctrl+s
after 16s
anna presses esc k
the platform loses it
after 2s
anna sees Svaret til Søren: måske sendt. Afbrudt, mens det blev sendt. Måske er det sendt.
anna presses esc 3
anna sees Måske sendt 1
anna sees ? FB
anna presses enter
anna sees Se efter på platformen, om svaret står der. m afgør det.
anna presses m
anna sees Svaret er måske sendt
anna presses o
anna sees Svaret er opgivet; teksten er kladde igen.
anna presses r
anna sees I uge 50.
anna presses ctrl+s
after 16s
the platform rejects it
after 2s
anna sees afvist
anna presses esc m
anna sees opgiv; teksten bliver min kladde
anna presses o
anna sees OFFENTLIGT SVAR
anna sees I uge 50.
