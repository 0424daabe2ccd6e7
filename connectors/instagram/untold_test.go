package instagram

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
)

// What the platform leaves out costs no message: a thread that does not say when it changed is read, a message of which neither side is
// shown is kept, and a media without a time does not end the walk.
func TestWhatIsNotToldCostsNothing(t *testing.T) {
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := `{"data":[
			{"id":"t1","participants":{"data":[{"id":"1784"},{"id":"9"}]},"messages":{"data":[
				{"id":"m1","created_time":"` + stamp(time.Now()) + `","from":{"id":"9"},"message":"Hej"}]}},
			{"id":"t2","updated_time":"` + stamp(time.Now()) + `","messages":{"data":[
				{"id":"m2","created_time":"` + stamp(time.Now()) + `","message":"Hvem er jeg?"},{"id":"m3"}]}}]}`
		if strings.HasSuffix(r.URL.Path, "/tags") {
			body = `{"data":[{"id":"5","username":"mette"}],"paging":{"cursors":{"after":"x"},"next":"https://graph.facebook.com/x"}}`
		}
		_, _ = io.WriteString(w, body) // the caller may be gone
	}))
	page, err := c.Poll(t.Context(), us, streamDirect, nil)
	if err != nil || len(page.Items) != 1 || page.Items[0].Remote != "m1" || page.Items[0].Thread != "9" {
		t.Errorf("%+v, %v; want the message of the thread without a time", page.Items, err)
	}
	if len(page.Unread) != 1 || page.Unread[0].Reason.Key != "parked.incomplete" || !strings.Contains(string(page.Unread[0].Bytes), "m2") {
		t.Errorf("%+v; want the message of nobody kept", page.Unread)
	}
	page, err = c.Poll(t.Context(), us, streamTags, nil)
	if err != nil || !page.More || len(page.Items) != 1 || page.Items[0].Kind != inbox.Mention {
		t.Errorf("%+v, more %v, %v; want the media without a time, and the walk to go on", page.Items, page.More, err)
	}
}

// What was hidden or shown again on the platform itself is mirrored where no webhook told of it: each walk sees what is hidden, the sweep
// what is not, too.
func TestHidingIsSeenByPolling(t *testing.T) {
	at := stamp(time.Now())
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/media") {
			_, _ = fmt.Fprintf(w, `{"data":[{"id":"7","timestamp":%q,"comments_count":2}]}`, at)
			return
		}
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"1","timestamp":%q,"hidden":true},{"id":"2","timestamp":%q,"hidden":false}]}`, at, at)
	}))
	for stream, want := range map[string]string{
		streamHistory: "posted 1, hidden 1, posted 2", streamSweep: "posted 1, hidden 1, posted 2, unhidden 2",
	} {
		var got []string
		var cursor []byte
		for more := true; more; {
			page, err := c.Poll(t.Context(), us, stream, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range page.Items {
				if in.Kind == inbox.Comment {
					got = append(got, string(in.Event)+" "+string(in.Remote))
				}
			}
			cursor, more = page.Cursor, page.More
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: %s; want %s", stream, s, want)
		}
	}
}
