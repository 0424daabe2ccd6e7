package classify

import (
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

// Classify implements inbox.Classifier.
func (c *Classifier) Classify(arrival *query.Doc) inbox.Verdict {
	var v inbox.Verdict
	c.ClassifyInto(&v, arrival)
	return v
}

// ClassifyInto is Classify into the room of a verdict that nobody needs any more. Where that suffices it costs no allocation.
func (c *Classifier) ClassifyInto(v *inbox.Verdict, arrival *query.Doc) {
	d := capped(arrival)
	l := c.set.Look(d, query.Limits{Each: MaxWork, All: MaxTotal})
	defer l.Close()
	*v = inbox.Verdict{Version: c.version, Tags: v.Tags[:0]}
	if failed := l.Undecided(); failed >= 0 {
		v.Failed = c.rules[failed].id
	}
	for _, i := range l.Matched() {
		r := &c.rules[i]
		c.add(v, l, i)
		if r.stop {
			break
		}
	}
}

// add writes a matching rule into the verdict.
func (c *Classifier) add(v *inbox.Verdict, l *query.Look, i int32) {
	r := &c.rules[i]
	var why []query.Hit
	for _, t := range r.topics {
		if tagged(v, t) {
			continue
		}
		if why == nil {
			why = l.Hits(i, MaxWork)
		}
		hits := appendReasons(room(v), why, r)
		v.Tags = append(v.Tags, inbox.RuleTag{Topic: t, Rule: r.id, Hits: hits})
	}
	if r.queue != 0 && v.Queue == 0 {
		v.Queue, v.QueueBy = r.queue, r.id
	}
	if r.priority > v.Priority {
		v.Priority, v.RaisedBy = r.priority, r.id
	}
}

// room is where the reasons of the next tag may be written.
func room(v *inbox.Verdict) []inbox.RuleHit {
	if len(v.Tags) == cap(v.Tags) {
		return nil
	}
	return v.Tags[:len(v.Tags)+1][len(v.Tags)].Hits[:0]
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
	return appendReasons(nil, q.Hits(d), r)
}

func appendReasons(dst []inbox.RuleHit, hits []query.Hit, r *compiled) []inbox.RuleHit {
	clause, same := query.At{}, 0
	for _, h := range hits {
		if h.At != clause {
			clause, same = h.At, 0
		}
		if same++; same > maxSame || len(dst) == maxHits {
			continue
		}
		hit := inbox.RuleHit{Clause: [2]int{h.At.Start, h.At.End}}
		if h.Field == query.Text { // an author's name is not in the message
			hit.Start, hit.End = h.Start, h.End
		}
		dst = append(dst, hit)
	}
	if len(dst) == 0 {
		dst = append(dst, inbox.RuleHit{Clause: [2]int{0, r.when}})
	}
	return dst
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
