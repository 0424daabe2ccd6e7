package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/store"
)

// tagger is a classifier that sets two topics and a queue.
type tagger struct{}

func (tagger) Classify(*query.Doc) inbox.Verdict {
	hits := []inbox.RuleHit{{Clause: [2]int{0, 9}, Start: 12, End: 21}}
	return inbox.Verdict{Version: 1, Queue: 1, QueueBy: "road", Tags: []inbox.RuleTag{
		{Topic: 1, Rule: "cycling", Hits: hits}, {Topic: 2, Rule: "pothole", Hits: hits},
	}}
}

type rules struct{}

func (rules) Compile(*inbox.RuleSet, *inbox.Directory) (inbox.Classifier, error) {
	return tagger{}, nil
}
func (rules) IDs(*inbox.RuleSet) []string                        { return nil }
func (rules) Diff(_, _ *inbox.RuleSet) []inbox.RuleChange        { return nil }
func (rules) Written(*inbox.RuleSet) []inbox.WrittenRule         { return nil }
func (rules) Edit(data []byte, _ inbox.RuleEdit) ([]byte, error) { return data, nil }

// incoming makes the n-th message of a stream of comments: one in three answers the one before it, 2,000 people write.
func incoming(account inbox.AccountID, n int) inbox.Incoming {
	at := time.UnixMilli(1_790_000_000_000).Add(time.Duration(n) * time.Second)
	in := inbox.Incoming{
		Account: account, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: inbox.RemoteID(fmt.Sprintf("c%d", n)),
		Context: inbox.RemoteID(fmt.Sprintf("post%d", n/500)), Parent: inbox.RemoteID(fmt.Sprintf("post%d", n/500)), At: at, Observed: at,
		Author: &inbox.Author{Remote: inbox.RemoteID(fmt.Sprintf("u%d", n*7919%2000)), Name: "Birgitte Sørensen", Followers: 12},
		Text:   fmt.Sprintf("Hej, der er et kæmpe hul i vejen ved Nørrebrogade %d, og cykelstien er spærret igen. Hvornår bliver det ordnet?", n),
	}
	if n%3 == 2 {
		in.Parent = inbox.RemoteID(fmt.Sprintf("c%d", n-1))
	}
	return in
}

func benchDesk(b *testing.B, o store.Options) (*inbox.Desk, *store.DB) {
	b.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
		for _, name := range []string{"page", "other"} {
			a := &inbox.Account{Channel: inbox.Facebook, Remote: inbox.RemoteID(name), Name: name, State: inbox.AccountLive}
			if err := tx.PutAccount(a); err != nil {
				return err
			}
		}
		if err := tx.PutQueue(&inbox.Queue{Name: "Vej"}); err != nil {
			return err
		}
		return tx.AddRules(&inbox.RuleSet{Bytes: []byte("x")})
	})
	if err != nil {
		b.Fatal(err)
	}
	desk, err := inbox.NewDesk(ctx, inbox.Config{
		Store: db, Rules: rules{}, Cutter: text.NewCutter(1 << 14), Now: func() time.Time { return time.UnixMilli(1_900_000_000_000) },
		NewToken: func() string { return "t" },
	})
	if err != nil {
		b.Fatal(err)
	}
	return desk, db
}

// BenchmarkIngest is the whole way of a message through Desk.Ingest, in batches of 500 as a backlog gives them; durable.
func BenchmarkIngest(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { ingest(b, inFile(b)) })
	b.Run("Postgres", func(b *testing.B) { ingest(b, inSchema(b)) })
}

