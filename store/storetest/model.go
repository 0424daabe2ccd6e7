package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"lytter/inbox"

	"pgregory.net/rapid"
)

// world is what a store should hold, kept the naive way. Values are never changed in place, so that a clone of the maps is a copy.
type world struct {
	conversations map[inbox.ConversationID]inbox.Conversation
	messages      map[inbox.MessageID]inbox.Message
	outgoing      map[inbox.OutgoingID]inbox.Outgoing
	drafts        map[inbox.UserID]map[slot]inbox.Draft
	early         map[inbox.RemoteID]inbox.Early
	pending       []inbox.Pending
}

func (w *world) clone() *world {
	n := &world{
		conversations: maps.Clone(w.conversations), messages: maps.Clone(w.messages), outgoing: maps.Clone(w.outgoing),
		early: maps.Clone(w.early), pending: slices.Clone(w.pending), drafts: map[inbox.UserID]map[slot]inbox.Draft{},
	}
	for u, ds := range w.drafts {
		n.drafts[u] = maps.Clone(ds)
	}
	return n
}

// player does the same to a store and to a world.
type player struct {
	s       *suite
	t       *rapid.T
	account inbox.AccountID
	world   *world
}

// model plays random sequences, with transactions and items that are undone among them, and compares all that can be asked.
func model(s *suite) {
	try := 0
	rapid.Check(s.T, func(t *rapid.T) {
		try++
		a := inbox.Account{Name: fmt.Sprint("try ", try), Channel: inbox.Instagram}
		s.update(func(tx inbox.Tx) error { return tx.PutAccount(&a) })
		p := &player{s: s, t: t, account: a.ID, world: &world{
			conversations: map[inbox.ConversationID]inbox.Conversation{}, messages: map[inbox.MessageID]inbox.Message{},
			outgoing: map[inbox.OutgoingID]inbox.Outgoing{}, early: map[inbox.RemoteID]inbox.Early{},
			drafts: map[inbox.UserID]map[slot]inbox.Draft{s.ann.ID: {}, s.bob.ID: {}},
		}}
		for range rapid.IntRange(1, 6).Draw(t, "transactions") {
			p.transaction()
		}
		s.view(func(tx inbox.Tx) error { return p.compare(tx) })
	})
}

func (p *player) transaction() {
	before := p.world.clone()
	err := p.s.store.Update(p.s.ctx, inbox.Machines, func(tx inbox.Tx) error {
		for range rapid.IntRange(1, 12).Draw(p.t, "steps") {
			was := p.world.clone()
			err := tx.Item(func() error {
				if err := p.step(tx); err != nil {
					return err
				}
				if p.odds("undo the item") {
					return errUndo
				}
				return nil
			})
			switch {
			case errors.Is(err, errUndo):
				p.world = was
			case err != nil:
				return err
			}
		}
		if err := p.compare(tx); err != nil { // it sees its own writes
			return err
		}
		if p.odds("undo all") {
			return errUndo
		}
		return nil
	})
	switch {
	case errors.Is(err, errUndo):
		p.world = before
	case err != nil:
		p.t.Fatal(err)
	}
}

func (p *player) odds(what string) bool { return rapid.IntRange(0, 5).Draw(p.t, what) == 0 }

// one picks from the keys of a map; ok is false when it is empty.
func one[K cmp.Ordered, V any](p *player, m map[K]V, what string) (v V, ok bool) {
	if len(m) == 0 {
		return v, false
	}
	keys := slices.Sorted(maps.Keys(m))
	return m[rapid.SampledFrom(keys).Draw(p.t, what)], true
}

func (p *player) when(what string) time.Time {
	n := rapid.IntRange(0, 9).Draw(p.t, what)
	if n == 0 {
		return time.Time{}
	}
	return at(n)
}

func (p *player) step(tx inbox.Tx) error {
	steps := []func(inbox.Tx) error{
		p.putConversation, p.putConversation, p.putMessage, p.putMessage, p.putMessage, p.putOutgoing, p.putDraft, p.putEarly, p.addPending,
		p.settlePending, p.move, p.deleteConversation,
	}
	return steps[rapid.IntRange(0, len(steps)-1).Draw(p.t, "step")](tx)
}

