package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// writerLock is the first half of the advisory lock that an Update holds; the second is the schema's.
const writerLock = 0x6c797474 // "lytt"

// postgres is the engine over PostgreSQL.
type postgres struct{ connector driver.Connector }

func newPostgres(dsn string) (engine, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, inbox.E(inbox.Invalid, "store.Open", "store.bad_address") // without the cause: it may quote the password
	}
	return &postgres{connector: stdlib.GetConnector(*cfg)}, nil
}

func (*postgres) dialect() dialect                              { return postgresDialect() }
func (*postgres) poll() time.Duration                           { return time.Second }
func (*postgres) statement(ctx context.Context) context.Context { return ctx }

// connect refuses a server that does not keep what it confirms, or that keeps text in another encoding.
func (p *postgres) connect(ctx context.Context, write bool) (*sqlconn.Conn, error) {
	c, err := sqlconn.Connect(ctx, p.connector, postgresDialect().statement.Replace)
	if err != nil {
		return nil, err
	}
	var fsync, encoding string
	err = c.Query(ctx, "SELECT current_setting('fsync'), current_setting('server_encoding')", func(r *sqlconn.Row) error {
		fsync, encoding = r.Text(), r.Text()
		return nil
	})
	if err == nil && (fsync != "on" || encoding != "UTF8") {
		err = inbox.E(inbox.Invalid, "store.Open", "store.unfit").With(errors.New("fsync is " + fsync + ", server_encoding is " + encoding))
	}
	if err == nil && write {
		err = c.Script(ctx, "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = 0; SET default_transaction_isolation = 'read committed'")
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// begin of an Update takes a lock that lasts as long as the transaction, so that no two overlap, of whatever process. Positions of the
// log are therefore given and become visible in the same order. Each statement after the lock sees all that was committed before it,
// which is what read committed means; under a stricter level the snapshot would be older than the lock.
func (p *postgres) begin(ctx context.Context, c *sqlconn.Conn, write bool) error {
	if !write {
		return c.Script(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
	}
	if err := c.Script(ctx, "BEGIN"); err != nil {
		return err
	}
	_, err := c.Exec(ctx, "SELECT pg_advisory_xact_lock($1::bigint::int, hashtext(current_schema()))", writerLock)
	return err
}

func (p *postgres) say(ctx context.Context, c *sqlconn.Conn, word string) error {
	ctx, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	return c.Script(ctx, word)
}

func (*postgres) check(context.Context, *sqlconn.Conn) (string, error) { return "", nil }

func (*postgres) tidy(context.Context, *sqlconn.Conn, *views, bool) error { return nil }
