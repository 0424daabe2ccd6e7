package inbox_test

import (
	"context"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// Something of which only the id is told is fetched before it is shown, whichever road brings the rest first; one that was deleted since
// is not asked for.
func TestThinIsFetchedFirst(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	thin := func(id string) inbox.Incoming {
		in := d.Say(id, "jens", "")
		in.Author, in.Thin, in.Kind, in.Parent, in.Context = nil, true, inbox.Mention, "", ""
		return in
	}
	pending := func() []inbox.Pending {
		t.Helper()
		ps, err := d.DuePending(ctx, d.Facebook, 10)
		if err != nil {
			t.Fatal(err)
		}
		var out []inbox.Pending
		for _, p := range ps {
			if p.What == inbox.WantMessage {
				out = append(out, p)
			}
		}
		return out
	}
	d.Take(t, thin("m1"))
	d.Take(t, thin("m1"))
	if ps := pending(); len(ps) != 1 || ps[0].Remote != "m1" {
		t.Fatalf("pending: %+v", ps)
	}
	full := d.Say("m1", "jens", "@kommunen se her")
	full.Kind, full.Source, full.Parent, full.Context = inbox.Mention, inbox.FromFetch, "", ""
	if err := d.Fetched(ctx, pending()[0], inbox.Fetched{Items: []inbox.Incoming{full}}); err != nil {
		t.Fatal(err)
	}
	if ps := pending(); len(ps) != 0 {
		t.Errorf("still pending: %+v", ps)
	}
	d.Clock.Add(time.Second)
	d.Take(t, thin("m1"))
	if th := d.Find(t, d.Facebook, "m1"); len(th.Msgs) != 1 || th.Msgs[0].Text != "@kommunen se her" || len(pending()) != 0 {
		t.Errorf("told again it is %+v, pending %+v", th.Msgs, pending())
	}
	gone := thin("m2")
	gone.Event, gone.Thin = inbox.Deleted, false
	d.Take(t, gone)
	d.Take(t, thin("m2"))
	if ps := pending(); len(ps) != 0 {
		t.Errorf("what is deleted is asked for: %+v", ps)
	}
}
