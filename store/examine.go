package store

import (
	"context"
	"errors"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
	"lytter/store/internal/volume"
)

// Examined is what Examine found.
type Examined struct {
	Version int // of the schema that the data have; 0: there are none yet
	Known   int // that this program brings them to
}

// Examine looks at a database and changes nothing: which schema it has and, of an SQLite file, whether it is sound; some seconds a
// gigabyte. The caller owns the folder. Errors are those of Open and Check.
func Examine(ctx context.Context, o Options) (x Examined, err error) {
	const op = "store.Examine"
	e, err := engineOf(o)
	if err != nil {
		return x, fault(op, err)
	}
	known, err := steps()
	if err != nil {
		return x, fault(op, err)
	}
	x.Known = len(known)
	c, err := e.connect(ctx, false)
	if err != nil {
		return x, fault(op, err)
	}
	defer func() { err = errors.Join(err, fault(op, c.Close())) }()
	err = c.Query(ctx, "SELECT max(version) FROM schema_version", func(r *sqlconn.Row) error {
		x.Version = int(r.Int())
		return nil
	})
	if err == nil && x.Version > x.Known {
		return x, inbox.E(inbox.Conflict, op, "store.newer", "Have", x.Version, "Know", x.Known)
	}
	found := ""
	if err == nil {
		found, err = e.check(ctx, c)
	}
	if sqlconn.KindOf(err) == sqlconn.Damaged {
		found, err = err.Error(), nil
	}
	if found != "" {
		return x, inbox.E(inbox.Unavailable, op, "store.damaged").With(errors.New(found))
	}
	return x, fault(op, err)
}

// Room is how many bytes may still be written to the volume of a folder; false: this system does not tell.
func Room(dir string) (bytes int64, ok bool, err error) {
	bytes, err = volume.Free(dir)
	if errors.Is(err, volume.ErrUnknown) {
		return 0, false, nil
	}
	return bytes, err == nil, err
}
