package inbox

import (
	"context"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Seat is a person at the desk. Every act of a person is a method of it, and every method asks first whether the person may. A Seat is
// safe for concurrent use; it looks up its user's role anew for every act, so that a change of role or a lock-out holds at once.
type Seat struct {
	User User // as of when the seat was taken; role and queues are looked up anew
	desk *Desk
}

// As seats a user. A disabled one is refused.
func (d *Desk) As(id UserID) (*Seat, error) {
	u, ok := d.Directory().Users[id]
	if !ok || u.Disabled {
		return nil, E(Forbidden, "desk.As", "refused.disabled")
	}
	return &Seat{User: u, desk: d}, nil
}

// user is the seat's user as of now.
func (s *Seat) user() User {
	u, ok := s.desk.Directory().Users[s.User.ID]
	if !ok {
		u = s.User
		u.Disabled = true
	}
	return u
}

// Desk is the desk that the seat stands at.
func (s *Seat) Desk() *Desk { return s.desk }

// may refuses an act that the role does not allow.
func (s *Seat) may(op string, a Act) error {
	if r := s.user().Allowed(a); r != nil {
		return &Error{Code: Forbidden, Reason: *r, Op: op}
	}
	return nil
}

// Bind parses a query and binds it to this seat: "me" is its user, and only what the role may see can match.
func (s *Seat) Bind(q string) (*query.Bound, error) {
	e, err := query.Parse(q)
	if err != nil {
		return nil, err
	}
	u := s.user()
	if err := s.may("seat.Bind", DoRead); err != nil {
		return nil, err
	}
	if f := u.filter(s.desk.Directory()); f != nil {
		e = query.Both(f, e)
	}
	return s.desk.bind(e, u.ID)
}

// Search finds conversations that match, newest first.
func (s *Seat) Search(ctx context.Context, q string, p Page) (Hits, error) {
	b, err := s.Bind(q)
	if err != nil {
		return Hits{}, err
	}
	return s.desk.Search(ctx, b, p)
}

// Count counts what matches, up to limit; more says that there may be more, also where the search was cut.
func (s *Seat) Count(ctx context.Context, q string, limit int) (n int, more bool, err error) {
	b, err := s.Bind(q)
	if err != nil {
		return 0, false, err
	}
	n, more, cut, err := s.desk.Count(ctx, b, limit)
	return n, more || cut != nil, err
}

// Rows gives what a list shows of conversations. They are those of a search or a view of this seat; one that the role may not see is
// left out all the same.
func (s *Seat) Rows(ctx context.Context, ids []ConversationID) (rows []Row, err error) {
	f, err := s.Bind("")
	if err != nil {
		return nil, err
	}
	all := s.user().filter(s.desk.Directory()) == nil
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		got, err := tx.Rows(ids)
		for i := range got {
			got[i].mask()
		}
		if err != nil {
			return err
		}
		if err := s.alikes(tx, got); err != nil {
			return err
		}
		if all {
			rows = got
			return nil
		}
		stamps := make([]Stamp, len(got))
		for i := range got {
			stamps[i] = Stamp{Key: got[i].Key(), Version: got[i].Version}
		}
		ds, _, err := s.desk.docs.load(tx, stamps)
		if err != nil {
			return err
		}
		for i := range got {
			if ds[i] != nil && f.Match(ds[i]) {
				rows = append(rows, got[i])
			}
		}
		return nil
	})
	return rows, err
}

// Opened is a conversation as a screen shows it: with CPR numbers covered.
type Opened struct {
	*Thread
	History   []Change // newest first
	Versions  map[MessageID][]Version
	Reactions map[MessageID]map[string]int
	Drafts    []Draft // this person's own
	Seq       Seq     // the log as of which it was read: what Reply takes as seen
	// Began is what the person wrote where all can read it that we answered in private, and that these private messages go on from; nil:
	// they began by themselves, or this person may not see it.
	Began *Message
	Alike Alike // what of it most others say nearly the same as
	// Covered says which messages hold a CPR number, or held one before they were edited: what Reveal shows.
	Covered map[MessageID]text.Sureness
}

// Draft gives the person's draft of a kind, of a private answer or an edit that about a message, or nil.
func (o *Opened) Draft(kind DraftKind, to MessageID) *Draft {
	return Draft{Kind: kind, To: to}.among(o.Drafts)
}

