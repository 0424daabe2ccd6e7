package inbox

import (
	"context"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text/signal"
)

// Arrived is an arrival that is stored: an inbound message that is still there and is not Aside, with what is known today of who wrote
// it. An edited one has its newest text.
type Arrived struct {
	Message      MessageID
	Conversation ConversationID
	Account      AccountID
	Kind         Kind
	At           time.Time
	Text         string
	Media        bool
	InHours      bool
	Signals      signal.Signals // as they were read, or a person has said; 0: not read
	Author       *Author        // nil: the platform does not show who it is; its Remote is not read
}

// Document makes the document that rules match of what has arrived: the one that the desk would make if it came today.
func (d *Desk) Document(a *Arrived) *query.Doc {
	return d.docs.arrived(d.Directory().Accounts[a.Account], a)
}

// History says which of what has arrived is wanted.
type History struct {
	// Query need not be decided here: what comes holds every arrival that it matches, and as few others as the index can tell.
	Query *query.Bound // nil: all
	Since time.Time    // zero: from the beginning
	Seed  uint64       // of Draw
}

// Past goes through arrivals: some drawn by chance, or all. What changes meanwhile comes as it was or as it is; what arrives after it
// began does not come. It is for one goroutine.
type Past struct {
	desk   *Desk
	want   History
	lo, hi MessageID // all arrivals that are wanted have ids in [lo, hi]
	rnd    *rand.Rand

	planned bool
	among   []ConversationID // where the index could tell: all that can be wanted are in these
	indexed bool
}

// Past begins to go through arrivals.
func (d *Desk) Past(ctx context.Context, want History) (*Past, error) {
	p := &Past{desk: d, want: want, rnd: rand.New(rand.NewPCG(want.Seed, 0x1f77e2))}
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		p.lo, p.hi, err = tx.ArrivalIDs(want.Since)
		return err
	})
	return p, err
}

// IDs is how many ids there are among which the arrivals are: each of n that Draw drew stands for IDs()/n.
func (p *Past) IDs() int64 {
	if p.hi == 0 {
		return 0
	}
	return int64(p.hi-p.lo) + 1
}

