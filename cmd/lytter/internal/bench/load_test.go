package bench

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// What the load posts is signed, of 2 KB, JSON and never the same twice; what it counts is what was answered 200.
func TestLoad(t *testing.T) {
	var mu sync.Mutex
	bodies := map[string]bool{}
	refused := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		mac := hmac.New(sha256.New, []byte(Secret))
		mac.Write(body)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil || req.Method != http.MethodPost || req.URL.Path != "/hooks/byen":
			t.Errorf("%s %s, %v", req.Method, req.URL, err)
		case req.Header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(mac.Sum(nil)):
			t.Error("the signature is wrong")
		case len(body) != 2048 || !json.Valid(body):
			t.Errorf("%d bytes: %s", len(body), body)
		case bodies[string(body)]:
			t.Errorf("the same again: %s", body)
		}
		if bodies[string(body)] = true; len(bodies)%10 == 0 {
			refused++
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer srv.Close()
	l := Load{Addr: srv.Listener.Addr().String(), Path: "/hooks/byen", Page: "1", Conns: 8, For: 100 * time.Millisecond, Seed: 1}
	got, err := l.Run(t.Context())
	for ; err == nil && len(bodies) < 80 && l.For < time.Minute; l.For *= 4 { // a machine may have others to work for
		clear(bodies)
		refused = 0
		got, err = l.Run(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(bodies) < 80 || got.Refused != refused || got.Count() != len(bodies)-refused {
		t.Errorf("%d posts, %d of them refused; the load says %d and %d", len(bodies), refused, got.Count(), got.Refused)
	}
	if got.Seconds <= 0 || got.P50 <= 0 || got.P99 < got.P50 {
		t.Errorf("%+v", got)
	}
}

// An answer is read to its end, so that the next begins where it should.
func TestLoadEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		_, _ = w.Write([]byte("thank you\n"))
	}))
	defer srv.Close()
	l := Load{Addr: srv.Listener.Addr().String(), Path: "/", Page: "1", Conns: 2, For: time.Minute, Seed: 1}
	if got, err := l.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", got, err)
	}
}

// The floor beside the journal keeps everything that it says it keeps.
func TestAppender(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	a := &appender{f: f, turn: make(chan struct{}, 1)}
	var g errgroup.Group
	for range 16 {
		g.Go(func() error {
			for range 50 {
				if err := a.keep(t.Context(), []byte("0123456789\n")); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := errors.Join(g.Wait(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(f.Name()); err != nil || string(got) != strings.Repeat("0123456789\n", 16*50) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
