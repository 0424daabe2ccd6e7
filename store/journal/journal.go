package journal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/store/internal/bell"
	"lytter/store/internal/sqlconn"
	"lytter/store/internal/volume"
)

// Options say where a journal is and how it behaves.
type Options struct {
	Path string // of the file; made if it is not there
	// After is the highest row that the main store has as done. New rows are numbered above it, whatever the file says: of a file that
	// was lost, replaced or restored, rows of the same numbers are done already, and new ones would never be taken in.
	After int64
	// Reserve is how many bytes of the volume are left free: Append refuses to go below. 0: 256 MiB; below 0: none.
	Reserve int64
	Now     func() time.Time // nil: time.Now

	vfs  string // tests: the file system under SQLite
	free func(dir string) (int64, error)
}

const defaultReserve = 256 << 20

// Entry is one thing that came in.
type Entry struct {
	Row     int64 // given by Append
	Account inbox.AccountID
	Header  map[string]string // those that Decode needs
	Body    []byte            // as it came, byte for byte
	At      time.Time         // when it came; kept to the millisecond
	Damaged bool              // of Read: it is not what was written
}

// Journal is safe for concurrent use. Close it.
type Journal struct {
	o     Options
	aside string

	turn  chan struct{} // held by whoever writes
	w     *sqlconn.Conn // of the holder of turn
	next  int64         // the number of the next row; the holder's
	mu    sync.Mutex
	queue []*waiting
	gone  bool

	reading sync.Mutex
	r       *sqlconn.Conn
	rows    bell.Bell // rings at the newest row

	failOnce sync.Once
	failed   chan struct{}
	failure  error
}

const schema = `
CREATE TABLE IF NOT EXISTS entries (
  id      INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  at      INTEGER NOT NULL, -- milliseconds of UTC since 1970
  header  TEXT    NOT NULL, -- JSON
  body    BLOB    NOT NULL,
  sum     INTEGER NOT NULL  -- CRC-32C of all of the above
) STRICT;
-- Rows that may be pruned, as ranges that neither meet nor touch.
CREATE TABLE IF NOT EXISTS marks (to_row INTEGER PRIMARY KEY, from_row INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('version', 1), ('next', 1);
`

// version is of the schema.
const version = 1

// pageSize suits bodies of some kilobytes: several to a page, and a page to a commit when there is little to do.
const pageSize = 8192

// Open opens a journal, or begins one. A file that is damaged is moved aside and a new one begun: Aside says so. An Error of code Conflict
// ("store.newer") if the file is of a later release; Unavailable ("journal.failed") if the disk does not answer.
func Open(ctx context.Context, o Options) (*Journal, error) {
	const op = "journal.Open"
	var err error
	if o.Path, err = filepath.Abs(o.Path); err != nil {
		return nil, inbox.E(inbox.Invalid, op, "journal.failed").With(err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Reserve == 0 {
		o.Reserve = defaultReserve
	}
	if o.free == nil {
		o.free = volume.Free
	}
	j := &Journal{o: o, turn: make(chan struct{}, 1), failed: make(chan struct{})}
	if j.aside, err = examine(ctx, o); err != nil {
		return nil, fault(op, err)
	}
	if err := j.open(ctx); err != nil {
		return nil, errors.Join(fault(op, err), j.Close()) //nolint:contextcheck // closing is not cut short
	}
	return j, nil
}

func (j *Journal) open(ctx context.Context) (err error) {
	if j.w, err = sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: j.o.Path, PageSize: pageSize, VFS: j.o.vfs}); err != nil {
		return err
	}
	if err := j.w.Script(ctx, "BEGIN IMMEDIATE;"+schema+"COMMIT"); err != nil {
		return errors.Join(err, j.w.Script(ctx, "ROLLBACK"))
	}
	var v, last int64
	err = j.w.Query(ctx, `SELECT (SELECT value FROM meta WHERE name = 'version'), (SELECT value FROM meta WHERE name = 'next'),
		(SELECT max(id) FROM entries)`, func(r *sqlconn.Row) error {
		v, last = r.Int(), max(j.o.After, r.Int()-1, r.Int())
		return nil
	})
	if err != nil {
		return err
	}
	if v > version {
		return inbox.E(inbox.Conflict, "journal.Open", "store.newer", "Have", v, "Know", version)
	}
	j.next = last + 1
	j.rows.Ring(last)
	j.r, err = sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: j.o.Path, ReadOnly: true, VFS: j.o.vfs})
	return err
}

// Aside is where a damaged file was moved when the journal was opened; "" if it was sound. See Salvage.
func (j *Journal) Aside() string { return j.aside }

// Last is the number of the newest row; that of a row long pruned, or 0, if there is none.
func (j *Journal) Last() int64 { return j.rows.At() }

// Failed is closed when the disk has failed a write or sync. Nothing is acknowledged from then on, and the process must end. Failure
// tells the error.
func (j *Journal) Failed() <-chan struct{} { return j.failed }

// Failure is why Failed is closed; nil while it is not.
func (j *Journal) Failure() error {
	select {
	case <-j.failed:
		return j.failure
	default:
		return nil
	}
}

func (j *Journal) fail(err error) {
	j.failOnce.Do(func() {
		if damaged(err) {
			err = errors.Join(err, suspect(j.o.Path))
		}
		j.failure = inbox.E(inbox.Unavailable, "journal", "journal.failed").With(err)
		close(j.failed)
	})
}

// Wait returns when there is a row behind after, with ctx's error, or with an Error of code Unavailable when the journal is closed.
func (j *Journal) Wait(ctx context.Context, after int64) error {
	err := j.rows.Wait(ctx, after, 0, nil)
	if errors.Is(err, bell.ErrClosed) {
		return errClosed("journal.Wait")
	}
	return err
}

func errClosed(op string) error { return inbox.E(inbox.Unavailable, op, "journal.closed") }

// Close waits for what is being written, refuses what waits, and closes the file. A second Close does nothing.
func (j *Journal) Close() error {
	j.rows.Close()
	j.mu.Lock()
	was, left := j.gone, j.queue
	j.gone, j.queue = true, nil
	j.mu.Unlock()
	if was {
		return nil
	}
	for _, w := range left {
		w.end(0, errClosed("journal.Append"))
	}
	j.turn <- struct{}{} // and keeps it
	j.reading.Lock()
	defer j.reading.Unlock()
	var errs []error
	if j.r != nil {
		errs = append(errs, j.r.Close())
	}
	if j.w != nil {
		if j.Failure() == nil {
			_, err := j.w.Truncate(context.Background(), 0)
			errs = append(errs, err)
		}
		errs = append(errs, j.w.Close())
	}
	j.r, j.w = nil, nil
	return errors.Join(errs...)
}

// fault makes an error of the desk from one of the driver.
func fault(op string, err error) error {
	var e *inbox.Error
	if err == nil || errors.As(err, &e) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	code, key := inbox.Unavailable, "journal.failed"
	switch sqlconn.KindOf(err) {
	case sqlconn.Full:
		key = "journal.full"
	case sqlconn.Busy:
		key = "journal.busy"
	}
	return inbox.E(code, op, key).With(fmt.Errorf("%w", err))
}
