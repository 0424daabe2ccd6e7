package inbox_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/text"
)

// What people did is told to whom may see what it was done to, and to nobody with a CPR number.
func TestLaw10_ActivityOnWhatTheRoleMaySee(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("mine", "jens", cprText), d.Say("other", "ole", cprText))
	carl, dorte, erik := d.Seat(t, d.Carl), d.Seat(t, d.Dorte), d.Seat(t, d.Erik)
	id := func(r string) inbox.ConversationID { return d.Find(t, d.Facebook, r).ID }
	for _, r := range []string{"mine", "other"} {
		if err := carl.Note(ctx, id(r), cprText); err != nil {
			t.Fatal(err)
		}
		if _, err := carl.Reveal(ctx, id(r), d.Find(t, d.Facebook, r).Msgs[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := carl.Assign(ctx, id("mine"), d.Dorte); err != nil {
		t.Fatal(err)
	}
	err := d.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		o := &inbox.Outgoing{Conversation: id("mine"), Account: d.Facebook, Kind: inbox.Hide, State: inbox.Held, Text: cprText, Why: cprText, Token: "cpr"}
		if err := tx.PutOutgoing(o); err != nil {
			return err
		}
		return tx.Append(&inbox.Change{
			Kind: inbox.ChangeOutgoing, Actor: inbox.ActorUser, User: d.Carl, Conversation: o.Conversation, Outgoing: o.ID, Word: string(o.State), Detail: cprText,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := carl.SaveView(ctx, inbox.View{Name: "Alle"}); err != nil {
		t.Fatal(err)
	}
	kinds := func(s *inbox.Seat, of inbox.ActivityOf) (out []inbox.ChangeKind) {
		t.Helper()
		did, next, err := s.Activity(ctx, of, 50)
		if err != nil || next != 0 {
			t.Fatal(err, next)
		}
		for _, x := range did {
			out = append(out, x.Kind)
			if x.Actor != inbox.ActorUser || x.Conversation != 0 && (x.Row == nil || x.Row.ID != x.Conversation) {
				t.Errorf("%+v", x)
			}
			found := map[string]string{}
			stringsIn(reflect.ValueOf(x), "", found)
			for at, s := range found {
				if text.SureCPR(s) != text.Unlikely {
					t.Errorf("a CPR number at %s", at)
				}
			}
		}
		return out
	}
	mine := []inbox.ChangeKind{inbox.ChangeView, inbox.ChangeOutgoing, inbox.ChangeAssigned, inbox.ChangeRevealed, inbox.ChangeNoted}
	if got := kinds(dorte, inbox.ActivityOf{}); !slices.Equal(got, mine) {
		t.Errorf("an agent is told of %v", got)
	}
	if got := kinds(dorte, inbox.ActivityOf{Conversation: id("other")}); got != nil {
		t.Errorf("an agent who asks for it is told of %v", got)
	}
	if got := kinds(erik, inbox.ActivityOf{User: d.Carl}); len(got) != 7 {
		t.Errorf("a viewer is told of %v", got)
	}
	if got := kinds(erik, inbox.ActivityOf{User: d.Anna}); got != nil {
		t.Errorf("Anna did %v", got)
	}
}

// In pages it is the same as at once.
func TestActivityInPages(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("a", "jens", "hej"), d.Say("b", "ole", "hej"))
	anna, dorte := d.Seat(t, d.Anna), d.Seat(t, d.Dorte)
	a, b := d.Find(t, d.Facebook, "a").ID, d.Find(t, d.Facebook, "b").ID
	if err := anna.Assign(ctx, a, d.Dorte); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		d.Clock.Add(time.Second)
		if err := anna.Note(ctx, []inbox.ConversationID{a, b}[i%3%2], "set"); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []*inbox.Seat{anna, dorte} {
		whole, _, err := s.Activity(ctx, inbox.ActivityOf{}, 99)
		if err != nil || len(whole) < 10 {
			t.Fatal(len(whole), err)
		}
		for _, n := range []int{1, 3, 7} {
			var got []inbox.Did
			for of := (inbox.ActivityOf{}); ; {
				page, next, err := s.Activity(ctx, of, n)
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, page...); next == 0 {
					break
				}
				of.Before = next
			}
			if len(got) != len(whole) {
				t.Errorf("by %d: %d of %d", n, len(got), len(whole))
				continue
			}
			for i := range got {
				if got[i].Seq != whole[i].Seq {
					t.Errorf("by %d: %d is %d, not %d", n, i, got[i].Seq, whole[i].Seq)
				}
			}
		}
	}
}
