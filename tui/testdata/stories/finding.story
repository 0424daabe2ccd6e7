# Help and palette are the table: choose and run.
say c1 by Søren: Hvornår er I færdige?
say c2 by Åse: Tak for det!
say c3 by Bent: Fint
anna sits at 80x24
anna presses ?
anna sees Tasterne i listen
anna types tag
anna presses enter
anna sees Du har taget henvendelsen.
anna presses :
anna types snooze
anna sees Udsæt
anna presses enter
anna sees Udsæt til
anna presses esc g k
anna sees Konti og udfald
anna sees Søgeindeks: klar
anna presses esc W
anna sees Der er ikke flere, der venter svar, i den retning.
anna presses w
anna stands on Tak for det!
anna presses w
anna stands on Søren
anna presses W
anna stands on Tak for det!
anna presses J
anna stands on Søren
anna presses 9
anna sees Gå til visning 9 · Den visning er der ikke.
anna presses r f1
anna sees Tasterne når du skriver et svar
anna sees Send svaret