func (p *player) putConversation(tx inbox.Tx) error {
	c, ok := one(p, p.world.conversations, "conversation")
	if !ok || p.odds("a new conversation") || p.odds("another new conversation") {
		c = inbox.Conversation{Account: p.account, Thread: inbox.RemoteID(rapid.StringMatching("[ab]").Draw(p.t, "thread"))}
		for _, o := range p.world.conversations {
			if o.Thread == c.Thread {
				c.Part = max(c.Part, o.Part+1)
			}
		}
	}
	c.Status = rapid.SampledFrom([]inbox.Status{inbox.Open, inbox.Snoozed, inbox.Closed}).Draw(p.t, "status")
	c.LastAt, c.FirstAt, c.DueAt, c.AwaitingSince = at(rapid.IntRange(1, 9).Draw(p.t, "last")), p.when("first"), p.when("due"), p.when("since")
	c.SnoozeUntil, c.TakenUntil = p.when("snooze"), p.when("taken")
	c.Topics = nil
	for topic := range rapid.IntRange(0, 3).Draw(p.t, "topics") {
		c.Topics = append(c.Topics, inbox.Tagging{Topic: inbox.TopicID(topic + 1), Rule: "r", Removed: topic == 2})
	}
	if err := tx.PutConversation(&c); err != nil {
		return err
	}
	if want := p.world.conversations[c.ID].Version + 1; c.Version != want {
		p.t.Errorf("version %d, want %d", c.Version, want)
	}
	p.world.conversations[c.ID] = c
	return nil
}

func (p *player) putMessage(tx inbox.Tx) error {
	c, ok := one(p, p.world.conversations, "conversation")
	if !ok {
		return nil
	}
	remote := inbox.RemoteID(rapid.StringMatching("[mn]{0,2}").Draw(p.t, "remote"))
	m := inbox.Message{Account: p.account, Remote: remote}
	for _, o := range p.world.messages {
		if remote != "" && o.Remote == remote {
			m = o
		}
	}
	if m.ID != 0 && p.odds("put it twice") {
		twin := m
		twin.ID = 0
		err := tx.Item(func() error { return tx.PutMessage(&twin) })
		if inbox.CodeOf(err) != inbox.Conflict {
			p.t.Errorf("%q twice: %v", remote, err)
		}
	}
	m.Conversation, m.At = c.ID, at(rapid.IntRange(1, 9).Draw(p.t, "at"))
	m.Direction = rapid.SampledFrom([]inbox.Direction{inbox.In, inbox.Out, inbox.Note}).Draw(p.t, "direction")
	m.Text = rapid.SampledFrom([]string{"", "hul", "æøå", "\"'"}).Draw(p.t, "text")
	if err := tx.PutMessage(&m); err != nil {
		return err
	}
	p.world.messages[m.ID] = m
	return nil
}

func (p *player) putOutgoing(tx inbox.Tx) error {
	c, ok := one(p, p.world.conversations, "conversation")
	if !ok {
		return nil
	}
	o, ok := one(p, p.world.outgoing, "outgoing")
	if !ok || p.odds("a new outgoing") {
		o = inbox.Outgoing{Conversation: c.ID, Account: p.account}
	}
	o.State = rapid.SampledFrom(inbox.OutgoingStates()).Draw(p.t, "state")
	if err := tx.PutOutgoing(&o); err != nil {
		return err
	}
	p.world.outgoing[o.ID] = o
	return nil
}