// Draw draws n ids by chance, spread evenly over all of them and so over the time that they came, and gives the arrivals that have one,
// whatever the query. One that is drawn again is given again.
func (p *Past) Draw(ctx context.Context, n int) ([]Arrived, error) {
	if p.hi == 0 {
		return nil, nil
	}
	ids := make([]MessageID, n)
	span := float64(p.IDs())
	for i := range ids { // one of each stretch of the same length
		ids[i] = p.lo + MessageID((float64(i)+p.rnd.Float64())*span/float64(n))
	}
	var out []Arrived
	for part := range slices.Chunk(ids, pastStep) {
		err := p.desk.Store.View(ctx, func(tx Tx) error {
			some, err := tx.ArrivalsAmong(slices.Compact(slices.Clone(part)), p.want.Since)
			out = append(out, drawn(some, part)...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Likely is how many conversations the index says can hold what is wanted; -1 where it cannot tell, and all arrivals are looked at.
func (p *Past) Likely(ctx context.Context) (int, error) {
	if err := p.plan(ctx); err != nil {
		return 0, err
	}
	if !p.indexed {
		return -1, nil
	}
	return len(p.among), nil
}

// Some is a part of what has arrived.
type Some struct {
	Arrived []Arrived
	Share   float64 // of the whole way that is behind with this part: 0 to 1
}

// All gives all arrivals that are wanted, newest first as far as it can be told, some at a time. Live work goes before: between two
// parts it rests.
func (p *Past) All(ctx context.Context) iter.Seq2[Some, error] {
	return func(yield func(Some, error) bool) {
		if err := p.plan(ctx); err != nil {
			yield(Some{}, err)
			return
		}
		ctx, stop := context.WithCancel(ctx)
		parts := make(chan Some, 1)
		failed := make(chan error, 1)
		go func() { // reads ahead while what was read is looked at
			defer close(parts)
			failed <- guarded(ctx, func(ctx context.Context) error { return p.read(ctx, parts) })
		}()
		defer func() {
			stop()
			for range parts { // until the reader has ended
			}
		}()
		for s := range parts {
			if !yield(s, nil) {
				return
			}
		}
		if err := <-failed; err != nil {
			yield(Some{}, err)
		}
	}
}

// Bounds of a part: arrivals of a scan, and conversations where the index could tell.
const (
	pastStep          = 1000
	pastConversations = 400
)

// restShare is the rest after a part: one so-manieth of the time that it took to read.
const restShare = 8

// read reads all parts.
func (p *Past) read(ctx context.Context, parts chan<- Some) error {
	below, among := p.hi+1, p.among
	for left := true; left; {
		begun := time.Now()
		var s Some
		err := p.desk.Store.View(ctx, func(tx Tx) (err error) {
			if p.indexed {
				n := min(pastConversations, len(among))
				s.Arrived, err = tx.ArrivalsIn(among[:n], p.want.Since)
				among = among[n:]
				left = len(among) > 0
				s.Share = 1 - float64(len(among))/float64(max(1, len(p.among)))
				return err
			}
			s.Arrived, err = tx.ArrivalsBelow(below, p.lo, p.want.Since, pastStep)
			if left = len(s.Arrived) == pastStep; left {
				below = s.Arrived[pastStep-1].Message
				s.Share = 1 - float64(below-p.lo)/float64(max(1, p.IDs()))
			} else {
				s.Share = 1
			}
			return err
		})
		if err != nil {
			return err
		}
		rest := time.NewTimer(time.Since(begun) / restShare)
		select {
		case parts <- s:
		case <-ctx.Done():
			rest.Stop()
			return ctx.Err()
		}
		select {
		case <-rest.C:
		case <-ctx.Done():
			rest.Stop()
			return ctx.Err()
		}
	}
	return nil
}

// plan asks the index, if that is the shorter way: conversations are read one by one, and everything in the order of its ids.
func (p *Past) plan(ctx context.Context) (err error) {
	if p.planned {
		return nil
	}
	p.planned = true
	if p.want.Query == nil || p.desk.Index == nil {
		return nil
	}
	r, err := p.desk.Index.Reader(ctx)
	if err != nil {
		if CodeOf(err) == Unavailable {
			return nil // it says so itself, in the status
		}
		return err
	}
	defer func() {
		if cerr := r.Close(); err == nil {
			err = cerr
		}
	}()
	recent := &query.Window{Field: query.Age, Lo: p.want.Since.UnixMilli(), Hi: forever}
	if p.want.Since.IsZero() {
		recent.Lo = 0
	}
	all, err := r.Narrow(&query.Bound{Root: recent}, true)
	if err != nil {
		return err
	}
	b := &query.Bound{Root: &query.AllOf{Kids: []query.Node{recent, holds(p.want.Query.Root)}}}
	n, err := r.Narrow(b, true)
	if err != nil || n.Guess*pastDearer > all.Guess {
		return err
	}
	among := make([]ConversationID, 0, n.Guess)
	seen := make(map[ConversationID]bool, n.Guess)
	err = r.Walk(ctx, b, Key{}, func(k Key, _ bool) bool {
		among, seen[k.ID] = append(among, k.ID), true
		return true
	})
	if err != nil {
		return err
	}
	var changes []Change
	err = p.desk.Store.View(ctx, func(tx Tx) (err error) {
		changes, err = tx.Changes(r.Seq(), maxTail+1)
		return err
	})
	if err != nil || len(changes) > maxTail {
		return err
	}
	for _, c := range changes { // behind the index: they may be wanted
		if c.Conversation != 0 && !seen[c.Conversation] {
			among, seen[c.Conversation] = append(among, c.Conversation), true
		}
	}
	p.among, p.indexed = among, true
	return nil
}

// pastDearer is how many conversations in the order of ids cost as much as one that is looked for.
const pastDearer = 3

// forever is behind every time.
const forever = 1 << 62

// holds gives a query on conversations: one that has an arrival which matches n matches it. An arrival has the words of one message, a
// conversation those of all: what an arrival must not have, a conversation may.
func holds(n query.Node) query.Node {
	switch n := n.(type) {
	case *query.AllOf:
		return &query.AllOf{Kids: holdsAll(n.Kids)}
	case *query.AnyOf:
		return &query.AnyOf{Kids: holdsAll(n.Kids)}
	case *query.Seek, *query.Window:
		return n
	case *query.Member:
		if !n.None && n.Field != query.Kind { // a conversation has the kind of its first message
			return n
		}
	case *query.Without:
	}
	return &query.AllOf{}
}

func holdsAll(kids []query.Node) []query.Node {
	out := make([]query.Node, len(kids))
	for i, k := range kids {
		out[i] = holds(k)
	}
	return out
}

// drawn gives arrivals in the order of the ids that were drawn, one that was drawn twice twice.
func drawn(some []Arrived, ids []MessageID) []Arrived {
	at := make(map[MessageID]int, len(some))
	for i := range some {
		at[some[i].Message] = i
	}
	out := make([]Arrived, 0, len(some))
	for _, id := range ids {
		if i, ok := at[id]; ok {
			out = append(out, some[i])
		}
	}
	return out
}

// Arrived is an inbound message of the thread as rules see it.
func (t *Thread) Arrived(m *Message) *Arrived {
	a := &Arrived{
		Message: m.ID, Conversation: m.Conversation, Account: m.Account, Kind: m.Kind, At: m.At, Text: m.Text, Media: len(m.Media) > 0, InHours: m.InHours,
		Signals: m.Signals,
	}
	if who, ok := t.Identities[m.Author]; ok && m.Author != 0 {
		a.Author = &Author{Name: who.Name, Handle: who.Handle, Followers: who.Followers}
	}
	return a
}
