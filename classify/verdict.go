package classify

import (
	"sync"

	"lytter/inbox"
	"lytter/inbox/query"
)

// Bounds of the work on one message.
const (
	// MaxText is how much of a message's text the rules see, in bytes. What is longer is cut there, for rules only.
	MaxText = 16 << 10
	// MaxWork bounds what one rule may spend on a message, and MaxTotal what all may together, in words looked at. A rule that would
	// spend more does not count, and the verdict names it; the others do.
	MaxWork  = 500_000
	MaxTotal = 4_000_000
	// maxHits bounds the reasons kept for one topic, and maxSame those of one clause.
	maxHits = 24
	maxSame = 6
)

// Classifier is a rule set that compiled. It implements inbox.Classifier.
type Classifier struct {
	version int64
	rules   []compiled // in the order of the file; disabled ones are in set as nil
	set     *query.Set
	scratch *sync.Pool // of *[]int32
}

// compiled is what a rule sets.
type compiled struct {
	id       string
	when     int // length of its query
	topics   []inbox.TopicID
	queue    inbox.QueueID
	priority inbox.Priority
	stop     bool
}

// Classify implements inbox.Classifier. An arrival that no rule matches costs no allocation.
func (c *Classifier) Classify(arrival *query.Doc) inbox.Verdict {
	d := capped(arrival)
	v := inbox.Verdict{Version: c.version}
	buf := c.scratch.Get().(*[]int32)
	defer c.scratch.Put(buf)
	var failed int32
	*buf, failed = c.set.MatchWithin(d, query.Limits{Each: MaxWork, All: MaxTotal}, (*buf)[:0])
	if failed >= 0 {
		v.Failed = c.rules[failed].id
	}
	for _, i := range *buf {
		r := &c.rules[i]
		c.add(&v, r, c.set.Query(i), d)
		if r.stop {
			break
		}
	}
	return v
}

// add writes a matching rule into the verdict.
func (c *Classifier) add(v *inbox.Verdict, r *compiled, q *query.Bound, d *query.Doc) {
	var hits []inbox.RuleHit
	for _, t := range r.topics {
		if tagged(v, t) {
			continue
		}
		if hits == nil {
			hits = reasons(q, r, d)
		}
		v.Tags = append(v.Tags, inbox.RuleTag{Topic: t, Rule: r.id, Hits: hits})
	}
	if r.queue != 0 && v.Queue == 0 {
		v.Queue, v.QueueBy = r.queue, r.id
	}
	if r.priority > v.Priority {
		v.Priority, v.RaisedBy = r.priority, r.id
	}
}

func tagged(v *inbox.Verdict, t inbox.TopicID) bool {
	for i := range v.Tags {
		if v.Tags[i].Topic == t {
			return true
		}
	}
	return false
}

// reasons says why a rule matched: clauses of its query and, where words of the message satisfied them, the words. A rule that asks only
// for what must not be there is its own reason, whole.
func reasons(q *query.Bound, r *compiled, d *query.Doc) []inbox.RuleHit {
	var out []inbox.RuleHit
	clause, same := query.At{}, 0
	for _, h := range q.Hits(d) {
		if h.At != clause {
			clause, same = h.At, 0
		}
		if same++; same > maxSame || len(out) == maxHits {
			continue
		}
		hit := inbox.RuleHit{Clause: [2]int{h.At.Start, h.At.End}}
		if h.Field == query.Text { // an author's name is not in the message
			hit.Start, hit.End = h.Start, h.End
		}
		out = append(out, hit)
	}
	if out == nil {
		out = append(out, inbox.RuleHit{Clause: [2]int{0, r.when}})
	}
	return out
}

// capped is the arrival with no more text than the rules look at.
func capped(d *query.Doc) *query.Doc {
	ps := d.Texts[query.Text]
	for i := range ps {
		toks := ps[i].Tokens
		if n := len(toks); n == 0 || toks[n-1].End <= MaxText {
			continue
		}
		short := *d
		short.Texts[query.Text] = append([]query.Passage(nil), ps...)
		for j := range short.Texts[query.Text] {
			toks := short.Texts[query.Text][j].Tokens
			n := 0
			for n < len(toks) && toks[n].End <= MaxText {
				n++
			}
			short.Texts[query.Text][j].Tokens = toks[:n]
		}
		return &short
	}
	return d
}
