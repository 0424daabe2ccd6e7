package inbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text/alike"
	"lytter/inbox/text/signal"
)

// Report counts what Ingest made of a batch.
type Report struct {
	New, Changed, Same, Refused int
	Tagged                      int // new messages that at least one rule tagged
	Solved                      int // of Batch.Again: gone
}

func (r *Report) add(o Outcome) {
	switch o {
	case New:
		r.New++
	case Changed:
		r.Changed++
	case Same:
		r.Same++
	case Refused:
		r.Refused++
	}
}

// prepared is an item with what was computed before the transaction.
type prepared struct {
	*Incoming
	account Account
	inHours bool
	verdict Verdict
	signals signal.Signals
	sketch  alike.Sketch // of what the text is compared by
	twin    bool         // the very same is remembered already
	kept    MessageID    // it is remembered by
	rules   *compiled    // that gave the verdict
	tagged  bool
}

// Ingest takes in a batch: texts are cut and rules decided before the transaction, then each item is written in a savepoint of its own.
// An item that cannot be written is parked with its reason and costs only itself. Cursors, done ranges, gaps and parked rows are
// committed with the last items. A transaction ends after Settings.BatchTime or BatchItems, whichever comes first; what was committed stays when
// a later one fails, and repeating the whole batch does no harm.
func (d *Desk) Ingest(ctx context.Context, b Batch) (Report, error) {
	var rep Report
	items := make([]prepared, 0, len(b.Items))
	parked := b.Parked
	old := newAgain(b.Again)
	if err := d.alike.load(ctx, d); err != nil {
		return rep, err
	}
	dir := d.Directory()
	for i := range b.Items {
		in := &b.Items[i]
		p, why := d.prepare(dir, in)
		if why != nil {
			rep.Refused++
			parked = append(parked, in.parked(d.Now(), *why))
			continue
		}
		items = append(items, p)
	}
	for {
		last := false
		var part Report
		n := 0
		var was again
		err := d.Store.Update(ctx, Machines, func(tx Tx) error {
			part, n, was = Report{}, 0, old.within()
			struck := strikes{}
			begun := time.Now() // the length of a transaction is real time, not the desk's
			var refused []Parked
			for n < len(items) && n < d.Settings.BatchItems && (n == 0 || time.Since(begun) < d.Settings.BatchTime) {
				p := &items[n]
				n++
				var out Outcome
				p.tagged = false
				err := tx.Item(func() (err error) {
					out, err = d.takeSafely(tx, p)
					return err
				})
				if err != nil {
					d.alike.forget(p)
					if !costsItself(err) {
						return err
					}
					out = Refused
					d.Log.Error("something that came in could not be stored; it is kept", "account", p.account.Name, "remote", string(p.Remote), "err", err)
					refused = append(refused, p.parked(tx.Now(), *Why("parked.ingest", "Error", err.Error())))
				}
				part.add(out)
				if p.tagged {
					part.Tagged++
				}
				if out == New {
					struck.add(&p.verdict, p.At.In(d.Location))
				}
			}
			if err := struck.put(tx); err != nil {
				return err
			}
			if last = n == len(items); !last {
				return cmp.Or(d.park(tx, refused, was), takenBack(b))
			}
			if err := d.finish(tx, b, append(refused, parked...), was); err != nil {
				return err
			}
			var err error
			part.Solved, err = was.solve(tx)
			return cmp.Or(err, takenBack(b))
		})
		if err != nil {
			for i := range items[:n] {
				d.alike.forget(&items[i])
			}
		}
		if err != nil && !errors.Is(err, errTrial) {
			return rep, err
		}
		rep.New += part.New
		rep.Changed += part.Changed
		rep.Same += part.Same
		rep.Refused += part.Refused
		rep.Tagged += part.Tagged
		rep.Solved += part.Solved
		old = was
		items = items[n:]
		if last {
			return rep, nil
		}
	}
}

