package connectors_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"pgregory.net/rapid"
)

// safe is a vault whose file can be lost, locked and full. What is kept survives the process: a Token is made anew over it.
type safe struct {
	mu     sync.Mutex
	kept   connectors.Grant
	full   bool
	writes int
	lock   chan struct{}
}

func newSafe(g connectors.Grant) *safe { return &safe{kept: g, lock: make(chan struct{}, 1)} }

func (s *safe) Grant() (connectors.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept, nil
}

func (s *safe) Lock(ctx context.Context) (func(), error) {
	select {
	case s.lock <- struct{}{}:
		return func() { <-s.lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *safe) Keep(g connectors.Grant) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return errors.New("no space left on device")
	}
	s.kept, s.writes = g, s.writes+1
	return nil
}

// issuer is a platform that gives single-use renewals.
type issuer struct {
	mu     sync.Mutex
	n      int
	good   connectors.Secret // the renewal that it takes
	given  int
	before func(old connectors.Grant) error // what goes wrong before it sees the call
	after  func() error                     // what goes wrong on the way back
}

func (p *issuer) grant() connectors.Grant {
	return connectors.Grant{Access: connectors.Secret(fmt.Sprint("access-", p.n)), Renewal: connectors.Secret(fmt.Sprint("renewal-", p.n))}
}

func (p *issuer) renew(_ context.Context, old connectors.Grant) (connectors.Grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.before != nil {
		if err := p.before(old); err != nil {
			return connectors.Grant{}, err
		}
	}
	if old.Renewal != p.good {
		return connectors.Grant{}, &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token_spent"), Status: 400}
	}
	p.n++
	p.given++
	g := p.grant()
	p.good = g.Renewal
	if p.after != nil {
		if err := p.after(); err != nil {
			return connectors.Grant{}, err
		}
	}
	return g, nil
}

func newIssuer() (*issuer, *safe) {
	p := &issuer{}
	g := p.grant()
	p.good = g.Renewal
	return p, newSafe(g)
}

func TestTokenIsRenewedOnce(t *testing.T) {
	p, s := newIssuer()
	// Two connectors, as of two processes, have the same account.
	tokens := []*connectors.Token{connectors.NewToken(s, p.renew, time.Now), connectors.NewToken(s, p.renew, time.Now)}
	for round := range 5 {
		used, err := tokens[0].Access()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range 24 {
			wg.Go(func() {
				<-start
				fresh, err := tokens[i%2].Renew(t.Context(), used)
				kept, _ := s.Grant()
				if err != nil || fresh == used || fresh != kept.Access {
					t.Errorf("got %q while %q is kept: %v", fresh.Reveal(), kept.Access.Reveal(), err)
				}
			})
		}
		close(start)
		wg.Wait()
		if p.given != round+1 || s.writes != round+1 {
			t.Fatalf("round %d: %d renewals, %d writes", round, p.given, s.writes)
		}
	}
}

func TestTokenIsStoredBeforeItIsUsed(t *testing.T) {
	p, s := newIssuer()
	var clock atomic.Int64
	now := func() time.Time { return time.Unix(clock.Load(), 0) }
	token := connectors.NewToken(s, p.renew, now)
	used, err := token.Access()
	if err != nil {
		t.Fatal(err)
	}
	s.full = true
	_, err = token.Renew(t.Context(), used)
	if e := connectors.AsError(err); e == nil || e.Class != connectors.Transient || e.Maybe || e.Reason.Key != "platform.token_unkept" {
		t.Fatalf("a token that is not stored is used: %v", err)
	}
	if at, err := token.Access(); err != nil || at != used {
		t.Fatalf("%q, %v", at.Reveal(), err)
	}
	s.full = false
	clock.Add(10)
	fresh, err := token.Renew(t.Context(), used)
	if err != nil || fresh != s.kept.Access || p.given != 1 {
		t.Errorf("the renewal that was had is lost: %q, %d given, %v", fresh.Reveal(), p.given, err)
	}
}

