package connectors_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/store"
	"lytter/store/journal"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// learner is a platform whose decoder learns: kinds that it does not know are unread, and whole bodies too.
type learner struct {
	*fake
	knows map[string]bool
}

// event is one thing of a learner's webhook body, which is a list of them.
type event struct {
	Kind, Account, ID, Text string
	What                    inbox.Event
	At                      time.Time
}

func (l learner) Decode(body []byte) (d connectors.Decoded, err error) {
	if len(body) > 0 && body[0] == '!' {
		if !l.knows["!"] {
			return d, errors.New("no such form")
		}
		body = body[1:]
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return d, err
	}
	for _, raw := range list {
		var e event
		if err := json.Unmarshal(raw, &e); err != nil {
			return d, err
		}
		switch {
		case e.Kind == "revoked":
			d.Revoked = append(d.Revoked, inbox.RemoteID(e.Account))
		case !l.knows[e.Kind]:
			d.Unread = append(d.Unread, connectors.Unread{
				AccountRemote: inbox.RemoteID(e.Account), Reason: *inbox.Why("parked.unknown_kind", "Kind", e.Kind), Bytes: raw,
			})
		default:
			d.Items = append(d.Items, inbox.Incoming{
				AccountRemote: inbox.RemoteID(e.Account), Event: e.What, Source: inbox.FromWebhook, Kind: inbox.Comment,
				Remote: inbox.RemoteID(e.ID), Context: "post", Text: e.Text, At: e.At, Observed: e.At,
			})
		}
	}
	return d, nil
}

// school is a desk whose one platform is a learner, without a network.
type school struct {
	db   *store.DB
	desk *inbox.Desk
	cs   []connectors.Connector
	jn   connectors.Journal
}

