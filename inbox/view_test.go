package inbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// shelf is what views there should be: the model of TestLaw10_ViewsAreSeenByWhomTheyAreFor.
type shelf struct {
	desk    *inboxtest.Desk
	views   []inbox.View // each list in its order
	members map[inbox.QueueID][]inbox.UserID
	pins    map[inbox.UserID][]inbox.ViewID
}

func (s *shelf) sees(u inbox.UserID, v inbox.View) bool {
	switch v.Scope() {
	case inbox.ScopeOwn:
		return v.Owner == u
	case inbox.ScopeTeam:
		return slices.Contains(s.members[v.Queue], u)
	}
	return true
}

// may says who changes what: one's own everybody, a team's the editors and leads of its queue, everybody's the leads.
func (s *shelf) may(u inbox.UserID, v inbox.View) bool {
	switch role := s.desk.Directory().Users[u].Role; {
	case !s.sees(u, v):
		return false
	case v.Scope() == inbox.ScopeOwn:
		return true
	case v.Scope() == inbox.ScopeTeam:
		return role.AtLeast(inbox.Editor)
	default:
		return role.AtLeast(inbox.Lead)
	}
}

// listed is what a person should see, by name, with the pinned ones marked.
func (s *shelf) listed(u inbox.UserID) []string {
	var out []string
	pinned := map[inbox.ViewID]bool{}
	for _, id := range s.pins[u] {
		for _, v := range s.views {
			if v.ID == id && s.sees(u, v) {
				out = append(out, "*"+v.Name)
				pinned[id] = true
			}
		}
	}
	for _, like := range []inbox.View{{}, {Queue: s.desk.Borger}, {Queue: s.desk.Teknik}, {Queue: s.desk.Bibliotek}, {Owner: u}} {
		for _, v := range s.views {
			if v.Owner == like.Owner && v.Queue == like.Queue && !pinned[v.ID] && s.sees(u, v) {
				out = append(out, v.Name)
			}
		}
	}
	return out
}

func (s *shelf) beside(v inbox.View) (at []int) {
	for i, o := range s.views {
		if o.Owner == v.Owner && o.Queue == v.Queue {
			at = append(at, i)
		}
	}
	return at
}

// Whoever saves, changes, moves, pins and deletes what views, and whoever comes to and goes from which queue: each person's list is those
// of everybody, of the own queues and the own ones, in their order, behind what the person has pinned; and who may not change a view
// changes nothing.
func TestLaw10_ViewsAreSeenByWhomTheyAreFor(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	before := d.Directory()
	rapid.Check(t, func(t *rapid.T) {
		asBefore(t, d, before)
		users := []inbox.UserID{d.Anna, d.Bo, d.Carl, d.Dorte, d.Erik}
		queues := []inbox.QueueID{d.Borger, d.Teknik, d.Bibliotek}
		s := &shelf{
			desk: d, pins: map[inbox.UserID][]inbox.ViewID{},
			members: map[inbox.QueueID][]inbox.UserID{d.Teknik: {d.Anna, d.Carl}, d.Bibliotek: {d.Dorte}},
		}
		n := 0
		for range rapid.IntRange(5, 20).Draw(t, "steps") {
			u := rapid.SampledFrom(users).Draw(t, "who")
			seat := d.Seat(t, u)
			var v inbox.View
			if len(s.views) > 0 {
				v = rapid.SampledFrom(s.views).Draw(t, "view")
			}
			switch do := rapid.SampledFrom([]string{"save", "save", "save", "rename", "delete", "move", "pin", "unpin", "queue"}).Draw(t, "do"); {
			case do == "save":
				n++
				v = rapid.SampledFrom([]inbox.View{{}, {Owner: u}, {Owner: u}, {Queue: d.Borger}, {Queue: d.Teknik}, {Queue: d.Bibliotek}}).Draw(t, "for")
				v.Name, v.Query = fmt.Sprint("v", n), "is:open"
				saved, err := seat.SaveView(ctx, v)
				if allowed := s.may(u, v); allowed != (err == nil) {
					t.Fatalf("%d saves %+v: %v", u, v, err)
				} else if allowed {
					s.views = append(s.views, saved)
				}
			case do == "queue":
				q := d.Directory().Queue(rapid.SampledFrom(queues).Draw(t, "queue"))
				now := *q
				if i := slices.Index(q.Members, u); i >= 0 {
					now.Members = slices.Delete(slices.Clone(q.Members), i, i+1)
				} else {
					now.Members = append(slices.Clone(q.Members), u)
				}
				if err := d.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error { return tx.PutQueue(&now) }); err != nil {
					t.Fatal(err)
				}
				if err := d.Reload(ctx); err != nil {
					t.Fatal(err)
				}
				s.members[q.ID] = now.Members
			case v.ID == 0:
			case do == "pin", do == "unpin":
				err := seat.PinView(ctx, v.ID, do == "pin")
				if s.sees(u, v) != (err == nil) {
					t.Fatalf("%d pins %+v: %v", u, v, err)
				}
				if err == nil {
					s.pins[u] = slices.DeleteFunc(s.pins[u], func(id inbox.ViewID) bool {
						i := slices.IndexFunc(s.views, func(o inbox.View) bool { return o.ID == id })
						return i < 0 || !s.sees(u, s.views[i]) || do == "unpin" && id == v.ID
					})
					if do == "pin" && !slices.Contains(s.pins[u], v.ID) {
						s.pins[u] = append(s.pins[u], v.ID)
					}
				}
			default:
				s.change(t, seat, do, v)
			}
			for _, u := range users {
				var got []string
				for _, l := range d.Seat(t, u).Views() {
					got = append(got, strings.Repeat("*", map[bool]int{true: 1}[l.Pinned])+l.Name)
				}
				if diff := cmp.Diff(s.listed(u), got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("user %d (-want +got):\n%s", u, diff)
				}
			}
		}
	})
}

