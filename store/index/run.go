package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
)

// Bounds of trying.
const (
	maxDeaths = 2                // so many processes died at it, one after the other: the next one does without
	maxFalls  = 3                // so many failures in a row within a process
	restFor   = 10 * time.Minute // after which it is tried again
	maxRetry  = time.Minute
)

// errOrdered says that somebody wants the index built anew.
var errOrdered = errors.New("index: to be built anew")

// follower is what Run runs: it keeps the index at the end of the log.
type follower struct {
	*Index
	docs       Documents
	folder     *folder
	watch      *watch
	quarantine *quarantine

	e     *engine
	rec   record
	next  *ahead // what is made while a batch is written; nil: nothing is
	falls int    // failures since a batch was last written
}

// Run follows the log until ctx ends, and returns nil then. Whatever happens to the index meanwhile is put right if it can be, and is in
// Status: the desk works without it. Call it once.
func (x *Index) Run(ctx context.Context, docs Documents) error {
	f := &follower{
		Index: x, docs: docs, folder: &folder{dir: x.opt.Dir, now: x.opt.Now}, watch: openWatch(x.opt.Dir), quarantine: openQuarantine(x.opt.Dir),
	}
	f.accuse()
	for ctx.Err() == nil {
		f.rest(ctx, f.mend(ctx, f.safely(ctx)))
	}
	return nil
}

// safely runs until the engine is of no more use, and says why.
func (f *follower) safely(ctx context.Context) error {
	err := f.openAndFollow(ctx)
	if cerr := f.close(); cerr != nil {
		err = errors.Join(err, cerr)
	}
	return err
}

func (f *follower) openAndFollow(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{value: v, stack: debug.Stack()}
		}
	}()
	if f.watch.Deaths[doingBatch] >= maxDeaths {
		return errOff
	}
	if err := f.open(ctx); err != nil {
		return err
	}
	return f.follow(ctx)
}

// errOff says that the index is given up for now.
var errOff = errors.New("index: given up")

// accuse looks at what the last process died in. Mostly it was killed, and the index had nothing to do with it. But what was in a batch
// that died, and then died twice alone, is proven; an index over which two processes died when they opened it is not opened a third
// time; and otherwise two deaths in a row are enough to do without.
func (f *follower) accuse() {
	w := f.watch
	if w.Doing == "" {
		return
	}
	f.log.Warn("the process died while the index was at work", "doing", w.Doing, "deaths", w.Deaths[w.Doing], "conversations", len(w.Batch))
	if w.Doing == doingOpen {
		return
	}
	w.Doing = ""
	if len(w.Batch) == 1 {
		id := w.Batch[0]
		if _, ok := w.Suspects[id]; ok {
			delete(w.Deaths, doingBatch)
			if w.Suspects[id]++; w.Suspects[id] > 1 {
				f.condemn(id, errors.New("processes died of it"))
				return
			}
		}
	}
	w.suspect(w.Batch)
}

// open opens the index that is there, if it is sound, or begins a new one.
func (f *follower) open(ctx context.Context) error {
	if err := os.MkdirAll(f.opt.Dir, 0o700); err != nil {
		return err
	}
	dir, err := f.folder.live()
	if err != nil {
		return err
	}
	if f.watch.Deaths[doingOpen] >= maxDeaths && dir != "" {
		if err := f.moveAside(dir, errors.New("opening it kills the process")); err != nil {
			return err
		}
		delete(f.watch.Deaths, doingOpen)
		dir = ""
	}
	if err := f.watch.begin(doingOpen, nil); err != nil {
		return err
	}
	if dir != "" {
		err = f.openSound(ctx, dir)
	}
	if err == nil && f.e == nil {
		err = f.begin(ctx)
	}
	if werr := f.watch.end(); err == nil {
		err = werr
	}
	if err != nil {
		return err
	}
	return f.publish()
}