func TestTokenAnswerLost(t *testing.T) {
	lost := &connectors.Error{Class: connectors.Transient, Maybe: true, Reason: *inbox.Why("platform.unreachable")}
	for name, c := range map[string]struct {
		once  func(p *issuer)
		class connectors.Class
		key   string
	}{
		"on the way there": {once: func(p *issuer) {
			p.before = func(connectors.Grant) error { p.before = nil; return lost }
		}},
		"on the way back": {class: connectors.Auth, key: "platform.token_spent", once: func(p *issuer) {
			p.after = func() error { p.after = nil; return lost }
		}},
		"twice": {class: connectors.Transient, key: "platform.unreachable", once: func(p *issuer) {
			p.before = func(connectors.Grant) error { return lost }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := newIssuer()
			c.once(p)
			fresh, err := connectors.NewToken(s, p.renew, time.Now).Renew(t.Context(), s.kept.Access)
			if c.class == "" {
				if err != nil || fresh != s.kept.Access {
					t.Fatal(fresh.Reveal(), err)
				}
				return
			}
			if e := connectors.AsError(err); e == nil || e.Class != c.class || e.Reason.Key != c.key || e.Maybe {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestTokenRefusedAsksNobodyAgainUntilItIsReplaced(t *testing.T) {
	p, s := newIssuer()
	asked := 0
	p.good = "another"
	p.before = func(connectors.Grant) error { asked++; return nil }
	token := connectors.NewToken(s, p.renew, time.Now)
	for range 10 {
		if _, err := token.Renew(t.Context(), s.kept.Access); connectors.ClassOf(err) != connectors.Auth {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("the platform was asked %d times", asked)
	}
	dead := s.kept.Access
	if err := s.Keep(connectors.Grant{Access: "by a person", Renewal: "another"}); err != nil {
		t.Fatal(err)
	}
	if got, err := token.Renew(t.Context(), dead); err != nil || got != "by a person" {
		t.Errorf("%q, %v", got.Reveal(), err)
	}
}

func TestTokenRenewalIsNotCutOff(t *testing.T) {
	p, s := newIssuer()
	ctx, cancel := context.WithCancel(t.Context())
	renew := func(in context.Context, old connectors.Grant) (connectors.Grant, error) {
		cancel() // whoever wanted it has gone
		if in.Err() != nil {
			return connectors.Grant{}, connectors.Unreached(in.Err(), true)
		}
		return p.renew(in, old)
	}
	used := s.kept.Access
	if _, err := connectors.NewToken(s, renew, time.Now).Renew(ctx, used); err != nil || s.kept.Access == used {
		t.Errorf("what the platform gave was thrown away: %v", err)
	}
}

// The process dies at any moment of a renewal and begins anew over what is kept: what can be had is had, and where the platform has given
// a renewal that was never stored, that is said, and a person's new login mends it.
func TestTokenCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s := newIssuer()
		type crash struct{ at string }
		token := connectors.NewToken(s, p.renew, time.Now)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			where := rapid.SampledFrom([]string{"", "", "asked", "answered"}).Draw(t, "dies")
			p.before, p.after = nil, nil
			switch where {
			case "asked":
				p.before = func(connectors.Grant) error { panic(crash{where}) }
			case "answered":
				p.after = func() error { panic(crash{where}) }
			}
			used := s.kept.Access
			died := false
			var got connectors.Secret
			var err error
			func() {
				defer func() {
					if v := recover(); v != nil {
						died = true
					}
				}()
				got, err = token.Renew(context.Background(), used)
			}()
			lost := p.good != s.kept.Renewal
			switch {
			case died:
				s.lock = make(chan struct{}, 1) // the system lets go of a dead process's locks
				token = connectors.NewToken(s, p.renew, time.Now)
			case err == nil:
				if got != s.kept.Access || lost {
					t.Fatalf("used %q, kept %q", got.Reveal(), s.kept.Access.Reveal())
				}
			default:
				e := connectors.AsError(err)
				if !lost || e.Class != connectors.Auth || e.Reason.Key != "platform.token_spent" {
					t.Fatalf("%v, though the platform would have taken %q and kept is %q", err, p.good.Reveal(), s.kept.Renewal.Reveal())
				}
				p.n++
				g := p.grant() // a person logs in again
				p.good = g.Renewal
				if err := s.Keep(g); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// No error of a token tells it.
func TestTokenNeedle(t *testing.T) {
	const needle = "needle-in-a-haystack"
	s := newSafe(connectors.Grant{Access: needle, Renewal: needle})
	s.full = true
	for _, renew := range []connectors.Renew{
		nil,
		func(context.Context, connectors.Grant) (connectors.Grant, error) {
			return connectors.Grant{Access: needle, Renewal: needle}, nil
		},
		func(_ context.Context, g connectors.Grant) (connectors.Grant, error) {
			return g, &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token"), Err: fmt.Errorf("of %v", g)}
		},
	} {
		_, err := connectors.NewToken(s, renew, time.Now).Renew(t.Context(), needle)
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, connectors.AsError(err), s.kept), needle) {
			t.Errorf("%v", err)
		}
	}
}