// errTrial takes back what was only tried.
var errTrial = errors.New("a trial")

func takenBack(b Batch) error {
	if b.Trial {
		return errTrial
	}
	return nil
}

func (d *Desk) finish(tx Tx, b Batch, parked []Parked, was again) error {
	if err := d.park(tx, parked, was); err != nil {
		return err
	}
	for _, c := range b.Cursors {
		if err := tx.PutCursor(c); err != nil {
			return err
		}
	}
	for _, g := range b.Gaps {
		if err := d.noteGap(tx, g); err != nil {
			return err
		}
	}
	for _, r := range b.Done {
		if err := tx.MarkDone(r); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) park(tx Tx, parked []Parked, was again) error {
	for i := range parked {
		if was.keeps(&parked[i]) {
			continue
		}
		if err := tx.AddParked(&parked[i]); err != nil {
			return err
		}
		if err := tx.Append(&Change{Kind: ChangeParked, Actor: ActorDesk, Account: parked[i].Account, Ref: parked[i].ID}); err != nil {
			return err
		}
	}
	return nil
}

// prepare does what needs no transaction.
func (d *Desk) prepare(dir *Directory, in *Incoming) (prepared, *Reason) {
	p := prepared{Incoming: in}
	a, ok := dir.Accounts[in.Account]
	if !ok {
		return p, Why("parked.unknown_account", "Remote", in.AccountRemote)
	}
	p.account = a
	if in.Remote == "" {
		return p, Why("parked.no_id", "Event", in.Event)
	}
	now := d.Now()
	if in.At.IsZero() || in.At.After(now) {
		in.At = now // a platform's clock never runs ahead of ours
	}
	in.At = in.At.UTC().Truncate(time.Millisecond)
	if in.Observed.IsZero() {
		in.Observed = in.At
	}
	if len(in.Text) > MaxText {
		in.Text = strings.ToValidUTF8(in.Text[:MaxText], "")
	}
	in.Text = strings.ReplaceAll(strings.ToValidUTF8(in.Text, "\uFFFD"), "\x00", "\uFFFD") // as databases keep it
	if cal := dir.Calendars[DefaultCalendar]; cal != nil {
		p.inHours = cal.OpenAt(in.At.In(d.Location))
	}
	if in.Event == Posted || in.Event == Edited {
		p.decide(d)
	}
	return p, nil
}

// decide asks the rules.
func (p *prepared) decide(d *Desk) {
	if p.FromUs || p.Aside || p.Extra != nil && p.Extra.Note {
		return
	}
	c := d.rules.Load()
	p.rules = c
	defer func() { // a fault of the rules costs the tags, never the message
		if v := recover(); v != nil {
			p.verdict = Verdict{Version: c.version}
			d.Log.Error("rules panicked; the message arrives untagged", "panic", v, "account", p.account.Name, "remote", string(p.Remote))
		}
	}()
	doc := d.docs.arrivals.Get().(*query.Doc)
	defer d.docs.arrivals.Put(doc)
	p.signals = ArrivalInto(doc, d.Cutter, d.Directory().Reader, p.account, p.Incoming, p.inHours)
	if ps := doc.Texts[query.Text]; len(ps) > 0 {
		p.sketch = alike.Of(ps[0].Tokens)
	}
	p.verdict = c.Classify(doc)
	if c.cost(p.verdict.Failed) {
		d.Log.Warn("a rule costs too much and is left out where it does", "rule", p.verdict.Failed, "version", c.version,
			"account", p.account.Name, "remote", string(p.Remote))
	}
}

// parked keeps an item that could not be used, whole: it can be read back into an Incoming.
func (in *Incoming) parked(at time.Time, why Reason) Parked {
	b, err := json.Marshal(in)
	if err != nil { // there is nothing in it that has no JSON
		b = fmt.Appendf(nil, "%+v", *in)
	}
	return Parked{Account: in.Account, Journal: in.Journal, At: at, Reason: why, Bytes: b}
}

// costsItself tells an item's own fault from one that stops everything: what fails for any other reason than that the store cannot be
// written now would fail for ever, and hold up all that comes behind it.
func costsItself(err error) bool {
	return CodeOf(err) != Unavailable && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// panicked is an item that made us panic: a bug, which must not cost its neighbours.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func (d *Desk) takeSafely(tx Tx, p *prepared) (out Outcome, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v}
		}
	}()
	return d.take(tx, p)
}