func ingest(b *testing.B, o store.Options) {
	b.Helper()
	desk, _ := benchDesk(b, o)
	begun := processorTime(b)
	b.ResetTimer()
	for n := 0; n < b.N; {
		var batch inbox.Batch
		for ; n < b.N && len(batch.Items) < 500; n++ {
			batch.Items = append(batch.Items, incoming(inbox.AccountID(1+n/7%2), n))
		}
		rep, err := desk.Ingest(context.Background(), batch)
		if err != nil || rep.Refused > 0 {
			b.Fatal(rep, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64((processorTime(b)-begun).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// BenchmarkTx is what the methods cost that ingest and screens live on, with 20,000 messages in the store.
func BenchmarkTx(b *testing.B) {
	ctx := context.Background()
	desk, db := benchDesk(b, store.Options{Path: filepath.Join(b.TempDir(), "desk.db")})
	const n = 20_000
	for from := 0; from < n; from += 500 {
		var batch inbox.Batch
		for i := from; i < from+500; i++ {
			batch.Items = append(batch.Items, incoming(1, i))
		}
		if _, err := desk.Ingest(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	var newest []inbox.ConversationID
	err := db.View(ctx, func(tx inbox.Tx) error {
		stamps, err := tx.Newest(inbox.Key{}, 500)
		for _, st := range stamps {
			newest = append(newest, st.ID)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	within := func(name string, f func(tx inbox.Tx, i int) error) {
		b.Run(name, func(b *testing.B) {
			err := db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
				b.ResetTimer()
				for i := range b.N {
					if err := f(tx, i); err != nil {
						return err
					}
				}
				b.StopTimer()
				return errBench
			})
			if !errors.Is(err, errBench) {
				b.Fatal(err)
			}
		})
	}
	within("FindMessage/none", func(tx inbox.Tx, i int) error {
		_, err := tx.FindMessage(1, inbox.RemoteID(fmt.Sprint("x", i)))
		return err
	})
	within("FindMessage", func(tx inbox.Tx, i int) error {
		_, err := tx.FindMessage(1, inbox.RemoteID(fmt.Sprint("c", i%n)))
		return err
	})
	within("FindThread/none", func(tx inbox.Tx, i int) error {
		_, err := tx.FindThread(1, inbox.RemoteID(fmt.Sprint("x", i)))
		return err
	})
	within("FindIdentity", func(tx inbox.Tx, i int) error {
		_, err := tx.FindIdentity(1, inbox.RemoteID(fmt.Sprint("u", i%2000)))
		return err
	})
	within("Item", func(tx inbox.Tx, i int) error { return tx.Item(func() error { return nil }) })
	within("Append", func(tx inbox.Tx, i int) error {
		return tx.Append(&inbox.Change{Kind: inbox.ChangeTagged, Conversation: 1, Detail: "r"})
	})
	within("PutMessage", func(tx inbox.Tx, i int) error {
		return tx.PutMessage(&inbox.Message{
			Conversation: newest[0], Account: 1, Remote: inbox.RemoteID(fmt.Sprint("y", i)), Direction: inbox.In, Author: 1,
			Text: "Hej, der er et kæmpe hul i vejen ved Nørrebrogade, og cykelstien er spærret igen.", At: time.UnixMilli(1_800_000_000_000),
		})
	})
	within("PutConversation", func(tx inbox.Tx, i int) error {
		c, err := tx.Conversation(newest[i%len(newest)])
		if err != nil {
			return err
		}
		c.LastAt = c.LastAt.Add(time.Second)
		return tx.PutConversation(c)
	})
	view := func(name string, f func(tx inbox.Tx) error) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				if err := db.View(ctx, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	view("View/LastSeq", func(tx inbox.Tx) error { _, err := tx.LastSeq(); return err })
	view("View/Newest100", func(tx inbox.Tx) error { _, err := tx.Newest(inbox.Key{}, 100); return err })
	view("View/Rows50", func(tx inbox.Tx) error { _, err := tx.Rows(newest[:50]); return err })
	view("View/Threads1", func(tx inbox.Tx) error { _, err := tx.Threads(newest[:1]); return err })
	view("View/Threads500", func(tx inbox.Tx) error { _, err := tx.Threads(newest); return err })
	b.Run("Update", func(b *testing.B) {
		for range b.N {
			err := db.Update(ctx, inbox.Persons, func(tx inbox.Tx) error { return tx.Append(&inbox.Change{Kind: inbox.ChangeDrafted}) })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

var errBench = errors.New("undo")
