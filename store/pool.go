package store

import (
	"context"
	"errors"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// pool holds at most so many connections, opened when first needed.
type pool struct {
	connect func(context.Context) (*sqlconn.Conn, error)
	slots   chan *sqlconn.Conn // nil: not open
	closed  chan struct{}
}

func newPool(n int, connect func(context.Context) (*sqlconn.Conn, error)) *pool {
	p := &pool{connect: connect, slots: make(chan *sqlconn.Conn, n), closed: make(chan struct{})}
	for range n {
		p.slots <- nil
	}
	return p
}

// get waits for a connection. Give it back with put.
func (p *pool) get(ctx context.Context) (*sqlconn.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-p.closed:
		return nil, inbox.E(inbox.Unavailable, "store", "store.closed")
	default:
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, inbox.E(inbox.Unavailable, "store", "store.closed")
	case c := <-p.slots:
		if c != nil {
			return c, nil
		}
		c, err := p.connect(ctx)
		if err != nil {
			p.slots <- nil
			return nil, err
		}
		return c, nil
	}
}

// put gives a connection back; one that is no good any more is closed, and opened anew when it is needed.
func (p *pool) put(c *sqlconn.Conn, good bool) {
	if !good {
		_ = c.Close() // it is broken: that it does not close well says nothing new
		c = nil
	}
	p.slots <- c
}

// close waits until every connection is back, and closes them.
func (p *pool) close() error {
	close(p.closed)
	var errs []error
	for range cap(p.slots) {
		if c := <-p.slots; c != nil {
			if err := c.Close(); sqlconn.KindOf(err) != sqlconn.Gone { // the server was first
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
