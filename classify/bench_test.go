//go:build unix

package classify

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"lytter/classify/rulegen"
	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// A seeded city: messages that read like Danish by their words and lengths.

// common are words in about the order of how often they are written; behind them the tail is made of compounds.
const common = `i og det at en er jeg til på ikke den der som de med for af har han et så vi man kan hun du var fra men om sig skal vil når
min nu dem eller mig bliver ved jo noget hvad efter blive kun meget også her havde os dig hvor ind end over skulle være helt deres
ville nej ja alle dog godt tak igen altid aldrig hvorfor hvornår kommunen borger gade vej cykel bus tog skole barn børn dag år tid uge
morgen aften hus bolig park træ vand sne affald skrald post brev pas kort billet bibliotek bog hal bane sti bro plads lys lampe støj
bil lastbil kø hjælp svar sag mail telefon app fejl problem besked info åben lukket ny gammel stor lille flot grim farlig sikker dyr
billig gratis god dårlig vild træt glad sur håber synes tror mener ved siger skriver ringer venter betaler søger flytter bor arbejder
kører går cykler løber parkerer rydder samler henter sorterer smider ødelægger retter lapper maler bygger graver sætter fjerner
kommune by land nord syd øst vest havn strand kaj kanal torv station metro parkering fortov asfalt hul skilt kryds rundkørsel
legeplads vuggestue børnehave fritidshjem lærer pædagog sygeplejerske læge plejehjem ældre pension skat gebyr bøde regning tilskud
please the where how is my can you thanks city register address new moved permit residence number appointment card help`

var (
	firsts  = strings.Fields("cykel bil bus vej gade park skole børne ældre fritids kultur idræts svømme affalds papir glas plast vand kloak strøm sne salt træ have strand havne metro tog billet pas kort bolig leje byg støj lys trafik sommer vinter jule valg borger digital post bibliotek bog musik film")
	seconds = strings.Fields("sti bane hal plads skur stativ rampe skilt bro tunnel kryds ring udvalg møde dag uge fest hus center gård vagt leder chef plan kort gebyr bøde regning aftale spand beholder station terminal linje køb salg kontor skranke service hjælp system side nøgle kode bestilling tid frist klage sag regel lov pose kasse vogn")
	endings = []string{"", "", "en", "et", "er", "erne", "ens", "e"}
)

func vocabulary(r *rand.Rand, n int) []string {
	words := strings.Fields(common)
	for len(words) < n {
		w := firsts[r.IntN(len(firsts))] + seconds[r.IntN(len(seconds))]
		if r.IntN(4) == 0 {
			w = firsts[r.IntN(len(firsts))] + w
		}
		words = append(words, w+endings[r.IntN(len(endings))])
	}
	return words
}

// benchTexts are messages with a median of about 110 characters.
func benchTexts(r *rand.Rand, words []string, n int) []string {
	zipf := rand.NewZipf(r, 1.08, 12, uint64(len(words)-1))
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		for want := 40 + r.IntN(140); b.Len() < want; {
			b.WriteString(words[zipf.Uint64()])
			if r.IntN(9) == 0 {
				b.WriteString([]string{".", ",", "!", "?"}[r.IntN(4)])
			}
			b.WriteByte(' ')
		}
		out[i] = b.String()
	}
	return out
}

func benchDirectory() *inbox.Directory {
	var s inbox.Setup
	for i, name := range rulegen.Topics() {
		s.Topics = append(s.Topics, inbox.Topic{ID: inbox.TopicID(i + 1), Name: name})
	}
	for i, name := range rulegen.Queues() {
		s.Queues = append(s.Queues, inbox.Queue{ID: inbox.QueueID(i + 1), Name: name})
	}
	return inbox.NewDirectory(s)
}

type benchCity struct {
	cutter *text.Cutter
	words  []string
	texts  []string
	docs   []*query.Doc // cut
}

