package twitter

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // its faults are what is tried here
	"github.com/michimani/gotwi"
	"github.com/michimani/gotwi/tweet/managetweet"
	managetypes "github.com/michimani/gotwi/tweet/managetweet/types"
)

// The library takes every 2xx but 200 and 201 for an error: an answer that went out would be sent again.
func TestAcceptedIsASuccess(t *testing.T) {
	conn, s := serve(t, always(http.StatusAccepted, jsonKind, `{"data":{"id":"1990000000000000001","text":"hej"}}`))
	if _, err := managetweet.Create(t.Context(), alone(t, s), &managetypes.CreateInput{Text: gotwi.String("hej")}); err == nil {
		t.Log("the library has learnt it")
	}
	if r, err := conn.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.PublicReply, Target: "1", Text: "hej"}); err != nil || r.Remote != "1990000000000000001" {
		t.Errorf("%+v, %v", r, err)
	}
}

// An empty reset header makes the library give an error of its own kind, without the status: a limit would look like a fault.
func TestAnEmptyResetIsALimit(t *testing.T) {
	conn, s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-rate-limit-limit", "")
		w.Header().Set("x-rate-limit-reset", "")
		always(http.StatusTooManyRequests, jsonKind, `{"title":"Too Many Requests"}`)(w, r)
	})
	_, err := managetweet.Create(t.Context(), alone(t, s), &managetypes.CreateInput{Text: gotwi.String("hej")})
	if ge := (*gotwi.GotwiError)(nil); errors.As(err, &ge) {
		t.Log("the library has learnt it")
	}
	_, err = conn.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.PublicReply, Target: "1", Text: "hej"})
	if e := connectors.AsError(err); e == nil || e.Class != connectors.Throttled || e.Maybe {
		t.Errorf("%v", err)
	}
}

// A client of the library is written to without a lock, and its inputs are changed: each call has its own, signed by its own account.
func TestCallsAtOnceKeepTheirAccounts(t *testing.T) {
	other := inbox.Account{ID: 2, Channel: inbox.X, Remote: "77", Handle: "havneborgbib"}
	var mu sync.Mutex
	wrong := 0
	conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		h := r.Header.Get("Authorization")
		if strings.Contains(r.URL.Path, "/77/") != strings.Contains(h, `oauth_token="other-token"`) {
			wrong++
		}
		_, _ = fmt.Fprint(w, `{"meta":{"result_count":0}}`)
	})
	conn.cfg.Accounts[other.Remote] = Account{Token: connectors.Secret("other-token"), Secret: connectors.Secret("other-secret")}
	conn.signers[other.Remote] = conn.signer(conn.cfg.Accounts[other.Remote])
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			a := us
			if i%2 == 1 {
				a = other
			}
			if _, err := conn.Poll(t.Context(), a, streamMentions, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if wrong > 0 {
		t.Errorf("%d calls in another's name", wrong)
	}
}

// The types of the webhooks have ids as numbers, which are rounded, and no field for the press of a quick reply.
func TestTypesThatLoseSomething(t *testing.T) {
	const id = "1990000000000000129"
	body := `{"id":1990000000000000000,"id_str":"` + id + `","text":"kort","truncated":true,"extended_tweet":{"full_text":"hele teksten"},"user":{"id":3,"id_str":"3"}}`
	var bare twitter.Tweet
	if err := json.Unmarshal([]byte(body), &bare); err != nil || fmt.Sprint(bare.ID) == id || bare.Text != "kort" {
		t.Fatalf("the type no longer loses it: %+v, %v", bare, err)
	}
	d, err := decode([]byte(`{"for_user_id":"1","tweet_create_events":[` + body + `]}`))
	if err != nil || len(d.Items) != 1 || d.Items[0].Remote != id || d.Items[0].Text != "hele teksten" {
		t.Errorf("%+v, %v", d, err)
	}
	direct := `{"type":"message_create","id":"1990000000000000004","created_timestamp":1795378030123,"message_create":{"target":{"recipient_id":"1"},"sender_id":"3",
		"message_data":{"text":"Ja","quick_reply_response":{"type":"options","metadata":"ja"}}}}`
	var event twitter.DirectMessageEvent
	if err := json.Unmarshal([]byte(direct), &event); err == nil || event.Message != nil && event.Message.Data.QuickReply != nil {
		t.Fatalf("the type no longer loses it: %+v, %v", event, err)
	}
	d, err = decode([]byte(`{"for_user_id":"1","direct_message_events":[` + direct + `]}`))
	if err != nil || len(d.Items) != 1 || len(d.Items[0].Media) != 1 || d.Items[0].Media[0].Type != "button" {
		t.Errorf("%+v, %v", d, err)
	}
}

