package city

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Channels, as accounts name them.
const (
	Facebook  = "facebook"
	Instagram = "instagram"
	X         = "x"
)

// Account is a page, profile or handle of the city's.
type Account struct {
	Key     string // names it in events
	Channel string // Facebook, Instagram or X
	Name    string // what people call it
	Handle  string // without the @; only X needs it
	Library bool   // it belongs to the libraries and not to the city as a whole
	Weight  float64
}

// Ref stands for an event until a platform gives it an id. 0 is none.
type Ref int64

// Event is something that is published: a post of ours, or a message of a citizen's.
type Event struct {
	Ref      Ref
	Parent   Ref    // what it answers; 0 for a post, a visitor's post and a mention
	Context  Ref    // the post of ours at the top, if any
	Account  string // key of the account whose page it is, or to whom it goes
	Ours     bool   // we wrote it
	Author   Author // who else did
	Text     string
	Time     time.Time
	Label    string // what it is about, such as "digital-post"; a conversation has one
	Intent   string // question, complaint, praise, idea, inquiry, recommend, answer-to-post; peer, author, answer, after in a thread; post
	Language string // da or en
}

// Generator invents events. It is not safe for concurrent use.
type Generator struct {
	corpus   corpus
	accounts []Account
	regulars map[string][]string // names by language
	rnd      *rand.Rand
	ref      Ref
	live     live
}

// New prepares a generator. Accounts without a weight get one that fits their channel.
func New(seed uint64, accounts []Account) (*Generator, error) {
	if len(accounts) == 0 {
		return nil, errors.New("a city needs at least one account")
	}
	c, err := load()
	if err != nil {
		return nil, err
	}
	g := &Generator{corpus: c, accounts: slices.Clone(accounts), rnd: rand.New(rand.NewPCG(seed, 0x63697479))}
	usual := map[string]float64{Facebook: 5, Instagram: 2, X: 1} // X is where few Danes are
	for i := range g.accounts {
		a := &g.accounts[i]
		if usual[a.Channel] == 0 {
			return nil, fmt.Errorf("account %q is on the unknown channel %q", a.Key, a.Channel)
		}
		if a.Weight == 0 {
			a.Weight = usual[a.Channel]
			if a.Library {
				a.Weight /= 3
			}
		}
	}
	g.regulars = map[string][]string{}
	for _, lang := range []string{"da", "en"} {
		for range 60 {
			g.regulars[lang] = append(g.regulars[lang], g.name(g.rnd, lang))
		}
	}
	g.live.start(len(g.accounts))
	return g, nil
}

// Labels lists everything that a text can be about, sorted.
func (g *Generator) Labels() []string {
	var out []string
	for _, t := range g.corpus.comments {
		if !slices.Contains(out, t.label) {
			out = append(out, t.label)
		}
	}
	slices.Sort(out)
	return out
}

// account draws one, by weight.
func (g *Generator) account(r *rand.Rand) int {
	total := 0.0
	for _, a := range g.accounts {
		total += a.Weight
	}
	x := r.Float64() * total
	for i, a := range g.accounts {
		if x -= a.Weight; x < 0 {
			return i
		}
	}
	return len(g.accounts) - 1
}

// English is the share of English texts.
const english = 0.2

func language(r *rand.Rand) string {
	if r.Float64() < english {
		return "en"
	}
	return "da"
}

// interest is how much people write about a subject.
var interest = map[string]float64{
	"digital-post": 1.4, "passport": 1.2, "mitid": 0.9, "library": 1, "events": 1, "roads": 1.5, "cycling": 1.3, "snow": 1,
	"waste": 1.6, "bulky-waste": 0.5, "parking": 1.2, "daycare": 0.9, "newcomers": 1.3, "press": 0.25, "elections": 0.3,
	"parks": 0.9, "noise": 0.6, "service": 0.8,
}

// weight is the interest in a subject, by whom it is written to and when in the year.
func weight(label string, library bool, at time.Time) float64 {
	w := interest[label]
	switch {
	case library && label == "library":
		w *= 12
	case library && (label == "events" || label == "digital-post" || label == "service"):
	case library:
		w *= 0.03
	case label == "library":
		w *= 0.5
	}
	if label == "snow" && at.Month() > time.March && at.Month() < time.November {
		w = 0
	}
	return w
}

// draw picks a template by the weight of its subject. Subjects with many templates get no more for it.
func (g *Generator) draw(r *rand.Rand, from []template, fits func(template) bool, library bool, at time.Time) (template, bool) {
	var labels []string
	byLabel := map[string][]int{}
	for i, t := range from {
		if fits(t) {
			if byLabel[t.label] == nil {
				labels = append(labels, t.label)
			}
			byLabel[t.label] = append(byLabel[t.label], i)
		}
	}
	total := 0.0
	for _, l := range labels {
		total += weight(l, library, at)
	}
	x := r.Float64() * total
	for _, l := range labels {
		if x -= weight(l, library, at); x < 0 {
			at := byLabel[l]
			return from[at[r.IntN(len(at))]], true
		}
	}
	return template{}, false
}

// one picks any template that fits.
func one(r *rand.Rand, from []template, fits func(template) bool) (template, bool) {
	n, picked := 0, template{}
	for _, t := range from {
		if fits(t) {
			if n++; r.IntN(n) == 0 {
				picked = t
			}
		}
	}
	return picked, n > 0
}
