# What the library knows goes to the library, with a question; its person sees it and nothing else.
say c1 by "Åse Lund": Hvorfor er hovedbiblioteket lukket?
say c2 by Jens: Der er hul i vejen
anna sits at 80x24
dorte sits at 80x24
dorte sees Her er tomt.
anna presses j v
anna sees Send videre
anna types frem
anna presses tab
anna types Hvad svarer vi?
anna presses ctrl+s
anna sees Åse Lund er sendt videre til Fremtidens bibliotek.
dorte sees Åse Lund
dorte does not see Jens
dorte presses enter
dorte sees intern note · Anna And
dorte sees Hvad svarer vi?
dorte presses n
dorte sees INTERN NOTE kun for kolleger, aldrig for borgeren
dorte types Ventilation. Åbner fredag.
dorte presses ctrl+s
dorte sees Noten er gemt.
anna presses esc 4
anna sees Åse Lund