func (p *player) putDraft(tx inbox.Tx) error {
	c, ok := one(p, p.world.conversations, "conversation")
	if !ok {
		return nil
	}
	u := rapid.SampledFrom([]inbox.UserID{p.s.ann.ID, p.s.bob.ID}).Draw(p.t, "user")
	// One text in all conversations: what two of them become when they meet is tried elsewhere.
	d := inbox.Draft{User: u, Conversation: c.ID, Text: "draft", At: at(3)}
	d.Kind = rapid.SampledFrom([]inbox.DraftKind{inbox.DraftEdit, inbox.DraftNote, inbox.DraftPrivate, inbox.DraftReply}).Draw(p.t, "draft kind")
	if d.Kind != inbox.DraftNote && d.Kind != inbox.DraftReply {
		d.To = inbox.MessageID(rapid.IntRange(1, 2).Draw(p.t, "draft about"))
	}
	_, there := p.world.drafts[u][slotOf(d)]
	if p.odds("delete the draft") {
		was, err := tx.DeleteDraft(d)
		if was != there {
			p.t.Errorf("a draft was there: %t, want %t", was, there)
		}
		delete(p.world.drafts[u], slotOf(d))
		return err
	}
	p.world.drafts[u][slotOf(d)] = d
	return tx.PutDraft(d)
}

// slot is where there is one draft of a person.
type slot struct {
	in    inbox.ConversationID
	kind  inbox.DraftKind
	about inbox.MessageID
}

func slotOf(d inbox.Draft) slot { return slot{d.Conversation, d.Kind, d.About()} }

func bySlot(a, b inbox.Draft) int {
	return cmp.Or(cmp.Compare(a.Conversation, b.Conversation), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.About(), b.About()))
}

func (p *player) putEarly(tx inbox.Tx) error {
	e := inbox.Early{
		Account: p.account, Remote: inbox.RemoteID(rapid.StringMatching("[e]{1,3}").Draw(p.t, "early")),
		Deleted: rapid.Bool().Draw(p.t, "deleted"), Hidden: rapid.Bool().Draw(p.t, "hidden"), At: p.when("early at"),
	}
	p.world.early[e.Remote] = e
	return tx.PutEarly(e)
}

func (p *player) addPending(tx inbox.Tx) error {
	n := inbox.Pending{
		Account: p.account, What: inbox.WantProfile, Remote: inbox.RemoteID(rapid.StringMatching("[p]{1,4}").Draw(p.t, "pending")),
		NextAt: p.when("next"),
	}
	if err := tx.AddPending(n); err != nil {
		return err
	}
	if slices.ContainsFunc(p.world.pending, func(o inbox.Pending) bool { return o.Remote == n.Remote }) {
		return nil
	}
	due, err := tx.DuePending(p.account, at(99), 100)
	if err != nil {
		return err
	}
	n.ID = due[len(due)-1].ID
	p.world.pending = append(p.world.pending, n)
	return nil
}

func (p *player) settlePending(tx inbox.Tx) error {
	if len(p.world.pending) == 0 {
		return nil
	}
	i := rapid.IntRange(0, len(p.world.pending)-1).Draw(p.t, "which")
	n := p.world.pending[i]
	if rapid.Bool().Draw(p.t, "settled") {
		p.world.pending = slices.Delete(p.world.pending, i, i+1)
		return tx.DeletePending(n.ID)
	}
	n.Attempts, n.NextAt = n.Attempts+1, p.when("next")
	p.world.pending[i] = n
	return tx.PutPending(n)
}

func (p *player) move(tx inbox.Tx) error {
	from, ok := one(p, p.world.conversations, "from")
	if !ok {
		return nil
	}
	to, _ := one(p, p.world.conversations, "to")
	for id, m := range p.world.messages {
		if m.Conversation == from.ID {
			m.Conversation = to.ID
			p.world.messages[id] = m
		}
	}
	for id, o := range p.world.outgoing {
		if o.Conversation == from.ID {
			o.Conversation = to.ID
			p.world.outgoing[id] = o
		}
	}
	for _, ds := range p.world.drafts {
		for at, d := range ds {
			if at.in == from.ID {
				delete(ds, at)
				d.Conversation = to.ID
				ds[slotOf(d)] = d
			}
		}
	}
	return tx.MoveMessages(from.ID, to.ID)
}

