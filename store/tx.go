package store

import (
	"context"
	"errors"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
	"lytter/store/internal/sqlconn"
)

// tx is one transaction on one connection.
type tx struct {
	db    *DB
	c     *sqlconn.Conn
	ctx   context.Context // its end ends the transaction
	run   context.Context // what statements run in
	now   time.Time
	fault error // of a statement: nothing more may be asked until the Item is undone, or the whole
	ended bool
	head  *head // of the log, once it was asked for
}

var _ inbox.Tx = (*tx)(nil)

// View implements inbox.Store.
func (db *DB) View(ctx context.Context, f func(inbox.Tx) error) (err error) {
	c, err := db.readers.get(ctx)
	if err != nil {
		return fault("store.View", err)
	}
	ctx, t, done := db.views.add(ctx, db)
	good := false
	defer func() {
		t.ended = true
		done()
		rerr := db.rollback(ctx, c)
		db.readers.put(c, good && rerr == nil)
		if err == nil {
			err = fault("store.View", rerr)
		}
	}()
	if c, err = db.beginOn(ctx, db.readers, c, false); err != nil {
		return fault("store.View", err)
	}
	t.c = c
	err = f(t)
	good = t.fault == nil
	if err == nil {
		err = t.fault
	}
	return err
}

// beginOn begins on a connection from a pool. One that died while it lay there is replaced once.
func (db *DB) beginOn(ctx context.Context, p *pool, c *sqlconn.Conn, write bool) (*sqlconn.Conn, error) {
	err := db.begin(ctx, c, write)
	if sqlconn.KindOf(err) != sqlconn.Gone {
		return c, err
	}
	fresh, cerr := p.connect(ctx)
	if cerr != nil {
		return c, errors.Join(err, cerr)
	}
	_ = c.Close() // the server has closed it already
	return fresh, db.begin(ctx, fresh, write)
}

// Update implements inbox.Store. An Error of code Unavailable: the disk is full ("store.full": nothing was written, and it may go later),
// or failed ("store.failed": see Failed), or the server is away ("store.unreached": if that was while it committed, it may have).
func (db *DB) Update(ctx context.Context, lane inbox.Lane, f func(inbox.Tx) error) (err error) {
	const op = "store.Update"
	if err := db.lanes.lock(ctx, lane); err != nil {
		return err
	}
	defer db.lanes.unlock()
	if err := db.Failure(); err != nil {
		return err
	}
	c, err := db.writers.get(ctx)
	if err != nil {
		return fault(op, err)
	}
	good, over := false, false
	defer func() {
		if !over { // f failed, or panicked
			rerr := db.rollback(ctx, c)
			good = good && rerr == nil
			if rerr != nil && fatal(rerr) {
				db.fail(rerr)
			}
		}
		db.writers.put(c, good)
	}()
	if c, err = db.beginOn(ctx, db.writers, c, true); err != nil {
		return db.unwritten(op, err)
	}
	t := &tx{db: db, c: c, ctx: ctx, run: db.statement(ctx), now: db.moment()}
	defer func() { t.ended = true }()
	if err = f(t); err == nil {
		err = t.alive()
	}
	if err != nil {
		good = t.fault == nil || inbox.CodeOf(t.fault) != inbox.Unavailable
		return err
	}
	fp.Hit("store.written")
	if err := db.say(context.WithoutCancel(ctx), c, "COMMIT"); err != nil {
		if err = db.unwritten(op, err); inbox.CodeOf(err) != inbox.Unavailable {
			err = inbox.E(inbox.Unavailable, op, "store.unwritten").With(err)
		}
		return err
	}
	fp.Hit("store.committed")
	good, over = true, true
	if t.head != nil {
		db.log.Ring(int64(t.head.seq))
	}
	if err := db.tidy(context.WithoutCancel(ctx), c, &db.views, false); err != nil {
		// What f wrote is durable. What could not be tidied up is tried again after the next, unless the disk has failed.
		good = false
		if fatal(err) {
			db.fail(err)
		}
	}
	return nil
}

// unwritten is what Update returns of a driver's error.
func (db *DB) unwritten(op string, err error) error {
	if fatal(err) {
		db.fail(err)
	}
	return fault(op, err)
}

func (db *DB) rollback(ctx context.Context, c *sqlconn.Conn) error {
	return db.say(context.WithoutCancel(ctx), c, "ROLLBACK")
}

