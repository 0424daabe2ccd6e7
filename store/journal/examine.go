package journal

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// Examined is what Examine found.
type Examined struct {
	Rows int64
	Last int64 // the number of the newest; 0: none
}

// Examine looks at a journal's file and changes nothing; one that is not there is empty. The caller owns the folder. An Error of code
// Unavailable ("journal.damaged") says that the file is not what was written: the next Open moves it aside.
func Examine(ctx context.Context, path string) (x Examined, err error) {
	const op = "journal.Examine"
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	} else if err != nil {
		return x, fault(op, err)
	}
	bad, err := check(ctx, Options{Path: path}, info.Size() <= wholeCheck)
	if err != nil {
		return x, fault(op, err)
	}
	if bad {
		return x, inbox.E(inbox.Unavailable, op, "journal.damaged")
	}
	c, err := sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: path, ReadOnly: true})
	if err != nil {
		return x, fault(op, err)
	}
	defer func() { err = errors.Join(err, fault(op, c.Close())) }()
	err = c.Query(ctx, "SELECT count(*), coalesce(max(id), 0) FROM entries", func(r *sqlconn.Row) error {
		x.Rows, x.Last = r.Int(), r.Int()
		return nil
	})
	return x, fault(op, err)
}
