package facebook

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// What other desks are known to get wrong, each as a test of its own.

func decoded(t *testing.T, body string) connectors.Decoded {
	t.Helper()
	d, err := decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func changeOf(id, verb string) string {
	return fmt.Sprintf(`{"field":"feed","value":{"item":"comment","verb":%q,"post_id":"100_7","comment_id":%q,"parent_id":"100_7",
		"message":"hej","created_time":1795327063}}`, verb, id)
}

// A desk that answers after the first change of a delivery loses the rest.
func TestPeer_EveryChangeOfADeliveryIsRead(t *testing.T) {
	d := decoded(t, `[{"object":"page","entry":[{"id":"100","time":1795327065,"changes":[`+changeOf("7_1", "add")+`,`+changeOf("7_2", "add")+`]},
		{"id":"100","time":1795327065,"changes":[{"field":"feed","value":"odd"},`+changeOf("7_3", "add")+`]}]},
		{"object":"page","entry":[{"id":"100","time":1795327065,"messaging":[
			{"sender":{"id":"5"},"recipient":{"id":"100"},"timestamp":1795327064771,"message":{"mid":"m_1","text":"a"}},
			{"sender":{"id":"5"},"recipient":{"id":"100"},"timestamp":1795327064772,"message":{"mid":"m_2","text":"b"}}]}]}]`)
	var got []string
	for _, in := range d.Items {
		got = append(got, string(in.Remote))
	}
	if strings.Join(got, " ") != "7_1 7_2 7_3 m_1 m_2" || len(d.Unread) != 1 {
		t.Errorf("%v and %d unread", got, len(d.Unread))
	}
}

// A desk that does not look at the verb takes a removal for a comment.
func TestPeer_TheVerbIsRead(t *testing.T) {
	for verb, want := range map[string]inbox.Event{
		"add": inbox.Posted, "edited": inbox.Edited, "remove": inbox.Deleted, "hide": inbox.Hid, "unhide": inbox.Unhid,
	} {
		d := decoded(t, `{"object":"page","entry":[{"id":"100","time":1795327065,"changes":[`+changeOf("7_1", verb)+`]}]}`)
		if len(d.Items) != 1 || d.Items[0].Event != want {
			t.Errorf("%s comes as %+v", verb, d.Items)
		}
	}
	d := decoded(t, `{"object":"page","entry":[{"id":"100","time":1795327065,"changes":[`+changeOf("7_1", "teleport")+`]}]}`)
	if len(d.Items) != 0 || len(d.Unread) != 1 {
		t.Errorf("an unknown verb comes as %+v", d)
	}
}

const oneMessage = `{"object":"page","entry":[{"id":"100","time":1795327065123,"messaging":[
	{"sender":{"id":"5"},"recipient":{"id":"100"},"timestamp":1795327064771,"message":{"mid":"m_1","text":"hej"}}]}]}`

// A message that is delivered twice, and read as well, is one: every road gives it the same name, in the same thread.
func TestPeer_TheSameMessageTwiceIsOne(t *testing.T) {
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"t_1","updated_time":%q,"messages":{"data":[{"id":"m_1","created_time":%q,"message":"hej",
			"from":{"id":"5","name":"Mette"},"to":{"data":[{"id":"100","name":"Kommunen"}]}}]}}]}`, stamp(time.Now()), stamp(time.Now()))
	}))
	page, err := c.Poll(t.Context(), us, streamDirect, nil)
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	fetched := c.object(t.Context(), us, "t", inbox.Pending{What: inbox.WantParent, Remote: "m_1"})
	if fetched.Err == nil {
		t.Fatal("a list is no message")
	}
	first, second, read := decoded(t, oneMessage).Items[0], decoded(t, oneMessage).Items[0], page.Items[0]
	for _, in := range []inbox.Incoming{second, read} {
		if in.Remote != first.Remote || in.Thread != first.Thread || in.Kind != first.Kind || in.FromUs || in.Author.Remote != first.Author.Remote {
			t.Errorf("%+v is not %+v", in, first)
		}
	}
}

// A desk whose token is flagged drops what comes in meanwhile.
func TestPeer_WithoutATokenInboundIsRead(t *testing.T) {
	c, err := New(Config{AppID: "1", AppSecrets: connectors.Secrets{"s"}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Decode([]byte(oneMessage))
	if err != nil || len(d.Items) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := c.Poll(t.Context(), us, streamNew, nil); connectors.ClassOf(err) != connectors.Auth {
		t.Errorf("and reading says %v", err)
	}
}

// A person without a profile stays without a name: none is invented.
func TestPeer_NobodyIsCalledJohnDoe(t *testing.T) {
	for _, body := range []string{`{}`, `{"id":"5"}`, `{"first_name":"","last_name":null}`} {
		c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		got, err := c.Fetch(t.Context(), us, []inbox.Pending{{What: inbox.WantProfile, Remote: "5"}})
		if err != nil || got[0].Err != nil || got[0].Profile != nil {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	if in := decoded(t, oneMessage).Items[0]; in.Author == nil || in.Author.Name != "" || in.Author.Handle != "" {
		t.Errorf("author %+v", in.Author)
	}
}

// A comment without an author is kept, and so are its answers; what is beyond the first page is read; a picture without words does not
// hide its comments.
func TestPeer_CommentsOfNobodyOnPicturesBeyondTheFirstPage(t *testing.T) {
	at := stamp(time.Now())
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/feed"):
			_, _ = fmt.Fprintf(w, `{"data":[{"id":"100_7","from":{"id":"100"},"updated_time":%q,"attachments":{"data":[{"media_type":"photo"}]}}]}`, at)
		case r.URL.Query().Get("after") == "":
			_, _ = fmt.Fprintf(w, `{"data":[{"id":"7_1","created_time":%q},{"id":"7_2","created_time":%q,"parent":{"id":"7_1"}}],
				"paging":{"cursors":{"after":"x"},"next":"https://x/"}}`, at, at)
		default:
			_, _ = fmt.Fprintf(w, `{"data":[{"id":"7_3","created_time":%q,"message":"på side to"}]}`, at)
		}
	}))
	got := map[inbox.RemoteID]bool{}
	var cursor []byte
	for more := true; more; {
		page, err := c.Poll(t.Context(), us, streamNew, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range page.Items {
			got[in.Remote] = true
			if in.Event == inbox.Posted && in.Author != nil {
				t.Errorf("somebody was invented: %+v", in.Author)
			}
		}
		cursor, more = page.Cursor, page.More
	}
	for _, id := range []inbox.RemoteID{"100_7", "7_1", "7_2", "7_3"} {
		if !got[id] {
			t.Errorf("%s is missing", id)
		}
	}
}

// A send that worked and whose reading back failed is not sent again: after the one write nothing more is asked.
func TestPeer_OneSendIsOneWriteAndNothingAfterIt(t *testing.T) {
	var after []string
	wrote := 0
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case wrote > 0:
			after = append(after, r.Method+" "+r.URL.Path)
			w.WriteHeader(http.StatusInternalServerError)
		case r.Method == http.MethodPost:
			wrote++
			_, _ = io.WriteString(w, `{"id":"7_9","message_id":"m_9","recipient_id":"5","success":true,"5":true}`)
		default:
			_, _ = io.WriteString(w, `{"id":"7_1"}`)
		}
	}))
	for _, k := range []inbox.OutgoingKind{
		inbox.PublicReply, inbox.DirectReply, inbox.PrivateReply, inbox.Hide, inbox.Unhide, inbox.Like, inbox.Edit, inbox.Block,
	} {
		wrote, after = 0, nil
		o := inbox.Outgoing{Kind: k, Target: "7_1", Thread: "5", Person: "5", Text: "hej", Token: "t", SendingAt: time.Now()}
		if _, err := c.Send(t.Context(), us, o); err != nil || wrote != 1 || len(after) != 0 {
			t.Errorf("%s: %d writes, then %v: %v", k, wrote, after, err)
		}
	}
}

// An echo that overtakes the answer of the call is known by our mark, without any waiting.
func TestPeer_TheEchoIsKnownByItsMark(t *testing.T) {
	var form url.Values
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ = url.ParseQuery(string(body))
		_, _ = io.WriteString(w, `{"recipient_id":"5","message_id":"m_9"}`)
	}))
	got, err := c.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.DirectReply, Target: "m_1", Thread: "5", Text: "Kl. 10", Token: "mark-1"})
	if err != nil {
		t.Fatal(err)
	}
	echo := decoded(t, `{"object":"page","entry":[{"id":"100","time":1795327065123,"messaging":[{"sender":{"id":"100"},"recipient":{"id":"5"},
		"timestamp":1795327064771,"message":`+strings.Replace(form.Get("message"), "{", `{"mid":"m_9","is_echo":true,`, 1)+`}]}]}`).Items[0]
	if !echo.FromUs || echo.Token != "mark-1" || echo.Remote != got.Remote || echo.Thread != "5" || echo.Text != "Kl. 10" {
		t.Errorf("the echo of %v is %+v", form, echo)
	}
}

// The reactions of the page itself are nobody's opinion.
func TestPeer_OurOwnReactionsAreNotCounted(t *testing.T) {
	for from, to := range map[string]string{"100": "5", "5": "100"} {
		d := decoded(t, fmt.Sprintf(`{"object":"page","entry":[{"id":"100","time":1795327065123,"messaging":[{"sender":{"id":%q},"recipient":{"id":%q},
			"timestamp":1795327064771,"reaction":{"mid":"m_1","action":"react","reaction":"love"}}]}]}`, from, to))
		if theirs := from == "5"; len(d.Items)+d.Ignored != 1 || theirs != (len(d.Items) == 1) {
			t.Errorf("what %s thinks is read as %+v", from, d.Items)
		}
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
