package text

import "strings"

// Languages tells in which languages a text is: "da", "en", both where both are spoken, or none where its words do not tell (a name, an
// address, an emoji, another language). It counts the small words that one of the two has and the other has not. A language that stands
// alone needs one such word; beside the other it needs two, and a quarter of them all. A word that is both (at, for, her, is, men, over, to)
// tells nothing. Norwegian has most of its small words in common with Danish and is taken for it.
func Languages(toks []Token) []string {
	da, en := 0, 0
	for i := range toks {
		if toks[i].Kind == Word {
			switch smallWords[toks[i].Keys.Exact] {
			case danishWord:
				da++
			case englishWord:
				en++
			}
		}
	}
	speaks := func(n, other int) bool { return n > 0 && (other == 0 || n > 1 && n*3 >= other) }
	var out []string
	if speaks(da, en) {
		out = append(out, "da")
	}
	if speaks(en, da) {
		out = append(out, "en")
	}
	return out
}

const (
	danishWord = iota + 1
	englishWord
)

// smallWords are the pronouns, articles, conjunctions, prepositions, auxiliary verbs and greetings of one of the two languages only, by
// exact key.
var smallWords = func() map[string]uint8 {
	m := map[string]uint8{}
	for _, l := range []struct {
		code  uint8
		words string
	}{
		{danishWord, `
			og det er en et jeg du ikke til på som af den der med vi har kan hvad hvem hvor hvorfor hvordan hvornår hvilken hvilke også skal vil så fra
			ved nu sig sin sit sine mig dig os jer dem ham han hun mit mine din dit dine jeres deres vores vor hans hendes dens blev bliver blive blevet
			være været havde haft hvis når mange meget nogen noget nogle alle altid aldrig igen ingen intet efter uden mellem imod om eller kun selv ud
			ind op ned hen hjem dette disse denne fordi siden jo da skulle kunne ville burde bør må måtte gør gøre går gå får få fik tak hej ja nej kære
			hilsen flere mere mest lige stadig endnu allerede måske gerne godt hver hele andre anden andet sidste første idag igår imorgen synes tror
			kommer komme siger ser giver bruge virker samme sådan derfor heller vist vel nok dertil ligesom inden imens mens enten hverken`},
		{englishWord, `
			the of you it that was not with this are they what when where why how who which whose there their theirs your yours my mine we our ours he
			she his its be been being were would could should will can cannot has does did done if or but from about than then them these those because
			any some no more most only also just very please thank thanks hello hi into after before since still again every other another always never
			here now on in so do all up out me us am im ive dont cant isnt doesnt didnt wont youre theyre wasnt arent get got make need want know
			think much many few such own same too each both between while until without within yes sorry anyone someone everyone something nothing`},
	} {
		for w := range strings.FieldsSeq(l.words) {
			if k := Fold(w); m[k] == 0 || m[k] == l.code {
				m[k] = l.code
			} else {
				delete(m, k) // a word of both
			}
		}
	}
	return m
}()
