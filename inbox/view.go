package inbox

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"lytter/inbox/text"
)

// View is a saved query on conversations. It is a person's own, or its queue's members see it, or, where both are 0, everybody.
type View struct {
	ID       ViewID
	Name     string
	Query    string
	Owner    UserID
	Queue    QueueID
	Position int // among those of the same owner and queue
}

// Bounds of views.
const (
	MaxViewName = 80  // characters
	MaxViews    = 100 // of one owner or queue, or of the desk
)

// Scope is who sees a view.
type Scope string

// The scopes.
const (
	ScopeOwn    Scope = "own"
	ScopeTeam   Scope = "team"
	ScopeShared Scope = "shared"
)

// Scope says who sees the view.
func (v View) Scope() Scope {
	switch {
	case v.Queue != 0:
		return ScopeTeam
	case v.Owner != 0:
		return ScopeOwn
	}
	return ScopeShared
}

// beside reports whether two views stand in the same list.
func (v View) beside(o View) bool { return v.Owner == o.Owner && v.Queue == o.Queue }

// Listed is a view as it stands in a person's list.
type Listed struct {
	View
	Pinned bool
}

// Views lists what the seat sees: what its user has pinned, everybody's, those of the user's queues, the user's own. What others save
// comes behind what is there, so that the places of pinned views are the user's alone to move.
func (s *Seat) Views() []Listed {
	u, dir := s.user(), s.desk.Directory()
	byID := map[ViewID]View{}
	for _, v := range dir.Views {
		if u.sees(v) {
			byID[v.ID] = v
		}
	}
	var out []Listed
	for _, id := range u.Pins {
		if v, ok := byID[id]; ok {
			out = append(out, Listed{v, true})
			delete(byID, id)
		}
	}
	add := func(like View) {
		for _, v := range dir.Views { // in order of position
			if _, left := byID[v.ID]; left && v.beside(like) {
				out = append(out, Listed{v, false})
			}
		}
	}
	add(View{})
	for _, q := range dir.Queues {
		add(View{Queue: q.ID})
	}
	add(View{Owner: u.ID})
	return out
}

// sees reports whether a view is in the user's list.
func (u User) sees(v View) bool {
	return v.Owner == 0 && v.Queue == 0 || v.Owner == u.ID || v.Queue != 0 && slices.Contains(u.Queues, v.Queue)
}

// ViewRefusal says why the seat may not save, change, move or delete a view of that owner and queue, or nil.
func (s *Seat) ViewRefusal(v View) *Reason {
	u := s.user()
	switch {
	case !u.sees(v) && v.Queue != 0:
		return Why("refused.not_member")
	case !u.sees(v):
		return Why("view.not_found")
	case v.Queue != 0:
		return u.Allowed(DoTeamView)
	case v.Owner != 0:
		return u.Allowed(DoSaveView)
	}
	return u.Allowed(DoShareView)
}

func (s *Seat) mayView(op string, v View) error {
	if r := s.ViewRefusal(v); r != nil {
		return &Error{Code: Forbidden, Reason: *r, Op: op}
	}
	return nil
}

// SaveView saves a view, for whom its owner and queue say: a new one at its position (0: behind the others), or, with the id of one that
// the seat sees and may change, in its place. Two of the same list do not have the same name.
func (s *Seat) SaveView(ctx context.Context, v View) (View, error) {
	const op = "seat.SaveView"
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	switch n := utf8.RuneCountInString(v.Name); {
	case n == 0:
		return v, E(Invalid, op, "view.no_name")
	case n > MaxViewName:
		return v, E(Invalid, op, "view.long_name", "Max", MaxViewName)
	case text.SureCPR(v.Name) != text.Unlikely, MaskedQuery(v.Query) != v.Query:
		return v, E(Invalid, op, "view.cpr")
	case v.Owner != 0 && v.Queue != 0:
		return v, E(Invalid, op, "view.not_found")
	}
	if err := s.mayView(op, v); err != nil {
		return v, err
	}
	if _, err := s.Bind(v.Query); err != nil {
		return v, err
	}
	err := s.setupView(ctx, op, &v.ID, func(tx Tx, all []View, have *View) error {
		beside := besides(all, v)
		if slices.ContainsFunc(beside, func(o View) bool { return o.ID != v.ID && strings.EqualFold(o.Name, v.Name) }) {
			return E(Conflict, op, "view.name_taken", "Name", v.Name)
		}
		if have != nil && have.beside(v) {
			v.Position = have.Position
			return tx.PutView(&v)
		}
		if len(beside) >= MaxViews {
			return E(Invalid, op, "view.too_many", "Max", MaxViews)
		}
		at := len(beside)
		if have == nil && v.Position > 0 {
			at = min(v.Position-1, at)
		}
		return number(tx, slices.Insert(beside, at, v), &v)
	})
	return v, err
}

