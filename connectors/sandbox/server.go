package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"lytter/connectors/sandbox/city"
	"lytter/connectors/sandbox/fault"
	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/meta"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/internal/xapi"
	"lytter/connectors/sandbox/ledger"
)

// Server is the simulated world.
type Server struct {
	cfg       Config
	accounts  []Account
	ledger    *ledger.Ledger
	faults    *fault.Injector
	courier   *delivery.Courier
	graph     *meta.Graph
	x         *xapi.X
	platforms map[string]world.Platform
	people    *population
	traffic   *traffic

	playing  sync.Mutex // held to start, end and find the scenario
	play     *play
	playOver bool

	listeners []net.Listener // graph, x, control
	ended     chan struct{}  // closed to end Run
	endOnce   sync.Once
	closeOnce sync.Once
}

// New builds a server, loads its history and opens its listeners. A scenario that does not fit is a *strict.Error. The caller must either Run it or Close it.
func New(cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.ControlToken == "" {
		cfg.ControlToken = rand.Text()
	}
	s := &Server{cfg: cfg, accounts: cfg.accounts(), ledger: ledger.New(), ended: make(chan struct{})}
	var err error
	if s.faults, err = fault.New(cfg.Seed, cfg.Faults); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s.courier = delivery.New(delivery.Options{
		Ledger: s.ledger, Faults: s.faults, Log: cfg.Log, Now: cfg.Now, Workers: cfg.Workers, HoldFor: cfg.HoldFor,
	})
	if err := s.build(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) build() (err error) {
	cfg := s.cfg
	s.graph, err = meta.New(cfg.Meta, meta.Deps{
		Seed: cfg.Seed, Ledger: s.ledger, Courier: s.courier, Now: cfg.Now, Log: cfg.Log, Speed: cfg.Speed,
		AllowLoopback: cfg.AllowLoopbackCallbacks,
	})
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	s.x, err = xapi.New(cfg.X, xapi.Deps{
		Seed: cfg.Seed, Ledger: s.ledger, Courier: s.courier, Now: cfg.Now, Log: cfg.Log, Speed: cfg.Speed, AllowLoopback: cfg.AllowLoopbackCallbacks,
	})
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	s.platforms = map[string]world.Platform{
		ledger.Facebook: meta.Facebook{Graph: s.graph}, ledger.Instagram: meta.Instagram{Graph: s.graph}, ledger.X: s.x,
	}
	if len(s.accounts) > 0 {
		if s.people, err = newPopulation(s); err != nil {
			return err
		}
		if err := s.people.loadHistory(cfg.History); err != nil {
			return err
		}
	}
	s.traffic = newTraffic(s)
	if cfg.Scenario != nil {
		if err := s.Foresee(cfg.Scenario); err != nil {
			return err
		}
	}
	for _, addr := range []string{cfg.Graph, cfg.API, cfg.Control} {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
		if err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		s.listeners = append(s.listeners, l)
		if ip := net.ParseIP(l.Addr().(*net.TCPAddr).IP.String()); !ip.IsLoopback() {
			return fmt.Errorf("sandbox: %s is not a loopback address", addr)
		}
	}
	return nil
}

// Ledger is the book of truth.
func (s *Server) Ledger() *ledger.Ledger { return s.ledger }

// Faults are the dice; their rates may be changed at any time.
func (s *Server) Faults() *fault.Injector { return s.faults }

// Accounts lists our accounts on all platforms.
func (s *Server) Accounts() []Account { return append([]Account(nil), s.accounts...) }

// Renewals counts the OAuth 2.0 tokens of X that were renewed.
func (s *Server) Renewals() int { return s.x.Renewals() }

// Run serves until ctx ends, End is called or a listener fails. It closes everything, and on return all goroutines have ended.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.Close()
	handlers := []http.Handler{
		s.faults.Handler("graph", s.graph, s.graph),
		s.faults.Handler("x", s.x, s.x.Handler()),
		s.control(),
	}
	failed := make(chan error, len(handlers))
	var wg sync.WaitGroup
	var servers []*http.Server
	for i, h := range handlers {
		srv := &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second,
			ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
		}
		servers = append(servers, srv)
		l := s.listeners[i]
		wg.Go(func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("sandbox: serving %s: %w", l.Addr(), err)
			}
		})
	}
	wg.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.cfg.Log.Error("the checks of x webhooks broke off", "panic", p, "stack", string(debug.Stack()))
			}
		}()
		s.x.Run(ctx)
	})
	var err error
	if s.cfg.Scenario != nil {
		if err = s.Play(s.cfg.Scenario); err != nil {
			s.End()
		}
	}
	select {
	case <-ctx.Done():
	case <-s.ended:
	case failure := <-failed:
		err = errors.Join(err, failure)
	}
	cancel()
	for _, srv := range servers {
		shutdown(srv)
	}
	wg.Wait()
	return err
}

// shutdown lets calls under way finish, for a moment.
func shutdown(srv *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		_ = srv.Close() // only closes what would not end; nothing is left to report
	}
}

// End makes Run return. It does not wait.
func (s *Server) End() { s.endOnce.Do(func() { close(s.ended) }) }

// Close gives back what New took. Run does it by itself; calling it again does nothing.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		s.End()
		s.endPlay()
		if s.traffic != nil {
			s.traffic.close()
		}
		s.courier.Close()
		for _, l := range s.listeners {
			_ = l.Close() // closed already where Run served it
		}
	})
}

// Flush delivers what is held back and waits until nothing is on its way, or ctx ends.
func (s *Server) Flush(ctx context.Context) Idle { return s.courier.Flush(ctx) }

// Idle is what Flush found.
type Idle = delivery.Idle

// cityAccounts describes our accounts to the city.
func (s *Server) cityAccounts() []city.Account {
	out := make([]city.Account, len(s.accounts))
	for i, a := range s.accounts {
		out[i] = city.Account{Key: a.Key, Channel: a.Channel, Name: a.Name, Handle: a.Handle, Library: a.library}
	}
	return out
}
