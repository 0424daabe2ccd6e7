package instagram

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// Defects that other desks have had with Instagram, each as a test that fails with it.

// A desk that returns after the first change of a delivery loses the rest.
func TestPeer_EveryChangeOfADelivery(t *testing.T) {
	d, err := decode([]byte(`{"object":"instagram","entry":[
		{"id":"1784","time":1795327065,"changes":[
			{"field":"comments","value":{"id":"1","text":"a","from":{"id":"9"},"media":{"id":"5"}}},
			{"field":"comments","value":{"id":"2","text":"b","from":{"id":"9"},"media":{"id":"5"}}},
			{"field":"mentions","value":{"media_id":"6"}}]},
		{"id":"1784","time":1795327065123,"messaging":[{"sender":{"id":"9"},"recipient":{"id":"1784"},"timestamp":1795327065123,"message":{"mid":"m1","text":"c"}}]},
		{"id":"1785","time":1795327065,"changes":[{"field":"comments","value":{"id":"3","text":"d","from":{"id":"9"},"media":{"id":"7"}}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, in := range d.Items {
		got = append(got, string(in.AccountRemote)+"/"+string(in.Remote))
	}
	if want := "1784/1 1784/2 1784/6 1784/m1 1785/3"; strings.Join(got, " ") != want || len(d.Unread) > 0 {
		t.Errorf("read %s and left %d; want %s", got, len(d.Unread), want)
	}
}

// A job that remembers the kind of the first message of an entry takes the others for the same.
func TestPeer_EachMessageOfAnEntryIsItsOwn(t *testing.T) {
	ends := `"sender":{"id":"9"},"recipient":{"id":"1784"},"timestamp":1795327065123`
	d, err := decode([]byte(`{"object":"instagram","entry":[{"id":"1784","time":1795327065123,"messaging":[
		{` + ends + `,"message":{"mid":"m1","text":"a"}},
		{` + ends + `,"reaction":{"mid":"m1","action":"react","reaction":"love"}},
		{` + ends + `,"read":{"mid":"m0"}},
		{` + ends + `,"postback":{"mid":"m2","title":"Ja","payload":"YES"}},
		{` + ends + `,"message_edit":{"mid":"m1","text":"b","num_edit":"1"}},
		{` + ends + `,"message":{"mid":"m1","is_deleted":true}},
		{` + ends + `,"teleport":{"mid":"m3"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []inbox.Event{inbox.Posted, inbox.Reacted, inbox.Seen, inbox.Posted, inbox.Edited, inbox.Deleted}
	if len(d.Items) != len(want) || len(d.Unread) != 1 {
		t.Fatalf("read %d and left %d; want %d and 1", len(d.Items), len(d.Unread), len(want))
	}
	for i, in := range d.Items {
		if in.Event != want[i] || in.Thread != "9" {
			t.Errorf("event %d is %s in thread %s; want %s in 9", i, in.Event, in.Thread, want[i])
		}
	}
}

// desk is a desk whose Facebook account stands for one on Instagram: what it does with what was decoded is the same.
func desk(t *testing.T) (*inboxtest.Desk, func(body string)) {
	t.Helper()
	d := inboxtest.New(t)
	d.Clock.Add(time.UnixMilli(1795327065123).Sub(d.Clock.Now()) + time.Minute)
	return d, func(body string) {
		t.Helper()
		got, err := decode([]byte(body))
		if err != nil || len(got.Unread) > 0 {
			t.Fatalf("%v %+v", err, got.Unread)
		}
		for i := range got.Items {
			got.Items[i].Account = d.Facebook
		}
		if _, err := d.Ingest(t.Context(), inbox.Batch{Items: got.Items}); err != nil {
			t.Fatal(err)
		}
	}
}

func direct(from, to, message string) string {
	return fmt.Sprintf(`{"object":"instagram","entry":[{"id":"1784","time":1795327065123,"messaging":[
		{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":1795327065123,"message":%s}]}]}`, from, to, message)
}

// The same message twice, or told by a webhook and found by a poll, is one message.
func TestPeer_TheSameMidTwiceIsOneMessage(t *testing.T) {
	d, take := desk(t)
	body := direct("9", "1784", `{"mid":"m1","text":"Hvornår åbner I?"}`)
	take(body)
	take(body)
	n := note{ID: "m1", From: &actor{ID: "9", Username: "borger"}, Text: "Hvornår åbner I?"}
	n.At.Time = time.UnixMilli(1795327065000)
	in := n.incoming(us, "9", inbox.FromPoll, d.Clock.Now())
	in.Account = d.Facebook
	d.Take(t, in)
	if th := d.Find(t, d.Facebook, "m1"); len(th.Msgs) != 1 || th.Awaiting != 1 {
		t.Errorf("%d messages, %d await an answer", len(th.Msgs), th.Awaiting)
	}
}

// What comes in while the token does not work is taken in all the same.
func TestPeer_InboundWhileTheTokenIsBad(t *testing.T) {
	c, err := New(Config{AppID: "1", AppSecrets: connectors.Secrets{"s"}, VerifyToken: connectors.Secret("v"), Accounts: map[inbox.RemoteID]Account{"1784": {}}})
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(direct("9", "1784", `{"mid":"m1","text":"hej"}`))
	if err := c.Verify(connectortest.SignMeta("s", body), body); err != nil {
		t.Fatal(err)
	}
	got, err := c.Decode(body)
	if err != nil || len(got.Items) != 1 || got.Items[0].Text != "hej" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.Poll(t.Context(), us, streamDirect, nil); connectors.ClassOf(err) != connectors.Auth {
		t.Errorf("without a token the poll says %v", err)
	}
}

// Somebody whose profile nobody tells has no name: none is invented.
func TestPeer_NobodyIsInvented(t *testing.T) {
	d, take := desk(t)
	take(direct("9", "1784", `{"mid":"m1","text":"hej"}`))
	th := d.Find(t, d.Facebook, "m1")
	if id := th.Identities[th.Msgs[0].Author]; id.Name != "" || id.Handle != "" || id.Remote != "9" {
		t.Errorf("the author is %+v", id)
	}
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"error":{"code":230,"message":"User consent is required"}}`) // the caller may be gone
	}))
	got, err := c.Fetch(t.Context(), us, []inbox.Pending{{What: inbox.WantProfile, Remote: "9"}})
	if err != nil || got[0].Err != nil || got[0].Profile != nil {
		t.Errorf("a profile that is not shown came as %+v, %v", got, err)
	}
	take(`{"object":"instagram","entry":[{"id":"1784","time":1795327065,"changes":[
		{"field":"comments","value":{"id":"1","text":"uden navn","media":{"id":"5"}}}]}]}`)
	if th := d.Find(t, d.Facebook, "1"); len(th.Msgs) != 1 || th.Msgs[0].Author != 0 {
		t.Errorf("a comment without an author is %+v", th.Msgs)
	}
}

// A comment without an author is kept, with the replies to it.
func TestPeer_ACommentOfNobodyKeepsItsReplies(t *testing.T) {
	d, take := desk(t)
	take(`{"object":"instagram","entry":[{"id":"1784","time":1795327065,"changes":[
		{"field":"comments","value":{"id":"2","text":"svar","parent_id":"1","from":{"id":"9","username":"b"},"media":{"id":"5"}}},
		{"field":"comments","value":{"id":"1","media":{"id":"5"}}}]}]}`)
	if th := d.Find(t, d.Facebook, "1"); len(th.Msgs) != 2 {
		t.Errorf("%d messages are in the conversation", len(th.Msgs))
	}
}

// The same where it is polled: it is kept with its replies, below a picture without a text, and what is beyond the first page is read.
func TestPeer_CommentsOfNobodyBeyondTheFirstPage(t *testing.T) {
	at := stamp(time.Now())
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body string
		switch {
		case strings.HasSuffix(r.URL.Path, "/media"):
			body = `{"data":[{"id":"5","timestamp":"` + at + `","comments_count":4}]}`
		case strings.HasSuffix(r.URL.Path, "/replies"):
			body = `{"data":[{"id":"3","timestamp":"` + at + `"}]}`
		case r.URL.Query().Get("after") == "":
			body = `{"data":[{"id":"1","timestamp":"` + at + `","replies":{"data":[{"id":"2","timestamp":"` + at + `"}],
				"paging":{"cursors":{"after":"r"},"next":"https://x/"}}}],"paging":{"cursors":{"after":"x"},"next":"https://x/"}}`
		default:
			body = `{"data":[{"id":"4","timestamp":"` + at + `","text":"på side to"}]}`
		}
		_, _ = io.WriteString(w, body) // the caller may be gone
	}))
	got := map[inbox.RemoteID]inbox.RemoteID{}
	var cursor []byte
	for more := true; more; {
		page, err := c.Poll(t.Context(), us, streamHistory, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range page.Items {
			if in.Event == inbox.Posted {
				got[in.Remote] = in.Parent
			}
			if in.Event == inbox.Posted && in.Author != nil {
				t.Errorf("somebody was invented: %+v", in.Author)
			}
		}
		cursor, more = page.Cursor, page.More
	}
	if want := (map[inbox.RemoteID]inbox.RemoteID{"1": "5", "2": "1", "3": "1", "4": "5"}); !maps.Equal(got, want) {
		t.Errorf("read %v; want %v", got, want)
	}
}

// After a send that succeeded nothing is read that could fail and have it sent again.
func TestPeer_NothingFollowsASend(t *testing.T) {
	var posts, others atomic.Int64
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || posts.Load() > 0 {
			others.Add(1)
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		posts.Add(1)
		_, _ = io.WriteString(w, `{"id":"77","message_id":"m77","recipient_id":"9"}`) // the caller may be gone
	}))
	for _, kind := range []inbox.OutgoingKind{inbox.PublicReply, inbox.DirectReply, inbox.PrivateReply} {
		posts.Store(0)
		got, err := c.Send(context.Background(), us, inbox.Outgoing{Kind: kind, Target: "5", Thread: "9", Person: "9", Text: "hej"})
		if err != nil || got.Remote == "" || others.Load() != 0 {
			t.Errorf("%s: %+v, %v, and %d calls more", kind, got, err, others.Load())
		}
	}
}

// The echo of what we sent may come before the answer to the sending does: both are the same message, at once.
func TestPeer_TheEchoNeedsNoWaiting(t *testing.T) {
	d, take := desk(t)
	take(direct("9", "1784", `{"mid":"m1","text":"Hvornår åbner I?"}`))
	th := d.Find(t, d.Facebook, "m1")
	if _, err := d.Seat(t, d.Anna).Reply(t.Context(), inbox.Reply{Conversation: th.ID, Text: "Kl. 10", Token: "t"}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Minute)
	o, err := d.Claim(t.Context(), d.Facebook, "p")
	if err != nil || o == nil {
		t.Fatal(o, err)
	}
	if err := d.Begin(t.Context(), o.ID, "p"); err != nil {
		t.Fatal(err)
	}
	take(direct("1784", "9", `{"mid":"m2","text":"Kl. 10","is_echo":true}`))
	if err := d.Settle(t.Context(), o.ID, inbox.Fate{State: inbox.Sent, Remote: "m2"}); err != nil {
		t.Fatal(err)
	}
	th = d.Find(t, d.Facebook, "m1")
	if len(th.Msgs) != 2 || th.Awaiting != 0 || th.Outgoing[0].State != inbox.Sent {
		t.Errorf("%d messages, %d await, the answer is %s", len(th.Msgs), th.Awaiting, th.Outgoing[0].State)
	}
}

// The reactions of the account itself are nobody's opinion: neither road counts them.
func TestPeer_OurOwnReactionsAreNotCounted(t *testing.T) {
	reacted := func(from, to string) string {
		return fmt.Sprintf(`{"object":"instagram","entry":[{"id":"1784","time":1795327065123,"messaging":[{"sender":{"id":%q},"recipient":{"id":%q},
			"timestamp":1795327065123,"reaction":{"mid":"m1","action":"react","reaction":"love"}}]}]}`, from, to)
	}
	for from, to := range map[string]string{"1784": "9", "9": "1784"} {
		d, err := decode([]byte(reacted(from, to)))
		if err != nil || len(d.Unread) > 0 || len(d.Items)+d.Ignored != 1 {
			t.Fatalf("%+v, %v", d, err)
		}
		if theirs := from == "9"; theirs != (len(d.Items) == 1) {
			t.Errorf("what %s thinks is read as %+v", from, d.Items)
		}
	}
	var n note
	if err := json.Unmarshal([]byte(`{"id":"m1","reactions":{"data":[{"reaction":"love","users":[{"id":"1784"},{"id":"9"}]},
		{"reaction":"haha","users":[{"username":"kommunen"}]}]}}`), &n); err != nil {
		t.Fatal(err)
	}
	if got := n.reactions(us, "9", time.Unix(1795327065, 0)); len(got) != 1 || got[0].Author.Remote != "9" {
		t.Errorf("of three reactions, two of them ours, %+v are read", got)
	}
}

// The limits of a page are told without its name, in the answers to calls with its token.
func TestPeer_ThePagesOwnUsageCounts(t *testing.T) {
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Page-Usage", `{"call_count":93,"total_time":1,"total_cputime":2}`)
		_, _ = io.WriteString(w, `{"data":[]}`) // the caller may be gone
	}))
	if _, err := c.Poll(t.Context(), us, streamDirect, nil); err != nil {
		t.Fatal(err)
	}
	if u := c.Usage(us); u.Percent != 93 {
		t.Errorf("%+v", u)
	}
}
