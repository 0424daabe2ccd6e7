package classify

import (
	"cmp"
	"context"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

// Defaults of a trial.
const (
	defaultSample = 20_000
	defaultNewest = 10
	// sampleStep is how many ids are drawn at first; each time twice as many.
	sampleStep = 1000
	// fewIDs is how many can be looked at as quickly as a sample of them, and likewise conversations.
	fewIDs           = 8000
	fewConversations = 1500
)

// Try implements inbox.Lab.
func (r *Rules) Try(d *inbox.Desk, t inbox.Trial) (*inbox.Tryout, error) {
	t.Newest = cmp.Or(t.Newest, defaultNewest)
	n := trying{Trial: t, desk: d, live: d.Classifier()}
	n.next = n.live
	out := &inbox.Tryout{}
	if t.When != "" {
		e, err := query.Parse(t.When)
		if err == nil {
			if bad := query.Only(e, query.Content); bad != nil {
				err = bad
			}
		}
		if err == nil {
			n.query, err = d.Bind(e)
		}
		if err != nil {
			return nil, err
		}
	}
	if t.Rules != nil {
		dir := d.Directory()
		c, err := r.compare(dir.Rules, t.Rules, dir)
		if err != nil {
			return nil, err
		}
		n.live, n.next, n.candidate, out.Changes = c.live, c.next, c, c.changes
		if t.When == "" {
			n.query, n.differing = c.touched, true
		}
	}
	out.Results = func(ctx context.Context) iter.Seq2[*inbox.Tried, error] {
		return func(yield func(*inbox.Tried, error) bool) { n.run(ctx, yield) }
	}
	return out, nil
}

// run goes through what has arrived.
func (r trying) run(ctx context.Context, yield func(*inbox.Tried, error) bool) {
	past, err := r.desk.Past(ctx, inbox.History{Query: r.query, Since: r.Since, Seed: r.Seed})
	if err != nil {
		yield(nil, err)
		return
	}
	r.past = past
	r.counted, r.left, r.said = map[cell]int64{}, map[inbox.MessageID]*draw{}, map[saying]bool{}
	more, err := r.sample(ctx, yield)
	if err == nil && more {
		more, err = r.all(ctx, yield)
	}
	switch {
	case !more:
	case err != nil:
		yield(r.result(), err)
	default:
		r.exact, r.share = true, 1
		yield(r.result(), nil)
	}
}

// trying is a trial on its way.
type trying struct {
	inbox.Trial
	desk       *inbox.Desk
	query      *query.Bound // nil: all are hits
	live, next inbox.Classifier
	candidate  *candidate // nil: no other rules are tried
	// differing says that of the hits only those are to be kept of which the other rules say something else.
	differing bool

	past  *inbox.Past
	exact bool
	share float64

	counted map[cell]int64
	looked  int64
	draws   int                       // ids
	sampled int                       // arrivals that have one
	left    map[inbox.MessageID]*draw // hits of the sample that were not yet found for certain
	newest  []inbox.TriedHit          // newest first
	said    map[saying]bool           // what people said of conversations: for it
}

// saying is a conversation, and what of it people may have said something of.
type saying struct {
	in    inbox.ConversationID
	topic inbox.TopicID
	queue inbox.QueueID
}

// cell is something that arrivals are counted by.
type cell struct {
	what what
	a, b int64
	rule string
	set  inbox.Aspect // of whatGains and whatLoses
	name string       // of a proposal
}

type what uint8

const (
	whatHit what = iota
	whatChanged
	whatDay // a: its beginning
	whatChannel
	whatAccount
	whatQueue
	whatAdds      // a: topic
	whatTakes     // a: topic
	whatMove      // a, b: queues
	whatRaise     // a, b: priorities
	whatOverruled // a: topic
	whatGains     // a: user
	whatLoses
)

// maxSpans bounds the words that are marked in a hit.
const maxSpans = 64

// draw is a hit of the sample.
type draw struct {
	times int
	cells []cell
}

// sample draws until it is enough. Where there are few, or the index knows them, all are looked at at once. more is false where nobody
// wants to know any more.
func (r *trying) sample(ctx context.Context, yield func(*inbox.Tried, error) bool) (more bool, err error) {
	if r.Sample == 0 && r.past.IDs() > fewIDs {
		r.Sample = defaultSample
		if likely, err := r.past.Likely(ctx); err != nil || likely >= 0 && likely <= fewConversations {
			return true, err
		}
	}
	begun := time.Now()
	for n := sampleStep; r.draws < r.Sample; {
		n = min(n, r.Sample-r.draws)
		some, err := r.past.Draw(ctx, n)
		if err != nil {
			return true, err
		}
		if err := r.look(ctx, some, true); err != nil {
			return true, err
		}
		r.draws += n
		if !yield(r.result(), nil) {
			return false, nil
		}
		n *= 2
		if r.SampleFor > 0 { // no more than there is likely to be time for
			took := time.Since(begun)
			n = min(n, int(float64(r.draws)*(float64(r.SampleFor)/float64(took)-1)))
			if n < sampleStep/2 {
				break
			}
		}
	}
	return true, nil
}

// all looks at everything.
func (r *trying) all(ctx context.Context, yield func(*inbox.Tried, error) bool) (more bool, err error) {
	told := time.Now()
	for s, err := range r.past.All(ctx) {
		if err == nil {
			err = r.look(ctx, s.Arrived, false)
		}
		if err != nil {
			return true, err
		}
		r.share = s.Share
		if r.share < 1 && time.Since(told) >= r.Every {
			told = time.Now()
			if !yield(r.result(), nil) {
				return false, nil
			}
		}
	}
	return true, nil
}

// look decides on arrivals.
func (r *trying) look(ctx context.Context, some []inbox.Arrived, sampled bool) error {
	hits := r.decide(some)
	var state map[inbox.ConversationID]inbox.Conversation
	if len(hits) > 0 && r.candidate != nil {
		ids := make([]inbox.ConversationID, 0, len(hits))
		for i := range hits {
			ids = append(ids, hits[i].Conversation)
		}
		slices.Sort(ids)
		err := r.desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
			state, err = tx.Conversations(slices.Compact(ids))
			return err
		})
		if err != nil {
			return err
		}
	}
	if sampled {
		r.sampled += len(some)
	} else {
		r.looked += int64(len(some))
	}
	for _, h := range hits {
		c := state[h.Conversation]
		cells := r.cells(h.Arrived, h.then, &c)
		if !r.differing || cells[len(cells)-1].what == whatChanged {
			r.keep(h.Arrived, h.doc)
		}
		if sampled {
			if have := r.left[h.Message]; have != nil {
				have.times++
			} else {
				r.left[h.Message] = &draw{1, cells}
			}
			continue
		}
		for _, c := range cells {
			r.counted[c]++
		}
		delete(r.left, h.Message)
		r.heard(h.then, &c)
	}
	return nil
}