func (p *player) deleteConversation(tx inbox.Tx) error {
	c, ok := one(p, p.world.conversations, "conversation")
	if !ok {
		return nil
	}
	hangs := false
	for _, m := range p.world.messages {
		hangs = hangs || m.Conversation == c.ID
	}
	for _, o := range p.world.outgoing {
		hangs = hangs || o.Conversation == c.ID
	}
	for _, ds := range p.world.drafts {
		for at := range ds {
			hangs = hangs || at.in == c.ID
		}
	}
	err := tx.Item(func() error { return tx.DeleteConversation(c.ID) })
	if !hangs {
		delete(p.world.conversations, c.ID)
		return err
	}
	if inbox.CodeOf(err) != inbox.Conflict {
		p.t.Errorf("deleting a conversation on which something hangs: %v", err)
	}
	return nil
}

// of gives the values for which keep holds, in order.
func of[K cmp.Ordered, V any](m map[K]V, keep func(V) bool, order func(a, b V) int) []V {
	var out []V
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if v := m[k]; keep(v) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, order)
	return out
}

func byID[V any](V, V) int { return 0 } // maps are gone through in order of id

func (p *player) compare(tx inbox.Tx) error {
	w := p.world
	ids := slices.Sorted(maps.Keys(w.conversations))
	threads, err := tx.Threads(ids)
	if err != nil {
		return err
	}
	var want []*inbox.Thread
	for _, id := range ids {
		th := &inbox.Thread{Conversation: w.conversations[id]}
		th.Msgs = of(w.messages, func(m inbox.Message) bool { return m.Conversation == id }, func(a, b inbox.Message) int { return a.At.Compare(b.At) })
		th.Outgoing = of(w.outgoing, func(o inbox.Outgoing) bool { return o.Conversation == id }, byID)
		for _, ds := range w.drafts {
			for at := range ds {
				if at.in == id {
					th.Drafts++
					break
				}
			}
		}
		want = append(want, th)
	}
	same(p.t, "threads", threads, want)
	for _, ask := range []func(inbox.Tx) error{p.compareSingles, p.compareLists, p.compareOthers} {
		if err := ask(tx); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) compareSingles(tx inbox.Tx) error {
	for _, thread := range []inbox.RemoteID{"a", "b"} {
		got, err := tx.FindThread(p.account, thread)
		if err != nil {
			return err
		}
		var want *inbox.Conversation
		for _, c := range p.world.conversations {
			if c.Thread == thread && (want == nil || c.Part > want.Part) {
				want = &c
			}
		}
		same(p.t, "newest part", got, want)
	}
	for _, m := range p.world.messages {
		got, err := tx.Message(m.ID)
		if err != nil {
			return err
		}
		same(p.t, "message", *got, m)
	}
	for _, remote := range []inbox.RemoteID{"m", "n", "mm", "mn", "nm", "nn"} {
		got, err := tx.FindMessage(p.account, remote)
		if err != nil {
			return err
		}
		var want *inbox.Message
		for _, m := range p.world.messages {
			if m.Remote == remote {
				want = &m
			}
		}
		same(p.t, "found message", got, want)
	}
	return nil
}

// compareLists compares lists in which other tries' conversations stand too.
func (p *player) compareLists(tx inbox.Tx) error {
	mine := func(ids []inbox.ConversationID) (out []inbox.ConversationID) {
		for _, id := range ids {
			if _, ok := p.world.conversations[id]; ok {
				out = append(out, id)
			}
		}
		return out
	}
	stampIDs := func(all []inbox.Stamp) (out []inbox.ConversationID) {
		for _, st := range all {
			if c, ok := p.world.conversations[st.ID]; ok && (st.Key != c.Key() || st.Version != c.Version) {
				p.t.Errorf("stamp %v of %v", st, c)
			}
			out = append(out, st.ID)
		}
		return mine(out)
	}
	ids := func(keep func(inbox.Conversation) bool, order func(a, b inbox.Conversation) int) (out []inbox.ConversationID) {
		for _, c := range of(p.world.conversations, keep, order) {
			out = append(out, c.ID)
		}
		return out
	}
	newest := func(a, b inbox.Conversation) int {
		if a.Key().Less(b.Key()) {
			return 1
		}
		return -1
	}
	all, err := tx.Newest(inbox.Key{}, 1<<20)
	if err != nil {
		return err
	}
	same(p.t, "newest", stampIDs(all), ids(func(inbox.Conversation) bool { return true }, newest))
	before := inbox.Key{At: at(5).UnixMilli(), ID: 1 << 40}
	if all, err = tx.Newest(before, 1<<20); err != nil {
		return err
	}
	same(p.t, "newest before", stampIDs(all), ids(func(c inbox.Conversation) bool { return c.Key().Less(before) }, newest))
	if all, err = tx.LiveConversations(1 << 20); err != nil {
		return err
	}
	same(p.t, "live", stampIDs(all), ids(func(c inbox.Conversation) bool { return c.Status != inbox.Closed }, newest))
	for f, time := range map[inbox.TimeField]func(inbox.Conversation) time.Time{
		inbox.ByLastAt:  func(c inbox.Conversation) time.Time { return c.LastAt },
		inbox.ByFirstAt: func(c inbox.Conversation) time.Time { return c.FirstAt },
		inbox.ByWaiting: func(c inbox.Conversation) time.Time { return c.AwaitingSince },
		inbox.ByDue:     func(c inbox.Conversation) time.Time { return c.DueAt },
		inbox.BySnooze:  func(c inbox.Conversation) time.Time { return c.SnoozeUntil },
		inbox.ByTaken:   func(c inbox.Conversation) time.Time { return c.TakenUntil },
		inbox.ByMessages: func(c inbox.Conversation) (first timeOf) {
			for _, m := range p.world.messages {
				in := m.Conversation == c.ID && m.Direction == inbox.In && !m.At.Before(at(2)) && m.At.Before(at(6))
				if in && (first.IsZero() || m.At.Before(first)) {
					first = m.At
				}
			}
			return first
		},
	} {
		got, err := tx.Between(f, at(2), at(6), 1<<20)
		if err != nil {
			return err
		}
		same(p.t, string(f), mine(got), ids(func(c inbox.Conversation) bool {
			return !time(c).IsZero() && !time(c).Before(at(2)) && time(c).Before(at(6))
		}, func(a, b inbox.Conversation) int { return time(a).Compare(time(b)) }))
	}
	return nil
}

type timeOf = time.Time

func (p *player) compareOthers(tx inbox.Tx) error {
	for _, states := range [][]inbox.OutgoingState{{inbox.Queued}, {inbox.Held, inbox.Sent, inbox.Unknown}, inbox.OutgoingStates()} {
		got, err := tx.OutgoingIn(p.account, states...)
		if err != nil {
			return err
		}
		same(p.t, "outgoing in", got, of(p.world.outgoing, func(o inbox.Outgoing) bool { return slices.Contains(states, o.State) }, byID))
	}
	for _, remote := range []inbox.RemoteID{"e", "ee", "eee"} {
		got, err := tx.Early(p.account, remote)
		if err != nil {
			return err
		}
		var want *inbox.Early
		if e, ok := p.world.early[remote]; ok {
			want = &e
		}
		same(p.t, "early", got, want)
	}
	for _, now := range []int{0, 4, 99} {
		got, err := tx.DuePending(p.account, at(now), 100)
		if err != nil {
			return err
		}
		var want []inbox.Pending
		for _, n := range p.world.pending {
			if !n.NextAt.After(at(now)) {
				want = append(want, n)
			}
		}
		same(p.t, "pending", got, want)
	}
	for u, ds := range p.world.drafts {
		all, err := tx.DraftsOf(u)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(d inbox.Draft) bool { return p.world.conversations[d.Conversation].ID == 0 })
		same(p.t, "drafts", all, slices.SortedFunc(maps.Values(ds), bySlot))
	}
	return nil
}
