package connectortest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/connectors/sandbox"
	"lytter/inbox"
)

// board is the smallest connector there can be: a notice board that calls us, can be read from a number on, and takes answers. It is what
// docs/new-connector.md walks through.
type board struct {
	secret connectors.Secret
	wall   []notice // in place of HTTP calls: what the platform has
}

// notice is one thing on the board, as the platform writes it.
type notice struct {
	ID      string `json:"id"`
	Answers string `json:"answers"`
	By      *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"by"`
	Text string `json:"text"`
	At   int64  `json:"at"` // seconds
}

// incoming is what a notice is to the desk. An author who is not shown stays nobody.
func (n notice) incoming(event inbox.Event, from inbox.Source) inbox.Incoming {
	in := inbox.Incoming{
		Event: event, Kind: inbox.Comment, Source: from, Remote: inbox.RemoteID(n.ID), Parent: inbox.RemoteID(n.Answers), Text: n.Text,
		At: time.Unix(n.At, 0).UTC(),
	}
	if n.By != nil {
		in.Author = &inbox.Author{Remote: inbox.RemoteID(n.By.ID), Name: n.By.Name, Followers: -1}
	}
	return in
}

func (b *board) Channel() inbox.Channel { return "board" }

// Can implements connectors.Connector: answers, and nothing else.
func (b *board) Can(_ inbox.Account, _ inbox.Message, do inbox.Action, _ time.Time) inbox.Capability {
	if do == inbox.ActReply {
		return inbox.Capability{Allowed: true, MaxText: 500, Measure: inbox.CountRunes}
	}
	return inbox.Capability{Reason: inbox.Why("refused.not_supported")}
}

func (b *board) Streams(inbox.Account) []connectors.Stream { return []connectors.Stream{{Name: "new"}} }

// Poll implements connectors.Connector: two notices a step, from where the cursor says.
func (b *board) Poll(_ context.Context, _ inbox.Account, _ string, cursor []byte) (p connectors.Page, err error) {
	from := 0
	if cursor != nil {
		if from, err = strconv.Atoi(string(cursor)); err != nil {
			return p, connectors.AsError(err)
		}
	}
	to := min(from+2, len(b.wall))
	for _, n := range b.wall[from:to] {
		p.Items = append(p.Items, n.incoming(inbox.Posted, inbox.FromPoll))
	}
	p.Cursor, p.More = []byte(strconv.Itoa(to)), to < len(b.wall)
	return p, nil
}

// Send implements connectors.Connector.
func (b *board) Send(_ context.Context, _ inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	id := "a" + strconv.Itoa(len(b.wall)+1)
	b.wall = append(b.wall, notice{ID: id, Answers: string(o.Target), Text: o.Text, At: o.CreatedAt.Unix()})
	return connectors.Receipt{Remote: inbox.RemoteID(id), At: o.CreatedAt}, nil
}

// Find implements connectors.Connector.
func (b *board) Find(_ context.Context, _ inbox.Account, o inbox.Outgoing) (out []connectors.Receipt, err error) {
	for _, n := range b.wall {
		if n.Answers == string(o.Target) && inbox.SameText(o.Text, n.Text) {
			out = append(out, connectors.Receipt{Remote: inbox.RemoteID(n.ID), At: time.Unix(n.At, 0), Text: n.Text})
		}
	}
	return out, nil
}

// Challenge implements connectors.Webhook: this platform asks nothing.
func (b *board) Challenge(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

const boardHeader = "X-Board-Signature"

// Verify implements connectors.Webhook.
func (b *board) Verify(header http.Header, body []byte) error {
	signed := header.Values(boardHeader)
	if b.secret == "" || len(signed) != 1 {
		return errors.New("it is not signed once")
	}
	digits, named := strings.CutPrefix(signed[0], "sha256=")
	got, err := hex.DecodeString(digits)
	if err != nil || !named || !hmac.Equal(got, boardMAC(b.secret.Reveal(), body)) {
		return errors.New("the signature is wrong")
	}
	return nil
}

func boardMAC(secret string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return mac.Sum(nil)
}

// Decode implements connectors.Webhook. What it does not know it keeps, and a bad item costs itself.
func (b *board) Decode(body []byte) (d connectors.Decoded, err error) {
	var told map[string]json.RawMessage
	if err := json.Unmarshal(body, &told); err != nil {
		return d, err
	}
	var name inbox.RemoteID
	if json.Unmarshal(told["board"], &name) != nil || name == "" {
		return d, errors.New("it names no board")
	}
	keep := func(key string, raw json.RawMessage, why ...any) {
		d.Unread = append(d.Unread, connectors.Unread{AccountRemote: name, Reason: *inbox.Why(key, why...), Bytes: raw})
	}
	for _, key := range slices.Sorted(maps.Keys(told)) { // the same bytes give the same, always
		raw := told[key]
		event, known := map[string]inbox.Event{"notices": inbox.Posted, "taken_down": inbox.Deleted}[key]
		var list []json.RawMessage
		switch {
		case key == "board":
			continue
		case !known:
			keep("parked.unknown_kind", raw, "Kind", key)
			continue
		case json.Unmarshal(raw, &list) != nil:
			keep("parked.incomplete", raw, "Kind", key)
			continue
		}
		for _, one := range list {
			var n notice
			if json.Unmarshal(one, &n) != nil || n.ID == "" {
				keep("parked.incomplete", one, "Kind", key)
				continue
			}
			in := n.incoming(event, inbox.FromWebhook)
			in.AccountRemote = name
			d.Items = append(d.Items, in)
		}
	}
	return d, nil
}

func signBoard(h sandbox.Handshake, body []byte) http.Header {
	return http.Header{boardHeader: {"sha256=" + hex.EncodeToString(boardMAC(h.Meta.AppSecret, body))}}
}

// TestExample runs the part of the suite that needs no simulated platform on the notice board: the first of the steps of
// docs/new-connector.md.
func TestExample(t *testing.T) {
	connectortest.RunDecoder(t, connectortest.Decoding{
		New: func(_ testing.TB, h sandbox.Handshake) connectors.Webhook {
			return &board{secret: connectors.Secret(h.Meta.AppSecret)}
		},
		Sign:    signBoard,
		Strange: `{"board":"torvet","lanterns":[{"lit":true}]}`,
	})
}

// TestExampleReadsAllAndFindsWhatItSent is what a poll and a look-up promise.
func TestExampleReadsAllAndFindsWhatItSent(t *testing.T) {
	b := &board{wall: []notice{{ID: "1", Text: "a"}, {ID: "2", Text: "b"}, {ID: "3", Text: "c"}}}
	var c connectors.Connector = b
	got := map[inbox.RemoteID]bool{}
	for cursor, more := []byte(nil), true; more; {
		page, err := c.Poll(t.Context(), inbox.Account{}, "new", cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range page.Items {
			got[in.Remote] = true
		}
		cursor, more = page.Cursor, page.More
	}
	if len(got) != 3 {
		t.Errorf("read %v", got)
	}
	o := inbox.Outgoing{Kind: inbox.PublicReply, Target: "2", Text: "Ja, på søndag", CreatedAt: time.Now()}
	sent, err := c.Send(t.Context(), inbox.Account{}, o)
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.Find(t.Context(), inbox.Account{}, o)
	if err != nil || len(found) != 1 || found[0].Remote != sent.Remote {
		t.Errorf("sent %v, found %v, %v", sent, found, err)
	}
}