// struck is an arrival that matches.
type struck struct {
	*inbox.Arrived
	doc  *query.Doc
	then verdicts
}

// decide cuts arrivals and decides on them, on all cores but one.
func (r *trying) decide(some []inbox.Arrived) []struck {
	cores := max(1, runtime.GOMAXPROCS(0)-1)
	parts := make([][]struck, cores)
	var work sync.WaitGroup
	for i := range parts {
		work.Go(func() {
			for n := i * len(some) / cores; n < (i+1)*len(some)/cores; n++ {
				if s, ok := r.strikes(&some[n]); ok {
					parts[i] = append(parts[i], s)
				}
			}
		})
	}
	work.Wait()
	return slices.Concat(parts...)
}

// strikes decides on one arrival. A fault of ours costs that one: it does not match, as it would not when it comes.
func (r *trying) strikes(a *inbox.Arrived) (s struck, ok bool) {
	defer func() {
		if v := recover(); v != nil {
			r.desk.Log.Error("a message could not be tried; it counts as one that does not match", "message", a.Message, "panic", v)
			ok = false
		}
	}()
	d := capped(r.desk.Document(a))
	if r.query != nil && !r.query.Match(d) {
		return s, false
	}
	return struck{a, d, r.verdicts(d)}, true
}

// verdicts are what the rules in force say of an arrival, and those that might be.
type verdicts struct{ live, next inbox.Verdict }

func (r *trying) verdicts(d *query.Doc) (v verdicts) {
	v.live = r.live.Classify(d)
	v.next = v.live
	if r.candidate != nil {
		v.next = r.next.Classify(d)
	}
	return v
}