// openSound opens an index, looks whether it is ours and whole, and leaves f.e nil if it is not.
func (f *follower) openSound(ctx context.Context, dir string) error {
	rec, why := f.inspect(ctx, dir)
	if why == nil {
		f.rec = *rec
		return nil
	}
	if err := f.close(); err != nil && !errors.Is(err, errHung) {
		f.log.Warn("the index did not close well", "err", err)
	}
	switch {
	case ctx.Err() != nil, inbox.CodeOf(why) == inbox.Unavailable:
		return why
	case errors.Is(why, errOther):
		f.log.Info("the index is built anew", "why", why)
		return nil
	}
	return f.moveAside(dir, why)
}

// errOther says that an index is whole, and not the one that is wanted.
var errOther = errors.New("index: another one is wanted")

func (f *follower) inspect(ctx context.Context, dir string) (rec *record, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.zap")) // before Bleve opens it and removes what it cannot read
	if err != nil {
		return nil, err
	}
	if err := checkRoot(dir); err != nil {
		if len(files) == 0 { // the process died as it was made
			err = fmt.Errorf("%w: nothing was written to it: %w", errOther, err)
		}
		return nil, err
	}
	if f.e, err = openEngine(dir, f.opt.Limit); err != nil {
		return nil, err
	}
	defer guard(&err)()
	s, err := f.e.snapshot()
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := s.Close(); err == nil {
			err = cerr
		}
	}()
	if rec, err = readRecord(s); err != nil {
		return nil, err
	}
	switch {
	case rec == nil && len(files) > 0: // Bleve takes what it cannot read for nothing
		return nil, fmt.Errorf("%w: none of its %d files can be read", errDamaged, len(files))
	case rec == nil:
		return nil, fmt.Errorf("%w: nothing was written to it", errOther)
	case rec.Version != version():
		return nil, fmt.Errorf("%w: it has version %s, not %s", errOther, rec.Version, version())
	}
	if err := f.sameLog(ctx, rec); err != nil {
		return nil, err
	}
	return rec, verify(s, rec, &f.e.segments)
}

// sameLog looks whether the index followed the log that is there: a backup that was restored has another end.
func (f *follower) sameLog(ctx context.Context, rec *record) error {
	if rec.Seq == 0 {
		return nil
	}
	return f.opt.Store.View(ctx, func(tx inbox.Tx) error {
		chain, err := hashAt(tx, rec.Seq)
		if err == nil && string(chain) != string(rec.Chain) {
			return fmt.Errorf("%w: it followed another log", errOther)
		}
		return err
	})
}

func hashAt(tx inbox.Tx, seq inbox.Seq) ([]byte, error) {
	if seq == 0 {
		return nil, nil
	}
	c, err := tx.Changes(seq-1, 1)
	if err != nil || len(c) == 0 || c[0].Seq != seq {
		return nil, err
	}
	return c[0].Hash, nil
}

// begin makes a new, empty index that is to be filled with all conversations there are now.
func (f *follower) begin(ctx context.Context) error {
	rec := record{Version: version(), Rebuild: &rebuild{}}
	err := f.opt.Store.View(ctx, func(tx inbox.Tx) (err error) {
		if rec.Seq, err = tx.LastSeq(); err != nil {
			return err
		}
		if rec.Chain, err = hashAt(tx, rec.Seq); err != nil {
			return err
		}
		rec.Rebuild.Total, err = tx.CountConversations()
		return err
	})
	if err != nil {
		return err
	}
	dir, err := f.folder.fresh()
	if err != nil {
		return err
	}
	if f.e, err = openEngine(dir, f.opt.Limit); err != nil {
		return err
	}
	fp.Hit("index.begun")
	f.log.Info("building the index", "conversations", rec.Rebuild.Total)
	f.rec = rec
	return nil
}

func (f *follower) moveAside(dir string, why error) error {
	to, err := f.folder.aside(dir)
	if err != nil {
		return err
	}
	f.log.Error("the index was damaged; it is kept aside and built anew", "kept", to, "err", why)
	return nil
}