func newBenchCity(messages int) *benchCity {
	r := rand.New(rand.NewPCG(7, 11))
	c := &benchCity{cutter: text.NewCutter(0), words: vocabulary(r, 30_000)}
	c.texts = benchTexts(r, c.words, messages)
	channels := inbox.Channels()
	for i, s := range c.texts {
		in := &inbox.Incoming{Kind: inbox.Comment, Text: s}
		c.docs = append(c.docs, inbox.Arrival(c.cutter, inbox.Account{ID: 1, Channel: channels[i%3]}, in, true))
	}
	return c
}

func (c *benchCity) rules(tb testing.TB, n int) []byte {
	tb.Helper()
	data, err := rulegen.Rules(c.cutter, 3, c.words, n)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func (c *benchCity) compile(tb testing.TB, data []byte) *Classifier {
	tb.Helper()
	cl, err := (&Rules{Cutter: c.cutter}).Compile(&inbox.RuleSet{Version: 1, Bytes: data}, benchDirectory())
	if err != nil {
		tb.Fatal(err)
	}
	return cl.(*Classifier)
}

// processor is the time that this process has spent on processors: what a busy machine cannot stretch.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rate is how many operations one processor does in a second.
func rate(ops int, since time.Duration) float64 {
	return float64(ops) / (processor() - since).Seconds()
}

func sizes() []int { return []int{100, 1_000, 10_000} }

// BenchmarkMatch finds the rules that match messages that are already cut.
func BenchmarkMatch(b *testing.B) {
	city := newBenchCity(20_000)
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			set := city.compile(b, city.rules(b, n)).set
			var out []int32
			hits := 0
			for _, d := range city.docs {
				out = set.Match(d, out[:0])
				hits += len(out)
			}
			b.ReportAllocs()
			spent := processor()
			i := 0
			for b.Loop() {
				out = set.Match(city.docs[i], out[:0])
				if i++; i == len(city.docs) {
					i = 0
				}
			}
			b.ReportMetric(rate(b.N, spent), "messages/cpu-s")
			b.ReportMetric(float64(hits)/float64(len(city.docs)), "hits")
		})
	}
}

// BenchmarkClassify is the whole way from a text to a verdict with its reasons.
func BenchmarkClassify(b *testing.B) {
	city := newBenchCity(20_000)
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := city.compile(b, city.rules(b, n))
			in := &inbox.Incoming{Kind: inbox.Comment}
			account := inbox.Account{ID: 1, Channel: inbox.Facebook}
			var d query.Doc
			var v inbox.Verdict
			for _, in.Text = range city.texts { // what can be learned, is
				inbox.ArrivalInto(&d, city.cutter, nil, account, in, true)
				c.ClassifyInto(&v, &d)
			}
			b.ReportAllocs()
			spent := processor()
			i := 0
			for b.Loop() {
				in.Text = city.texts[i]
				inbox.ArrivalInto(&d, city.cutter, nil, account, in, true)
				c.ClassifyInto(&v, &d)
				if i++; i == len(city.texts) {
					i = 0
				}
			}
			b.ReportMetric(rate(b.N, spent), "messages/cpu-s")
		})
	}
}

// BenchmarkNothing classifies a message that no rule matches: it must allocate nothing.
func BenchmarkNothing(b *testing.B) {
	city := newBenchCity(1)
	c := city.compile(b, city.rules(b, 1_000))
	in := &inbox.Incoming{Kind: inbox.Comment, Text: "det er ikke noget med os og dem her, tak for det igen"}
	d := inbox.Arrival(city.cutter, inbox.Account{ID: 1, Channel: inbox.X}, in, true)
	if v := c.Classify(d); len(v.Tags) > 0 {
		b.Fatal("a rule matches")
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Classify(d)
	}
}

// BenchmarkCompile reads and compiles a file, with its examples.
func BenchmarkCompile(b *testing.B) {
	city := newBenchCity(1)
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := city.rules(b, n)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				city.compile(b, data)
			}
		})
	}
}
