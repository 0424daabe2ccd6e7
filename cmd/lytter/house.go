package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
	_ "time/tzdata" // a machine without time zones still knows Copenhagen

	"lytter/classify"
	"lytter/connectors"
	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/text"
	"lytter/store"
	"lytter/store/index"
	"lytter/store/journal"
	"lytter/tui/sshserver"

	"github.com/bluele/gcache"
	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"
)

// house is a desk with everything around it: what the owner of a data folder holds.
type house struct {
	cfg     *config
	catalog *catalog.Catalog
	log     *slog.Logger
	now     func() time.Time

	owner   *store.Owner
	store   *store.DB
	journal *journal.Journal
	index   *index.Index
	desk    *inbox.Desk
	runner  *connectors.Runner // nil: no accounts, or not asked for
	// connectors are there, and can decode, also where none runs.
	connectors []connectors.Connector
	replaying  sync.Mutex // held by whoever reads the journal again
	local      ssh.Signer
	host       ssh.Signer
	logFile    io.Closer    // nil: the log is somebody else's
	guests     atomic.Int64 // commands of others that run here
	gauges
}

// houseOptions say how a house is opened.
type houseOptions struct {
	log     *slog.Logger     // nil: a file of the data folder
	now     func() time.Time // nil: time.Now
	seeds   *seeds           // nil: those of the configuration
	connect bool             // run the connectors
	pace    connectors.Pace
	history time.Duration // how far back the first reading of an account goes; 0: the connectors' own
	undo    time.Duration // 0: the configuration's
	// patience is how long to wait for another process to let go of the folder: a command that found no owner is one for a moment.
	patience time.Duration
}

// hotConversations is how many compiled conversations are kept in memory.
const hotConversations = 30_000

// openHouse takes a data folder and opens what is in it. Close it.
func openHouse(ctx context.Context, cfg *config, cat *catalog.Catalog, o houseOptions) (_ *house, err error) {
	h := &house{cfg: cfg, catalog: cat, log: o.log, now: o.now}
	if h.now == nil {
		h.now = time.Now
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, inbox.E(inbox.Unavailable, "house", "house.folder", "Folder", cfg.Data).With(err)
	}
	if err := closeFolder(cfg.Data); err != nil {
		return nil, err
	}
	if h.owner, err = own(ctx, cfg.Data, o.patience); err != nil {
		return nil, err
	}
	if h.log == nil {
		if h.log, h.logFile, err = fileLogger(cfg.Data); err != nil {
			return nil, inbox.E(inbox.Unavailable, "house", "house.folder", "Folder", cfg.Data).With(err)
		}
	}
	adoptLibraries(h.log)
	if h.local, err = sshserver.LocalKey(cfg.Data); err != nil {
		return nil, err
	}
	if h.host, err = sshserver.HostKey(cfg.Data); err != nil {
		return nil, err
	}
	dsn, err := secretRef(cfg.Store.Postgres).read(filepath.Dir(cfg.file))
	if err != nil {
		return nil, err
	}
	if h.store, err = store.Open(ctx, store.Options{Path: filepath.Join(cfg.Data, "desk.db"), Postgres: dsn.Reveal(), Now: h.now}); err != nil {
		return nil, err
	}
	if err := h.openJournal(ctx); err != nil {
		return nil, err
	}
	if err := h.plant(ctx, o.seeds); err != nil {
		return nil, err
	}
	if err := putAccounts(ctx, h.store, cfg); err != nil {
		return nil, err
	}
	return h, h.openDesk(ctx, o)
}

// own takes a data folder, waiting a little for whoever has it.
func own(ctx context.Context, dir string, patience time.Duration) (*store.Owner, error) {
	for until := time.Now().Add(patience); ; {
		owner, err := store.Lock(dir)
		if inbox.CodeOf(err) != inbox.Conflict || time.Now().After(until) || !sleep(ctx, 50*time.Millisecond) {
			return owner, err
		}
	}
}

func (h *house) openJournal(ctx context.Context) error {
	var after int64
	err := h.store.View(ctx, func(tx inbox.Tx) error {
		done, err := tx.Done()
		if len(done) > 0 {
			after = done[len(done)-1].To
		}
		return err
	})
	if err != nil {
		return err
	}
	if h.journal, err = journal.Open(ctx, journal.Options{Path: h.journalPath(), After: after, Now: h.now}); err != nil {
		return err
	}
	return h.salvage(ctx)
}

func (h *house) plant(ctx context.Context, s *seeds) (err error) {
	if s == nil {
		if s, err = ownSeeds(h.cfg.seedFolder()); err != nil {
			return err
		}
	}
	return plant(ctx, h.store, s, h.cfg.Language, string(ssh.MarshalAuthorizedKey(h.local.PublicKey())))
}

