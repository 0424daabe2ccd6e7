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
	shadow   bool
	only     bool
	spam     bool
	red      bool
	assignee inbox.UserID
	template string
	propose  []inbox.Propose
	schedule *schedule // nil: at any time
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
	*v = inbox.Verdict{
		Version: c.version, Tags: v.Tags[:0], Struck: v.Struck[:0], Proposals: v.Proposals[:0], Shadow: v.Shadow[:0],
	}
	if failed := l.Undecided(); failed >= 0 {
		v.Failed = c.rules[failed].id
	}
	for _, i := range l.Matched() {
		r := &c.rules[i]
		if !r.schedule.covers(d) {
			continue
		}
		if r.shadow {
			v.Shadow = append(v.Shadow, r.id)
			continue
		}
		c.add(v, l, i)
		if r.stop {
			break
		}
	}
}

// add writes a matching rule into the verdict. Of what sets nothing that a rule before it has not set nobody asks why.
func (c *Classifier) add(v *inbox.Verdict, l *query.Look, i int32) {
	r := &c.rules[i]
	first := len(v.Tags)
	for _, t := range r.topics {
		if !tagged(v, t) {
			v.Tags = append(v.Tags, inbox.RuleTag{Topic: t, Rule: r.id})
		}
	}
	sets := len(v.Tags) > first
	if r.queue != 0 && (v.Queue == 0 || r.only && !v.QueueOnly) {
		v.Queue, v.QueueBy, v.QueueOnly, sets = r.queue, r.id, r.only, true
	}
	if r.priority > v.Priority {
		v.Priority, v.RaisedBy, sets = r.priority, r.id, true
	}
	if r.red && v.RedBy == "" {
		v.RedBy, sets = r.id, true
	}
	if r.assignee != 0 && v.Assignee == 0 {
		v.Assignee, v.AssignedBy, sets = r.assignee, r.id, true
	}
	if r.spam && v.SpamBy == "" {
		v.SpamBy, sets = r.id, true
	}
	for _, p := range r.propose {
		sets = propose(v, inbox.RuleProposal{Do: p, Rule: r.id}) || sets
	}
	if r.template != "" {
		sets = propose(v, inbox.RuleProposal{Do: inbox.ProposeTemplate, Template: r.template, Rule: r.id}) || sets
	}
	s := inbox.Strike{Rule: r.id, Hits: room(v)}
	if sets {
		s.Hits = appendReasons(s.Hits, l.Hits(i, MaxWork), r)
	}
	for j := first; j < len(v.Tags); j++ {
		v.Tags[j].Hits = s.Hits
	}
	v.Struck = append(v.Struck, s)
}

// propose adds what no rule before has proposed.
func propose(v *inbox.Verdict, p inbox.RuleProposal) (added bool) {
	for _, have := range v.Proposals {
		if have.Do == p.Do && have.Template == p.Template {
			return false
		}
	}
	v.Proposals = append(v.Proposals, p)
	return true
}

// room is where the reasons of the next strike may be written.
func room(v *inbox.Verdict) []inbox.RuleHit {
	if len(v.Struck) == cap(v.Struck) {
		return nil
	}
	return v.Struck[:len(v.Struck)+1][len(v.Struck)].Hits[:0]
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
