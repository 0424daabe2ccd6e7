package inbox_test

import (
	"fmt"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"pgregory.net/rapid"
)

// A post of ours is written, edited, at times back to what it was, and at times removed: each of that is told by webhook, some by reading
// in between. In whatever order it is told, and however often, the post ends as it is.
func TestLaw2_APostOfOursEndsAsItIs(t *testing.T) {
	d := inboxtest.New(t)
	posts := 0
	rapid.Check(t, func(t *rapid.T) {
		posts++
		post, below := inbox.RemoteID(fmt.Sprint("post", posts)), inbox.RemoteID(fmt.Sprint("comment", posts))
		start := inboxtest.Start.Add(-time.Hour)
		at := start
		var told []inbox.Incoming
		tell := func(e inbox.Event, s inbox.Source, said string) {
			told = append(told, inbox.Incoming{
				Account: 1, Event: e, Source: s, Remote: post, FromUs: true, Text: said, Permalink: "https://example.org/post", At: start, Observed: at,
			})
			at = at.Add(time.Minute)
		}
		said := ""
		for range rapid.IntRange(1, 4).Draw(t, "versions") {
			next := rapid.SampledFrom([]string{"a", "b", "c"}).Filter(func(s string) bool { return s != said }).Draw(t, "text")
			said = next
			tell(inbox.ContextSeen, inbox.FromWebhook, said)
			for range rapid.IntRange(0, 2).Draw(t, "readings") {
				tell(inbox.ContextSeen, rapid.SampledFrom([]inbox.Source{inbox.FromPoll, inbox.FromFetch}).Draw(t, "road"), said)
			}
		}
		removed := rapid.Bool().Draw(t, "removed")
		if removed {
			tell(inbox.Deleted, inbox.FromWebhook, "")
			said = ""
		}
		comment := inbox.Incoming{
			Account: 1, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: below, Parent: post, Context: post, Text: "hej",
			Author: &inbox.Author{Remote: "p", Name: "P"}, At: at, Observed: at,
		}
		told = append(told, comment)
		all := append([]inbox.Incoming(nil), told...)
		for range rapid.IntRange(0, 4).Draw(t, "repeats") {
			told = append(told, rapid.SampledFrom(all).Draw(t, "repeat"))
		}
		told = rapid.Permutation(told).Draw(t, "order")

		for rest := told; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			d.Take(t, rest[:n]...)
			rest = rest[n:]
		}
		check := func() {
			t.Helper()
			p := d.Find(t, 1, string(below)).Post
			switch {
			case p == nil || !p.Fetched:
				t.Fatalf("the post is %+v", p)
			case p.Text != said || p.DeletedAt.IsZero() == removed || (p.Permalink == "") != removed:
				t.Fatalf("the post ends as %+v; it says %q, removed %v. Told:\n%+v", p, said, removed, told)
			case !removed && !p.At.Equal(start):
				t.Fatalf("the post is of %v", p.At)
			}
		}
		check()
		before, _ := lastSeq(d)
		rep := d.Take(t, all...)
		if after, _ := lastSeq(d); after != before || rep.New+rep.Changed > 0 {
			t.Fatalf("telling it again changed something: %+v, log %d to %d", rep, before, after)
		}
		check()
	})
}
