package inbox_test

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"pgregory.net/rapid"
)

// what a desk holds, told without the numbers that depend on the order of arrival.
func picture(tb inboxtest.TB, d *inboxtest.Desk) string {
	tb.Helper()
	var convs []string
	d.Read(tb, func(tx inbox.Tx) error {
		stamps, err := tx.Newest(inbox.Key{}, 1000)
		if err != nil {
			return err
		}
		for _, st := range stamps {
			ts, err := tx.Threads([]inbox.ConversationID{st.ID})
			if err != nil {
				return err
			}
			t := ts[0]
			var lines []string
			for _, m := range t.Msgs {
				vs, err := tx.Versions(m.ID)
				if err != nil {
					return err
				}
				said := ""
				for _, v := range vs {
					said += fmt.Sprintf(" %q at %d", v.Text, v.At.UnixMilli())
				}
				if !m.DeletedAt.IsZero() { // what it was before it went leaves no trace
					m.Hidden, m.EditedAt = false, time.Time{}
				}
				lines = append(lines, fmt.Sprintf("  %s %s<-%s by %s to %s %q deleted=%v hidden=%v edited=%v before%s at %d", m.Direction, m.Remote,
					m.Parent, t.Identities[m.Author].Remote, remoteOf(tx, m.To), m.Text, !m.DeletedAt.IsZero(), m.Hidden, !m.EditedAt.IsZero(),
					said, m.At.UnixMilli()))
			}
			sort.Strings(lines)
			post := ""
			if t.Post != nil {
				post = string(t.Post.Remote) + " " + t.Post.Text
			}
			tags := ""
			for _, tag := range t.Topics {
				tags += fmt.Sprint(" ", tag.Topic, tag.Removed)
			}
			convs = append(convs, fmt.Sprintf("%s part %d %s on %q: %d messages, %d awaiting since %d, first %d last %d in %d out %d due %v tags%s\n%s",
				t.Kind, t.Part, t.Status, post, t.Messages, t.Awaiting, t.AwaitingSince.UnixMilli(), t.FirstAt.UnixMilli(), t.LastAt.UnixMilli(),
				t.LastInAt.UnixMilli(), t.LastOutAt.UnixMilli(), !t.DueAt.IsZero(), tags, strings.Join(lines, "\n")))
		}
		return nil
	})
	sort.Strings(convs)
	return strings.Join(convs, "\n")
}

func remoteOf(tx inbox.Tx, id inbox.IdentityID) inbox.RemoteID {
	ids, err := tx.Identities([]inbox.IdentityID{id})
	if err != nil {
		return "?"
	}
	return ids[id].Remote
}

// What the platforms say may come by any road, in any order, any number of times: the desk ends the same. The world is a forest of
// comments with our own answers in it, edits, removals and hides; it is told once in order, and once torn apart.
func TestLaw2_AnyOrderAnyNumberOfTimes(t *testing.T) {
	merged := 0
	rapid.Check(t, func(t *rapid.T) {
		var world []inbox.Incoming
		var ids []string
		text := map[string]string{}
		at := inboxtest.Start.Add(-time.Hour)
		add := func(in inbox.Incoming) {
			at = at.Add(time.Minute)
			in.At, in.Observed = at, at
			in.Kind, in.Account, in.Source = inbox.Comment, 1, inbox.FromWebhook
			world = append(world, in)
		}
		for i := range rapid.IntRange(1, 8).Draw(t, "messages") {
			in := inbox.Incoming{Event: inbox.Posted, Remote: inbox.RemoteID(fmt.Sprint("m", i)), Text: fmt.Sprint("text ", i), Context: "post"}
			if len(ids) > 0 && rapid.IntRange(0, 3).Draw(t, "reply") > 0 {
				in.Parent = inbox.RemoteID(rapid.SampledFrom(ids).Draw(t, "parent"))
			}
			if in.FromUs = in.Parent != "" && rapid.IntRange(0, 3).Draw(t, "ours") == 0; !in.FromUs && rapid.IntRange(0, 5).Draw(t, "shown") > 0 {
				who := rapid.SampledFrom([]string{"p1", "p2", "p3"}).Draw(t, "who")
				in.Author = &inbox.Author{Remote: inbox.RemoteID(who), Name: who, Followers: -1}
			}
			ids = append(ids, string(in.Remote))
			text[string(in.Remote)] = in.Text
			add(in)
		}
		ended := map[string]bool{}
		for range rapid.IntRange(0, 4).Draw(t, "events") {
			id := rapid.SampledFrom(ids).Draw(t, "of")
			in := inbox.Incoming{Remote: inbox.RemoteID(id)}
			for _, w := range world {
				if w.Remote == in.Remote && w.Event == inbox.Posted {
					in.Parent, in.Context, in.Author, in.FromUs = w.Parent, w.Context, w.Author, w.FromUs
				}
			}
			switch rapid.IntRange(0, 2).Draw(t, "event") {
			case 0:
				if ended[id] {
					continue
				}
				in.Event, in.Text = inbox.Edited, fmt.Sprint("edited ", len(world))
			case 1:
				in.Event = inbox.Deleted
				ended[id] = true
			case 2:
				in.Event = inbox.Hid
			}
			add(in)
		}
		if rapid.Bool().Draw(t, "post") {
			add(inbox.Incoming{Event: inbox.ContextSeen, Remote: "post", Text: "vores opslag", FromUs: true})
		}
		told := append([]inbox.Incoming(nil), world...)
		for range rapid.IntRange(0, 6).Draw(t, "repeats") {
			told = append(told, rapid.SampledFrom(world).Draw(t, "repeat"))
		}
		told = rapid.Permutation(told).Draw(t, "order")

		inOrder, torn := inboxtest.New(t), inboxtest.New(t)
		inOrder.Take(t, world...)
		for len(told) > 0 {
			n := rapid.IntRange(1, len(told)).Draw(t, "batch")
			torn.Take(t, told[:n]...)
			told = told[n:]
		}
		want, got := picture(t, inOrder), picture(t, torn)
		if want != got {
			t.Fatalf("told in order:\n%s\n\ntorn apart:\n%s", want, got)
		}
		torn.Read(t, func(tx inbox.Tx) error {
			cs, err := tx.Changes(0, 10_000)
			for _, c := range cs {
				if c.Kind == inbox.ChangeGone {
					merged++
				}
			}
			return err
		})
		// A third telling changes nothing at all.
		before, _ := lastSeq(torn)
		for _, w := range world {
			if rep := torn.Take(t, w); rep.New+rep.Changed > 0 {
				t.Fatalf("telling it again changed something: %+v\n%s", w, got)
			}
		}
		rep := torn.Take(t, world...)
		if after, _ := lastSeq(torn); after != before || rep.New+rep.Changed > 0 {
			t.Fatalf("telling it again changed something: %+v, log %d to %d", rep, before, after)
		}
	})
	if merged == 0 {
		t.Error("no conversation was ever merged: the property does not reach the hard part")
	}
}

func lastSeq(d *inboxtest.Desk) (s inbox.Seq, err error) {
	err = d.Store.View(context.Background(), func(tx inbox.Tx) error {
		s, err = tx.LastSeq()
		return err
	})
	return s, err
}
