package classify

import (
	"cmp"
	"slices"

	"lytter/inbox"
	"lytter/inbox/query"
)

// maxNear bounds the rules that nearly match.
const maxNear = 5

// Explain implements inbox.Lab.
func (r *Rules) Explain(d *inbox.Desk, arrivals []*query.Doc) []inbox.Explanation {
	x := r.explainer(d)
	out := make([]inbox.Explanation, len(arrivals))
	for i, a := range arrivals {
		out[i] = x.explain(a)
	}
	return out
}

// explainer is the rules in force with their texts.
type explainer struct {
	file *File
	c    *Classifier
}

func (r *Rules) explainer(d *inbox.Desk) *explainer {
	dir := d.Directory()
	f, c, _, _ := r.read(bytesOf(dir.Rules), dir, false) // what is wrong with rules in force they do without
	if dir.Rules != nil {
		c.version = dir.Rules.Version
	}
	return &explainer{f, c}
}

// text is the i-th rule as it is written.
func (x *explainer) text(i int) inbox.RuleText {
	r := &x.file.Rules[i]
	return inbox.RuleText{Rule: r.ID, Name: r.Name, When: r.When}
}

// explain tells which rules match an arrival and why, and which nearly do.
func (x *explainer) explain(arrival *query.Doc) inbox.Explanation {
	d := capped(arrival)
	out := inbox.Explanation{Verdict: x.c.Classify(arrival)}
	stop := ""
	var set []inbox.TopicID
	for i := range x.file.Rules {
		q, r := x.c.set.Query(int32(i)), &x.c.rules[i]
		if q == nil {
			continue
		}
		if !q.Match(d) {
			if n, ok := nearly(q, d); ok {
				n.RuleText = x.text(i)
				out.Near = append(out.Near, n)
			}
			continue
		}
		s := inbox.StruckRule{RuleText: x.text(i), Hits: reasons(q, r, d), Shadow: r.shadow, Closed: !r.schedule.covers(d)}
		switch {
		case s.Shadow, s.Closed:
		case stop != "":
			s.After = stop
		default:
			for _, t := range r.topics {
				if slices.Contains(set, t) {
					s.Late = append(s.Late, t)
				} else {
					s.Sets, set = append(s.Sets, t), append(set, t)
				}
			}
			s.Acts = acts(&out.Verdict, r.id)
			if r.stop {
				stop = r.id
			}
		}
		out.Struck = append(out.Struck, s)
	}
	slices.SortStableFunc(out.Near, func(a, b inbox.NearRule) int {
		return cmp.Or(cmp.Compare(len(a.Stops), len(b.Stops)), cmp.Compare(len(b.Met), len(a.Met)))
	})
	out.Near = out.Near[:min(len(out.Near), maxNear)]
	return out
}

// acts is what a rule decides beside topics.
func acts(v *inbox.Verdict, rule string) (out []inbox.Aspect) {
	of := func(a inbox.Aspect, by string) {
		if by == rule {
			out = append(out, a)
		}
	}
	of(inbox.SetQueue, v.QueueBy)
	of(inbox.SetRedLane, v.RedBy)
	of(inbox.SetPriority, v.RaisedBy)
	of(inbox.SetAssignee, v.AssignedBy)
	of(inbox.SetSpam, v.SpamBy)
	if slices.ContainsFunc(v.Proposals, func(p inbox.RuleProposal) bool { return p.Rule == rule }) {
		out = append(out, inbox.SetProposal)
	}
	return out
}

// nearly tells where a query that does not match stops, if words of the message are met by another part of it.
func nearly(q *query.Bound, d *query.Doc) (inbox.NearRule, bool) {
	w := walker{d: d}
	w.fails(q.Root)
	n := inbox.NearRule{Met: w.met, Stops: w.stops}
	return n, len(w.met) > 0 && len(w.stops) <= maxParts
}

// walker collects what of a query holds on a document, and what does not.
type walker struct {
	d     *query.Doc
	met   []inbox.RuleHit
	stops []inbox.RuleStop
}

// fails walks a part that does not hold.
func (w *walker) fails(n query.Node) {
	switch n := n.(type) {
	case *query.AllOf:
		for _, k := range n.Kids {
			if hits, ok := w.hits(k); ok {
				w.met = append(w.met, hits...)
			} else {
				w.fails(k)
			}
		}
	case *query.AnyOf: // the alternative that lacks least speaks for all
		var best *walker
		for _, k := range n.Kids {
			kid := walker{d: w.d}
			kid.fails(k)
			if len(kid.met) > 0 && (best == nil || len(kid.stops) < len(best.stops)) {
				best = &kid
			}
		}
		if best == nil {
			w.stops = append(w.stops, inbox.RuleStop{At: extentOf(n)})
			return
		}
		w.met, w.stops = append(w.met, best.met...), append(w.stops, best.stops...)
	case *query.Without:
		hits, _ := w.hits(n.Kid)
		w.stops = append(w.stops, inbox.RuleStop{At: extentOf(n.Kid), Not: true, Hits: hits})
	case *query.Seek, *query.Member, *query.Window:
		w.stops = append(w.stops, inbox.RuleStop{At: extentOf(n)})
	}
}

// hits gives the words that satisfy a part, if it holds.
func (w *walker) hits(n query.Node) (out []inbox.RuleHit, ok bool) {
	b := query.Bound{Root: n}
	if !b.Match(w.d) {
		return nil, false
	}
	for _, h := range b.Hits(w.d) {
		if h.Field == query.Text && h.End > h.Start && len(out) < maxHits {
			out = append(out, inbox.RuleHit{Clause: [2]int{h.At.Start, h.At.End}, Start: h.Start, End: h.End})
		}
	}
	return out, true
}

// extentOf is where a part of a bound query stands in its text: from its first atom to its last.
func extentOf(n query.Node) query.At {
	switch n := n.(type) {
	case *query.AllOf:
		return extentAll(n.Kids)
	case *query.AnyOf:
		return extentAll(n.Kids)
	case *query.Without:
		return extentOf(n.Kid)
	case *query.Seek:
		return n.At
	case *query.Member:
		return n.At
	case *query.Window:
		return n.At
	}
	return query.At{}
}

func extentAll(kids []query.Node) (out query.At) {
	for i, k := range kids {
		at := extentOf(k)
		if i == 0 {
			out = at
		}
		out.Start, out.End = min(out.Start, at.Start), max(out.End, at.End)
	}
	return out
}
