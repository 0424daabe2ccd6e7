package classify

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

// result tells how the trial stands: what was counted for certain, and for what is left what the sample says of it.
func (r *trying) result() *inbox.Tried {
	n := maps.Clone(r.counted)
	left := map[what]int{}
	if !r.exact {
		guess := map[cell]int{}
		for _, d := range r.left {
			for _, c := range d.cells {
				guess[c] += d.times
				left[c.what] += d.times
			}
		}
		for c, k := range guess {
			n[c] += int64(math.Round(float64(k) / float64(r.draws) * float64(r.past.IDs())))
		}
	}
	out := &inbox.Tried{
		Exact: r.exact, Share: r.share, Sample: r.sampled, Looked: r.looked, Newest: slices.Clone(r.newest),
		Channels: map[inbox.Channel]int64{}, Accounts: map[inbox.AccountID]int64{}, Queues: map[inbox.QueueID]int64{},
	}
	total := func(w what) inbox.Estimate {
		counted := r.counted[cell{what: w}]
		if r.exact {
			return certain(counted)
		}
		return estimate(counted, left[w], r.draws, r.past.IDs())
	}
	out.Hits, out.Changed = total(whatHit), total(whatChanged)
	days := map[int64]int64{}
	for c, n := range n {
		switch c.what {
		case whatDay:
			days[c.a] = n
		case whatChannel:
			out.Channels[channelOf(c.a)] = n
		case whatAccount:
			out.Accounts[inbox.AccountID(c.a)] = n
		case whatQueue:
			out.Queues[inbox.QueueID(c.a)] = n
		case whatAdds, whatTakes:
			out.Topics = append(out.Topics, inbox.TopicChange{Topic: inbox.TopicID(c.a), Rule: c.rule, Adds: c.what == whatAdds, N: n})
		case whatMove:
			out.Moves = append(out.Moves, inbox.QueueMove{From: inbox.QueueID(c.a), To: inbox.QueueID(c.b), Rule: c.rule, N: n})
		case whatRaise:
			out.Priorities = append(out.Priorities, inbox.PriorityChange{From: inbox.Priority(c.a), To: inbox.Priority(c.b), Rule: c.rule, N: n})
		case whatOverruled:
			out.Overruled += n
		case whatGains, whatLoses:
			out.Others = append(out.Others, inbox.OtherChange{Set: c.set, To: c.a, Name: c.name, Rule: c.rule, Adds: c.what == whatGains, N: n})
		case whatHit, whatChanged:
		}
	}
	out.Days = r.days(days)
	slices.SortFunc(out.Topics, func(a, b inbox.TopicChange) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Rule, b.Rule))
	})
	slices.SortFunc(out.Moves, func(a, b inbox.QueueMove) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Rule, b.Rule))
	})
	slices.SortFunc(out.Priorities, func(a, b inbox.PriorityChange) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Rule, b.Rule))
	})
	slices.SortFunc(out.Others, func(a, b inbox.OtherChange) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Set, b.Set), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.To, b.To))
	})
	out.Judged = r.judged()
	return out
}

// judged counts what people said, by what they said it of.
func (r *trying) judged() []inbox.Judged {
	of := map[saying]*inbox.Judged{}
	for s, agrees := range r.said {
		k := saying{topic: s.topic, queue: s.queue}
		j := of[k]
		if j == nil {
			j = &inbox.Judged{Topic: s.topic, Queue: s.queue}
			of[k] = j
		}
		if agrees {
			j.For++
		} else {
			j.Against++
		}
	}
	var out []inbox.Judged
	for _, j := range of {
		out = append(out, *j)
	}
	slices.SortFunc(out, func(a, b inbox.Judged) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Queue, b.Queue))
	})
	return out
}

// days lists all days, those without a hit too.
func (r *trying) days(of map[int64]int64) []inbox.TriedDay {
	loc := r.desk.Location
	today := r.desk.Now().In(loc)
	first := r.Since.In(loc)
	if r.Since.IsZero() {
		if len(of) == 0 {
			return nil
		}
		first = time.Unix(slices.Min(slices.Collect(maps.Keys(of))), 0).In(loc)
	}
	var out []inbox.TriedDay
	for at := midnight(first); !at.After(today); at = midnight(at.AddDate(0, 0, 1)) {
		out = append(out, inbox.TriedDay{Start: at, N: of[at.Unix()]})
	}
	return out
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func channelOf(code int64) inbox.Channel {
	for _, v := range query.Channel.Info().Values {
		if v.Code == code {
			return inbox.Channel(v.Name)
		}
	}
	return ""
}
