package inbox

import (
	"maps"
	"slices"
	"sync"
)

// Bounds of what a search overlays.
const (
	maxTail     = 5_000  // conversations: each is matched
	maxTailRows = 20_000 // changes of the log
)

// errTail says that too much has changed behind a base for it to be of use.
var errTail = E(Unavailable, "desk.Search", "search.tail")

// changed are conversations that have changed, with their stamps; the zero Stamp of one that is gone.
type changed map[ConversationID]Stamp

func (c changed) has(id ConversationID) bool {
	_, ok := c[id]
	return ok
}

// tail remembers what has changed behind the index, so that searches read each change once between them and not all of them each: at some
// hundred messages a second that is a thousand rows of the log and more between two batches of the index.
//
// A conversation's stamp is that of its last change, so that what is remembered is right for every transaction whose log ends where the
// tail does.
type tail struct {
	mu       sync.Mutex
	from, to Seq // it knows the changes behind from, up to to
	last     map[ConversationID]lastChange
}

// lastChange is the last that happened to a conversation, and what it was then.
type lastChange struct {
	seq Seq
	Stamp
}

// behind gives the conversations that have changed behind a base, as of a transaction whose log ends at end.
func (t *tail) behind(tx Tx, base, end Seq) (changed, error) {
	if end-base > maxTailRows {
		return nil, errTail
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if end < t.to { // an older transaction, for a moment
		t = &tail{}
	}
	if t.last == nil || base < t.from || base > t.to { // nothing is known that is of use
		t.from, t.to, t.last = base, base, map[ConversationID]lastChange{}
	}
	if err := t.read(tx, end); err != nil {
		return nil, err
	}
	out := changed{}
	for id, l := range t.last {
		if l.seq > base {
			out[id] = l.Stamp
		}
	}
	if len(out) > maxTail {
		return nil, errTail
	}
	return out, nil
}

// read goes on to the end of a transaction's log.
func (t *tail) read(tx Tx, end Seq) error {
	if t.to >= end {
		return nil
	}
	changes, err := tx.Changes(t.to, int(end-t.to))
	if err != nil {
		return err
	}
	last := map[ConversationID]Seq{}
	for _, c := range changes {
		if c.Conversation != 0 {
			last[c.Conversation] = c.Seq
		}
	}
	stamps, err := tx.Stamps(slices.Collect(maps.Keys(last)))
	if err != nil {
		return err
	}
	for id, seq := range last {
		t.last[id] = lastChange{seq, stamps[id]}
	}
	t.to = end
	return nil
}

// forget lets go of what an index holds.
func (t *tail) forget(base Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if base <= t.from || base > t.to {
		return
	}
	t.from = base
	maps.DeleteFunc(t.last, func(_ ConversationID, l lastChange) bool { return l.seq <= base })
}