// opens a desk on a folder. Accounts are made if they are not there.
func openSchool(t failer, dir string, jn connectors.Journal, accounts []string, knows map[string]bool) *school {
	s := &school{jn: jn, cs: []connectors.Connector{learner{newFake(inbox.Facebook), knows}}}
	ctx := context.Background()
	var err error
	if s.db, err = store.Open(ctx, store.Options{Path: filepath.Join(dir, "desk.db")}); err != nil {
		t.Fatal(err)
	}
	err = s.db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
		have, err := tx.Accounts()
		if err != nil {
			return err
		}
		for _, name := range accounts[len(have):] {
			if err := tx.PutAccount(&inbox.Account{
				Channel: inbox.Facebook, Remote: inbox.RemoteID(name), Name: name, State: inbox.AccountLive, Since: tx.Now(), Connected: day,
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.desk, err = inbox.NewDesk(ctx, inbox.Config{
		Store: s.db, Abilities: connectors.NewAbilities(s.cs...), Rules: noRules{}, Cutter: text.NewCutter(100), Now: time.Now, NewToken: token,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var day = time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)

func (s *school) close(t failer) {
	if err := s.db.Close(); err != nil {
		t.Error(err)
	}
}

// drain takes in what is in the journal, as a Runner does, up to a row.
func (s *school) drain(t failer, last int64) {
	r, err := connectors.NewRunner(connectors.Config{Desk: s.desk, Journal: s.jn, Connectors: s.cs, Owner: "school"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- r.Run(ctx) }()
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if done := s.view(t).done; len(done) > 0 && done[0].To >= last || last == 0 {
			break
		}
		if time.Now().After(until) {
			t.Fatal("the journal is not taken in")
		}
	}
	stop()
	if err := <-over; err != nil {
		t.Fatal(err)
	}
}

// scene is what a desk has: its messages, what is parked, how long its log is.
type scene struct {
	messages map[string]string
	parked   []string
	seq      inbox.Seq
	done     []inbox.Range
}

func (s *school) view(t failer) (sc scene) {
	sc.messages = map[string]string{}
	err := s.db.View(context.Background(), func(tx inbox.Tx) (err error) {
		if sc.done, err = tx.Done(); err != nil {
			return err
		}
		if sc.seq, err = tx.LastSeq(); err != nil {
			return err
		}
		ps, err := tx.Parkeds(1000)
		for _, p := range ps {
			sc.parked = append(sc.parked, fmt.Sprint(p.Account, p.Journal, p.Reason.String(), string(p.Bytes)))
		}
		if err != nil {
			return err
		}
		return tx.EachMessage(0, func(m inbox.Message) error {
			key := fmt.Sprint(m.Account, " ", m.Remote)
			if _, twice := sc.messages[key]; twice {
				t.Errorf("law 2: %s is there twice", key)
			}
			sc.messages[key] = fmt.Sprint(m.Text, m.At, m.EditedAt.IsZero())
			if !m.DeletedAt.IsZero() {
				sc.messages[key] = "deleted" + m.Text
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(sc.parked)
	return sc
}

func (s *school) replay() connectors.Replay {
	return connectors.Replay{Desk: s.desk, Journal: s.jn, Connectors: s.cs, Now: time.Now}
}

// A journal that is read again by a decoder that learned gives the desk that the decoder would have made had it always known: whatever
// was parked, in however many runs, interrupted wherever; and then nothing more, however often. A trial says the same and changes nothing.
func TestLaw2_ReplayIsAsIfItHadAlwaysBeenKnown(t *testing.T) {
	base := t.TempDir()
	n := 0
	enough, failed := time.Now().Add(5*time.Second), false
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > 10 && time.Now().After(enough) && !failed { // each is several databases on a disk that is waited for
			return
		}
		failed = true // until it is at its end
		dir := func(name string) string { return filepath.Join(base, fmt.Sprint(n), name) }
		jn, err := journal.Open(t.Context(), journal.Options{Path: filepath.Join(mkdir(rt, dir("journal")), "journal.db")})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = jn.Close() }()
		damaged := &damagedRows{Journal: disk{jn, new(atomic.Bool), new(atomic.Int64)}, rows: map[int64]bool{}}
		kinds := rapid.SampledFrom([]string{"a", "a", "b", "c", "revoked"})
		rows := rapid.IntRange(1, 12).Draw(rt, "rows")
		for row := range rows {
			var list []event
			for range rapid.IntRange(0, 3).Draw(rt, "events") {
				e := event{
					Kind: kinds.Draw(rt, "kind"), Account: rapid.SampledFrom([]string{"one", "two", "three"}).Draw(rt, "account"),
					ID: rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(rt, "id"), At: day,
					What: rapid.SampledFrom([]inbox.Event{inbox.Posted, inbox.Posted, inbox.Edited, inbox.Deleted, "odd"}).Draw(rt, "what"),
				}
				if e.What != inbox.Posted { // what was posted was so once; what became of it has a time, and is one thing at a time
					e.At = day.Add(time.Duration(rapid.IntRange(1, 50).Draw(rt, "at")) * time.Minute)
				}
				e.Text = "hej " + e.At.String()
				list = append(list, e)
			}
			body, err := json.Marshal(list)
			if err != nil {
				rt.Fatal(err)
			}
			if rapid.IntRange(0, 4).Draw(rt, "form") == 0 {
				body = append([]byte("!"), body...)
			}
			if _, err := jn.Append(t.Context(), journal.Entry{Account: 1, Body: body, At: day.Add(time.Duration(row) * time.Hour)}); err != nil {
				rt.Fatal(err)
			}
			damaged.rows[int64(row+1)] = rapid.IntRange(0, 6).Draw(rt, "damaged") == 0
		}
		learn := func(name string, from map[string]bool) map[string]bool {
			to := maps.Clone(from)
			for _, k := range []string{"a", "b", "c", "!"} {
				to[k] = to[k] || rapid.Bool().Draw(rt, name+" "+k)
			}
			return to
		}
		before := learn("before", map[string]bool{})
		after := learn("after", before)
		accounts := []string{"one", "two", "three"}
		some := accounts[:rapid.IntRange(1, 3).Draw(rt, "accounts")]

		always := openSchool(rt, mkdir(rt, dir("always")), damaged, accounts, after)
		defer always.close(rt)
		always.drain(rt, int64(rows))
		want := always.view(rt)

		first := openSchool(rt, mkdir(rt, dir("learns")), damaged, some, before)
		first.drain(rt, int64(rows))
		first.close(rt)
		s := openSchool(rt, dir("learns"), damaged, accounts, after)
		defer s.close(rt)

		was := s.view(rt)
		trial := s.replay()
		trial.Trial = true
		foreseen, err := trial.Run(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(was, s.view(rt), cmp.AllowUnexported(scene{})); d != "" {
			rt.Fatalf("a trial changes:\n%s", d)
		}
		if rapid.Bool().Draw(rt, "only what is parked") {
			some := s.replay()
			some.Parked = true
			if _, err := some.Run(t.Context()); err != nil {
				rt.Fatal(err)
			}
			// What was not parked was understood by both, so this is all, too.
		} else if stop := rapid.IntRange(0, rows).Draw(rt, "interrupted behind"); stop > 0 {
			part := s.replay()
			part.To = int64(stop)
			got, err := part.Run(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			rest := s.replay()
			rest.Behind = got.Row
			if _, err := rest.Run(t.Context()); err != nil {
				rt.Fatal(err)
			}
		} else {
			got, err := s.replay().Run(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			if d := cmp.Diff(got, foreseen); d != "" {
				rt.Fatalf("it was foreseen otherwise:\n%s", d)
			}
		}
		now := s.view(rt)
		if d := cmp.Diff(want.messages, now.messages); d != "" {
			rt.Fatalf("messages differ from what they would have been:\n%s", d)
		}
		if d := cmp.Diff(want.parked, now.parked); d != "" {
			rt.Fatalf("parked differs from what it would have been:\n%s", d)
		}
		got, err := s.replay().Run(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		if got.New+got.Changed+got.Solved+got.Parked != 0 || got.Left != len(now.parked) || got.Rows != rows {
			rt.Fatalf("once more: %+v", got)
		}
		if d := cmp.Diff(now, s.view(rt), cmp.AllowUnexported(scene{})); d != "" {
			rt.Fatalf("once more changes:\n%s", d)
		}
		failed = false
	})
}

func mkdir(t failer, dir string) string {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// damagedRows is a journal of which the disk has lost some rows.
type damagedRows struct {
	connectors.Journal
	rows map[int64]bool
}

func (d *damagedRows) Read(ctx context.Context, after int64, n int) ([]connectors.Row, error) {
	rows, err := d.Journal.Read(ctx, after, n)
	for i := range rows {
		rows[i].Damaged = d.rows[rows[i].ID]
	}
	return rows, err
}

// Which rows are read is told by number, by time and by account. A row that was asked to be forgotten holds nothing, and what was parked
// of it goes; what the journal no longer has stays parked.
func TestReplayOfAPart(t *testing.T) {
	dir := t.TempDir()
	jn, err := journal.Open(t.Context(), journal.Options{Path: filepath.Join(dir, "journal.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = jn.Close() }()
	for i := range 6 {
		body, err := json.Marshal([]event{{Kind: "a", Account: []string{"one", "two"}[i%2], ID: fmt.Sprint(i), What: inbox.Posted, At: day}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jn.Append(t.Context(), journal.Entry{Account: 1, Body: body, At: day.Add(time.Duration(i) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	kept := disk{jn, new(atomic.Bool), new(atomic.Int64)}
	knows := map[string]bool{}
	s := openSchool(t, dir, kept, []string{"one", "two"}, knows)
	defer s.close(t)
	s.drain(t, 6)
	knows["a"] = true
	if err := jn.Erase(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	if err := jn.Mark(t.Context(), inbox.Range{From: 1, To: 1}); err != nil {
		t.Fatal(err)
	}
	if n, err := jn.Prune(t.Context(), day.Add(time.Minute)); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	for _, c := range []struct {
		name                    string
		part                    connectors.Replay
		rows, fresh, gone, left int
	}{
		{"all", connectors.Replay{}, 5, 4, 5, 1},
		{"parked", connectors.Replay{Parked: true}, 5, 4, 5, 1},
		{"by number", connectors.Replay{From: 2, To: 4}, 3, 3, 3, 0},
		{"one", connectors.Replay{From: 3, To: 3}, 1, 1, 1, 0},
		{"behind the end", connectors.Replay{From: 7}, 0, 0, 0, 0},
		{"by time", connectors.Replay{Since: day.Add(2 * time.Hour), Until: day.Add(4 * time.Hour)}, 2, 2, 2, 0},
		{"since", connectors.Replay{Since: day.Add(150 * time.Minute), Parked: true, To: 5}, 2, 2, 2, 0},
		{"until", connectors.Replay{Until: day.Add(150 * time.Minute)}, 2, 2, 2, 1},
		{"of an account", connectors.Replay{Account: 2, To: 5}, 4, 2, 2, 1},
	} {
		p := c.part
		p.Desk, p.Journal, p.Connectors, p.Now, p.Trial = s.desk, s.jn, s.cs, time.Now, true
		var told connectors.Replayed
		p.Told = func(r connectors.Replayed) { told = r }
		got, err := p.Run(t.Context())
		if err != nil || got.Rows != c.rows || got.New != c.fresh || got.Solved != c.gone || got.Left != c.left || got.Row < got.To {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
		if got.Rows > 0 && told != got {
			t.Errorf("%s: it told %+v at the end", c.name, told)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.replay().Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// failer is a test of either kind.
type failer interface {
	Fatal(args ...any)
	Error(args ...any)
	Errorf(format string, args ...any)
}