func (h *house) openDesk(ctx context.Context, o houseOptions) error {
	loc, err := time.LoadLocation(h.cfg.TimeZone)
	if err != nil {
		return err
	}
	p, err := connect(h.cfg, h.now, o.history)
	if err != nil {
		return err
	}
	h.connectors = p.list
	if h.index, err = index.Open(index.Options{Dir: filepath.Join(h.cfg.Data, "index"), Store: h.store, Now: h.now, Log: h.log}); err != nil {
		return err
	}
	cutter := text.NewCutter(0)
	rules := &classify.Rules{Cutter: cutter, Location: loc}
	set := h.cfg.Settings
	undo := set.Undo.std()
	if o.undo != 0 {
		undo = o.undo
	}
	h.desk, err = inbox.NewDesk(ctx, inbox.Config{
		Store:     h.store,
		Index:     h.index,
		Abilities: connectors.NewAbilities(p.list...),
		Rules:     rules,
		Lab:       rules,
		Cutter:    cutter,
		Cache:     gcache.New(hotConversations).LRU().Build(),
		Now:       h.now,
		Location:  loc,
		Log:       h.log,
		NewToken:  newToken,
		Settings: inbox.Settings{
			UndoPublic: undo, Lease: set.Lease.std(), ReopenWithin: set.Reopen.std(), Target: set.Target.std(),
			LoopMost: set.Loop, LoopWithin: set.LoopWithin.std(), HideCPR: h.cfg.cprHide(),
		},
	})
	if err != nil || !o.connect || len(h.cfg.Accounts) == 0 {
		return err
	}
	pace := o.pace
	if pace.PollHooked == 0 {
		pace.PollHooked = set.Poll.std()
	}
	if pace.Poll == 0 {
		pace.Poll = set.PollWithout.std()
	}
	h.runner, err = connectors.NewRunner(connectors.Config{
		Desk: h.desk, Journal: kept{h.journal}, Connectors: p.list, Accounts: links(h.cfg, h.desk.Directory()), Owner: newToken(), Now: h.now,
		Log: h.log, Pace: pace,
	})
	return err
}

// newToken makes a mark that nobody else makes.
func newToken() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process rather
	return hex.EncodeToString(b[:])
}

// kept is the journal as the connectors see it.
type kept struct{ *journal.Journal }

// Append implements connectors.Journal. Of the header only what proves the body is kept.
func (k kept) Append(ctx context.Context, a inbox.AccountID, header http.Header, body []byte) (int64, error) {
	e := journal.Entry{Account: a, Body: body, Header: map[string]string{}}
	for _, name := range []string{"X-Hub-Signature-256", "X-Twitter-Webhooks-Signature"} {
		if v := header.Get(name); v != "" {
			e.Header[name] = v
		}
	}
	return k.Journal.Append(ctx, e)
}

// Read implements connectors.Journal.
func (k kept) Read(ctx context.Context, after int64, n int) ([]connectors.Row, error) {
	es, err := k.Journal.Read(ctx, after, n)
	if err != nil {
		return nil, err
	}
	rows := make([]connectors.Row, len(es))
	for i, e := range es {
		rows[i] = connectors.Row{ID: e.Row, Account: e.Account, At: e.At, Body: e.Body, Damaged: e.Damaged}
	}
	return rows, nil
}

// Run works until ctx ends or something without which there is no desk has failed. Listeners are closed when it returns.
func (h *house) Run(ctx context.Context, web net.Listener, doors []net.Listener, door *sshserver.Server) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.desk.Hub().Run(ctx) })
	g.Go(func() error { return h.index.Run(ctx, h.desk.Documents) })
	g.Go(func() error { return h.tick(ctx) })
	g.Go(func() error { return h.watch(ctx) })
	if h.runner != nil {
		g.Go(func() error { return h.runner.Run(ctx) })
	}
	if web != nil {
		g.Go(func() error { return h.serveWeb(ctx, web) })
	}
	for _, l := range doors {
		g.Go(func() error { return door.Serve(l) })
	}
	if door != nil {
		g.Go(func() error {
			<-ctx.Done()
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 12*time.Second)
			defer cancel()
			return door.Shutdown(grace)
		})
	}
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

// tick does what time does by itself.
func (h *house) tick(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if err := errors.Join(h.desk.Tick(ctx), h.readGauges(ctx)); err != nil && ctx.Err() == nil {
				if inbox.CodeOf(err) != inbox.Unavailable {
					return fmt.Errorf("clock: %w", err)
				}
				h.log.Error("the clock could not write; it tries again", "err", err)
			}
		}
	}
}

// watch ends the process when the disk has failed: nothing may be acknowledged after that.
func (h *house) watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-h.store.Failed():
		return h.store.Failure()
	case <-h.journal.Failed():
		return h.journal.Failure()
	}
}

// serveWeb serves webhooks. A slow or silent client costs nobody else: reading has an end.
func (h *house) serveWeb(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	if h.runner != nil {
		mux.Handle("/hooks/", h.runner.Handler())
	}
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"ok":true}` + "\n"))
	})
	srv := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: 30 * time.Second,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(limit(l, maxWebConns)) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := srv.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) { // a connection that says nothing, or a slow caller: who has no answer calls again
		err = srv.Close()
	}
	if serr := <-done; !errors.Is(serr, http.ErrServerClosed) {
		err = errors.Join(err, serr)
	}
	return err
}

// localUser is the user of whoever may read the data folder.
func (h *house) localUser() inbox.UserID {
	for _, u := range h.desk.Directory().Users {
		if u.Login == localLogin {
			return u.ID
		}
	}
	return 0
}

// Close closes everything that is open, the last opened first.
func (h *house) Close() error {
	var errs []error
	if h.journal != nil {
		errs = append(errs, h.journal.Close())
	}
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	if h.logFile != nil {
		adoptLibraries(slog.New(slog.DiscardHandler)) // whatever still runs has nothing to say
		errs = append(errs, h.logFile.Close())
	}
	if h.owner != nil {
		errs = append(errs, h.owner.Close())
	}
	return errors.Join(errs...)
}
