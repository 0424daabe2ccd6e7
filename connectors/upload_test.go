package connectors_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lytter/connectors/connectortest"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// TestLaw3_FilesGoOnce: uploads fail and lose their answers, and the desk dies between them and the sends. Every reply is on its platform
// once, with the picture that was chosen for it and no other.
func TestLaw3_FilesGoOnce(t *testing.T) {
	w := newWorld(t, options{rates: sandbox.Faults{}})
	w.connected()
	keys := []string{"fb-kommunen", "x-kommunen"} // comments of Instagram carry none
	const each = 4
	var asked [][2]string
	for i := range each * len(keys) {
		key := keys[i%len(keys)]
		asked = append(asked, [2]string{key, w.ask(key, fmt.Sprintf("Hvor er det, nummer %d?", i))})
	}
	questions := make([]inbox.Message, len(asked))
	for i, q := range asked {
		w.until("stored", func() (ok bool) { questions[i], ok = w.message(q[0], q[1]); return ok })
	}
	w.faults(sandbox.Faults{LoseAnswer: 0.2, Error5xx: 0.2, Slow: 0.3, SlowFor: sandbox.Duration(5 * time.Millisecond)})
	chosen := map[string]inbox.Attachment{}
	var out []inbox.OutgoingID
	for i, m := range questions {
		seat, err := w.desk.As(1)
		if err != nil {
			t.Fatal(err)
		}
		words := fmt.Sprintf("Se kort nummer %d", i)
		f, err := seat.PutFile(t.Context(), fmt.Sprintf("kort-%d.png", i), "Kort", connectortest.Picture(i, "image/png"))
		if err != nil {
			t.Fatal(err)
		}
		o, err := seat.Reply(t.Context(), inbox.Reply{Conversation: m.Conversation, To: m.ID, Text: words, Attachments: []inbox.Attachment{f.Attachment}})
		if err != nil {
			t.Fatal(err)
		}
		chosen[words] = f.Attachment
		out = append(out, o.ID)
		if err := seat.RemoveFile(t.Context(), f.Hash); err != nil { // what is on its way keeps it
			t.Fatal(err)
		}
		if i%3 == 2 {
			w.kill()
			w.start()
		}
	}
	w.until("every answer has left", func() bool {
		return !slices.ContainsFunc(out, func(id inbox.OutgoingID) bool {
			s := w.outgoing(id).State
			return s != inbox.Sent && s != inbox.Unknown
		})
	})
	w.faults(sandbox.Faults{})
	accepted := map[string]string{}
	for _, act := range w.platform.Ledger().Acts(ledger.Filter{}) {
		if other, twice := accepted[act.Text]; twice {
			t.Errorf("law 3: %q was published twice: %s and %s", act.Text, other, act.ID)
		}
		accepted[act.Text] = act.ID
		want := chosen[act.Text]
		if len(act.Files) != 1 || act.Files[0].Hash != string(want.Hash) {
			t.Errorf("%q came with %+v; chosen was %s", act.Text, act.Files, want.Hash)
		}
	}
	w.until("what was taken is found", func() bool {
		for _, id := range out {
			if o := w.outgoing(id); o.State == inbox.Unknown && accepted[o.Text] != "" {
				return false
			}
		}
		return true
	})
	for _, id := range out {
		if o := w.outgoing(id); o.State == inbox.Sent && accepted[o.Text] != string(o.Remote) {
			t.Errorf("answer %d says that it is %s; the platform has %q", id, o.Remote, accepted[o.Text])
		}
	}
}
