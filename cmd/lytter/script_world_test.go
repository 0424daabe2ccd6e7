package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql" //nolint:depguard // to hold the desk's database from outside, as a stuck backup would
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
	"lytter/inbox/catalog"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
	_ "modernc.org/sqlite" //nolint:depguard // see database/sql above
)

// post [-sign SECRET] PATH BODY: posts a webhook and sets $status. Without -sign it bears a signature that is wrong.
func cmdPost(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	secret := "not the secret"
	if len(args) > 2 && args[0] == "-sign" {
		secret, args = args[1], args[2:]
	}
	if secret == "app" {
		secret = of(ts).platform.Handshake.Meta.AppSecret
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(args[1]))
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, ts.Getenv("web")+args[0], strings.NewReader(args[1]))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(res.Body.Close())
	ts.Setenv("status", fmt.Sprint(res.StatusCode))
}

// hold: takes the desk's database from outside, so that nothing is ingested while the journal still acknowledges.
func cmdHold(ts *testscript.TestScript, neg bool, _ []string) {
	noNeg(ts, neg)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(ts.Getenv("LYTTER_HOME"), "data", "desk.db")+"?_txlock=immediate&_pragma=busy_timeout(120000)")
	ts.Check(err)
	tx, err := db.Begin()
	ts.Check(err)
	of(ts).locked = func() {
		_ = tx.Rollback() // it wrote nothing
		_ = db.Close()
	}
}

func cmdLetGo(ts *testscript.TestScript, neg bool, _ []string) {
	noNeg(ts, neg)
	of(ts).locked()
	of(ts).locked = nil
}

// damage: breaks a page of the journal's file, as a disk would. Nobody may be serving.
func cmdDamage(ts *testscript.TestScript, neg bool, _ []string) {
	noNeg(ts, neg)
	file := filepath.Join(ts.Getenv("LYTTER_HOME"), "data", "journal.db")
	db, err := sql.Open("sqlite", "file:"+file)
	ts.Check(err)
	_, err = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	ts.Check(err)
	var page, size int64
	ts.Check(db.QueryRow("SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = 'marks'").Scan(&page, &size))
	ts.Check(db.Close())
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt(bytes.Repeat([]byte{0xAA}, int(size)), (page-1)*size)
	ts.Check(err)
	ts.Check(f.Close())
}

// journal COUNT: waits until so many webhooks are in the journal.
func cmdJournal(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	want := atoi(ts, args[0])
	deadline := time.Now().Add(patience)
	for {
		n := acknowledged(ts)
		if n >= want {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%d webhooks are acknowledged, not %d", n, want)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// acknowledged counts the webhooks that the desk answered 200, as the platforms know it.
func acknowledged(ts *testscript.TestScript) (n int) {
	attempts, err := of(ts).client.Attempts(context.Background(), ledger.Filter{})
	ts.Check(err)
	for _, a := range attempts {
		if a.Outcome == ledger.Accepted {
			n++
		}
	}
	return n
}

// traffic RATE SECONDS: citizens write for so long.
func cmdTraffic(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	_, err := of(ts).client.StartTraffic(context.Background(), float64(atoi(ts, args[0])), time.Duration(atoi(ts, args[1]))*time.Second)
	ts.Check(err)
}

// compare SECONDS: opens the desk's folder, runs it until it has all that the platforms have, and fails if anything is lost or there
// twice. Nobody else may be serving. The seconds are as those of until.
func cmdCompare(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	a := of(ts)
	cfg, err := readConfig(filepath.Join(ts.Getenv("LYTTER_HOME"), "lytter.toml"))
	ts.Check(err)
	cat, err := catalog.New()
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(atoi(ts, args[0]))*time.Second+2*patience)
	defer cancel()
	h, err := openHouse(ctx, cfg, cat, houseOptions{connect: true, pace: demoPace()})
	ts.Check(err)
	defer func() { ts.Check(h.Close()) }()
	web, doors, err := h.listen(ctx)
	ts.Check(err)
	door, err := h.door()
	ts.Check(err)
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- h.Run(run, web, doors, door) }()
	_, err = a.client.StopTraffic(ctx)
	ts.Check(err)
	_, err = a.client.Flush(ctx, patience)
	ts.Check(err)
	st := &stage{house: h, platform: a.client, keys: a.world.keys, said: map[string]sandbox.Published{}}
	ts.Check(st.settle(ctx, time.Until(deadlineOf(ctx))-5*time.Second, func(int) {}))
	sum, err := st.count(ctx)
	ts.Check(err)
	stop()
	ts.Check(<-done)
	ts.Logf("sent %d, acknowledged %d, stored %d, replied %d, echoed %d, duplicates %d, lost %d, uncertain %d, parked %d, faults %v", sum.Sent,
		sum.Acknowledged, sum.Stored, sum.Replied, sum.Echoed, sum.Duplicates, sum.Lost, sum.Uncertain, sum.Parked, sum.Faults)
	if !sum.good() || sum.Sent == 0 || sum.Uncertain > 0 || sum.Parked > 0 {
		ts.Fatalf("the ledger and the desk disagree: %+v", sum)
	}
	ts.Check(h.store.View(ctx, func(tx inbox.Tx) error {
		if bad, err := tx.VerifyLog(0); err != nil || bad != 0 {
			return fmt.Errorf("the log is broken at %d: %w", bad, err)
		}
		done, err := tx.Done() // every webhook that was acknowledged is taken in
		if err == nil && sum.Acknowledged > 0 && (len(done) != 1 || done[0].To != h.journal.Last()) {
			err = fmt.Errorf("the journal has %d rows, and of them are done %v", h.journal.Last(), done)
		}
		return err
	}))
}

func deadlineOf(ctx context.Context) time.Time {
	d, _ := ctx.Deadline()
	return d
}

// stranger makes a key that nobody knows.
func stranger() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}