// Open reads a conversation with everything in it. One that was merged away opens as what it became. An Error of code NotFound if
// there is none, or the role may not see it.
func (s *Seat) Open(ctx context.Context, id ConversationID) (*Opened, error) {
	var o *Opened
	err := s.desk.Store.View(ctx, func(tx Tx) error {
		t, err := s.thread(tx, id)
		if err != nil {
			return err
		}
		o = &Opened{Thread: t, Versions: map[MessageID][]Version{}, Reactions: map[MessageID]map[string]int{}}
		if o.Seq, err = tx.LastSeq(); err != nil {
			return err
		}
		if o.Began, err = s.began(tx, t); err != nil {
			return err
		}
		if o.History, err = tx.History(t.ID, 200); err != nil {
			return err
		}
		if o.Drafts, err = tx.DraftsIn(s.User.ID, t.ID); err != nil {
			return err
		}
		s.desk.docs.readAll(t)
		if o.Alike, err = s.alike(tx, t); err != nil {
			return err
		}
		for i := range t.Msgs {
			m := &t.Msgs[i]
			if !m.EditedAt.IsZero() {
				if o.Versions[m.ID], err = tx.Versions(m.ID); err != nil {
					return err
				}
			}
			if m.Remote == "" {
				continue
			}
			rs, err := tx.Reactions(m.Account, m.Remote)
			if err != nil {
				return err
			}
			if len(rs) > 0 {
				o.Reactions[m.ID] = rs
			}
		}
		o.mask()
		return nil
	})
	return o, err
}

// thread reads a conversation that this seat may see.
func (s *Seat) thread(tx Tx, id ConversationID) (*Thread, error) {
	missing := E(NotFound, "seat.Open", "conversation.not_found", "ID", int64(id))
	for hop := 0; hop < 8; hop++ {
		ts, err := tx.Threads([]ConversationID{id})
		if err != nil {
			return nil, err
		}
		if len(ts) == 1 {
			f, err := s.Bind("")
			if err != nil {
				return nil, err
			}
			if !f.Match(s.desk.docs.conversation(ts[0])) {
				return nil, missing
			}
			return ts[0], s.likes(tx, ts[0])
		}
		last, err := tx.History(id, 1)
		if err != nil {
			return nil, err
		}
		if len(last) == 0 || last[0].Kind != ChangeGone {
			return nil, missing
		}
		id = ConversationID(last[0].Ref)
	}
	return nil, missing
}

// began finds the message whose private answer a thread of private messages goes on from, nil if there is none that this seat may see.
func (s *Seat) began(tx Tx, t *Thread) (*Message, error) {
	if t.Kind != Direct || t.Part > 1 || t.Before == 0 {
		return nil, nil
	}
	first, err := s.thread(tx, t.Before)
	if err != nil {
		return nil, ignoreNotFound(err)
	}
	for i := len(first.Outgoing) - 1; i >= 0; i-- {
		if o := &first.Outgoing[i]; o.isPrivateTo(t.Thread) {
			return first.Message(o.To), nil
		}
	}
	return nil, nil
}

// likes notes what of a thread our account likes.
func (s *Seat) likes(tx Tx, t *Thread) error {
	own := s.desk.Directory().Accounts[t.Account].Remote
	for i := range t.Msgs {
		m := &t.Msgs[i]
		if m.Direction != In || m.Remote == "" {
			continue
		}
		rs, err := tx.ReactionsBy(m.Account, m.Remote, own)
		if err != nil {
			return err
		}
		for _, r := range rs {
			if r.Gone || r.Kind == "repost" {
				continue
			}
			if t.Liked == nil {
				t.Liked = map[MessageID]bool{}
			}
			t.Liked[m.ID] = true
		}
	}
	return nil
}

// Subscribe opens a live look at the desk. Close it.
func (s *Seat) Subscribe() *Sub {
	sub := &Sub{hub: s.desk.hub, seat: s, wake: make(chan struct{}, 1), slots: map[string]*slot{}}
	s.desk.hub.mu.Lock()
	defer s.desk.hub.mu.Unlock()
	s.desk.hub.subs[sub] = struct{}{}
	return sub
}
