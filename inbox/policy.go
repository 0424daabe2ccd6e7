package inbox

import (
	"slices"
	"strings"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Act is something that a person can do. The action table of the screens and the methods of Seat go by the same names.
type Act string

// The acts.
const (
	DoRead      Act = "read"
	DoReply     Act = "reply"
	DoUndoSend  Act = "undo_send"
	DoResolve   Act = "resolve"  // decide about a reply that may have been sent, or release a held one
	DoPrivate   Act = "private"  // write in private to who wrote a comment
	DoModerate  Act = "moderate" // hide, show, like, edit our own
	DoDelete    Act = "delete"
	DoBlock     Act = "block"
	DoReveal    Act = "reveal"   // be shown a CPR number that is covered
	DoPassCPR   Act = "pass_cpr" // say that what looks like a CPR number is none, and send it
	DoNote      Act = "note"
	DoTag       Act = "tag"
	DoAssign    Act = "assign"
	DoTake      Act = "take"
	DoRelease   Act = "release"
	DoEscalate  Act = "escalate"
	DoSnooze    Act = "snooze"
	DoPriority  Act = "priority"
	DoClose     Act = "close"
	DoReopen    Act = "reopen"
	DoSaveView  Act = "save_view"  // for oneself
	DoTeamView  Act = "team_view"  // for the members of a queue, by one of them
	DoShareView Act = "share_view" // for all
	DoRules     Act = "rules"
	DoTopics    Act = "topics"
	DoTemplates Act = "templates"
	DoSetup     Act = "setup" // queues, people, accounts
	DoImport    Act = "import"
	DoExport    Act = "export"
	DoReindex   Act = "reindex" // have the search index built anew
	DoReplay    Act = "replay"  // have the journal read again
)

// least says which role an act takes at least.
var least = map[Act]Role{
	DoRead: Viewer, DoSaveView: Viewer,
	DoNote: Agent, DoTake: Agent, DoRelease: Agent, DoTag: Agent, DoAssign: Agent, DoEscalate: Agent,
	DoPrivate: Editor, DoModerate: Editor, DoDelete: Editor, DoBlock: Lead,
	DoReply: Editor, DoUndoSend: Editor, DoResolve: Editor, DoSnooze: Editor, DoPriority: Editor, DoClose: Editor, DoReopen: Editor,
	DoReveal: Editor, DoPassCPR: Lead,
	DoTeamView: Editor, DoShareView: Lead, DoRules: Lead, DoTopics: Lead, DoTemplates: Lead, DoExport: Lead, DoReindex: Lead, DoReplay: Lead,
	DoSetup: Admin, DoImport: Admin,
}

// Allowed says why a user may not do an act at all, or nil. What is not in the table nobody may.
func (u User) Allowed(a Act) *Reason {
	if u.Disabled {
		return Why("refused.disabled")
	}
	role, ok := least[a]
	if !ok || !u.Role.AtLeast(role) {
		return Why("refused.role", "Role", string(u.Role), "Needs", string(role))
	}
	return nil
}

// filter is what a role may see of all conversations: nil is everything. An agent sees the own queues and what is assigned.
func (u User) filter(dir *Directory) query.Expr {
	if u.Role != Agent {
		return nil
	}
	mine := []query.Expr{query.Term{Field: query.Assignee, Values: []string{"me"}}}
	var names []string
	for _, q := range dir.Queues {
		for _, m := range q.Members {
			if m == u.ID {
				names = append(names, q.Name)
			}
		}
	}
	if len(names) > 0 {
		mine = append(mine, query.Term{Field: query.Queue, Values: names})
	}
	return query.Or{Kids: mine}
}

// Refusal says why an act on a conversation is not possible for this seat now, or nil: what screens show greyed, and what the methods
// of Seat refuse.
func (s *Seat) Refusal(a Act, t *Thread) *Reason {
	if r := s.user().Allowed(a); r != nil || t == nil {
		return r
	}
	now := s.desk.Now()
	other := t.Taken(now) && t.TakenBy != s.User.ID
	switch a {
	case DoReply, DoPrivate, DoClose, DoSnooze, DoTake, DoEscalate, DoAssign:
		if other && !s.User.Role.AtLeast(Lead) {
			return Why("refused.taken", "Name", s.desk.Directory().UserName(t.TakenBy))
		}
	case DoRelease:
		if t.TakenBy == 0 {
			return Why("refused.not_taken")
		}
		if other && !s.User.Role.AtLeast(Lead) {
			return Why("refused.taken", "Name", s.desk.Directory().UserName(t.TakenBy))
		}
	case DoReopen:
		if t.Status == Open {
			return Why("refused.is_open")
		}
	}
	if (a == DoReply || a == DoPrivate) && t.QueueOnly && !slices.Contains(s.user().Queues, t.Queue) {
		if q := s.desk.Directory().Queue(t.Queue); q != nil {
			return Why("refused.queue_only", "Queue", q.Name)
		}
	}
	switch a {
	case DoClose, DoSnooze:
		if t.Status == Closed {
			return Why("refused.is_closed")
		}
	case DoTake:
		if t.TakenBy == s.User.ID && t.Taken(now) {
			return Why("refused.is_mine")
		}
	case DoReply:
		m := t.ReplyTarget(0)
		if m == nil {
			return Why("refused.nothing_to_answer")
		}
		if c := s.capability(t, m, ActReply, now); !c.Allowed && !s.answersAnother(t, m, now) {
			return c.Reason
		}
	case DoUndoSend:
		for _, o := range t.Outgoing {
			if o.State.Undoable() {
				return nil
			}
		}
		return Why("refused.nothing_to_undo")
	case DoResolve:
		for _, o := range t.Outgoing {
			if o.State == Unknown || o.State == Held || o.State == Rejected {
				return nil
			}
		}
		return Why("refused.nothing_unsure")
	}
	return nil
}

// answersAnother reports whether a message other than m can be answered where all can read it. Private messages stand and fall together.
func (s *Seat) answersAnother(t *Thread, m *Message, now time.Time) bool {
	for i := range t.Msgs {
		o := &t.Msgs[i]
		if o.ID != m.ID && o.Direction == In && o.DeletedAt.IsZero() && o.Kind != Direct && s.capability(t, o, ActReply, now).Allowed {
			return true
		}
	}
	return false
}

// ReplyTarget is the message that a reply answers: the one asked for, or else the newest inbound one that awaits an answer, or else the
// newest inbound one. nil if there is none that can be answered.
func (t *Thread) ReplyTarget(id MessageID) *Message {
	var newest *Message
	for i := range t.Msgs {
		m := &t.Msgs[i]
		if m.Direction != In || !m.DeletedAt.IsZero() {
			continue
		}
		if m.ID == id {
			return m
		}
		newest = m
	}
	if id != 0 {
		return nil
	}
	return newest
}

// Measured counts a text as a platform does.
func (c Capability) Measured(s string) int {
	switch c.Measure {
	case CountX:
		return text.XWeight(s)
	case CountBytes:
		return len(s)
	}
	return text.Runes(s)
}

// Fits says why a text cannot be sent, or nil.
func (c Capability) Fits(s string) *Reason {
	if strings.TrimSpace(s) == "" {
		return Why("refused.empty")
	}
	if n := c.Measured(s); c.MaxText > 0 && n > c.MaxText {
		return Why("refused.too_long", "Count", n, "Max", c.MaxText)
	}
	return nil
}

// leaseUntil is when a lease taken now ends.
func (s *Seat) leaseUntil(now time.Time) time.Time { return now.Add(s.desk.Settings.Lease) }
