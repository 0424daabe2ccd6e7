package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// soakAgain is how a failing run is had once more.
const soakAgain = "go test -run TestSoak -timeout 3h ./cmd/lytter"

// mishap is something that befalls a desk, once so many messages have been written.
type mishap struct {
	at   int
	what string
	do   func()
}

// TestSoak has citizens write while the platforms tell one event in five twice and one in twenty out of order, refuse calls at random,
// the desk is killed again and again and loses accounts' tokens, and an editor answers. What the platforms have is in the desk in the
// end, once. LYTTER_SOAK=100000 says how much is written: then there are 20 kills and two lost tokens.
func TestSoak(t *testing.T) {
	messages, kills, losses, rate := 1500, 2, 1, 300.0
	poll, pause := 5*time.Second, 300*time.Millisecond
	if v := os.Getenv("LYTTER_SOAK"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1000 {
			t.Fatalf("LYTTER_SOAK=%s", v)
		}
		// X shows the newest 800 mentions, in 300 calls a quarter of an hour: what no webhook brought is not to be found behind them.
		messages, kills, losses, rate = n, 20, 2, 60
		poll, pause = 15*time.Second, 3*time.Second
	}
	a := newArena(t, seedOf(t, 1), poll, soakAgain)
	ctx := t.Context()
	a.faults(sandbox.Faults{
		Duplicate: 0.2, Reorder: 0.05, Drop: 0.01, Batch: 0.1, Error5xx: 0.02, Throttle: 0.01, LoseAnswer: 0.05, HTML: 0.002, Truncate: 0.002,
	})
	var plan []mishap
	for range kills {
		plan = append(plan, mishap{1 + a.rnd.IntN(messages), "killed", func() { a.kill(); a.serve() }})
	}
	for i := range losses {
		account := []string{"fb-kommunen", "x-kommunen"}[i]
		at := messages * (i + 1) / (losses + 1)
		plan = append(plan,
			mishap{at, account + " loses its token", func() { a.must(a.client.ExpireToken(ctx, account)) }},
			mishap{at + min(messages/10, 2000), account + " is logged in again", func() { a.must(a.client.RestoreToken(ctx, account)) }})
	}
	slices.SortFunc(plan, func(x, y mishap) int { return x.at - y.at })
	a.serve()
	a.ready()
	a.must(a.client.AwaitWebhooks(ctx, 2*time.Minute))
	begun := time.Now()
	if _, err := a.client.StartTraffic(ctx, rate, 0); err != nil {
		t.Fatal(err)
	}
	a.answer(pause)
	for written, due := 0, begun.Add(time.Minute); written < messages; {
		if !a.livesFor(50 * time.Millisecond) {
			t.Fatalf("the desk ended by itself: %s", a.said)
		}
		items, err := a.client.Items(ctx, ledger.Filter{After: int64(written)})
		if err != nil {
			t.Fatal(err)
		}
		written += len(items)
		for len(plan) > 0 && plan[0].at <= written {
			plan[0].do()
			t.Logf("%s: %d written, %s", time.Since(begun).Round(time.Second), written, plan[0].what)
			plan = plan[1:]
		}
		if time.Now().After(due) {
			t.Logf("%s: %d written, peak RSS %.0f MB", time.Since(begun).Round(time.Second), written, a.peak)
			due = due.Add(time.Minute)
		}
	}
	for _, m := range plan { // those of the last moment
		m.do()
	}
	a.ready()
	if _, err := a.client.StopTraffic(ctx); err != nil {
		t.Fatal(err)
	}
	wrote := time.Since(begun)
	a.faults(sandbox.Faults{})
	f := a.audit(max(10*time.Minute, 6*wrote))
	took := wrote + f.took
	t.Logf("%d messages written in %s, quiet %s later; %.0f messages/s; %d kills, %d tokens lost; peak RSS of the desk %.0f MB; %s; gaps %s", f.Sent,
		wrote.Round(time.Second), f.took.Round(time.Second), float64(f.Sent)/took.Seconds(), a.kills, losses, a.peak, f, a.gaps())
}

func (a *arena) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// gaps tells what the desk knows of what it had missed, by cause. All have to be closed.
func (a *arena) gaps() string {
	a.t.Helper()
	h := a.house(a.t.Context())
	count, missed := map[inbox.GapCause]int{}, 0
	err := h.store.View(a.t.Context(), func(tx inbox.Tx) error {
		gaps, err := tx.Gaps(10_000)
		for i := range gaps {
			count[gaps[i].Cause]++
			missed += gaps[i].Fetched
			if gaps[i].ClosedAt.IsZero() {
				a.t.Errorf("a gap is open in the end: %+v", gaps[i])
			}
		}
		return err
	})
	a.must(err)
	a.must(h.Close())
	return fmt.Sprintf("%v, fetched afterwards %d", count, missed)
}