// asBefore makes a desk as it was, without views.
func asBefore(t *rapid.T, d *inboxtest.Desk, before *inbox.Directory) {
	ctx := context.Background()
	err := d.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		views, err := tx.Views()
		if err != nil {
			return err
		}
		for _, v := range views {
			if err := tx.DeleteView(v.ID); err != nil {
				return err
			}
		}
		for _, u := range before.Users {
			if err := tx.PutUser(&u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(ctx); err != nil {
		t.Fatal(err)
	}
}

// change renames, deletes or moves a view.
func (s *shelf) change(t *rapid.T, seat *inbox.Seat, do string, v inbox.View) {
	ctx, u := context.Background(), seat.User.ID
	at := slices.IndexFunc(s.views, func(o inbox.View) bool { return o.ID == v.ID })
	allowed := s.may(u, v)
	var err error
	switch do {
	case "rename":
		now := v
		now.Name += "x"
		if _, err = seat.SaveView(ctx, now); err == nil {
			s.views[at].Name = now.Name
		}
	case "delete":
		if err = seat.DeleteView(ctx, v.ID); err == nil {
			s.views = slices.Delete(s.views, at, at+1)
		}
	case "move":
		by := rapid.IntRange(-3, 3).Draw(t, "by")
		if pins := s.pins[u]; slices.Contains(pins, v.ID) && s.sees(u, v) {
			allowed = true
		} else if slices.Contains(pins, v.ID) {
			allowed = false // what one does not see is not there
		}
		if err = seat.MoveView(ctx, v.ID, by); err != nil {
			break
		}
		if slices.Contains(s.pins[u], v.ID) {
			s.pins[u] = slices.DeleteFunc(s.pins[u], func(id inbox.ViewID) bool {
				i := slices.IndexFunc(s.views, func(o inbox.View) bool { return o.ID == id })
				return i < 0 || !s.sees(u, s.views[i])
			})
			s.pins[u] = shift(s.pins[u], slices.Index(s.pins[u], v.ID), by)
			break
		}
		places := s.beside(v)
		var list []inbox.View
		for _, i := range places {
			list = append(list, s.views[i])
		}
		for k, o := range shift(list, slices.Index(places, at), by) {
			s.views[places[k]] = o
		}
	}
	if allowed != (err == nil) {
		t.Fatalf("%d: %s %+v: %v", u, do, v, err)
	}
}

// shift swaps one of a list with its neighbours, so many times.
func shift[T any](list []T, at, by int) []T {
	for ; by < 0 && at > 0; at, by = at-1, by+1 {
		list[at-1], list[at] = list[at], list[at-1]
	}
	for ; by > 0 && at < len(list)-1; at, by = at+1, by-1 {
		list[at], list[at+1] = list[at+1], list[at]
	}
	return list
}

// A view that was deleted comes back where it was; and what cannot be saved says why.
func TestViews(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	anna, bo, dorte := d.Seat(t, d.Anna), d.Seat(t, d.Bo), d.Seat(t, d.Dorte)
	names := func(s *inbox.Seat) (out []string) {
		for _, l := range s.Views() {
			out = append(out, l.Name)
		}
		return out
	}
	var middle inbox.View
	for _, name := range []string{" En ", "To", "Tre"} {
		v, err := anna.SaveView(ctx, inbox.View{Name: name, Query: "er:åben", Owner: d.Anna})
		if err != nil {
			t.Fatal(err)
		}
		if name == "To" {
			middle = v
		}
	}
	if err := anna.DeleteView(ctx, middle.ID); err != nil {
		t.Fatal(err)
	}
	middle.ID = 0
	again, err := anna.SaveView(ctx, middle)
	if got := names(anna); err != nil || !slices.Equal(got, []string{"En", "To", "Tre"}) {
		t.Errorf("%v %v", got, err)
	}
	last := anna.Views()[2].View
	last.Name = "Sidst"
	if _, err := anna.SaveView(ctx, last); err != nil || !slices.Equal(names(anna), []string{"En", "To", "Sidst"}) {
		t.Errorf("renamed: %v %v", names(anna), err)
	}
	for name, tc := range map[string]struct {
		seat *inbox.Seat
		view inbox.View
		key  string
	}{
		"no name":          {anna, inbox.View{Owner: d.Anna, Name: "  "}, "view.no_name"},
		"a long name":      {anna, inbox.View{Owner: d.Anna, Name: strings.Repeat("å", inbox.MaxViewName+1)}, "view.long_name"},
		"a name twice":     {anna, inbox.View{Owner: d.Anna, Name: "to"}, "view.name_taken"},
		"another's":        {bo, inbox.View{Owner: d.Anna, Name: "x"}, "view.not_found"},
		"another's, by id": {bo, inbox.View{ID: again.ID, Owner: d.Bo, Name: "x"}, "view.not_found"},
		"not the queue":    {bo, inbox.View{Queue: d.Teknik, Name: "x"}, "refused.not_member"},
		"not the role":     {dorte, inbox.View{Queue: d.Bibliotek, Name: "x"}, "refused.role"},
		"for all":          {anna, inbox.View{Name: "x"}, "refused.role"},
	} {
		if _, err := tc.seat.SaveView(ctx, tc.view); err == nil || inbox.ReasonOf(err).Key != tc.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := anna.SaveView(ctx, inbox.View{Owner: d.Anna, Name: "x", Query: "er:hest"}); err == nil {
		t.Error("a query that cannot be understood was saved")
	}
	for i := len(names(anna)); i < inbox.MaxViews; i++ {
		if _, err := anna.SaveView(ctx, inbox.View{Owner: d.Anna, Name: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := anna.SaveView(ctx, inbox.View{Owner: d.Anna, Name: "one more"}); err == nil || inbox.ReasonOf(err).Key != "view.too_many" {
		t.Error(err)
	}
	// From the own list to the team's: the others of the queue see it now.
	again.Owner, again.Queue = 0, d.Teknik
	if _, err := anna.SaveView(ctx, again); err != nil || !slices.Equal(names(d.Seat(t, d.Carl)), []string{"To"}) || names(bo) != nil {
		t.Errorf("%v: Carl sees %v, Bo %v", err, names(d.Seat(t, d.Carl)), names(bo))
	}
}

// What a person has searched for is there in the next session, newest first, each once, no more than are kept; and nobody else's.
func TestLaw10_SearchesAreOnesOwn(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "desk.db")
	t.Run("first", func(t *testing.T) {
		d := inboxtest.Open(t, file)
		anna, erik := d.Seat(t, d.Anna), d.Seat(t, d.Erik)
		for i := range inbox.MaxSearches + 5 {
			if err := anna.RememberSearch(ctx, fmt.Sprint("hul", i)); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range []string{"hul50", " hul7 ", "  "} {
			if err := anna.RememberSearch(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
		if err := anna.RememberSearch(ctx, "er:hest"); err == nil {
			t.Error("what cannot be understood is remembered")
		}
		if err := erik.RememberSearch(ctx, "erik"); err != nil {
			t.Fatal(err)
		}
	})
	d := inboxtest.Open(t, file)
	anna, bo, erik := d.Seat(t, d.Anna), d.Seat(t, d.Bo), d.Seat(t, d.Erik)
	list := func(s *inbox.Seat) []string {
		got, err := s.Searches(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := list(anna)
	if len(got) != inbox.MaxSearches || !slices.Equal(got[:3], []string{"hul7", "hul50", "hul104"}) || got[len(got)-1] != "hul5" {
		t.Errorf("%d: %q", len(got), got)
	}
	if len(list(bo)) != 0 || !slices.Equal(list(erik), []string{"erik"}) {
		t.Errorf("Bo has %q, Erik %q", list(bo), list(erik))
	}
	if err := anna.ForgetSearch(ctx, "hul50"); err != nil || slices.Contains(list(anna), "hul50") || len(list(anna)) != inbox.MaxSearches-1 {
		t.Error(err, list(anna))
	}
	if err := anna.ForgetSearches(ctx); err != nil || len(list(anna)) != 0 || len(list(erik)) != 1 {
		t.Error(err, list(anna), list(erik))
	}
}

// What a query could not ask for cannot be made.
func TestCheckName(t *testing.T) {
	for name, key := range map[string]string{
		"ingen": "name.reserved", "None": "name.reserved", " me ": "name.reserved", "MIG": "name.reserved", `Vej "syd"`: "name.quote", "»Vej«": "name.quote",
		"Ingen tid": "", "Mette": "", "vej/cykel": "",
	} {
		got := ""
		if r := inbox.CheckName(name); r != nil {
			got = r.Key
		}
		if got != key {
			t.Errorf("%q: %q, want %q", name, got, key)
		}
	}
}
