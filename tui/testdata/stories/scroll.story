# In a list longer than the screen what is new above is counted, and comes when asked for.
say c1 by Borger1: Besked nummer 1
say c2 by Borger2: Besked nummer 2
say c3 by Borger3: Besked nummer 3
say c4 by Borger4: Besked nummer 4
say c5 by Borger5: Besked nummer 5
say c6 by Borger6: Besked nummer 6
say c7 by Borger7: Besked nummer 7
say c8 by Borger8: Besked nummer 8
say c9 by Borger9: Besked nummer 9
say c10 by Borger10: Besked nummer 10
say c11 by Borger11: Besked nummer 11
say c12 by Borger12: Besked nummer 12
say c13 by Borger13: Besked nummer 13
say c14 by Borger14: Besked nummer 14
say c15 by Borger15: Besked nummer 15
say c16 by Borger16: Besked nummer 16
say c17 by Borger17: Besked nummer 17
say c18 by Borger18: Besked nummer 18
say c19 by Borger19: Besked nummer 19
say c20 by Borger20: Besked nummer 20
say c21 by Borger21: Besked nummer 21
say c22 by Borger22: Besked nummer 22
say c23 by Borger23: Besked nummer 23
say c24 by Borger24: Besked nummer 24
say c25 by Borger25: Besked nummer 25
say c26 by Borger26: Besked nummer 26
say c27 by Borger27: Besked nummer 27
say c28 by Borger28: Besked nummer 28
say c29 by Borger29: Besked nummer 29
say c30 by Borger30: Besked nummer 30
anna sits at 80x24
anna sees Venter svar 1 af 30
anna presses pgdown
anna sees Venter svar 20 af 30
say d1 by Ny: Helt ny
say d2 by Nyere: Endnu nyere
anna sees Venter svar 22 af 32
anna sees 2 nye ovenfor
anna stands on Besked nummer 11
say d3 by Borger8 under c8: Hallo igen
anna sees 2 nye ovenfor
anna stands on Besked nummer 11
anna presses k k k k k k k k k k k k
anna stands on Besked nummer 23
anna presses home
anna stands on Hallo igen
anna does not see nye ovenfor
anna presses end
anna stands on Besked nummer 1
anna sees 32 af 32
