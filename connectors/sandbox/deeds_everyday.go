package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The bodies of deeds that are no trouble, beside Publication and Faults.
type (
	targetBody struct {
		Channel string `json:"channel"`
		ID      string `json:"id"`
	}
	editBody struct {
		Channel string `json:"channel"`
		ID      string `json:"id"`
		Text    string `json:"text"`
	}
	hideBody struct {
		Channel string `json:"channel"`
		ID      string `json:"id"`
		Hidden  *bool  `json:"hidden,omitempty"` // nil is true
	}
	trafficBody struct {
		Rate float64  `json:"rate"`
		For  Duration `json:"for"`
	}
	flushBody struct {
		Timeout Duration `json:"timeout"` // 0 is 30 seconds
	}
	nothing struct{}

	okAnswer struct {
		OK bool `json:"ok"`
	}
)

// usualFlush is how long a deed waits that waits for something, when nothing else is said.
const usualFlush = 30 * time.Second

func (b *flushBody) check() error {
	if b.Timeout < 0 {
		return blame("timeout", errors.New("it must not be negative"))
	}
	return nil
}

func (b *flushBody) timeout() time.Duration {
	if b.Timeout == 0 {
		return usualFlush
	}
	return time.Duration(b.Timeout)
}

// everydayDeeds are what citizens and staff do, the dice, and the sandbox's own running.
func everydayDeeds() map[string]deed {
	return map[string]deed{
		"publish": deedOf(
			func(s *Server, p *Publication) error {
				_, err := s.account(p.Channel, p.Account)
				return blame("account", err)
			},
			func(_ context.Context, s *Server, p *Publication) (any, error) { return s.Publish(*p) },
		),
		"edit": deedOf(
			func(s *Server, b *editBody) error {
				if b.Text == "" {
					return blame("text", errMissing)
				}
				return s.target(b.Channel, b.ID)
			},
			func(_ context.Context, s *Server, b *editBody) (any, error) {
				return okAnswer{true}, s.Edit(b.Channel, b.ID, b.Text)
			},
		),
		"remove": deedOf(
			func(s *Server, b *targetBody) error { return s.target(b.Channel, b.ID) },
			func(_ context.Context, s *Server, b *targetBody) (any, error) {
				return okAnswer{true}, s.Remove(b.Channel, b.ID)
			},
		),
		"hide": deedOf(
			func(s *Server, b *hideBody) error { return s.target(b.Channel, b.ID) },
			func(_ context.Context, s *Server, b *hideBody) (any, error) {
				return okAnswer{true}, s.Hide(b.Channel, b.ID, b.Hidden == nil || *b.Hidden)
			},
		),
		"faults": faultsDeed(),
		"traffic": deedOf(
			func(s *Server, b *trafficBody) error { return s.mayTraffic(b.Rate, time.Duration(b.For)) },
			func(_ context.Context, s *Server, b *trafficBody) (any, error) {
				return s.StartTraffic(b.Rate, time.Duration(b.For))
			},
		),
		"stop_traffic": deedOf(nil, func(_ context.Context, s *Server, _ *nothing) (any, error) { return s.StopTraffic(), nil }),
		"flush": deedOf(
			func(_ *Server, b *flushBody) error { return b.check() },
			func(ctx context.Context, s *Server, b *flushBody) (any, error) {
				ctx, cancel := context.WithTimeout(ctx, b.timeout())
				defer cancel()
				return s.Flush(ctx), nil
			},
		),
		"await_webhooks": deedOf(
			func(_ *Server, b *flushBody) error { return b.check() },
			func(ctx context.Context, s *Server, b *flushBody) (any, error) {
				ctx, cancel := context.WithTimeout(ctx, b.timeout())
				defer cancel()
				return okAnswer{true}, s.awaitWebhooks(ctx)
			},
		),
		"shutdown": deedOf(nil, func(_ context.Context, s *Server, _ *nothing) (any, error) {
			s.End()
			return okAnswer{true}, nil
		}),
	}
}

// faultsDeed changes the rates that are named.
func faultsDeed() deed {
	d := deedOf(
		func(_ *Server, r *Faults) error { return r.Check() },
		func(_ context.Context, s *Server, r *Faults) (any, error) { return *r, s.faults.SetRates(*r) },
	)
	d.body = func(s *Server) any {
		if s.faults == nil { // a scenario is read without a server
			return new(Faults)
		}
		r := s.faults.Rates()
		return &r
	}
	return d
}

// target says what is missing of what names an item.
func (s *Server) target(channel, id string) error {
	if id == "" {
		return blame("id", errMissing)
	}
	_, err := s.platform(channel)
	return blame("channel", err)
}

// awaitWebhooks waits until each of our accounts has its webhooks subscribed.
func (s *Server) awaitWebhooks(ctx context.Context) error {
	for {
		without := ""
		for _, a := range s.accounts {
			if !s.platforms[a.Channel].Hooked(a.ID) {
				without = a.Key
			}
		}
		if without == "" {
			return nil
		}
		if !wait(ctx, 20*time.Millisecond) {
			return fmt.Errorf("%s has no webhooks: %w", without, ctx.Err())
		}
	}
}

func (s *Server) mayTraffic(rate float64, length time.Duration) error {
	switch {
	case !(rate > 0 && rate <= MaxRate): // written so that NaN is refused
		return blame("rate", fmt.Errorf("%v items a second: it must be above 0 and at most %d", rate, MaxRate))
	case length < 0:
		return blame("for", fmt.Errorf("a negative time of %s", length))
	case s.people == nil:
		return errors.New("there are no accounts to write to")
	}
	return nil
}
