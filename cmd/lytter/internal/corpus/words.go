package corpus

import (
	"math/rand/v2"
	"strings"
)

// vocabulary is words by falling frequency: real ones first, then made ones that look like the language.
type vocabulary struct {
	words []string
	zipf  *rand.Zipf
}

func newVocabulary(r *rand.Rand, known string, n int) *vocabulary {
	v := &vocabulary{words: strings.Fields(known)}
	seen := make(map[string]bool, n)
	for _, w := range v.words {
		seen[w] = true
	}
	onset := strings.Fields("b bl br d dr f fl fr g gl gr h j k kl kn kr l m n p pl pr r s sk sl sm sn sp st str sv t tr tv v")
	vowel := strings.Fields("a e i o u y æ ø å a e i o e e")
	coda := strings.Fields("d g k l ld lt m n nd ng nk r rd rk rn rt s sk st t v f gt ks")
	ending := strings.Fields("e en er erne et ene ing ingen isk lig hed s")
	if strings.Contains(known, " the ") {
		vowel = strings.Fields("a e i o u y a e i o ea ou ee")
		ending = strings.Fields("s ed ing er ly ness tion able ment")
	}
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	for len(v.words) < n {
		w := pick(onset) + pick(vowel) + pick(coda)
		for range r.IntN(3) {
			w += pick(onset) + pick(vowel) + pick(coda)
		}
		if r.IntN(2) == 0 {
			w += pick(ending)
		}
		if !seen[w] {
			seen[w] = true
			v.words = append(v.words, w)
		}
	}
	v.zipf = rand.NewZipf(r, 1.07, 3, uint64(n-1))
	return v
}

func (v *vocabulary) draw() string { return v.words[v.zipf.Uint64()] }

// Real words, the most frequent first: what keeps folding, stems and phrases honest.
const danish = `i og det er at en på til der for med jeg de ikke har den kan et vi som af man I hvor men så om mig fra når hvad
eller bliver være min du var skal nu hvis også bare igen selv op alle mange tak hej ville kunne efter ved ud her noget ingen dag
lige får godt mere helt år end må meget siden hvordan kommer går gør sin dem os jer mit vores deres hvorfor aldrig altid uden over under
kommune kommunen vej vejen veje cykel cyklen cykler cykelsti cykelstien cykelstierne hul hullet huller affald skrald skraldespand
sortering storskrald bibliotek biblioteket biblioteker bog bøger låne lån åbent åbningstid åbningstider børn skole skolen
børnehave vuggestue institution plads pladser parkering parkere bil biler bus busser metro bro broen park parken bænk træ træer
legeplads legepladsen støj larm nat natten naboer musik festival koncert arrangement gratis billet billetter digital post MitID pas
kørekort folkeregister adresse flytte flytning bolig lejlighed leje skat opkrævning regning betale penge tid tider booke bestille
ventetid telefon ringe svar svare mail skrive borgerservice medarbejder hjælp hjælpe problem fejl virker lukket lukker åbner
svømmehal svømmehallen idræt forening haven sne is glat salt saltet ryddet fortov fortovet lys lygte gadelys lampe vejarbejde
omkørsel skilt farligt farlig trafik kryds krydset hastighed fart politi brand vand regn oversvømmelse kælder valg stemme
valgkort borgmester politiker forslag idé ideer ros dejligt flot sur træt skuffet glad fantastisk dårlig dårligt bedre
bedst værre rigtig rigtigt forkert igår imorgen uge ugen mandag tirsdag onsdag torsdag fredag lørdag søndag januar februar marts
april juni juli august september oktober november december sommer vinter forår efterår stor lille ny gammel gamle nye første sidste`

const english = `to the and a I in of is for you it my on have that with are this not be at can do your from we how was if
what but they so there where when or as an about me any would please get need will out all just no know more time now need been has
moved moving card number registration residence permit tax municipality office appointment address copenhagen denmark danish english
help thanks thank hello hi question document documents passport doctor school kindergarten waiting week weeks library open closed
opening hours bike path road street waste bin trash noise night neighbours park parking ticket event free children apply application
letter answer call phone email website error working work job visa family apartment rent deposit international house day days`

var firstNames = strings.Fields(`Anne Peter Mette Lars Hanne Jens Kirsten Henrik Camilla Søren Maria Thomas Louise Martin Ida Rasmus Sofie Mikkel Emma
Frederik Fatima Ahmed Aisha Omar Yusuf Leyla Priya Wei Olga Ivan Anna John Emily Carlos Sara Åse Øyvind Bjørn Gitte Ole Birthe Poul Lone Niels`)

var lastNames = strings.Fields(`Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen Kristensen
Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Ali Khan Nguyen Singh Kowalski Smith García Schmidt Yılmaz Ibrahim`)