// cells are all that an arrival counts for.
func (r *trying) cells(a *inbox.Arrived, v verdicts, c *inbox.Conversation) []cell {
	out := []cell{
		{what: whatHit},
		{what: whatDay, a: midnight(a.At.In(r.desk.Location)).Unix()},
		{what: whatChannel, a: query.Code(query.Channel, string(r.desk.Directory().Accounts[a.Account].Channel))},
		{what: whatAccount, a: int64(a.Account)},
		{what: whatQueue, a: int64(v.next.Queue)},
	}
	if r.candidate == nil {
		return out
	}
	before := len(out)
	for i := range v.next.Tags {
		if t := &v.next.Tags[i]; !tagged(&v.live, t.Topic) {
			out = append(out, cell{what: whatAdds, a: int64(t.Topic), rule: t.Rule})
			if have := c.Tag(t.Topic); have != nil && have.Removed {
				out = append(out, cell{what: whatOverruled, a: int64(t.Topic)})
			}
		}
	}
	for i := range v.live.Tags {
		if t := &v.live.Tags[i]; !tagged(&v.next, t.Topic) {
			out = append(out, cell{what: whatTakes, a: int64(t.Topic), rule: t.Rule})
		}
	}
	if v.live.Queue != v.next.Queue {
		out = append(out, cell{what: whatMove, a: int64(v.live.Queue), b: int64(v.next.Queue), rule: cmp.Or(v.next.QueueBy, v.live.QueueBy)})
	}
	if v.live.Priority != v.next.Priority {
		out = append(out, cell{what: whatRaise, a: int64(v.live.Priority), b: int64(v.next.Priority), rule: cmp.Or(v.next.RaisedBy, v.live.RaisedBy)})
	}
	out = gained(out, whatGains, &v.next, &v.live)
	out = gained(out, whatLoses, &v.live, &v.next)
	if len(out) > before {
		out = append(out, cell{what: whatChanged})
	}
	return out
}

// others are what a verdict sets beside topics, queue and priority: each with the rule that does.
func others(v *inbox.Verdict) map[cell]string {
	out := map[cell]string{}
	set := func(a inbox.Aspect, to int64, name, rule string) {
		if rule != "" {
			out[cell{set: a, a: to, name: name}] = rule
		}
	}
	if v.QueueOnly {
		set(inbox.SetQueueOnly, 0, "", v.QueueBy)
	}
	set(inbox.SetRedLane, 0, "", v.RedBy)
	set(inbox.SetAssignee, int64(v.Assignee), "", v.AssignedBy)
	set(inbox.SetSpam, 0, "", v.SpamBy)
	for _, p := range v.Proposals {
		set(inbox.SetProposal, 0, strings.TrimSpace(string(p.Do)+" "+p.Template), p.Rule)
	}
	return out
}

// gained adds what one verdict has beside topics, queue and priority that another has not.
func gained(to []cell, w what, v, than *inbox.Verdict) []cell {
	have := others(than)
	for c, rule := range others(v) {
		if _, same := have[c]; !same {
			c.what, c.rule = w, rule
			to = append(to, c)
		}
	}
	return to
}

// heard notes what people said of what rules that differ would set, once for a conversation.
func (r *trying) heard(v verdicts, c *inbox.Conversation) {
	if r.candidate == nil {
		return
	}
	for i := range v.next.Tags {
		t := &v.next.Tags[i]
		if said := c.Tag(t.Topic); said != nil && said.By != 0 && r.judges(t.Topic, 0) {
			r.said[saying{in: c.ID, topic: t.Topic}] = !said.Removed
		}
	}
	if v.next.Queue != 0 && c.QueueSet && r.judges(0, v.next.Queue) {
		r.said[saying{in: c.ID, queue: v.next.Queue}] = c.Queue == v.next.Queue
	}
}

// judges reports whether it is to be told what people said of a topic or a queue: where a rule that differs sets it.
func (r *trying) judges(t inbox.TopicID, q inbox.QueueID) bool {
	return t != 0 && r.candidate.topics[t] || q != 0 && r.candidate.queues[q]
}

// keep keeps an arrival if it is among the newest.
func (r *trying) keep(a *inbox.Arrived, d *query.Doc) {
	newer := func(x, y *inbox.Arrived) bool { return x.At.After(y.At) || x.At.Equal(y.At) && x.Message > y.Message }
	i := 0
	for i < len(r.newest) && newer(&r.newest[i].Arrived, a) {
		i++
	}
	if i == r.Newest || i < len(r.newest) && r.newest[i].Message == a.Message {
		return
	}
	r.newest = slices.Insert(r.newest, i, inbox.TriedHit{Arrived: *a, Spans: spans(r.query, d)})
	r.newest = r.newest[:min(len(r.newest), r.Newest)]
}

// spans are the words that satisfied a query, in order, each once.
func spans(q *query.Bound, d *query.Doc) [][2]int {
	if q == nil {
		return nil
	}
	var out [][2]int
	for _, h := range q.Hits(d) {
		if h.Field == query.Text && h.End > h.Start && len(out) < maxSpans {
			out = append(out, [2]int{int(h.Start), int(h.End)})
		}
	}
	return apart(out)
}

// apart puts stretches in order and joins those that touch.
func apart(in [][2]int) (out [][2]int) {
	slices.SortFunc(in, func(a, b [2]int) int { return a[0] - b[0] })
	for _, s := range in {
		if n := len(out); n > 0 && s[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], s[1])
			continue
		}
		out = append(out, s)
	}
	return out
}
