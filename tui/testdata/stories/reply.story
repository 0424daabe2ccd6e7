# A reply goes out, is taken back, goes out again, and the conversation closes when it is out.
post p: Nye cykelstier
say c1 by Søren Ægidius on p: Hvornår er I færdige?
anna sits at 80x24
anna presses r
anna sees OFFENTLIGT SVAR til Søren Ægidius som Byen på Facebook
anna sees taget af dig
anna sees 0 af 8.000
anna types Hej Søren.\nVi er færdige i uge 50.
anna sees Vi er færdige i uge 50.
# Enter never sends.
anna presses enter
anna sees OFFENTLIGT SVAR
anna presses ctrl+s
anna sees går om 15 s
anna sees Svar går om 15 s z fortryder
after 5s
anna sees Svar går om 10 s z fortryder
anna presses z
anna sees Svaret er fortrudt og er din kladde igen.
anna sees OFFENTLIGT SVAR til Søren Ægidius
anna sees Vi er færdige i uge 50.
anna presses ctrl+t
anna sees Afslut når sendt: nej
anna presses ctrl+t ctrl+s
anna does not see OFFENTLIGT SVAR
after 16s
the platform takes it
after 2s
anna sees Svaret til Søren Ægidius er sendt.
anna sees Byen · Anna And
anna sees sendt
anna sees afsluttet: besvaret
anna presses z
anna sees Fortryd · Her er ikke noget at fortryde.
