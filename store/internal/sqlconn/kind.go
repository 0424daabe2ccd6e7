package sqlconn

import (
	"database/sql/driver"
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// Kind says what a driver's error means for the desk.
type Kind int

// The kinds of error.
const (
	Other       Kind = iota // not told apart: our fault
	Busy                    // somebody else has it, or it was interrupted: later
	Full                    // no room on the disk: later, when there is
	Broken                  // reading or writing the disk failed: nothing that follows can be trusted
	Damaged                 // what is in the file is not what was written
	Twice                   // a key that is unique is there already
	Dangling                // what it refers to is not there, or is still referred to
	WriteInRead             // a View tried to write
	Gone                    // the connection to the server is lost
)

// KindOf tells errors of the drivers apart by their codes, never by their words. Anything else is Other.
func KindOf(err error) Kind {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return liteKind(lite.Code())
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pgKind(pg.Code)
	}
	var n net.Error
	var refused *pgconn.ConnectError
	if errors.Is(err, driver.ErrBadConn) || errors.As(err, &n) || errors.As(err, &refused) || pgconn.SafeToRetry(err) {
		return Gone
	}
	return Other
}

// liteKind knows SQLite's result codes; the low byte is the primary code (sqlite.org, "Result and Error Codes").
func liteKind(code int) Kind {
	switch code {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return Twice
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY, lib.SQLITE_CONSTRAINT_TRIGGER:
		return Dangling
	}
	switch code & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_INTERRUPT, lib.SQLITE_NOMEM:
		return Busy
	case lib.SQLITE_FULL:
		return Full
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_PROTOCOL:
		return Broken
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return Damaged
	case lib.SQLITE_READONLY:
		return WriteInRead
	}
	return Other
}

// pgKind knows PostgreSQL's SQLSTATE codes (PostgreSQL manual, appendix A).
func pgKind(code string) Kind {
	switch code {
	case "23505":
		return Twice
	case "23503", "23001":
		return Dangling
	case "25006":
		return WriteInRead
	case "53100":
		return Full
	case "58030", "58P01", "58P02":
		return Broken
	case "XX001", "XX002":
		return Damaged
	case "40001", "40P01", "55P03", "57014":
		return Busy
	}
	if len(code) == 5 {
		switch code[:2] {
		case "08", "57": // connection failures; shut down, crash, starting up
			return Gone
		case "53": // no memory, too many connections
			return Busy
		}
	}
	return Other
}
