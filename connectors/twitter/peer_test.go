package twitter

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/inbox"
)

// Faults that other desks have had, each as it would be on X.

// One desk took the first event of a delivery and lost the rest; another gave all of them the kind of the first.
func TestPeer_EveryEventOfADeliveryHasItsOwnKind(t *testing.T) {
	d, err := decode([]byte(`{"for_user_id":"2417850931",
		"tweet_create_events":[{"id_str":"7"},
			{"id_str":"1990000000000000001","text":"@havneborg a","user":{"id_str":"3"}},
			{"id_str":"1990000000000000002","text":"RT","user":{"id_str":"3"},"retweeted_status":{"id_str":"1990000000000000000"}}],
		"tweet_delete_events":[{"status":{"id":"1990000000000000003"},"timestamp_ms":"1795378030123"}],
		"direct_message_events":[
			{"type":"message_create","id":"1990000000000000004","created_timestamp":"1795378030123","message_create":{"target":{"recipient_id":"2417850931"},"sender_id":"3","message_data":{"text":"b"}}},
			{"type":"message_create","id":"1990000000000000005","created_timestamp":"1795378030124","message_create":{"target":{"recipient_id":"3"},"sender_id":"2417850931","message_data":{"text":"c"}}}],
		"favorite_events":[{"user":{"id_str":"3"},"favorited_status":{"id_str":"1990000000000000000"}}]}`))
	if err != nil || len(d.Unread) != 1 {
		t.Fatalf("%v, %d unread", err, len(d.Unread))
	}
	var got []string
	for _, in := range d.Items {
		got = append(got, fmt.Sprintf("%s %s ours=%v", in.Event, in.Kind, in.FromUs))
	}
	want := "posted mention ours=false, reacted  ours=false, deleted mention ours=false, reacted  ours=false, posted direct ours=false, posted direct ours=true"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s", s)
	}
}

// One desk made two messages of one that came twice.
func TestPeer_TheSameMessageTwiceIsOne(t *testing.T) {
	c := newCity(t, func(cfg *sandbox.Config) { cfg.Faults.Duplicate = 1 }, nil)
	if err := c.Subscribe(t.Context(), c.us, c.hook); err != nil {
		t.Fatal(err)
	}
	id := c.says(sandbox.Publication{Kind: sandbox.KindDirect, Text: "Hul i vejen"})
	items := append(c.hears().Items, c.reads(streamDirect)...)
	if len(items) != 3 {
		t.Fatalf("%d tellings; want two by webhook and one by polling", len(items))
	}
	for _, in := range items {
		if in.Remote != id || in.Thread != items[0].Thread || !in.At.Equal(items[0].At) || in.Text != items[0].Text {
			t.Errorf("%+v is not %+v", in, items[0])
		}
	}
}

// One desk dropped what came in while a token was bad.
func TestPeer_WithoutATokenWhatComesInIsRead(t *testing.T) {
	c, err := New(Config{ConsumerSecrets: connectors.Secrets{"consumer-secret"}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Decode([]byte(`{"for_user_id":"1","tweet_create_events":[{"id_str":"1990000000000000001","text":"a","user":{"id_str":"3"}}]}`))
	if err != nil || len(d.Items) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// One desk called who has no profile John Doe, another dropped what had no author together with its answers.
func TestPeer_NobodyIsInvented(t *testing.T) {
	d, err := decode([]byte(`{"data":{"event_type":"post.reply.create","filter":{"user_id":"1"},"payload":{"id":"1990000000000000002","author_id":"3","text":"ja","in_reply_to_tweet_id":"1990000000000000001"}}}`))
	if err != nil || len(d.Items) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	if a := d.Items[0].Author; a == nil || a.Remote != "3" || a.Name != "" || a.Handle != "" || a.Followers != -1 {
		t.Errorf("the author is %+v", a)
	}
	conn, _ := serve(t, always(http.StatusOK, jsonKind, `{"data":[{"id":"1990000000000000005","text":"uden forfatter"},
		{"id":"1990000000000000006","author_id":"3","text":"svar","referenced_tweets":[{"type":"replied_to","id":"1990000000000000005"}]}],"meta":{"result_count":2}}`))
	page, err := conn.Poll(t.Context(), us, streamMentions, nil)
	if err != nil || len(page.Items) != 2 || page.Items[0].Author != nil {
		t.Errorf("%+v, %v", page.Items, err)
	}
}

// One desk hid what answers a picture without a text.
func TestPeer_APictureWithoutATextIsAMessage(t *testing.T) {
	d, err := decode([]byte(`{"for_user_id":"1","direct_message_events":[{"type":"message_create","id":"1990000000000000004","created_timestamp":"1795378030123",
		"message_create":{"target":{"recipient_id":"1"},"sender_id":"3","message_data":{"text":" https://t.co/m","attachment":{"type":"media","media":{"type":"photo","url":"https://t.co/m","media_url_https":"https://x/1.jpg"}}}}}]}`))
	if err != nil || len(d.Items) != 1 || d.Items[0].Text != "" || len(d.Items[0].Media) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// One desk posted a second time where reading the first back had failed.
func TestPeer_ASendIsOneCall(t *testing.T) {
	for _, o := range []inbox.Outgoing{
		{Kind: inbox.PublicReply, Target: "1", Text: "hej"},
		{Kind: inbox.DirectReply, Thread: "3", Person: "3", Text: "hej"},
		{Kind: inbox.DirectReply, Thread: groupMark + "9", Text: "hej"},
		{Kind: inbox.PrivateReply, Thread: "1", Person: "3", Text: "hej"},
	} {
		calls := 0
		conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if calls++; r.Method != http.MethodPost {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"data":{"id":"1990000000000000001","dm_event_id":"1990000000000000001","text":"hej"}}`)
		})
		got, err := conn.Send(t.Context(), us, o)
		if err != nil || got.Remote != "1990000000000000001" || calls != 1 {
			t.Errorf("%s: %d calls, %+v, %v", o.Kind, calls, got, err)
		}
	}
}
