package delivery

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors/sandbox/fault"
	"lytter/connectors/sandbox/ledger"
	"lytter/internal/leak"
)

func TestMain(m *testing.M) { os.Exit(leak.Check(m.Run)) }

// receiver keeps the numbers that it is sent, in the order in which they come.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []int
	posts  int
	status func(post int) int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: func(int) int { return 200 }}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.posts++
		status := r.status(r.posts)
		w.Header().Set("Location", r.URL)
		w.WriteHeader(status)
		if req.Header.Get("Signature") != strconv.Itoa(len(body)) {
			t.Errorf("the signature of %q is %q", body, req.Header.Get("Signature"))
		}
		if status == 200 {
			for part := range strings.SplitSeq(string(body), ",") {
				n, err := strconv.Atoi(part)
				if err != nil {
					t.Error(err)
				}
				r.got = append(r.got, n)
			}
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) numbers() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

type rig struct {
	*Courier
	t      *testing.T
	ledger *ledger.Ledger
	faults *fault.Injector
}

func newRig(t *testing.T, rates fault.Rates, workers int) *rig {
	t.Helper()
	l := ledger.New()
	faults, err := fault.New(1, rates)
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Ledger: l, Faults: faults, Log: slog.New(slog.DiscardHandler), Now: time.Now, Workers: workers, HoldFor: time.Hour})
	t.Cleanup(c.Close)
	return &rig{Courier: c, t: t, ledger: l, faults: faults}
}

func (r *rig) target(to *receiver) Target {
	return Target{
		Name: "test", URL: to.URL, Batch: 10, Timeout: time.Minute,
		Compose: func(changes []Change) []byte {
			var parts [][]byte
			for _, c := range changes {
				parts = append(parts, c.Body)
			}
			return bytes.Join(parts, []byte(","))
		},
		Sign:  func(h http.Header, body []byte) { h.Set("Signature", strconv.Itoa(len(body))) },
		Retry: func(_ string, failed int) (time.Duration, bool) { return time.Millisecond, failed < 20 },
	}
}

func (r *rig) send(q *Queue, numbers ...int) {
	for _, n := range numbers {
		q.Enqueue(ledger.Event{Channel: ledger.Facebook, Account: "1", Item: strconv.Itoa(n), Verb: "add"}, Change{
			Account: "1", Time: time.Now(), Body: []byte(strconv.Itoa(n)),
		})
	}
}

func (r *rig) flush() Idle {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 3*time.Minute)
	defer cancel()
	return r.Flush(ctx)
}

func count(from, to int) (out []int) {
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}

// TestInOrder: with one worker and no faults events come once each, in order, one a POST.
func TestInOrder(t *testing.T) {
	r, to := newRig(t, fault.Rates{}, 1), newReceiver(t)
	r.send(r.Open(r.target(to)), count(1, 200)...)
	if idle := r.flush(); !idle.Idle || !slices.Equal(to.numbers(), count(1, 200)) || to.posts != 200 {
		t.Errorf("%+v, %d posts: %v", idle, to.posts, to.numbers())
	}
}

// TestEachFate: the faults of the way, one by one, from the receiver's side.
func TestEachFate(t *testing.T) {
	t.Run("dropped", func(t *testing.T) {
		r, to := newRig(t, fault.Rates{Drop: 1}, 2), newReceiver(t)
		r.send(r.Open(r.target(to)), count(1, 20)...)
		if r.flush(); len(to.numbers()) != 0 || r.ledger.Summary().ByState[ledger.Dropped] != 20 {
			t.Errorf("%v came; %+v", to.numbers(), r.ledger.Summary())
		}
	})
	t.Run("duplicated", func(t *testing.T) {
		r, to := newRig(t, fault.Rates{Duplicate: 1}, 2), newReceiver(t)
		r.send(r.Open(r.target(to)), count(1, 20)...)
		r.flush()
		got := to.numbers()
		slices.Sort(got)
		if want := slices.Sorted(slices.Values(append(count(1, 20), count(1, 20)...))); !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
		if s := r.ledger.Summary(); s.ExtraCopies != 20 || s.ByState[ledger.Delivered] != 20 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("overtaken", func(t *testing.T) {
		r, to := newRig(t, fault.Rates{Reorder: 1}, 1), newReceiver(t)
		q := r.Open(r.target(to))
		r.send(q, 1)
		if err := r.faults.SetRates(fault.Rates{}); err != nil {
			t.Fatal(err)
		}
		r.send(q, count(2, 10)...)
		for deadline := time.Now().Add(3 * time.Minute); len(to.numbers()) < 10; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("only %v came", to.numbers())
			}
		}
		got := to.numbers()
		at := slices.Index(got, 1)
		rest := slices.Delete(slices.Clone(got), at, at+1)
		if at < 1 || !slices.Equal(rest, count(2, 10)) {
			t.Errorf("got %v, want 1 behind others, and those in order", got)
		}
	})
	t.Run("held back until the flush", func(t *testing.T) {
		r, to := newRig(t, fault.Rates{Reorder: 1}, 1), newReceiver(t)
		r.send(r.Open(r.target(to)), 1)
		if n := r.ledger.Summary().ByState[ledger.Pending]; n != 1 {
			t.Errorf("%d events wait", n)
		}
		if idle := r.flush(); !idle.Idle || !slices.Equal(to.numbers(), []int{1}) {
			t.Errorf("%+v %v", idle, to.numbers())
		}
	})
	t.Run("batched", func(t *testing.T) {
		r, to := newRig(t, fault.Rates{Batch: 1}, 1), newReceiver(t)
		reached, release := make(chan struct{}), make(chan struct{})
		to.status = func(post int) int {
			if post == 1 {
				close(reached)
				<-release // while the first is under way the others pile up
			}
			return 200
		}
		q := r.Open(r.target(to))
		r.send(q, 1)
		<-reached
		r.send(q, count(2, 13)...)
		close(release)
		r.flush()
		if !slices.Equal(to.numbers(), count(1, 13)) || to.posts != 3 || r.faults.Counts()[fault.WebhookBatched] != 2 {
			t.Errorf("%d posts, %v batches: %v", to.posts, r.faults.Counts(), to.numbers())
		}
	})
	t.Run("delayed", func(t *testing.T) {
		r, to := newRig(t, fault.Rates{Delay: 1, DelayFor: fault.Duration(time.Hour)}, 1), newReceiver(t)
		r.send(r.Open(r.target(to)), 1, 2)
		if idle := r.flush(); !idle.Idle || len(to.numbers()) != 2 {
			t.Errorf("%+v %v", idle, to.numbers())
		}
	})
}

