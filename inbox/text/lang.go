package text

// Languages tells in which languages a text is: "da" (or "no" or "sv" in its place), "en", "de"; several where several are spoken, or none
// where its words do not tell (a name, an address, an emoji, another language). It goes by the small words that the lexicon lists for
// each. Scandinavian, English and German have hardly any in common: words of more than one of the three tell nothing. A language that
// stands alone needs one word; beside another it needs two, and a quarter of them all. Of the three Scandinavian languages, most of whose
// small words are the same, it is the one that most of the text's words are of, and Danish where that does not decide.
func Languages(toks []Token) (out []string) {
	TonguesOf(toks).Each(func(code string) { out = append(out, code) })
	return out
}

// Each gives the codes of the languages, in the order of Languages.
func (t Tongue) Each(f func(code string)) {
	for _, l := range [...]struct {
		tongue Tongue
		code   string
	}{{Danish, "da"}, {Norwegian, "no"}, {Swedish, "sv"}, {English, "en"}, {German, "de"}} {
		if t&l.tongue != 0 {
			f(l.code)
		}
	}
}

const scandinavian = Danish | Norwegian | Swedish

// TonguesOf tells in which languages a text is, as Languages does.
func TonguesOf(toks []Token) (out Tongue) {
	var nordic, da, no, sv, en, de int
	for i := range toks {
		t := toks[i].Keys.Sense.Tongue
		if t == 0 || toks[i].Kind != Word {
			continue
		}
		switch north := t&scandinavian != 0; {
		case north && t&^scandinavian == 0:
			nordic++
		case t == English:
			en++
		case t == German:
			de++
		}
		if t&Danish != 0 {
			da++
		}
		if t&Norwegian != 0 {
			no++
		}
		if t&Swedish != 0 {
			sv++
		}
	}
	if speaks(nordic, max(en, de)) {
		switch {
		case da >= no && da >= sv:
			out |= Danish
		case no >= sv:
			out |= Norwegian
		default:
			out |= Swedish
		}
	}
	if speaks(en, max(nordic, de)) {
		out |= English
	}
	if speaks(de, max(nordic, en)) {
		out |= German
	}
	return out
}

func speaks(n, other int) bool { return n > 0 && (other == 0 || n > 1 && n*3 >= other) }
