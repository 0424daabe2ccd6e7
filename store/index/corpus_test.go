package index

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Words to write messages with: common ones first. Endings and compounds make the long tail.
var (
	danishCommon = strings.Fields(`og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min havde
		ham hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være dog noget ville jo
		deres efter ned skulle denne end dette mit også under have dig anden hende mine alt meget sit sine vor mod disse hvis din nogle hos
		blive mange ad bliver hendes været thi jer sådan`)
	danishNouns = strings.Fields(`vej cykel sti skole affald bibliotek gade kommune bolig park plads bus tog lys træ vand hul bro støj
		barn forælder lærer borger nabo skilt hegn kæmpe sommer vinter morgen aften kø regning svar fejl tid dag uge måned år by hus have
		legeplads børnehave vuggestue hjemmepleje genbrug container skrald parkering fortov lyskryds rotte sne is salt asfalt cykelsti
		bevilling ansøgning sagsbehandler telefon mail hjemmeside login pas kørekort stemmeseddel valg budget skat gebyr hund fugl sø strand`)
	danishVerbs = strings.Fields(`cykle køre vente ringe skrive hente larme mangle virke betale lukke åbne rydde feje salte tømme klage
		svare hjælpe forstå undre takke rose fungere parkere spærre grave bygge male rense`)
	danishAdjectives = strings.Fields(`farlig dårlig god dyr lang kort mørk glat beskidt ny gammel stor lille hurtig langsom sur glad ærlig`)
	englishCommon    = strings.Fields(`the of and a to in is you that it he was for on are as with his they I at be this have from or one had
		by word but not what all were we when your can said there use an each which she do how their if will up other about out many then`)
	englishNouns = strings.Fields(`road bicycle school waste library street council flat park square bus train light tree water hole bridge
		noise child parent teacher citizen neighbour sign fence queue bill answer error time day week month year city house garden`)
	nounEndings = []string{"", "en", "et", "er", "erne", "ene", "ens", "e", "s", "ers"}
	verbEndings = []string{"", "r", "de", "t", "nde"}
	adjEndings  = []string{"", "t", "e", "ere"}
	emojis      = []string{"😡", "👍🏽", "🚲", "❤️"}
)

// corpus writes messages. The same seed writes the same.
type corpus struct {
	rnd    *rand.Rand
	danish []string // by rank
	cdf    []float64
}

// newCorpus makes a vocabulary of n Danish words whose frequency falls with their rank.
func newCorpus(seed uint64, n int) *corpus {
	c := &corpus{rnd: rand.New(rand.NewPCG(seed, 7))}
	seen := map[string]bool{}
	add := func(w string) {
		if !seen[w] && len(c.danish) < n {
			seen[w] = true
			c.danish = append(c.danish, w)
		}
	}
	for _, w := range danishCommon {
		add(w)
	}
	var content []string
	for _, w := range danishNouns {
		for _, e := range nounEndings {
			content = append(content, w+e)
		}
	}
	for _, w := range danishVerbs {
		for _, e := range verbEndings {
			content = append(content, w+e)
		}
	}
	for _, w := range danishAdjectives {
		for _, e := range adjEndings {
			content = append(content, w+e)
		}
	}
	c.rnd.Shuffle(len(content), func(i, j int) { content[i], content[j] = content[j], content[i] })
	for _, w := range content {
		add(w)
	}
	for i := 0; len(c.danish) < n && i < 20*n; i++ {
		link := []string{"", "s", "e"}[c.rnd.IntN(3)]
		w := c.pick(danishNouns) + link + c.pick(danishNouns) + c.pick(nounEndings)
		if c.rnd.IntN(3) == 0 {
			w = c.pick(danishNouns) + link + w
		}
		add(w)
	}
	sum := 0.0
	for i := range c.danish {
		sum += 1 / math.Pow(float64(i+1), 1.05)
		c.cdf = append(c.cdf, sum)
	}
	return c
}

func (c *corpus) pick(of []string) string { return of[c.rnd.IntN(len(of))] }