// DeleteView removes a view.
func (s *Seat) DeleteView(ctx context.Context, id ViewID) error {
	return s.setupView(ctx, "seat.DeleteView", &id, func(tx Tx, _ []View, _ *View) error { return tx.DeleteView(id) })
}

// MoveView moves a view by so many places among those that stand with it in the seat's list: pinned ones for this user alone, others for
// all who see them.
func (s *Seat) MoveView(ctx context.Context, id ViewID, by int) error {
	const op = "seat.MoveView"
	if slices.Contains(s.user().Pins, id) {
		return s.pins(ctx, op, id, func(pins []ViewID) []ViewID { return moved(pins, slices.Index(pins, id), by) })
	}
	return s.setupView(ctx, op, &id, func(tx Tx, all []View, have *View) error {
		beside := besides(all, *have)
		return number(tx, moved(beside, slices.Index(beside, *have), by), nil)
	})
}

// PinView puts a view behind those that the user has pinned, before all others, or back where it belongs. Nobody else sees it.
func (s *Seat) PinView(ctx context.Context, id ViewID, on bool) error {
	return s.pins(ctx, "seat.PinView", id, func(pins []ViewID) []ViewID {
		switch at := slices.Index(pins, id); {
		case on && at < 0:
			return append(pins, id)
		case !on && at >= 0:
			return slices.Delete(pins, at, at+1)
		}
		return pins
	})
}

// setupView changes a view that the seat may change, or where the id is 0 makes one and sets it; all are the views as they are.
func (s *Seat) setupView(ctx context.Context, op string, id *ViewID, f func(tx Tx, all []View, have *View) error) error {
	return s.desk.setup(ctx, func(tx Tx) error {
		all, err := tx.Views()
		if err != nil {
			return err
		}
		var have *View
		if i := slices.IndexFunc(all, func(v View) bool { return v.ID == *id }); i >= 0 {
			have = &all[i]
		}
		if *id != 0 && (have == nil || !s.user().sees(*have)) {
			return E(NotFound, op, "view.not_found")
		}
		if have != nil {
			if err := s.mayView(op, *have); err != nil {
				return err
			}
		}
		if err := f(tx, all, have); err != nil {
			return err
		}
		return tx.Append(&Change{Kind: ChangeView, Actor: ActorUser, User: s.User.ID, Ref: int64(*id)})
	})
}

// pins changes what the user has pinned.
func (s *Seat) pins(ctx context.Context, op string, id ViewID, f func([]ViewID) []ViewID) error {
	if err := s.may(op, DoSaveView); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Views(), func(l Listed) bool { return l.ID == id }) {
		return E(NotFound, op, "view.not_found")
	}
	return s.desk.setup(ctx, func(tx Tx) error {
		users, err := tx.Users()
		if err != nil {
			return err
		}
		views, err := tx.Views()
		if err != nil {
			return err
		}
		for _, u := range users {
			if u.ID != s.User.ID {
				continue
			}
			u.Pins = f(slices.DeleteFunc(u.Pins, func(id ViewID) bool {
				return !slices.ContainsFunc(views, func(v View) bool { return v.ID == id && u.sees(v) })
			}))
			if err := tx.PutUser(&u); err != nil {
				return err
			}
		}
		return tx.Append(&Change{Kind: ChangeUser, Actor: ActorUser, User: s.User.ID, Ref: int64(s.User.ID)})
	})
}

// besides lists the views of the list that v is for.
func besides(all []View, v View) []View {
	var out []View
	for _, o := range all {
		if o.beside(v) {
			out = append(out, o)
		}
	}
	return out
}

// number gives views of a list their positions. The one that is new, or comes from another list, gets its id in made.
func number(tx Tx, views []View, made *View) error {
	for i, v := range views {
		at := &views[i]
		if made != nil && v.ID == made.ID {
			at = made
		} else if v.Position == i+1 {
			continue
		}
		at.Position = i + 1
		if err := tx.PutView(at); err != nil {
			return err
		}
	}
	return nil
}

// moved gives a list with one of it by places further on.
func moved[T any](list []T, from, by int) []T {
	if from < 0 {
		return list
	}
	v := list[from]
	list = slices.Delete(slices.Clone(list), from, from+1)
	return slices.Insert(list, min(max(from+by, 0), len(list)), v)
}
