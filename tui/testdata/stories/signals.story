# What a message shows by itself: somebody in danger comes to the top, the words say why, and a person can say that it is none.
say c1 by Søren: Der lugter af gas i hele kælderen
say c2 by Åse: Hvornår åbner biblioteket?
say c3 by Mia Holm: Vi er mange forældre på Amager der er utrygge ved den nye skolevej, og vi kræver et lyskryds inden sommerferien
say c4 by Bo Lund: Vi er mange forældre på Valby der er utrygge ved den nye skolevej, og vi kræver et lyskryds inden sommerferien
say c5 by Kim Dahl: Vi er mange forældre på Amager der er utrygge ved den nye skolevej, og vi kræver et lyskryds inden påskeferien
anna sits at 120x40
anna presses g g j j j j
anna stands on Søren
anna presses enter
anna sees haster
anna sees venter svar · livsfare
anna presses h
anna sees livsfare
anna sees Læst af ordene: lugter af gas
anna presses esc b
anna types ingen
anna presses enter
anna sees Rettet: ingen fare.
anna does not see livsfare
anna does not see haster
anna presses H
anna sees prioritet haster sat af Lytter: livsfare
anna sees beskeden rettet til ingen fare af dig
anna presses h
anna does not see Læst af ordene: lugter
anna presses esc b
anna types engelsk
anna presses enter
anna sees · på engelsk
# Those that say nearly the same are found by one key, from any of them.
anna presses E
anna sees Ingen andre skriver næsten det samme.
anna presses esc g g
anna stands on Kim Dahl
anna sees 3 som denne
anna presses E
anna sees Søgning: ens:
anna sees Mia Holm
anna sees Bo Lund
anna does not see Åse
anna presses esc
anna sees Åse
