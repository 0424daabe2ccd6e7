package sandbox

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

// Traffic is what the live generator does.
type Traffic struct {
	Running   bool    `json:"running"`
	Rate      float64 `json:"rate"`      // items a second
	Published int     `json:"published"` // since the sandbox started
	Skipped   int     `json:"skipped"`   // events that had become impossible, such as answers to what was removed
}

// traffic owns the goroutine of the live generator.
type traffic struct {
	server *Server

	control sync.Mutex // held by start, stop and close, so that there is one generator at most
	closed  bool
	cancel  context.CancelFunc
	done    chan struct{}

	mu    sync.Mutex
	state Traffic
}

func newTraffic(s *Server) *traffic { return &traffic{server: s} }

// MaxRate is the most items a second that live traffic may have.
const MaxRate = 10_000

// StartTraffic lets citizens write at a rate of items a second, for a time; 0 is until StopTraffic or the end. Traffic that runs is
// replaced.
func (s *Server) StartTraffic(rate float64, length time.Duration) (Traffic, error) {
	if err := s.mayTraffic(rate, length); err != nil {
		return Traffic{}, err
	}
	return s.traffic.start(rate, length), nil
}

// StopTraffic ends live traffic and waits for its last item.
func (s *Server) StopTraffic() Traffic {
	s.traffic.stop()
	return s.Traffic()
}

// Traffic reports on live traffic.
func (s *Server) Traffic() Traffic {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	return s.traffic.state
}

func (t *traffic) start(rate float64, length time.Duration) Traffic {
	t.control.Lock()
	defer t.control.Unlock()
	t.end()
	if t.closed {
		return t.server.Traffic()
	}
	if length == 0 {
		length = math.MaxInt64 // 292 years
	}
	ctx, cancel := context.WithTimeout(context.Background(), length)
	t.cancel, t.done = cancel, make(chan struct{})
	t.mu.Lock()
	t.state.Running, t.state.Rate = true, rate
	state := t.state
	t.mu.Unlock()
	go t.run(ctx, rate)
	return state
}

func (t *traffic) stop() {
	t.control.Lock()
	defer t.control.Unlock()
	t.end()
}

// close stops the generator for good.
func (t *traffic) close() {
	t.control.Lock()
	defer t.control.Unlock()
	t.closed = true
	t.end()
}

// end stops the generator, if there is one, and waits for it. The caller holds control.
func (t *traffic) end() {
	if t.cancel == nil {
		return
	}
	t.cancel()
	<-t.done
	t.cancel = nil
}

// run publishes at random moments, so many a second on average. When the machine falls behind it catches up.
func (t *traffic) run(ctx context.Context, rate float64) {
	defer close(t.done)
	defer func() {
		if p := recover(); p != nil {
			t.server.cfg.Log.Error("live traffic broke off", "panic", p, "stack", string(debug.Stack()))
		}
		t.mu.Lock()
		t.state.Running, t.state.Rate = false, 0
		t.mu.Unlock()
	}()
	gaps := rand.New(rand.NewPCG(t.server.cfg.Seed, 0x74726166))
	next := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		for now := time.Now(); !next.After(now) && ctx.Err() == nil; {
			t.publish()
			next = next.Add(time.Duration(gaps.ExpFloat64() / rate * float64(time.Second)))
		}
		timer.Reset(max(time.Until(next), time.Millisecond))
	}
}

func (t *traffic) publish() {
	err := t.server.people.next()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.state.Published++
	case errors.Is(err, ErrUnknown):
		t.state.Skipped++
	default:
		t.state.Skipped++
		t.server.cfg.Log.Warn("an invented item was refused", "err", err) // a bug in the city or the platform
	}
}
