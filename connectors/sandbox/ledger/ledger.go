package ledger

import (
	"sync"
	"unicode/utf8"
)

// Ledger keeps the books. Its methods may be called from any goroutine; what they return are copies.
type Ledger struct {
	mu       sync.RWMutex
	items    []Item
	byKey    map[key]int // index into items
	events   []Event
	attempts []Attempt
	acts     []Act
}

type key struct{ channel, account, id string }

// New returns an empty ledger.
func New() *Ledger { return &Ledger{byKey: map[key]int{}} }

// Add enters an item with its text and returns it with its sequence number. A second item with the same channel, account and id
// is a mistake of the caller; the first one stands and is returned with ok false.
func (l *Ledger) Add(item Item, text string) (entered Item, ok bool) {
	item.TextHash, item.Chars = HashText(text), utf8.RuneCountInString(text)
	k := key{item.Channel, item.Account, item.ID}
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, exists := l.byKey[k]; exists {
		return l.items[at], false
	}
	item.Seq = int64(len(l.items) + 1)
	l.byKey[k] = len(l.items)
	l.items = append(l.items, item)
	return item, true
}

// Item looks one up.
func (l *Ledger) Item(channel, account, id string) (Item, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	at, ok := l.byKey[key{channel, account, id}]
	if !ok {
		return Item{}, false
	}
	return l.items[at], true
}

// Edited notes the new text of an item.
func (l *Ledger) Edited(channel, account, id, text string) {
	hash, chars := HashText(text), utf8.RuneCountInString(text)
	l.update(channel, account, id, func(i *Item) { i.TextHash, i.Chars, i.Edits = hash, chars, i.Edits+1 })
}

// Removed notes that an item is gone from the platform.
func (l *Ledger) Removed(channel, account, id string) {
	l.update(channel, account, id, func(i *Item) { i.Removed = true })
}

// Hidden notes whether an item is hidden.
func (l *Ledger) Hidden(channel, account, id string, hidden bool) {
	l.update(channel, account, id, func(i *Item) { i.Hidden = hidden })
}

func (l *Ledger) update(channel, account, id string, change func(*Item)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, ok := l.byKey[key{channel, account, id}]; ok {
		change(&l.items[at])
	}
}

// Due enters an event that a callback should get and returns its sequence number.
func (l *Ledger) Due(e Event) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq, e.State = int64(len(l.events)+1), Pending
	l.events = append(l.events, e)
	return e.Seq
}

// Settle moves a pending event to its end. An event that has ended stays as it is: a copy that expires does not undo a delivery.
func (l *Ledger) Settle(seq int64, state State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.event(seq); e != nil && e.State == Pending {
		e.State = state
	}
}

// Tried enters an attempt. An accepted one delivers its events, also when the platform had given them up.
func (l *Ledger) Tried(a Attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Seq = int64(len(l.attempts) + 1)
	l.attempts = append(l.attempts, a)
	for _, seq := range a.Events {
		e := l.event(seq)
		if e == nil {
			continue
		}
		e.Attempts++
		if a.Outcome == Accepted {
			e.Copies++
			e.State = Delivered
		}
	}
}

// Did enters a write by API.
func (l *Ledger) Did(a Act) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Seq = int64(len(l.acts) + 1)
	l.acts = append(l.acts, a)
}

// event returns the event with this number, or nil. The caller holds the lock.
func (l *Ledger) event(seq int64) *Event {
	if seq < 1 || seq > int64(len(l.events)) {
		return nil
	}
	return &l.events[seq-1]
}
