package store

import (
	"context"
	"errors"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// fault makes an error of the desk from one of a driver, by its kind. A context's error and an error of the desk stay as they are.
func fault(op string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var e *inbox.Error
	if errors.As(err, &e) {
		return err
	}
	code, key := inbox.Internal, "store.fault"
	switch sqlconn.KindOf(err) {
	case sqlconn.Busy:
		code, key = inbox.Unavailable, "store.busy"
	case sqlconn.Full:
		code, key = inbox.Unavailable, "store.full"
	case sqlconn.Broken, sqlconn.Damaged:
		code, key = inbox.Unavailable, "store.failed"
	case sqlconn.Gone:
		code, key = inbox.Unavailable, "store.unreached"
	case sqlconn.Twice:
		code, key = inbox.Conflict, "store.twice"
	case sqlconn.Dangling:
		code, key = inbox.Conflict, "store.dangling"
	case sqlconn.WriteInRead, sqlconn.Other:
	}
	return inbox.E(code, op, key).With(err)
}

// fatal reports whether nothing may be written any more after an error: the disk did not do what it was told, and what it holds now is
// not known. Asking again might seem to succeed and lose what was written before (wiki.postgresql.org, "Fsync Errors").
func fatal(err error) bool {
	k := sqlconn.KindOf(err)
	return k == sqlconn.Broken || k == sqlconn.Damaged
}