// Each endpoint has a window of its own, and a walk leaves of it what comes next.
func TestLimitsByEndpoint(t *testing.T) {
	now := time.Now()
	left := map[string]int{"/2/dm_events": 15, "/2/users/2417850931/mentions": 300}
	next := (now.UnixMilli() - epoch) << 22
	reset := now.Add(15 * time.Minute)
	conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		most := map[bool]int{true: 15, false: 300}[r.URL.Path == "/2/dm_events"]
		left[r.URL.Path]--
		w.Header().Set("x-rate-limit-limit", fmt.Sprint(most))
		w.Header().Set("x-rate-limit-remaining", fmt.Sprint(max(left[r.URL.Path], 0)))
		w.Header().Set("x-rate-limit-reset", fmt.Sprint(reset.Unix()))
		if left[r.URL.Path] < 0 {
			always(http.StatusTooManyRequests, jsonKind, `{"title":"Too Many Requests"}`)(w, r)
			return
		}
		next-- // a list that never ends
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"%d","text":"x","sender_id":"3","author_id":"3","dm_conversation_id":"3-2417850931"}],"meta":{"next_token":"t%d"}}`, next, next)
	})
	conn.cfg.Now = func() time.Time { return now }
	var cursor []byte
	bursts := 0
	for now.Before(reset) {
		page, err := conn.Poll(t.Context(), us, streamDirect, cursor)
		if err != nil {
			t.Fatalf("%v before the window ends: %v", reset.Sub(now), err)
		}
		if cursor = page.Cursor; page.Wait == 0 {
			bursts++
		}
		now = now.Add(page.Wait)
	}
	if left["/2/dm_events"] > 3 || bursts < 2 {
		t.Errorf("%d calls are left unused, %d were taken at once", left["/2/dm_events"], bursts)
	}
	if u := conn.Usage(us); u.Percent != 0 {
		t.Errorf("direct messages slow the rest down: %+v", u)
	}
	if page, err := conn.Poll(t.Context(), us, streamMentions, nil); err != nil || !page.More {
		t.Errorf("another endpoint: more %v, %v", page.More, err)
	}
}

// Where an endpoint has a limit of a day as well, it is that which is waited for once it is used up.
func TestTheDaysLimit(t *testing.T) {
	quarter, day := time.Now().Add(10*time.Minute), time.Now().Add(9*time.Hour)
	for remaining, want := range map[string]time.Duration{"0": 9 * time.Hour, "17": 10 * time.Minute} {
		conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("x-rate-limit-reset", fmt.Sprint(quarter.Unix()))
			w.Header().Set("x-user-limit-24hour-remaining", remaining)
			w.Header().Set("x-user-limit-24hour-reset", fmt.Sprint(day.Unix()))
			always(http.StatusTooManyRequests, problemKind, `{"title":"Too Many Requests","status":429}`)(w, r)
		})
		_, err := conn.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.DirectReply, Thread: "3", Text: "hej"})
		if e := connectors.AsError(err); e == nil || e.Class != connectors.Throttled || (e.RetryAfter-want).Abs() > time.Minute {
			t.Errorf("remaining %s: %v", remaining, err)
		}
	}
}

// X says with 200 that it did not do it.
func TestAnActThatWasNotDone(t *testing.T) {
	for kind, body := range map[inbox.OutgoingKind]string{
		inbox.Hide: `{"data":{"hidden":false}}`, inbox.Unhide: `{"data":{"hidden":true}}`, inbox.Delete: `{"data":{"deleted":false}}`,
		inbox.Like: `{"data":{"liked":false}}`, inbox.Unlike: `{"data":{"liked":true}}`, inbox.Block: `{"data":{"blocked":false}}`,
	} {
		conn, _ := serve(t, always(http.StatusOK, jsonKind, body))
		_, err := conn.Send(t.Context(), us, inbox.Outgoing{Kind: kind, Target: "1", Thread: "3", Person: "3"})
		if e := connectors.AsError(err); e == nil || e.Class != connectors.Rejected || e.Maybe || e.Reason.Key != "x.not_done" {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A conversation of several people is known by polling, and answered as a whole.
func TestConversationsOfSeveral(t *testing.T) {
	var paths []string
	conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.Method+" "+r.URL.Path)
		if r.Method == http.MethodPost {
			_, _ = fmt.Fprint(w, `{"data":{"dm_event_id":"1990000000000000002","dm_conversation_id":"1580000000000000000"}}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"data":[{"id":"1990000000000000001","event_type":"MessageCreate","text":"hej alle","sender_id":"3","dm_conversation_id":"1580000000000000000"},
			{"id":"1990000000000000000","event_type":"ParticipantsJoin","dm_conversation_id":"1580000000000000000"},{"id":"7","text":"af hvem?"}],"meta":{"result_count":3}}`)
	})
	page, err := conn.Poll(t.Context(), us, streamDirect, nil)
	if err != nil || len(page.Items) != 1 || len(page.Unread) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	in := page.Items[0]
	o := inbox.Outgoing{Kind: inbox.DirectReply, Target: in.Remote, Thread: in.Thread, Person: "3", Text: "hej", SendingAt: time.Now()}
	if _, err := conn.Send(t.Context(), us, o); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Find(t.Context(), us, o); err != nil {
		t.Fatal(err)
	}
	want := "GET /2/dm_events, POST /2/dm_conversations/1580000000000000000/messages, GET /2/dm_conversations/1580000000000000000/dm_events"
	if got := strings.Join(paths, ", "); got != want {
		t.Error(got)
	}
}
