package inbox

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"lytter/inbox/query"
)

// Hub keeps views live. One per process reads the log once, gives each changed conversation to one query.Set of all distinct views,
// keeps who is in each, and wakes the sessions for which something visible changed. It also holds the documents of all open and
// snoozed conversations, over which most searches run.
type Hub struct {
	desk *Desk

	turn sync.Mutex // held from reading conversations to applying them, so that what is older never overwrites what is newer

	mu      sync.RWMutex
	began   Seq  // the log is followed from here
	seq     Seq  // every change up to here is in
	ready   bool // the open conversations are loaded
	partial bool // there are too many open ones to hold: searches take another road
	order   *ranks
	docs    map[ConversationID]*query.Doc
	views   map[string]*liveView // by the bound query's Key
	set     *query.Set           // of setOf
	setOf   []*liveView
	subs    map[*Sub]struct{}
	hits    []int32

	loaded chan struct{} // closed when ready
	hungry chan struct{} // holds one: there are views to fill
}

// maxLive is how many open conversations are held in memory.
const maxLive = 100_000

// deltaEvery is how often a session hears of changes, at most.
const deltaEvery = 150 * time.Millisecond

func newHub(d *Desk) *Hub {
	return &Hub{
		desk: d, order: newRanks(0), docs: map[ConversationID]*query.Doc{}, views: map[string]*liveView{}, set: query.NewSet(nil),
		subs: map[*Sub]struct{}{}, loaded: make(chan struct{}), hungry: make(chan struct{}, 1),
	}
}

// Run follows the log until ctx ends. What fails on the way, a read that took too long or a database that was away, is told and tried
// again: webhooks, replies and sessions do not end because a view could not be brought up to date.
func (h *Hub) Run(ctx context.Context) error {
	h.keepOn(ctx, h.load)
	var beside sync.WaitGroup
	beside.Go(func() { h.keepOn(ctx, h.ticks) })
	beside.Go(func() { h.keepOn(ctx, h.fillings) })
	h.keepOn(ctx, func(ctx context.Context) error {
		for {
			if err := h.desk.Store.Wait(ctx, h.Seq()); err != nil {
				return err
			}
			if err := h.follow(ctx); err != nil {
				return err
			}
		}
	})
	beside.Wait()
	return nil
}

// The pauses before what failed is tried again: the first, and the longest.
const (
	hubPause     = 50 * time.Millisecond
	hubPauseMost = 10 * time.Second
)

