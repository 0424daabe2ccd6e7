package inbox

import (
	"context"
	"errors"
	"time"

	"lytter/inbox/query"
)

// liveView is one distinct query that somebody looks at.
type liveView struct {
	bound   *query.Bound
	members *ranks
	filled  bool
	since   Seq                     // it was filled as of here: what is behind it is decided as it comes
	filling chan struct{}           // holds one: who fills it
	touched map[ConversationID]bool // decided while it was being filled
	refs    int
}

// view finds or makes the live view of a bound query, for one more who looks. Somebody has to fill it: who asked, or the hub.
func (h *Hub) view(b *query.Bound) *liveView {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := b.Key()
	if v, ok := h.views[key]; ok {
		v.refs++
		return v
	}
	v := &liveView{bound: b, members: newRanks(0), refs: 1, filling: make(chan struct{}, 1), touched: map[ConversationID]bool{}}
	h.views[key] = v
	h.reset()
	return v
}

// keyOf is the key of a live view.
func (h *Hub) keyOf(v *liveView) string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return v.bound.Key()
}

// drop lets go of a live view.
func (h *Hub) drop(v *liveView) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v.refs--; v.refs > 0 {
		return
	}
	delete(h.views, v.bound.Key())
	h.reset()
}

// reset makes the set anew. The caller holds mu.
func (h *Hub) reset() {
	h.setOf = h.setOf[:0:0]
	qs := make([]*query.Bound, 0, len(h.views))
	for _, v := range h.views {
		h.setOf = append(h.setOf, v)
		qs = append(qs, v.bound)
	}
	h.set = query.NewSet(qs)
}

// fill finds the members of a view that has not been filled yet; of several who want it one does it, and the others wait. What the log
// brings meanwhile is decided as it comes, and is not overruled here.
func (h *Hub) fill(ctx context.Context, v *liveView) error {
	select {
	case v.filling <- struct{}{}:
		defer func() { <-v.filling }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		h.mu.RLock()
		b, done := v.bound, v.filled || v.refs == 0
		h.mu.RUnlock()
		if done {
			return nil
		}
		hits, err := h.desk.search(ctx, b, Page{Size: 1 << 30, MaxScan: 1 << 30})
		if err != nil {
			return err
		}
		if h.take(v, hits) {
			return nil
		}
	}
}

// take fills a view with what was found; false says that it was found as of before the log began to be followed, and must be found anew.
func (h *Hub) take(v *liveView, hits Hits) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if hits.Seq < h.began {
		return false
	}
	v.members.fill(hits.Keys, func(id ConversationID) bool { return v.touched[id] })
	v.filled, v.since, v.touched = true, hits.Seq, nil
	moved := map[*liveView]bool{v: true}
	for s := range h.subs {
		s.tell(moved, nil)
	}
	return true
}

// fillings fills the views that nobody waits for: those that were bound anew, at once, and those whose first filling failed.
func (h *Hub) fillings(ctx context.Context) error {
	for {
		if err := h.refill(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-h.hungry:
		case <-time.After(time.Second):
		}
	}
}

func (h *Hub) refill(ctx context.Context) (err error) {
	h.mu.RLock()
	var empty []*liveView
	for _, v := range h.views {
		if !v.filled && len(v.filling) == 0 {
			empty = append(empty, v)
		}
	}
	h.mu.RUnlock()
	for _, v := range empty {
		err = errors.Join(err, h.fill(ctx, v))
	}
	return err
}

// rename reads anew what the desk's own things are called, and binds every session's views to that. They are filled behind it: what
// happens meanwhile does not wait.
func (h *Hub) rename(ctx context.Context) error {
	if err := h.desk.reread(ctx); err != nil {
		if ctx.Err() != nil || CodeOf(err) != Internal {
			return err
		}
		h.desk.Log.Error("what the desk's things are called cannot be read; searches and views keep the names they had", "err", err)
		return nil
	}
	h.mu.RLock()
	subs := make([]*Sub, 0, len(h.subs))
	for s := range h.subs {
		subs = append(subs, s)
	}
	h.mu.RUnlock()
	for _, s := range subs {
		s.rebind()
	}
	select {
	case h.hungry <- struct{}{}:
	default: // it will look anyway
	}
	return nil
}
