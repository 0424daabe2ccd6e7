package connectors_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/inbox"
)

// odd is a connector whose decoder panics, fails or gives strange things, as the body says.
type odd struct {
	connectors.Connector
	secret string
}

func (odd) Challenge(w http.ResponseWriter, _ *http.Request) { panic("challenge") }

func (o odd) Verify(h http.Header, body []byte) error {
	if h.Get(name) != connectortest.SignMeta(o.secret, body).Get(name) {
		return errors.New("wrong")
	}
	return nil
}

const name = "X-Hub-Signature-256"

func (odd) Decode(body []byte) (connectors.Decoded, error) {
	switch {
	case bytes.HasPrefix(body, []byte("panic")):
		panic("decode")
	case bytes.HasPrefix(body, []byte("error")):
		return connectors.Decoded{}, errors.New("no such thing")
	case bytes.HasPrefix(body, []byte("stranger")):
		return connectors.Decoded{Items: []inbox.Incoming{{AccountRemote: "4711", Event: inbox.Posted, Kind: inbox.Comment, Remote: "s"}}}, nil
	case bytes.HasPrefix(body, []byte("unread")):
		return connectors.Decoded{Unread: []connectors.Unread{{Reason: *inbox.Why("parked.unknown_kind", "Kind", "k"), Bytes: body}}}, nil
	}
	return connectors.Decoded{Items: []inbox.Incoming{{
		Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: inbox.RemoteID(body), Text: "hej", At: time.Now(),
	}}}, nil
}

func (odd) Streams(inbox.Account) []connectors.Stream { return nil }

// oddWorld is a world whose Facebook is odd.
func oddWorld(t *testing.T, idle bool) *world {
	t.Helper()
	return newWorld(t, options{keys: []string{"fb-kommunen"}, idle: idle, wrap: func(c connectors.Connector) connectors.Connector {
		if c.Channel() == inbox.Facebook {
			return odd{c, "secret"}
		}
		return c
	}})
}

func (w *world) post(path string, h http.Header, body io.Reader) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.server.URL+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	for k, v := range h {
		req.Header[k] = v
	}
	resp, err := w.server.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = resp.Body.Close() }) // only read
	return resp
}

// signed posts a body as the platform would.
func (w *world) signed(body string) *http.Response {
	w.t.Helper()
	return w.post("/hooks/fb-kommunen", connectortest.SignMeta("secret", []byte(body)), strings.NewReader(body))
}

func TestHandler(t *testing.T) {
	w := oddWorld(t, true)
	body := "1_1"
	good := connectortest.SignMeta("secret", []byte(body))
	if code := w.signed(body).StatusCode; code != http.StatusOK || w.journal.Last() != 1 {
		t.Fatalf("a good one: %d, %d rows", code, w.journal.Last())
	}
	with := func(k, v string) http.Header {
		h := good.Clone()
		h.Set(k, v)
		return h
	}
	for what, c := range map[string]struct {
		resp *http.Response
		code int
	}{
		"no signature":        {w.post("/hooks/fb-kommunen", nil, strings.NewReader(body)), 401},
		"another body":        {w.post("/hooks/fb-kommunen", good, strings.NewReader("1_2")), 401},
		"another's key":       {w.post("/hooks/fb-kommunen", connectortest.SignMeta("x", []byte(body)), strings.NewReader(body)), 401},
		"no account":          {w.post("/hooks/nobody", good, strings.NewReader(body)), 404},
		"no account's name":   {w.post("/hooks/", good, strings.NewReader(body)), 404},
		"packed":              {w.post("/hooks/fb-kommunen", with("Content-Encoding", "gzip"), strings.NewReader(body)), 415},
		"too long":            {w.post("/hooks/fb-kommunen", good, io.LimitReader(endless{}, 9<<20)), 413},
		"another connector's": {w.post("/hooks/fb-kommunen", connectortest.SignX("secret", []byte(body)), strings.NewReader(body)), 401},
	} {
		if c.resp.StatusCode != c.code {
			t.Errorf("%s: %d; want %d", what, c.resp.StatusCode, c.code)
		}
	}
	if n := w.journal.Last(); n != 1 {
		t.Errorf("something of that was kept: %d rows", n)
	}
	if n := w.runner.Counts(); n.Unsigned != 4 || n.Acknowledged != 1 || n.Received != 7 {
		t.Errorf("counts %+v", n)
	}
	resp, err := w.server.Client().Get(w.server.URL + "/hooks/fb-kommunen?hub.mode=subscribe")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusInternalServerError || w.runner.Counts().Panics != 1 {
		t.Errorf("a panic: %d, %+v", resp.StatusCode, w.runner.Counts())
	}
}

// endless is letters for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestLaw1_NoAcknowledgementWithoutTheJournal(t *testing.T) {
	w := oddWorld(t, true)
	w.full.Store(true)
	resp := w.signed("1_1")
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a journal that is full: %d %v", resp.StatusCode, resp.Header)
	}
	w.full.Store(false)
	if code := w.signed("1_1").StatusCode; code != http.StatusOK {
		t.Errorf("a journal that is well again: %d", code)
	}
}

