package classify

import (
	"cmp"
	"context"
	"math"
	"slices"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

const (
	leastHere       = 3    // conversations that a word must stand in
	leastSure       = 2.58 // standard deviations: one of a hundred would be by chance
	mostWords       = 8
	priorWeight     = 500.0  // how many words the prior is worth, at most
	mostTexts       = 20_000 // messages of one kind that are looked at
	backgroundDraws = 20_000
)

// Suggest implements inbox.Lab.
func (r *Rules) Suggest(ctx context.Context, desk *inbox.Desk, topic inbox.TopicID, h inbox.History) (*inbox.Suggestions, error) {
	s := &suggesting{
		desk: desk, out: &inbox.Suggestions{Topic: topic}, people: map[inbox.ConversationID]bool{},
		here: newWords(), off: newWords(), kept: newWords(), rest: newWords(),
	}
	past, err := desk.Past(ctx, inbox.History{Since: h.Since, Seed: h.Seed})
	if err != nil {
		return nil, err
	}
	for some, err := range past.All(ctx) {
		if err == nil {
			err = s.judged(ctx, some.Arrived)
		}
		if err != nil {
			return nil, err
		}
	}
	others, err := past.Draw(ctx, backgroundDraws)
	if err != nil {
		return nil, err
	}
	for i := range others {
		if a := &others[i]; !s.people[a.Conversation] {
			s.rest.add(a.Conversation, desk.Document(a))
		}
	}
	s.out.Words = s.here.against(s.rest)
	s.out.Against = s.off.against(s.kept)
	return s.out, s.count(ctx, desk.Classifier(), h)
}

// suggesting is a search for words on its way.
type suggesting struct {
	desk   *inbox.Desk
	out    *inbox.Suggestions
	people map[inbox.ConversationID]bool // people gave these the topic, or took it off
	here   *words                        // given by people
	off    *words                        // taken off by people
	kept   *words                        // given by a rule, and kept
	rest   *words                        // all others, by chance
}

// judged takes in arrivals of conversations on which people or rules set the topic.
func (s *suggesting) judged(ctx context.Context, some []inbox.Arrived) error {
	s.out.Arrivals += int64(len(some))
	ids := make([]inbox.ConversationID, 0, len(some))
	for i := range some {
		ids = append(ids, some[i].Conversation)
	}
	slices.Sort(ids)
	var cs map[inbox.ConversationID]inbox.Conversation
	err := s.desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
		cs, err = tx.Conversations(slices.Compact(ids))
		return err
	})
	if err != nil {
		return err
	}
	for i := range some {
		a := &some[i]
		c := cs[a.Conversation]
		t := c.Tag(s.out.Topic)
		if t == nil {
			continue
		}
		in := s.kept
		switch {
		case t.Removed:
			in = s.off
			if !s.people[c.ID] {
				s.out.TakenOff++
			}
			s.people[c.ID] = true
		case t.By != 0:
			in = s.here
			if !s.people[c.ID] {
				s.out.Set++
			}
			s.people[c.ID] = true
		}
		in.add(c.ID, s.desk.Document(a))
	}
	return nil
}

// count counts, for each word that speaks for the topic, what a rule that asks for it would add.
func (s *suggesting) count(ctx context.Context, live inbox.Classifier, h inbox.History) error {
	if len(s.out.Words) == 0 {
		return nil
	}
	bound := make([]*query.Bound, len(s.out.Words))
	either := &query.AnyOf{}
	for i := range s.out.Words {
		b, err := s.desk.Bind(query.Phrase{Field: query.Text, Op: query.Word, Text: s.out.Words[i].Word})
		if err != nil {
			return err
		}
		bound[i] = b
		either.Kids = append(either.Kids, b.Root)
	}
	set := query.NewSet(bound)
	past, err := s.desk.Past(ctx, inbox.History{Query: &query.Bound{Root: either}, Since: h.Since})
	if err != nil {
		return err
	}
	var hits []int32
	for some, err := range past.All(ctx) {
		if err != nil {
			return err
		}
		for i := range some.Arrived {
			d := capped(s.desk.Document(&some.Arrived[i]))
			if hits = set.Match(d, hits[:0]); len(hits) == 0 {
				continue
			}
			v := live.Classify(d)
			for _, n := range hits {
				s.out.Words[n].Has++
				if !tagged(&v, s.out.Topic) {
					s.out.Words[n].Adds++
				}
			}
		}
	}
	return nil
}

// words counts in how many conversations each word stands. A word is its Danish stem.
type words struct {
	of    map[string]*word
	total int // of all counts
	looks int
	seen  map[wordIn]struct{}
}

type word struct {
	n      int
	spelt  string
	spelts int // votes for spelt
}

type wordIn struct {
	key string
	in  inbox.ConversationID
}

func newWords() *words { return &words{of: map[string]*word{}, seen: map[wordIn]struct{}{}} }

func (w *words) add(c inbox.ConversationID, d *query.Doc) {
	if w.looks++; w.looks > mostTexts {
		return
	}
	for _, p := range d.Texts[query.Text] {
		for i := range p.Tokens {
			t := &p.Tokens[i]
			if t.Kind == text.Word && t.Keys.Danish != "" && len(t.Keys.Exact) >= 3 {
				w.count(c, t.Keys)
			}
		}
	}
}

func (w *words) count(c inbox.ConversationID, t *text.Keys) {
	k := w.of[t.Danish]
	if k == nil {
		k = &word{}
		w.of[t.Danish] = k
	}
	switch { // the spelling that most of them have, in one pass (Boyer and Moore)
	case k.spelts == 0:
		k.spelt, k.spelts = t.Exact, 1
	case k.spelt == t.Exact:
		k.spelts++
	default:
		k.spelts--
	}
	in := wordIn{t.Danish, c}
	if _, ok := w.seen[in]; !ok {
		w.seen[in] = struct{}{}
		k.n++
		w.total++
	}
}

// against gives the words that are in w more than in others, by more than chance explains, the surest first.
func (w *words) against(others *words) []inbox.Suggestion {
	var out []inbox.Suggestion
	all := float64(w.total + others.total)
	for key, k := range w.of {
		there := 0
		if o := others.of[key]; o != nil {
			there = o.n
		}
		if k.n < leastHere {
			continue
		}
		z := logOdds(float64(k.n), float64(w.total), float64(there), float64(others.total), all)
		if z >= leastSure {
			out = append(out, inbox.Suggestion{Word: k.spelt, Here: k.n, There: there, Z: z})
		}
	}
	slices.SortFunc(out, func(a, b inbox.Suggestion) int { return cmp.Or(cmp.Compare(b.Z, a.Z), cmp.Compare(a.Word, b.Word)) })
	return out[:min(len(out), mostWords)]
}

// logOdds is how many standard deviations a word is more frequent in one set of words (y1 of n1) than in another (y2 of n2). The prior is
// its share of both, worth as many words as the first set has, and half a word more: what is rare must show more, and what was never
// seen elsewhere is not infinitely sure.
func logOdds(y1, n1, y2, n2, all float64) float64 {
	weight := min(priorWeight, n1)
	prior := weight*(y1+y2)/all + 0.5
	odds := func(y, n float64) float64 { return math.Log((y + prior) / (n + weight + 1 - y - prior)) }
	return (odds(y1, n1) - odds(y2, n2)) / math.Sqrt(1/(y1+prior)+1/(y2+prior))
}
