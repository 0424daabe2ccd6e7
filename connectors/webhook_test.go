package connectors_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A body without a signature is refused before it is read.
func TestNoSignatureNoReading(t *testing.T) {
	w := oddWorld(t, true)
	body, never := io.Pipe()
	defer never.Close()
	if resp := w.post("/hooks/fb-kommunen", nil, body); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d", resp.StatusCode)
	}
}

// What strangers have begun to send takes bounded memory: the next is told to come again, and when they are gone all is well.
func TestStrangersTakeBoundedMemory(t *testing.T) {
	w := oddWorld(t, true)
	const long = 4<<20 + 1<<16 // all of 8 MiB is taken for it
	var read atomic.Int64
	inner := w.server.Config.Handler
	w.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		req.Body = countedBody{req.Body, &read}
		inner.ServeHTTP(rw, req)
	})
	var strangers []*io.PipeWriter
	var sent, ended sync.WaitGroup
	for range 8 { // 8 MiB each is all that there is
		body, in := io.Pipe()
		strangers = append(strangers, in)
		sent.Go(func() {
			if _, err := io.Copy(in, io.LimitReader(endless{}, long)); err != nil {
				t.Error(err)
			}
		})
		ended.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/hooks/fb-kommunen", body)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set(name, "sha256=00")
			resp, err := w.server.Client().Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = resp.Body.Close() }() // only read
			if resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("a stranger: %d", resp.StatusCode)
			}
		})
	}
	sent.Wait()
	// Not asked before all is taken: a body that asks may get the very last bytes that a stranger grows into.
	for until := time.Now().Add(patience); read.Load() < 8*long; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d bytes were read, of %d", read.Load(), 8*long)
		}
	}
	if resp := w.signed("1_1"); resp.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("beside the strangers: %d", resp.StatusCode)
	}
	for _, s := range strangers {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	ended.Wait()
	for until := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) { // what was held is given back after the answer
		resp := w.signed("1_1")
		if resp.StatusCode == http.StatusOK {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("when the strangers are gone: %d", resp.StatusCode)
		}
	}
}

// countedBody counts what is read of a body.
type countedBody struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c countedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// However a body comes, it is kept as it came.
func TestBodiesOfAllSizes(t *testing.T) {
	w := oddWorld(t, true)
	for n, size := range []int{1, 16<<10 - 1, 16 << 10, 16<<10 + 1, 1 << 20, 8<<20 - 1, 8 << 20} {
		body := strings.Repeat("x", size)
		if resp := w.signed(body); resp.StatusCode != http.StatusOK {
			t.Fatalf("%d bytes: %d", size, resp.StatusCode)
		}
		rows, err := w.journal.Read(t.Context(), int64(n), 1)
		if err != nil || len(rows) != 1 || string(rows[0].Body) != body {
			t.Fatalf("%d bytes: kept otherwise, %v", size, err)
		}
	}
}