// TestRetries: anything but 200 is tried again until the platform's patience ends, and the ledger tells both.
func TestRetries(t *testing.T) {
	for name, status := range map[string]int{"500": 500, "204": 204, "redirect": 302, "403": 403} {
		t.Run(name, func(t *testing.T) {
			r, to := newRig(t, fault.Rates{}, 1), newReceiver(t)
			to.status = func(post int) int {
				if post <= 3 {
					return status
				}
				return 200
			}
			r.send(r.Open(r.target(to)), 7)
			if idle := r.flush(); !idle.Idle || !slices.Equal(to.numbers(), []int{7}) {
				t.Fatalf("%+v %v", idle, to.numbers())
			}
			attempts := r.ledger.Attempts(ledger.Filter{})
			for i, a := range attempts {
				want := ledger.Refused
				if i == 3 {
					want = ledger.Accepted
				}
				if a.Attempt != i+1 || a.Outcome != want || !slices.Equal(a.Events, []int64{1}) {
					t.Errorf("attempt %d is %+v", i+1, a)
				}
			}
			if len(attempts) != 4 {
				t.Errorf("%d attempts", len(attempts))
			}
		})
	}
	t.Run("for ever", func(t *testing.T) {
		r, to := newRig(t, fault.Rates{}, 1), newReceiver(t)
		to.Server.Close() // nobody there
		r.send(r.Open(r.target(to)), 7)
		if idle := r.flush(); !idle.Idle {
			t.Fatalf("%+v", idle)
		}
		s := r.ledger.Summary()
		if s.ByState[ledger.Expired] != 1 || s.ByOutcome[ledger.Unreachable] != 20 {
			t.Errorf("%+v", s)
		}
	})
}

// TestEnd: what a subscription still held when it was taken back does not come.
func TestEnd(t *testing.T) {
	r, to := newRig(t, fault.Rates{Delay: 1, DelayFor: fault.Duration(time.Hour)}, 2), newReceiver(t)
	q := r.Open(r.target(to))
	r.send(q, 1, 2, 3)
	r.End(q)
	r.send(q, 4)
	if idle := r.flush(); !idle.Idle || len(to.numbers()) != 0 || r.ledger.Summary().ByState[ledger.Expired] != 4 {
		t.Errorf("%+v %v %+v", idle, to.numbers(), r.ledger.Summary())
	}
}

// TestFlushGivesUp: a callback that is down keeps a flush waiting until its time is over, and no longer.
func TestFlushGivesUp(t *testing.T) {
	r, to := newRig(t, fault.Rates{}, 1), newReceiver(t)
	to.status = func(int) int { return 500 }
	target := r.target(to)
	target.Retry = func(string, int) (time.Duration, bool) { return time.Hour, true }
	r.send(r.Open(target), 1, 2)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if idle := r.Flush(ctx); idle.Idle || idle.Waiting != 2 {
		t.Errorf("%+v", idle)
	}
}

// TestBrokenPlatform: a bug in writing a body costs attempts, not the queue.
func TestBrokenPlatform(t *testing.T) {
	r, to := newRig(t, fault.Rates{}, 1), newReceiver(t)
	target := r.target(to)
	compose := target.Compose
	target.Compose = func(c []Change) []byte {
		if string(c[0].Body) == "1" {
			panic("a bug")
		}
		return compose(c)
	}
	r.send(r.Open(target), 1, 2)
	if idle := r.flush(); !idle.Idle || !slices.Equal(to.numbers(), []int{2}) || r.ledger.Summary().ByState[ledger.Expired] != 1 {
		t.Errorf("%+v %v %+v", idle, to.numbers(), r.ledger.Summary())
	}
}