// take writes one item.
func (d *Desk) take(tx Tx, p *prepared) (Outcome, error) {
	switch p.Event {
	case Posted:
		return d.takePosted(tx, p)
	case Edited:
		return d.takeEdited(tx, p)
	case Deleted:
		return d.takeDeleted(tx, p)
	case Hid, Unhid:
		return d.takeHidden(tx, p)
	case Reacted, Unreacted:
		return d.takeReaction(tx, p)
	case ContextSeen:
		return d.takeContext(tx, p)
	case Seen:
		return d.takeSeen(tx, p)
	}
	return "", E(Invalid, "desk.Ingest", "parked.unknown_event", "Event", p.Event)
}

// takePosted takes in a message. One of which only the id is known becomes a message when the rest was fetched.
func (d *Desk) takePosted(tx Tx, p *prepared) (Outcome, error) {
	m, err := tx.FindMessage(p.account.ID, p.Remote)
	if err != nil {
		return "", err
	}
	if m != nil {
		return d.again(tx, p, m)
	}
	early, err := tx.Early(p.account.ID, p.Remote)
	if err != nil {
		return "", err
	}
	if p.Thin && p.Source != FromImport {
		if early != nil && early.Deleted {
			return Same, nil
		}
		return Changed, tx.AddPending(Pending{Account: p.account.ID, What: WantMessage, Remote: p.Remote})
	}
	if p.FromUs {
		return d.takeOwn(tx, p, early)
	}
	m = p.message(In)
	m.before(early)
	if early != nil && early.Deleted {
		p.verdict = Verdict{} // nothing of it is left to tag
	}
	if p.Author != nil {
		id, err := d.identity(tx, p.account, *p.Author)
		if err != nil {
			return "", err
		}
		m.Author = id
	}
	return d.add(tx, p, m)
}

// before gives a new message what the platform said of it before it came. One that is deleted keeps its place in the thread, without
// its text.
func (m *Message) before(e *Early) {
	if e == nil {
		return
	}
	m.Hidden = e.Hidden
	if e.Deleted {
		m.DeletedAt, m.Text, m.Media, m.Signals = e.At, "", nil, 0
	}
}

// message makes the row of an item.
func (p *prepared) message(dir Direction) *Message {
	m := &Message{
		Account: p.account.ID, Remote: p.Remote, Parent: p.Parent, Kind: p.Kind, Direction: dir, Text: p.Text, Media: p.Media,
		Permalink: p.Permalink, At: p.At, InHours: p.inHours, Standby: p.Standby, Aside: p.Aside,
	}
	if dir == In {
		m.Signals = p.signals
	}
	if p.Event == Edited {
		m.EditedAt, m.ByEdits = p.Observed, true
	}
	return m
}