// keepOn runs f until it returns nil or ctx ends.
func (h *Hub) keepOn(ctx context.Context, f func(context.Context) error) {
	for pause := hubPause; ctx.Err() == nil; pause = min(2*pause, hubPauseMost) {
		begun := time.Now()
		err := guarded(ctx, f)
		if err == nil || ctx.Err() != nil {
			return
		}
		h.desk.Log.Error("live views wait, and go on", "err", err)
		if time.Since(begun) > hubPauseMost {
			pause = hubPause // it had gone well for a while
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// guarded runs f; a panic in it is an error.
func guarded(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("hub: panic: %v\n%s", v, debug.Stack())
		}
	}()
	return f(ctx)
}

// Seq is the position up to which the hub has followed.
func (h *Hub) Seq() Seq {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.seq
}

// Loaded is closed when the open conversations are in memory.
func (h *Hub) Loaded() <-chan struct{} { return h.loaded }

// load reads the open and snoozed conversations.
func (h *Hub) load(ctx context.Context) error {
	var seq Seq
	var stamps []Stamp
	byID := map[ConversationID]*query.Doc{}
	err := h.desk.Store.View(ctx, func(tx Tx) (err error) {
		if seq, err = tx.LastSeq(); err != nil {
			return err
		}
		if stamps, err = tx.LiveConversations(maxLive + 1); err != nil || len(stamps) > maxLive {
			return err
		}
		for i := 0; i < len(stamps); i += 500 {
			if err := ctx.Err(); err != nil {
				return err
			}
			part := stamps[i:min(i+500, len(stamps))]
			ds, _, err := h.desk.docs.load(tx, part)
			if err != nil {
				return err
			}
			for j, st := range part {
				byID[st.ID] = ds[j]
			}
		}
		return nil
	})
	if err == nil {
		err = h.rename(ctx) // views that were bound before
	}
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range h.views { // and filled
		if v.filled {
			seq = min(seq, v.since)
		}
	}
	h.began, h.seq, h.ready = seq, seq, true
	h.partial = len(stamps) > maxLive
	if !h.partial {
		h.docs = byID
		h.order = newRanks(len(stamps))
		keys := make([]Key, len(stamps))
		for i, st := range stamps {
			keys[i] = st.Key
		}
		h.order.fill(keys, func(ConversationID) bool { return false })
	}
	close(h.loaded)
	return nil
}

// follow takes in what is new in the log. What is renamed is renamed before the position behind it is told.
func (h *Hub) follow(ctx context.Context) error {
	for {
		var changes []Change
		var upd []update
		setup := false
		err := func() error {
			h.turn.Lock()
			defer h.turn.Unlock()
			from := h.Seq()
			err := h.desk.Store.View(ctx, func(tx Tx) (err error) {
				if changes, err = tx.Changes(from, 1000); err != nil {
					return err
				}
				var ids []ConversationID
				seen := map[ConversationID]bool{}
				for _, c := range changes {
					setup = setup || c.Kind.Setup()
					if c.Conversation != 0 && !seen[c.Conversation] {
						seen[c.Conversation] = true
						ids = append(ids, c.Conversation)
					}
				}
				upd, err = h.read(tx, ids)
				return err
			})
			if err == nil && setup {
				err = h.rename(ctx)
			}
			if err == nil && len(changes) > 0 {
				h.apply(changes[len(changes)-1].Seq, upd, nil)
			}
			return err
		}()
		if err != nil || len(changes) == 0 {
			return err
		}
	}
}

// update is a conversation as it is now; doc is nil if it is gone.
type update struct {
	key  Key
	live bool
	doc  *query.Doc
}

func (h *Hub) read(tx Tx, ids []ConversationID) ([]update, error) {
	threads, err := tx.Threads(ids)
	if err != nil {
		return nil, err
	}
	have := map[ConversationID]*Thread{}
	for _, t := range threads {
		have[t.ID] = t
	}
	out := make([]update, len(ids))
	for i, id := range ids {
		out[i].key.ID = id
		if t := have[id]; t != nil {
			out[i] = update{key: t.Key(), live: t.Live(), doc: h.desk.docs.conversation(t)}
		}
	}
	return out, nil
}

// apply brings views up to date with some conversations; only, if not nil, names the views to look at.
func (h *Hub) apply(seq Seq, upd []update, only map[*liveView]bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seq > h.seq {
		h.seq = seq
	}
	moved := map[*liveView]bool{}
	changed := map[ConversationID]bool{}
	in := map[*liveView]bool{}
	for _, u := range upd {
		id := u.key.ID
		changed[id] = true
		if only == nil && !h.partial {
			h.keepLive(u)
		}
		clear(in)
		if u.doc != nil {
			h.hits = h.matches(u.doc)
			for _, i := range h.hits {
				in[h.setOf[i]] = true
			}
		}
		for _, v := range h.setOf {
			if only != nil && !only[v] {
				continue
			}
			if v.touched != nil {
				v.touched[id] = true
			}
			if in[v] && v.members.put(u.key) || !in[v] && v.members.remove(id) {
				moved[v] = true
			}
		}
	}
	for s := range h.subs {
		s.tell(moved, changed)
	}
}

// matches says which views a document is in. A fault of a query costs the conversation its views, not the desk its work.
func (h *Hub) matches(d *query.Doc) (hits []int32) {
	defer func() {
		if v := recover(); v != nil {
			h.desk.Log.Error("a conversation could not be matched", "conversation", d.ID, "panic", v)
			hits = nil
		}
	}()
	return h.set.Match(d, h.hits[:0])
}

func (h *Hub) keepLive(u update) {
	if u.doc == nil || !u.live {
		h.order.remove(u.key.ID)
		delete(h.docs, u.key.ID)
		return
	}
	h.order.put(u.key)
	h.docs[u.key.ID] = u.doc
}

// liveFound is what a look over the open conversations gave.
type liveFound struct {
	keys    []Key
	looked  int
	words   int64
	cut     bool // there may be more
	stopped bool // it cost more than it may
	at      Key  // the last that was looked at
}

// liveStep is how many open conversations a search takes at a time: views that follow the log do not wait for one that is costly.
const liveStep = 256

// liveMatches answers a search that asks only for open or snoozed conversations, as of a position of the log; ok is false for others.
// What changes while it looks has changed since that position.
func (h *Hub) liveMatches(b *query.Bound, p Page) (f liveFound, seq Seq, ok bool) {
	if !onlyLive(b) {
		return f, 0, false
	}
	before := p.Before
	for first := true; ; first = false {
		keys, docs, now, ok := h.liveBefore(before)
		if !ok {
			return f, 0, false
		}
		if first {
			seq = now
		}
		for i, k := range keys {
			if f.cut = len(f.keys) >= p.Size+spare; f.cut {
				return f, seq, true
			}
			matches, words := b.Cost(docs[i])
			f.looked, f.words, f.at = f.looked+1, f.words+int64(words), k
			if matches {
				f.keys = append(f.keys, k)
			}
			if f.stopped = f.words >= p.maxWords() && (i+1 < len(keys) || len(keys) == liveStep); f.stopped {
				return f, seq, true
			}
		}
		if len(keys) < liveStep {
			return f, seq, true
		}
		before = keys[len(keys)-1]
	}
}

// spare is how many hits more are looked for than are wanted: changes behind the hub may take some away.
const spare = 200

// liveBefore gives the next open conversations before a key (the zero Key: from the newest), newest first.
func (h *Hub) liveBefore(before Key) (keys []Key, docs []*query.Doc, seq Seq, ok bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if !h.ready || h.partial {
		return nil, nil, 0, false
	}
	end := len(h.order.keys)
	if before != (Key{}) {
		end = h.order.search(before)
	}
	for i := end - 1; i >= max(end-liveStep, 0); i-- {
		keys, docs = append(keys, h.order.keys[i]), append(docs, h.docs[h.order.keys[i].ID])
	}
	return keys, docs, h.seq, true
}

// fewLive is how many open conversations are looked at sooner than the index is asked.
const fewLive = 1000

// manyLive reports whether a query asks only for open or snoozed conversations, and there are many.
func (h *Hub) manyLive(b *query.Bound) bool {
	if !onlyLive(b) {
		return false
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.order.keys) > fewLive
}

// onlyLive reports whether a query can match only open or snoozed conversations.
func onlyLive(b *query.Bound) bool {
	ids := b.Requires(query.Is)
	if len(ids) == 0 {
		return false
	}
	for _, id := range ids {
		if id != query.Code(query.Is, string(Open)) && id != query.Code(query.Is, string(Snoozed)) {
			return false
		}
	}
	return true
}

// ticks moves the clock of views that depend on it, once a second.
func (h *Hub) ticks(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if err := h.Tick(ctx); err != nil {
				return err
			}
		}
	}
}

