package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/store/internal/bell"
	"lytter/store/internal/sqlconn"
)

// Options say where the desk's data are.
type Options struct {
	// Path is the SQLite file; it is made if it is not there. Nobody else may have it open: see Lock.
	Path string
	// Postgres, if not "", is the address of a PostgreSQL database (a URL or key=value words, as libpq takes them); Path is not used then.
	Postgres string
	// Now is the clock; nil: time.Now.
	Now func() time.Time

	vfs string     // tests: the file system under SQLite
	wal *walBounds // tests: nil is defaultWal
}

// engine is what the databases do differently.
type engine interface {
	dialect() dialect
	// connect opens a connection: the one that writes, or one that reads.
	connect(ctx context.Context, write bool) (*sqlconn.Conn, error)
	// begin opens a transaction: one that no other write overlaps, or one that reads one snapshot.
	begin(ctx context.Context, c *sqlconn.Conn, write bool) error
	// say runs one of the words that steer a transaction: COMMIT, ROLLBACK, SAVEPOINT and so on.
	say(ctx context.Context, c *sqlconn.Conn, word string) error
	// statement is the context that a transaction's statements run in.
	statement(ctx context.Context) context.Context
	// tidy is called between two Updates, on the writer's connection; last is said once, before it closes.
	tidy(ctx context.Context, c *sqlconn.Conn, v *views, last bool) error
	// check looks for damage in what is stored, and says what it found; "" is sound.
	check(ctx context.Context, c *sqlconn.Conn) (string, error)
	// poll says how often Wait looks for what other processes wrote; 0: there are none.
	poll() time.Duration
}

// readers is how many Views run at once.
const readers = 4

// DB implements inbox.Store.
type DB struct {
	engine
	now     func() time.Time
	writers *pool // of one
	readers *pool
	lanes   lanes
	log     bell.Bell // rings at the end of the log
	views   views

	closeOnce sync.Once
	closeErr  error

	failOnce sync.Once
	failed   chan struct{}
	failure  error
}

var _ inbox.Store = (*DB)(nil)

// Open opens the database and brings its schema up to date, each step whole or not at all. Close it. An Error of code Conflict
// ("store.newer") says that the data are of a later release; Unavailable ("store.unreached", "store.failed"), that there is no getting
// at them; Invalid ("store.unfit"), that this database cannot keep what the desk promises.
func Open(ctx context.Context, o Options) (*DB, error) {
	e, err := engineOf(o)
	if err != nil {
		return nil, fault("store.Open", err)
	}
	db := &DB{engine: e, now: o.Now, failed: make(chan struct{})}
	if db.now == nil {
		db.now = time.Now
	}
	db.writers = newPool(1, func(ctx context.Context) (*sqlconn.Conn, error) { return e.connect(ctx, true) })
	db.readers = newPool(readers, func(ctx context.Context) (*sqlconn.Conn, error) { return e.connect(ctx, false) })
	if err := db.start(ctx); err != nil {
		return nil, errors.Join(fault("store.Open", err), db.Close()) //nolint:contextcheck // closing is not cut short
	}
	return db, nil
}

func engineOf(o Options) (engine, error) {
	if o.Postgres != "" {
		return newPostgres(o.Postgres)
	}
	return newSQLite(o)
}

// start migrates and finds the end of the log.
func (db *DB) start(ctx context.Context) error {
	c, err := db.writers.get(ctx)
	if err != nil {
		return err
	}
	known, err := steps()
	if err == nil {
		err = db.migrate(ctx, c, known)
	}
	db.writers.put(c, err == nil)
	if err != nil {
		return err
	}
	return db.look(ctx)
}

// Failed is closed when the disk has failed a read or write. Nothing is written from then on, and the process must end: what it finds
// when it starts again is what the disk really holds. Failure tells the error.
func (db *DB) Failed() <-chan struct{} { return db.failed }

// Failure is why Failed is closed; nil while it is not.
func (db *DB) Failure() error {
	select {
	case <-db.failed:
		return db.failure
	default:
		return nil
	}
}

func (db *DB) fail(err error) {
	db.failOnce.Do(func() {
		db.failure = inbox.E(inbox.Unavailable, "store", "store.failed").With(err)
		close(db.failed)
	})
}

// Check reads the whole SQLite file and looks for damage, beside everything that goes on: some seconds a gigabyte. PostgreSQL looks after
// its own. An Error of code Unavailable ("store.damaged") says that the file is not what was written: restore it from a backup. Whether
// the log was tampered with is another question: see VerifyLog.
func (db *DB) Check(ctx context.Context) error {
	const op = "store.Check"
	c, err := db.readers.get(ctx)
	if err != nil {
		return fault(op, err)
	}
	found, err := db.check(ctx, c)
	db.readers.put(c, err == nil)
	if sqlconn.KindOf(err) == sqlconn.Damaged {
		found, err = err.Error(), nil
	}
	if err == nil && found != "" {
		err = inbox.E(inbox.Unavailable, op, "store.damaged").With(errors.New(found))
	}
	return fault(op, err)
}

// Close waits for what runs, and closes the database. Those who Wait get an Error of code Unavailable. A second Close does nothing.
func (db *DB) Close() error {
	db.closeOnce.Do(func() { db.closeErr = db.close() })
	return db.closeErr
}

func (db *DB) close() error {
	db.log.Close()
	err := db.readers.close()
	c := <-db.writers.slots // waits for an Update that runs
	if c != nil && db.Failure() == nil {
		err = errors.Join(err, db.tidy(context.Background(), c, &db.views, true))
	}
	db.writers.slots <- c
	return errors.Join(err, db.writers.close())
}