// add places a new message, writes it and all that follows from it.
func (d *Desk) add(tx Tx, p *prepared, m *Message) (Outcome, error) {
	c, err := d.place(tx, p.account, p.Incoming)
	if err != nil {
		return "", err
	}
	fresh := c.ID == 0
	if fresh {
		if p.Extra != nil && p.Extra.Status == Closed {
			c.Status, c.Reason, c.SettledAt = Closed, Answered, p.At
		}
		if err := tx.PutConversation(c); err != nil { // its id is needed
			return "", err
		}
	}
	m.Conversation, m.SeenAt = c.ID, tx.Now()
	if err := d.cluster(tx, c, p, m); err != nil {
		return "", err
	}
	if err := tx.PutMessage(m); err != nil {
		return "", err
	}
	d.alike.add(p, m)
	if m.Direction == In && m.DeletedAt.IsZero() {
		d.heard(c, m, p)
	}
	if m.At.Before(c.FirstAt) {
		c.FirstAt = m.At
	}
	if m.Direction != In || !m.DeletedAt.IsZero() || !m.At.After(c.LastOutAt) || c.Part > 1 {
		if err := d.recount(tx, c); err != nil {
			return "", err
		}
	}
	arrived := &Change{
		Kind: ChangeArrived, Actor: ActorPlatform, Account: c.Account, Conversation: c.ID, Message: m.ID, Word: string(m.Direction),
	}
	if err := tx.Append(arrived); err != nil {
		return "", err
	}
	if m.Direction == In {
		if err := d.apply(tx, c, p, m.ID); err != nil {
			return "", err
		}
		if err := d.alarm(tx, c, m); err != nil {
			return "", err
		}
		if err := d.hideCPR(tx, p, c, m); err != nil {
			return "", err
		}
		if err := d.wants(tx, p); err != nil {
			return "", err
		}
	}
	if !m.DeletedAt.IsZero() {
		if err := d.emptied(tx, c); err != nil {
			return "", err
		}
	}
	d.setDue(c)
	if err := tx.PutConversation(c); err != nil {
		return "", err
	}
	return New, d.join(tx, c, m.Remote)
}

// heard updates a conversation that a citizen has written in.
func (d *Desk) heard(c *Conversation, m *Message, p *prepared) {
	c.LastAt, c.LastInAt = later(c.LastAt, m.At), later(c.LastInAt, m.At)
	c.Messages++
	closed := p.Extra != nil && p.Extra.Status == Closed
	if closed {
		c.SettledAt = later(c.SettledAt, m.At)
	}
	if m.At.After(c.SettledAt) && !m.Aside {
		c.Awaiting++
		if c.AwaitingSince.IsZero() || m.At.Before(c.AwaitingSince) {
			c.AwaitingSince = m.At
		}
		if c.Status != Open {
			c.Status, c.Reason, c.SnoozeUntil = Open, "", time.Time{}
		}
	}
}

// wants notes what must be fetched.
func (d *Desk) wants(tx Tx, p *prepared) error {
	if p.Source == FromImport {
		return nil
	}
	if p.Author != nil && p.Author.Name == "" && p.Author.Handle == "" {
		if err := tx.AddPending(Pending{Account: p.account.ID, What: WantProfile, Remote: p.Author.Remote}); err != nil {
			return err
		}
	}
	if p.Parent == "" || p.Parent == p.Context || p.Aside {
		return nil // of a chain of strangers only the one that was answered is fetched
	}
	m, err := tx.FindMessage(p.account.ID, p.Parent)
	if err != nil || m != nil {
		return err
	}
	return tx.AddPending(Pending{Account: p.account.ID, What: WantParent, Remote: p.Parent})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// identity finds or makes who wrote something. What it newly tells of them reaches every conversation that they are in.
func (d *Desk) identity(tx Tx, a Account, au Author) (IdentityID, error) {
	id, err := tx.FindIdentity(a.ID, au.Remote)
	if err != nil {
		return 0, err
	}
	known := id != nil
	if !known {
		id = &Identity{Account: a.ID, Remote: au.Remote}
	}
	if !id.Merge(au) && known {
		return id.ID, nil
	}
	if err := tx.PutIdentity(id); err != nil || !known {
		return id.ID, err
	}
	ids, err := tx.ConversationsOf(id.ID, maxTouched)
	if err != nil {
		return 0, err
	}
	return id.ID, d.touchAll(tx, ids, WantProfile)
}

// maxTouched bounds how many conversations one person's new name reaches at once.
const maxTouched = 10_000