// word gives a word as often as its rank says.
func (c *corpus) word() string {
	x := c.rnd.Float64() * c.cdf[len(c.cdf)-1]
	lo, hi := 0, len(c.cdf)-1
	for lo < hi {
		if m := (lo + hi) / 2; c.cdf[m] < x {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return c.danish[lo]
}

// message writes one, of about 110 characters.
func (c *corpus) message() string {
	n := 4 + int(c.rnd.ExpFloat64()*14)
	english := c.rnd.IntN(5) == 0
	var ws []string
	for range min(n, 120) {
		w := c.word()
		if english {
			w = c.pick(englishCommon)
			if c.rnd.IntN(3) == 0 {
				w = c.pick(englishNouns) + c.pick([]string{"", "s"})
			}
		}
		switch c.rnd.IntN(60) {
		case 0:
			w = strings.ToUpper(w)
		case 1:
			w = "#" + w
		case 2:
			w = "@" + c.pick(danishNouns) + fmt.Sprint(c.rnd.IntN(50))
		case 3:
			w = c.pick(emojis)
		case 4:
			w += "."
		}
		ws = append(ws, w)
	}
	return strings.Join(ws, " ")
}

// conversation makes the document of a conversation of about two messages, of two years up to now.
func (c *corpus) conversation(cut *text.Cutter, id int64, now time.Time) (inbox.Key, *query.Doc) {
	d := &query.Doc{ID: id}
	at := now.Add(-time.Duration(c.rnd.Int64N(int64(2 * 365 * 24 * time.Hour)))).Truncate(time.Millisecond)
	key := inbox.Key{At: at.UnixMilli(), ID: inbox.ConversationID(id)}
	for i, n := 0, 1+int(c.rnd.ExpFloat64()*1.2); i < n; i++ {
		toks := cut.Cut(nil, c.message())
		d.AddText(query.Text, query.Passage{Ref: id*10 + int64(i), Tokens: toks})
		d.AddNum(query.Time, key.At-int64(i)*600_000)
	}
	d.AddWord(query.Channel, 1+int64(c.rnd.IntN(3)))
	d.AddWord(query.Account, 1+int64(c.rnd.IntN(5)))
	d.AddWord(query.Kind, 1+int64(c.rnd.IntN(4)))
	d.AddWord(query.Hours, 1+int64(c.rnd.IntN(2)))
	status := "closed"
	switch c.rnd.IntN(50) {
	case 0:
		status = "open"
	case 1:
		status = "snoozed"
	}
	d.AddWord(query.Is, query.Code(query.Is, status))
	if status == "closed" {
		d.AddWord(query.Reason, 1+int64(c.rnd.IntN(4)))
		if c.rnd.IntN(5) < 2 {
			d.AddText(query.Reply, query.Passage{Ref: id*10 + 9, Tokens: cut.Cut(nil, c.message())})
		}
	}
	d.AddWord(query.Priority, 2)
	for range c.rnd.IntN(3) {
		d.AddWord(query.Topic, 1+int64(c.rnd.ExpFloat64()*12))
	}
	if c.rnd.IntN(3) > 0 {
		d.AddWord(query.Queue, 1+int64(c.rnd.IntN(8)))
	}
	author := int(c.rnd.ExpFloat64() * 8000)
	d.AddText(query.Author, query.Passage{Tokens: cut.Cut(nil, fmt.Sprintf("%s %s", c.danish[author%len(c.danish)], c.pick(danishNouns)))})
	d.Handles = append(d.Handles, fmt.Sprintf("borger%d", author))
	d.AddWord(query.Has, query.Code(query.Has, "author"))
	d.AddNum(query.Followers, int64(math.Exp(c.rnd.ExpFloat64()*2)))
	d.AddNum(query.Messages, int64(len(d.Texts[query.Text])))
	d.AddNum(query.Started, key.At-3_600_000)
	d.AddNum(query.Age, key.At)
	return key, d
}