// timeFields says where the store keeps the times that a query can ask for.
var timeFields = map[query.Field]TimeField{
	query.Age: ByLastAt, query.Started: ByFirstAt, query.Waiting: ByWaiting, query.Due: ByDue, query.Time: ByMessages,
}

// Tick looks again at the conversations whose times the edges of clock-dependent views have passed since the last Tick.
func (h *Hub) Tick(ctx context.Context) error {
	now := h.desk.now()
	h.turn.Lock()
	defer h.turn.Unlock()
	h.mu.RLock()
	later := map[*liveView]*query.Bound{}
	crossed := map[query.Stretch]bool{}
	for _, v := range h.views {
		if !v.bound.Clock {
			continue
		}
		b := v.bound.At(now)
		for _, st := range v.bound.Crossed(b) {
			crossed[st] = true
		}
		later[v] = b
	}
	h.mu.RUnlock()
	if len(later) == 0 {
		return nil
	}
	var upd []update
	err := h.desk.Store.View(ctx, func(tx Tx) error {
		seen := map[ConversationID]bool{}
		var ids []ConversationID
		for st := range crossed {
			got, err := tx.Between(timeFields[st.Field], time.UnixMilli(st.Lo), time.UnixMilli(st.Hi), 1<<20)
			if err != nil {
				return err
			}
			for _, id := range got {
				if !seen[id] {
					seen[id] = true
					ids = append(ids, id)
				}
			}
		}
		var err error
		upd, err = h.read(tx, ids)
		return err
	})
	if err != nil {
		return err // the clock has not moved: what it passed is looked at the next time
	}
	only := map[*liveView]bool{}
	h.mu.Lock()
	for v, b := range later {
		v.bound, only[v] = b, true
	}
	h.reset()
	h.mu.Unlock()
	h.apply(0, upd, only)
	return nil
}