func TestLaw2_TheSameWebhookInParallel(t *testing.T) {
	w := oddWorld(t, false)
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			if code := w.signed("1_1").StatusCode; code != http.StatusOK {
				t.Errorf("%d", code)
			}
		})
	}
	wg.Wait()
	w.until("all are ingested", func() bool { return w.runner.Status().Backlog == 0 })
	if n := len(w.messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func (w *world) parked() (out []inbox.Parked) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx inbox.Tx) (err error) {
		out, err = tx.Parkeds(100)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestLaw11_WhatCannotBeReadIsKeptAndBlocksNothing(t *testing.T) {
	w := oddWorld(t, false)
	w.damage.Store(8)
	for i, body := range []string{"panic æ", "1_1", "error ø", "1_2", "stranger å", "unread \xff", "1_3", "what is left"} {
		if code := w.signed(body).StatusCode; code != http.StatusOK {
			t.Fatalf("%d: %d", i, code)
		}
	}
	w.until("the rest is ingested", func() bool { return len(w.messages()) == 3 })
	w.until("all is done", func() bool { return w.runner.Status().Backlog == 0 })
	want := map[string]string{
		"panic æ": "parked.decode", "error ø": "parked.decode", "stranger å": "parked.unknown_account", "unread \xff": "parked.unknown_kind",
		"what is left": "parked.damaged",
	}
	for _, p := range w.parked() {
		if want[string(p.Bytes)] != p.Reason.Key || p.Journal == 0 {
			t.Errorf("kept %q of row %d because %s", p.Bytes, p.Journal, p.Reason.String())
		}
		if strings.Contains(fmt.Sprint(p.Reason.Args), "goroutine") {
			t.Errorf("a stack is shown to people: %v", p.Reason.Args)
		}
		delete(want, string(p.Bytes))
	}
	if len(want) > 0 {
		t.Errorf("not kept: %v", want)
	}
	n := w.runner.Counts().New
	w.kill()
	w.start()
	w.until("after a start nothing is left to do", func() bool { return w.signed("1_4").StatusCode == http.StatusOK && len(w.messages()) == 4 })
	w.until("and it is counted", func() bool { return w.runner.Counts().New > 0 }) // which comes after it is stored
	if len(w.parked()) != 5 || w.runner.Counts().New != 1 || n != 3 {
		t.Errorf("after a start %d are parked, %+v", len(w.parked()), w.runner.Counts())
	}
}

// Rows that a range covers are not read again, wherever holes are; rows in holes are.
func TestHolesInWhatIsDone(t *testing.T) {
	w := oddWorld(t, true)
	for i := range 20 {
		w.signed(fmt.Sprintf("1_%d", i+1))
	}
	err := w.db.Update(t.Context(), inbox.Machines, func(tx inbox.Tx) error {
		for _, r := range []inbox.Range{{From: 1, To: 4}, {From: 7, To: 11}, {From: 13, To: 13}} {
			if err := tx.MarkDone(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.kill()
	w.options.idle = false
	w.start()
	w.until("the holes are filled", func() bool { return len(w.messages()) == 10 })
	for _, row := range []int{5, 6, 12, 14, 20} {
		if _, ok := w.message("fb-kommunen", fmt.Sprintf("1_%d", row)); !ok {
			t.Errorf("row %d was left out", row)
		}
	}
	var done []inbox.Range
	w.until("one range is left", func() bool {
		err := w.db.View(t.Context(), func(tx inbox.Tx) (err error) {
			done, err = tx.Done()
			return err
		})
		return err == nil && len(done) == 1 && done[0] == inbox.Range{From: 1, To: 20}
	})
}

// panicky is a connector that panics wherever it is asked.
type panicky struct{ connectors.Connector }

func (panicky) Poll(context.Context, inbox.Account, string, []byte) (connectors.Page, error) {
	panic("poll")
}

func TestOneDeadAccountLeavesTheOthersAlone(t *testing.T) {
	w := newWorld(t, options{wrap: func(c connectors.Connector) connectors.Connector {
		if c.Channel() == inbox.Instagram {
			return panicky{c}
		}
		return c
	}})
	for _, key := range []string{"fb-kommunen", "x-kommunen"} {
		w.until(key+" is live", func() bool {
			a, _ := w.desk.Directory().AccountNamed(key)
			return a.State == inbox.AccountLive
		})
		id := w.ask(key, "Hører I mig?")
		w.until("stored", func() bool { _, ok := w.message(key, id); return ok })
	}
	w.until("the dead one says so", func() bool {
		a, _ := w.desk.Directory().AccountNamed("ig-kommunen")
		return a.State == inbox.AccountUnreached && a.Advice != nil
	})
}