// moment is now as the database can keep it.
func (db *DB) moment() time.Time { return db.now().UTC().Truncate(time.Millisecond) }

// Now implements inbox.Tx.
func (t *tx) Now() time.Time { return t.now }

// alive says why nothing more may be asked of the transaction, or nil.
func (t *tx) alive() error {
	switch {
	case t.fault != nil:
		return t.fault
	case t.ended:
		return inbox.E(inbox.Internal, "store.Tx", "store.tx_kept")
	case t.ctx.Err() != nil:
		return context.Cause(t.ctx)
	}
	return nil
}

// Item implements inbox.Tx. It is also the way on after an error: PostgreSQL takes no more statements in a transaction of which one
// failed, and so neither does this, in either database, until the Item that it happened in has been undone.
func (t *tx) Item(f func() error) error {
	if err := t.alive(); err != nil {
		return err
	}
	if err := t.say("SAVEPOINT item"); err != nil {
		return err
	}
	var was *head
	if t.head != nil {
		h := *t.head
		was = &h
	}
	err := f()
	if err == nil {
		err = t.fault
	}
	if err == nil {
		return t.say("RELEASE SAVEPOINT item")
	}
	t.fault = nil
	for _, word := range []string{"ROLLBACK TO SAVEPOINT item", "RELEASE SAVEPOINT item"} {
		if uerr := t.say(word); uerr != nil { // a fatal error has undone the whole transaction already
			return errors.Join(err, uerr)
		}
	}
	t.head = was
	return err
}

func (t *tx) say(word string) error {
	if err := t.db.say(t.run, t.c, word); err != nil {
		return t.failed(err)
	}
	return nil
}

// failed notes that a statement failed.
func (t *tx) failed(err error) error {
	if fatal(err) {
		t.db.fail(err)
	}
	t.fault = fault("store.Tx", err)
	return t.fault
}

// exec runs a statement and tells how many rows it wrote.
func (t *tx) exec(q string, args ...any) (int64, error) {
	if err := t.alive(); err != nil {
		return 0, err
	}
	n, err := t.c.Exec(t.run, q, args...)
	if err != nil {
		return 0, t.failed(err)
	}
	return n, nil
}

// do is exec where the number does not matter.
func (t *tx) do(q string, args ...any) error {
	_, err := t.exec(q, args...)
	return err
}

// each calls row for each row of a result. row must not use the transaction.
func (t *tx) each(row func(*sqlconn.Row), q string, args ...any) error {
	if err := t.alive(); err != nil {
		return err
	}
	err := t.c.Query(t.run, q, func(r *sqlconn.Row) error {
		row(r)
		return nil
	}, args...)
	if err != nil {
		return t.failed(err)
	}
	return nil
}

// number runs a query of at most one number; 0 if there is none.
func (t *tx) number(q string, args ...any) (n int64, err error) {
	err = t.each(func(r *sqlconn.Row) { n = r.Int() }, q, args...)
	return n, err
}

// list gives the rows of a result.
func list[T any](t *tx, read func(*sqlconn.Row) T, q string, args ...any) ([]T, error) {
	var out []T
	err := t.each(func(r *sqlconn.Row) { out = append(out, read(r)) }, q, args...)
	return out, err
}

// find gives the one row of a result, or nil.
func find[T any](t *tx, read func(*sqlconn.Row) T, q string, args ...any) (*T, error) {
	var out *T
	err := t.each(func(r *sqlconn.Row) {
		v := read(r)
		out = &v
	}, q, args...)
	return out, err
}

// must turns nothing found into an Error of code NotFound.
func must[T any, N ~int64](v *T, err error, key string, id N) (*T, error) {
	if err == nil && v == nil {
		err = inbox.E(inbox.NotFound, "store.Tx", key, "ID", int64(id))
	}
	return v, err
}

// put writes a row: it inserts where the id is 0 and sets it, and replaces where it is not; an id that is not there is NotFound. args are
// the columns behind the id; the statement that replaces has the id behind them.
func put[N ~int64](t *tx, id *N, key, insert, update string, args ...any) error {
	if *id == 0 {
		n, err := t.number(insert, args...)
		*id = N(n)
		return err
	}
	n, err := t.exec(update, append(args, int64(*id))...)
	if err == nil && n == 0 {
		err = inbox.E(inbox.NotFound, "store.Tx", key, "ID", int64(*id))
	}
	return err
}
