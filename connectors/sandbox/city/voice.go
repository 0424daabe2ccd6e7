package city

import (
	"math/rand/v2"
	"strings"
	"unicode"
)

// voice turns a clean text into one that somebody typed on a phone.
func (g *Generator) voice(r *rand.Rand, text string, t template, channel string) string {
	chance := func(p float64) bool { return r.Float64() < p }
	if t.lang == "da" && chance(0.08) {
		text = misspell(r, text)
	}
	if chance(0.05) {
		text = slip(r, text)
	}
	if chance(0.12) {
		text = strings.TrimRight(text, ".!")
	}
	if t.intent == "question" && chance(0.06) {
		text = strings.TrimSuffix(text, "?")
	}
	if t.intent == "complaint" && chance(0.07) {
		text = strings.TrimRight(text, ".!") + [...]string{"!", "!!", "!!!", "..."}[r.IntN(4)]
	}
	if t.lang == "da" && chance(0.012) {
		text = asciiDanish.Replace(text)
	}
	if chance(0.09) {
		text = strings.ToLower(text)
	}
	if t.intent == "complaint" && len(text) < 60 && chance(0.02) {
		text = strings.ToUpper(text)
	}
	if chance(0.13) {
		text += " " + g.emoji(r, t.intent)
	}
	if channel != Facebook && chance(0.12) {
		tags := g.corpus.lists["hashtag"]
		text += " " + tags[r.IntN(len(tags))]
		if chance(0.3) {
			text += " " + tags[r.IntN(len(tags))]
		}
	}
	return strings.TrimSpace(text)
}

// emoji draws one that goes with the mood.
func (g *Generator) emoji(r *rand.Rand, intent string) string {
	moods := map[string]string{"complaint": "😡 😤 🤷‍♀️ 🙈 🤔", "praise": "❤️ 🙏 👏 👍 🥰 😊 🎉", "question": "🤔 😊 🙏 🤷‍♀️", "idea": "😊 👍 🙏"}
	if mood, ok := moods[intent]; ok {
		list := strings.Fields(mood)
		return list[r.IntN(len(list))]
	}
	list := g.corpus.lists["emoji"]
	return list[r.IntN(len(list))]
}

// misspellings are the ones that Danes make: words that sound alike, silent letters, and compounds in two.
var misspellings = [][2]string{
	{"nogen", "nogle"},
	{"ligger", "lægger"},
	{" at ", " og "},
	{"endnu", "ennu"},
	{"kører", "køre"},
	{"virker", "virke"},
	{"simpelthen", "simpelhen"},
	{"selvfølgelig", "selfølgelig"},
	{"hjemmesiden", "hjemme siden"},
	{"cykelstien", "cykel stien"},
	{"ventetiden", "vente tiden"},
	{"får", "for"},
	{"igen", "ijen"},
	{"åbner", "åbne"},
	{"Borgerservice", "borger service"},
	{"Digital Post", "digitalpost"},
	{"MitID", "mit id"},
	{"biblioteket", "bibloteket"},
	{"parkering", "pakering"},
	{"affald", "afald"},
	{"jeres", "jers"},
	{"ellers", "eller"},
	{"hvornår", "hvonår"},
	{"Hvornår", "Hvonår"},
}

// misspell makes one of them, where the text has the word.
func misspell(r *rand.Rand, text string) string {
	start := r.IntN(len(misspellings))
	for i := range misspellings {
		m := misspellings[(start+i)%len(misspellings)]
		if strings.Contains(text, m[0]) {
			return strings.Replace(text, m[0], m[1], 1)
		}
	}
	return text
}

// slip lets the thumb miss: two letters change places, or one is left out, inside a long word.
func slip(r *rand.Rand, text string) string {
	words := strings.Split(text, " ")
	start := r.IntN(len(words))
	for i := range words {
		at := (start + i) % len(words)
		w := []rune(words[at])
		if len(w) < 6 || strings.ContainsFunc(words[at], func(c rune) bool { return !unicode.IsLetter(c) }) {
			continue
		}
		k := 1 + r.IntN(len(w)-3)
		if r.Float64() < 0.5 {
			w[k], w[k+1] = w[k+1], w[k]
		} else {
			w = append(w[:k], w[k+1:]...)
		}
		words[at] = string(w)
		break
	}
	return strings.Join(words, " ")
}
