# All versions of the rules: what each changed, and back to an earlier one with what came of the later shown first.
carl sits at 120x40
carl presses g r
carl presses s p
carl sees version 2
carl presses s g
carl sees version 3
say c1 by Søren Ægidius: Der er et hul i vejen ved cykelstien
carl presses g u
carl sees Lytter / Venter svar / Regler / Reglernes versioner
carl sees ▌ 3 gælder
carl sees Cykelveje: prøvedrift
carl presses b
carl sees Det er ikke en tidligere version.
carl presses enter
carl sees Cykelveje · ændret:
carl sees + state = "live"
carl sees - state = "shadow"
carl presses esc
carl presses j enter
carl sees + state = "shadow"
carl presses esc
carl presses b
carl sees Sæt version 2 i kraft igen?
carl sees Cykelveje i version 3: 1 kan fortrydes, 0 bliver
carl presses j
carl sees De gældende regler er nu version 4.
carl sees Cykelveje, som den var i version 3
carl presses f
carl sees Fortrudt på 1 henvendelse.
carl presses home
carl sees 4 gælder
carl sees Tilbage til version 2
