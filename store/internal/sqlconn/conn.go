package sqlconn

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// Conn is one connection. It is not safe for concurrent use. Close it.
type Conn struct {
	dc      driver.Conn
	rewrite func(string) string
	stmts   map[string]*stmt
}

// stmt is a prepared statement with the buffers that its runs share.
type stmt struct {
	driver.Stmt
	args []driver.NamedValue
	vals []driver.Value
}

// Connect opens a connection. rewrite, if not nil, turns a statement's text into what this database understands; it is asked once for
// each distinct text.
func Connect(ctx context.Context, c driver.Connector, rewrite func(string) string) (*Conn, error) {
	dc, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if rewrite == nil {
		rewrite = func(q string) string { return q }
	}
	return &Conn{dc: dc, rewrite: rewrite, stmts: map[string]*stmt{}}, nil
}

// Close gives up the statements and the connection.
func (c *Conn) Close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	c.stmts = nil
	return errors.Join(append(errs, c.dc.Close())...)
}

// Statements are the texts that were prepared so far, as the database knows them.
func (c *Conn) Statements() []string {
	out := make([]string, 0, len(c.stmts))
	for q := range c.stmts {
		out = append(out, c.rewrite(q))
	}
	return out
}

// Script runs statements without arguments, as they stand and unprepared: those of a migration, and what begins and ends transactions
// where the database does not like that prepared.
func (c *Conn) Script(ctx context.Context, sql string) error {
	x, ok := c.dc.(driver.ExecerContext)
	if !ok {
		return errors.New("sqlconn: the driver runs no scripts")
	}
	_, err := x.ExecContext(ctx, sql, nil)
	return err
}

// Exec runs a statement and tells how many rows it wrote.
func (c *Conn) Exec(ctx context.Context, q string, args ...any) (affected int64, err error) {
	s, err := c.prepare(ctx, q, args)
	if err != nil {
		return 0, err
	}
	x, ok := s.Stmt.(driver.StmtExecContext)
	if !ok {
		return 0, errors.New("sqlconn: the driver runs no statements")
	}
	res, err := x.ExecContext(ctx, s.args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs a statement and calls row for each row of its result. row must not use the connection. An error of row ends it and is
// returned as it is.
func (c *Conn) Query(ctx context.Context, q string, row func(*Row) error, args ...any) (err error) {
	s, err := c.prepare(ctx, q, args)
	if err != nil {
		return err
	}
	x, ok := s.Stmt.(driver.StmtQueryContext)
	if !ok {
		return errors.New("sqlconn: the driver runs no queries")
	}
	rows, err := x.QueryContext(ctx, s.args)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	if s.vals == nil {
		s.vals = make([]driver.Value, len(rows.Columns()))
	}
	r := Row{vals: s.vals}
	for n := 1; ; n++ {
		if err := rows.Next(s.vals); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.next = 0
		if err := row(&r); err != nil {
			return err
		}
		if r.err != nil {
			return r.err
		}
	}
}

// prepare finds or makes the statement and binds its arguments.
func (c *Conn) prepare(ctx context.Context, q string, args []any) (*stmt, error) {
	s, ok := c.stmts[q]
	if !ok {
		p, ok := c.dc.(driver.ConnPrepareContext)
		if !ok {
			return nil, errors.New("sqlconn: the driver prepares no statements")
		}
		ds, err := p.PrepareContext(ctx, c.rewrite(q))
		if err != nil {
			return nil, err
		}
		s = &stmt{Stmt: ds, args: make([]driver.NamedValue, len(args))}
		c.stmts[q] = s
	}
	if len(args) != len(s.args) {
		return nil, fmt.Errorf("sqlconn: %d arguments for %d places of %s", len(args), len(s.args), q)
	}
	for i, a := range args {
		v, err := value(a)
		if err != nil {
			return nil, fmt.Errorf("argument %d of %s: %w", i+1, q, err)
		}
		s.args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return s, nil
}
