package journal

import (
	"context"
	"encoding/json"
	"errors"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// pageBytes is how much a Read gives at most, unless a single entry is larger.
const pageBytes = 16 << 20

const columns = "id, account, at, header, body, sum"

var (
	errEnough = errors.New("enough")
	// errDisorder says that rows came in another order than asked: the tree that they stand in is damaged, and following it may never end.
	errDisorder = errors.New("rows are out of order")
)

// damaged reports whether an error says that the file is not what was written.
func damaged(err error) bool {
	return sqlconn.KindOf(err) == sqlconn.Damaged || errors.Is(err, errDisorder)
}

// Read gives at most n entries behind a row, in order; fewer where they are large, and none only if there are none. An entry that is not
// what was written says Damaged and hinders no other.
func (j *Journal) Read(ctx context.Context, after int64, n int) ([]Entry, error) {
	const op = "journal.Read"
	j.reading.Lock()
	defer j.reading.Unlock()
	if j.r == nil {
		return nil, errClosed(op)
	}
	out, err := read(ctx, j.r, upwards, after, endless, n)
	if damaged(err) {
		j.fail(err)
	}
	return out, fault(op, err)
}

// endless is above every row.
const endless = int64(1) << 62

// The orders in which rows are read.
const (
	upwards   = "SELECT " + columns + " FROM entries WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3"
	downwards = "SELECT " + columns + " FROM entries WHERE id > $1 AND id < $2 ORDER BY id DESC LIMIT $3"
)

// read gives at most n entries between two rows.
func read(ctx context.Context, c *sqlconn.Conn, order string, low, high int64, n int) (out []Entry, err error) {
	bytes := 0
	err = c.Query(ctx, order, func(r *sqlconn.Row) error {
		e := Entry{Row: r.Int()}
		if e.Row <= low || e.Row >= high {
			return errDisorder
		}
		if order == upwards {
			low = e.Row
		} else {
			high = e.Row
		}
		account, at, header, body := r.Int(), r.Int(), r.Text(), r.Bytes()
		e.Account, e.At, e.Body = inbox.AccountID(account), sqlconn.Instant(at), body
		e.Damaged = r.Int() != sum(e.Row, e.Account, at, header, body)
		if header != "" {
			if err := json.Unmarshal([]byte(header), &e.Header); err != nil {
				e.Damaged = true
			}
		}
		out = append(out, e)
		if bytes += len(body); bytes > pageBytes {
			return errEnough
		}
		return nil
	}, low, high, n)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}
