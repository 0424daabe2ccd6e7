package store_test

import (
	"context"
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
func (rules) IDs(*inbox.RuleSet) []string { return nil }

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
	desk, _ := benchDesk(b, store.Options{Path: filepath.Join(b.TempDir(), "desk.db")})
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
}
