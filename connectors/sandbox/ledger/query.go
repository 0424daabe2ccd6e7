package ledger

// Filter narrows a reading of the ledger. Empty fields let everything through.
type Filter struct {
	Channel string
	Account string
	After   int64 // only sequence numbers above this one
	Limit   int   // at most so many; 0 is no limit
}

func (f Filter) takes(channel, account string) bool {
	return (f.Channel == "" || f.Channel == channel) && (f.Account == "" || f.Account == account)
}

// pick copies the rows that the filter lets through. Rows are in order of sequence number, which starts at 1.
func pick[T any](rows []T, f Filter, takes func(*T) bool) []T {
	out := []T{}
	for i := min(max(f.After, 0), int64(len(rows))); i < int64(len(rows)); i++ {
		if !takes(&rows[i]) {
			continue
		}
		out = append(out, rows[i])
		if f.Limit > 0 && len(out) == f.Limit {
			break
		}
	}
	return out
}

// Items returns the items in the order in which they were entered.
func (l *Ledger) Items(f Filter) []Item {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return pick(l.items, f, func(i *Item) bool { return f.takes(i.Channel, i.Account) })
}

// Events returns the webhook events that were due.
func (l *Ledger) Events(f Filter) []Event {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return pick(l.events, f, func(e *Event) bool { return f.takes(e.Channel, e.Account) })
}

// Attempts returns the deliveries that were tried. They have no channel or account of their own: a batch may span accounts, so the
// filter lets an attempt through when it lets one of its events through.
func (l *Ledger) Attempts(f Filter) []Attempt {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return pick(l.attempts, f, func(a *Attempt) bool {
		for _, seq := range a.Events {
			if e := l.event(seq); e != nil && f.takes(e.Channel, e.Account) {
				return true
			}
		}
		return false
	})
}

// Acts returns the writes by API that took effect.
func (l *Ledger) Acts(f Filter) []Act {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return pick(l.acts, f, func(a *Act) bool { return f.takes(a.Channel, a.Account) })
}

// Summary counts what the ledger holds.
type Summary struct {
	Items       int            `json:"items"`
	ByChannel   map[string]int `json:"by_channel"`
	ByAccount   map[string]int `json:"by_account"`
	ByKind      map[string]int `json:"by_kind"`
	Ours        int            `json:"ours"`
	History     int            `json:"history"`
	Removed     int            `json:"removed"`
	Events      int            `json:"events"`
	ByState     map[State]int  `json:"events_by_state"`
	ExtraCopies int            `json:"extra_copies"` // accepted copies beyond the first of each event
	Attempts    int            `json:"attempts"`
	ByOutcome   map[string]int `json:"attempts_by_outcome"`
	Batches     int            `json:"batches"` // attempts that carried more than one event
	Acts        map[string]int `json:"acts"`    // writes by API, by kind
	AnswersLost int            `json:"answers_lost"`
}

// Summary counts under one lock, so its figures belong together.
func (l *Ledger) Summary() Summary {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := Summary{
		Items: len(l.items), Events: len(l.events), Attempts: len(l.attempts),
		ByChannel: map[string]int{}, ByAccount: map[string]int{}, ByKind: map[string]int{},
		ByState: map[State]int{}, ByOutcome: map[string]int{}, Acts: map[string]int{},
	}
	for i := range l.items {
		item := &l.items[i]
		s.ByChannel[item.Channel]++
		s.ByAccount[item.Account]++
		s.ByKind[item.Kind]++
		s.Ours += count(item.Ours)
		s.History += count(item.History)
		s.Removed += count(item.Removed)
	}
	for i := range l.events {
		s.ByState[l.events[i].State]++
		s.ExtraCopies += max(l.events[i].Copies-1, 0)
	}
	for i := range l.attempts {
		s.ByOutcome[l.attempts[i].Outcome]++
		s.Batches += count(len(l.attempts[i].Events) > 1)
	}
	for i := range l.acts {
		s.Acts[l.acts[i].Kind]++
		s.AnswersLost += count(l.acts[i].AnswerLost)
	}
	return s
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