// publish lets searches ask the engine, if it is complete, and says how far it is.
func (f *follower) publish() error {
	if f.rec.Rebuild == nil {
		if err := f.e.warm(); err != nil {
			return err
		}
	}
	f.set(f.e, func(s *Status) {
		s.Seq = f.rec.Seq
		if r := f.rec.Rebuild; r != nil {
			s.Rebuilding, s.Done, s.Total = true, r.Done, max(r.Total, r.Done)
		}
	})
	return nil
}

// set changes what searches ask and what the status says, which begins anew.
func (f *follower) set(e *engine, fill func(*Status)) {
	s := Status{Quarantined: f.quarantine.list}
	fill(&s)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.engine = e
	if f.wanted { // the one that there is is on its way out
		f.engine = nil
	}
	f.become(s)
}

// without says why there is no index to ask.
func (f *follower) without(why *inbox.Reason) {
	f.set(nil, func(s *Status) { s.Rebuilding, s.Fault = true, why })
}

// close takes the engine away from searches, and closes it. Those that still read it keep what they read.
func (f *follower) close() error {
	f.without(inbox.Why("index.starting"))
	if f.e == nil {
		return nil
	}
	e := f.e
	f.e = nil
	return e.close()
}

// mend does what is to be done after a failure, and says how long to wait before the next attempt.
func (f *follower) mend(ctx context.Context, err error) time.Duration {
	switch {
	case ctx.Err() != nil:
		return 0
	case errors.Is(err, errGone):
		f.log.Warn("the index was deleted; it is built anew")
		return 0
	case errors.Is(err, errOrdered):
		f.startOver()
		return 0
	case errors.Is(err, errOff):
		delete(f.watch.Deaths, doingBatch)
		f.watch.Doing = ""
		if err := f.watch.end(); err != nil {
			f.log.Warn("that the index is given up cannot be noted", "err", err)
		}
		f.giveUp(err)
		return restFor
	}
	f.log.Error("the index failed", "err", err, "stack", stackOf(err))
	f.falls++
	hung := errors.Is(err, errHung) // it has not given its files back
	if hung {
		f.watch.suspect(f.watch.Batch)
	}
	// Once it may have been the weather. What fails again although it was found sound is not; but for a full disk, which a new index
	// would not make any emptier, and for notes that cannot be made, which are none of the index.
	if (hung || f.falls > 1) && !full(err) && !errors.Is(err, errNotes) {
		dir, lerr := f.folder.live()
		if lerr == nil && dir != "" {
			lerr = f.moveAside(dir, err)
		}
		if lerr != nil {
			f.log.Error("the index cannot be moved aside", "err", lerr)
		}
	}
	if f.falls >= maxFalls {
		f.falls = 0
		f.giveUp(err)
		return restFor
	}
	f.without(inbox.Why("index.failed"))
	return min(f.opt.Retry<<f.falls, maxRetry)
}

// full reports whether a disk is. Bleve tells its errors as text.
func full(err error) bool { return strings.Contains(err.Error(), syscall.ENOSPC.Error()) }

// startOver forgets everything, also what was put aside: an index holds the words of messages that may have been erased since.
func (f *follower) startOver() {
	f.mu.Lock()
	f.wanted = false
	select {
	case <-f.order: // asked for again meanwhile: this is it
	default:
	}
	f.mu.Unlock()
	f.falls, f.watch.Deaths, f.watch.Suspects = 0, nil, nil
	if err := errors.Join(f.quarantine.clear(), f.folder.clear(livePrefix), f.folder.clear(asidePrefix)); err != nil {
		f.log.Error("the old index cannot be removed", "err", err)
	}
}

// giveUp says that searches do without the index until it is tried again, or somebody orders it built anew.
func (f *follower) giveUp(err error) {
	f.log.Error("the index is given up for now; searches scan", "err", err, "again", restFor)
	why := inbox.Why("index.off")
	if full(err) {
		why = inbox.Why("index.full")
	}
	f.set(nil, func(s *Status) { s.Rebuilding, s.Fault, s.GivenUp = true, why, true })
}

// rest waits, unless somebody wants the index now.
func (f *follower) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-f.order:
		f.startOver()
	}
}
