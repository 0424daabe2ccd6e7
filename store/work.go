package store

import (
	"math"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// Cursor implements inbox.WorkTx.
func (t *tx) Cursor(a inbox.AccountID, stream string) (value []byte, err error) {
	err = t.each(func(r *sqlconn.Row) {
		if value = r.Bytes(); value == nil {
			value = []byte{}
		}
	}, "SELECT value FROM cursors WHERE account = $1 AND stream = $2", a, stream)
	return value, err
}

// PutCursor implements inbox.WorkTx.
func (t *tx) PutCursor(c inbox.Cursor) error {
	return t.do(`INSERT INTO cursors (account, stream, value) VALUES ($1, $2, $3)
		ON CONFLICT (account, stream) DO UPDATE SET value = excluded.value`, c.Account, c.Stream, c.Value)
}

// AddPending implements inbox.WorkTx.
func (t *tx) AddPending(p inbox.Pending) error {
	return t.do(`INSERT INTO pending (account, what, remote, attempts, next_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account, what, remote) DO NOTHING`, p.Account, p.What, p.Remote, p.Attempts, p.NextAt, sqlconn.JSON(p.Reason))
}

// DuePending implements inbox.WorkTx.
func (t *tx) DuePending(a inbox.AccountID, now time.Time, n int) ([]inbox.Pending, error) {
	return list(t, func(r *sqlconn.Row) inbox.Pending {
		return inbox.Pending{
			ID: r.Int(), Account: inbox.AccountID(r.Int()), What: inbox.Want(r.Text()), Remote: inbox.RemoteID(r.Text()), Attempts: int(r.Int()),
			NextAt: r.Time(), Reason: readReason(r),
		}
	}, `SELECT id, account, what, remote, attempts, next_at, reason FROM pending WHERE account = $1 AND next_at <= $2
		ORDER BY id LIMIT $3`, a, now, n)
}

// PutPending implements inbox.WorkTx. It is no error if it is settled already.
func (t *tx) PutPending(p inbox.Pending) error {
	return t.do("UPDATE pending SET (account, what, remote, attempts, next_at, reason) = ($1, $2, $3, $4, $5, $6) WHERE id = $7",
		p.Account, p.What, p.Remote, p.Attempts, p.NextAt, sqlconn.JSON(p.Reason), p.ID)
}

// DeletePending implements inbox.WorkTx. It is no error if it is gone already.
func (t *tx) DeletePending(id int64) error { return t.do("DELETE FROM pending WHERE id = $1", id) }

// CountPending implements inbox.WorkTx.
func (t *tx) CountPending() (int64, error) { return t.number("SELECT count(*) FROM pending") }

// AddParked implements inbox.WorkTx.
func (t *tx) AddParked(p *inbox.Parked) (err error) {
	p.ID, err = t.number("INSERT INTO parked (account, journal, at, reason, bytes) VALUES ($1, $2, $3, $4, $5) RETURNING id",
		p.Account, p.Journal, p.At, sqlconn.JSON(&p.Reason), p.Bytes)
	return err
}

// Parkeds implements inbox.WorkTx.
func (t *tx) Parkeds(n int) ([]inbox.Parked, error) {
	return list(t, readParked, "SELECT "+parkedColumns+" FROM parked ORDER BY id DESC LIMIT $1", n)
}

// ParkedAfter implements inbox.WorkTx.
func (t *tx) ParkedAfter(row, id int64, n int) ([]inbox.Parked, error) {
	return list(t, readParked, "SELECT "+parkedColumns+" FROM parked WHERE (journal, id) > ($1, $2) ORDER BY journal, id LIMIT $3",
		row, id, n)
}

const parkedColumns = "id, account, journal, at, reason, bytes"

func readParked(r *sqlconn.Row) inbox.Parked {
	p := inbox.Parked{ID: r.Int(), Account: inbox.AccountID(r.Int()), Journal: r.Int(), At: r.Time()}
	if why := readReason(r); why != nil {
		p.Reason = *why
	}
	p.Bytes = r.Bytes()
	return p
}

// CountParked implements inbox.WorkTx.
func (t *tx) CountParked() (int64, error) { return t.number("SELECT count(*) FROM parked") }

// DeleteParked implements inbox.WorkTx. It is no error if it is gone already.
func (t *tx) DeleteParked(id int64) error { return t.do("DELETE FROM parked WHERE id = $1", id) }

// MarkDone implements inbox.WorkTx. An Error of code Invalid if r is no range of rows, which are numbered from 1.
func (t *tx) MarkDone(r inbox.Range) error {
	if r.From < 1 || r.To < r.From || r.To == math.MaxInt64 {
		return inbox.E(inbox.Invalid, "store.MarkDone", "store.bad_range", "From", r.From, "To", r.To)
	}
	err := t.each(func(row *sqlconn.Row) {
		r.To = max(r.To, row.Int())
		r.From = min(r.From, row.Int())
	}, "DELETE FROM done WHERE to_row >= $1 - 1 AND from_row <= $2 + 1 RETURNING to_row, from_row", r.From, r.To)
	if err != nil {
		return err
	}
	return t.do("INSERT INTO done (to_row, from_row) VALUES ($1, $2)", r.To, r.From)
}

// Done implements inbox.WorkTx.
func (t *tx) Done() ([]inbox.Range, error) {
	return list(t, func(r *sqlconn.Row) inbox.Range { return inbox.Range{To: r.Int(), From: r.Int()} },
		"SELECT to_row, from_row FROM done ORDER BY to_row")
}

func readGap(r *sqlconn.Row) inbox.Gap {
	return inbox.Gap{
		ID: r.Int(), Account: inbox.AccountID(r.Int()), Cause: inbox.GapCause(r.Text()), From: r.Time(), To: r.Time(), Fetched: int(r.Int()),
		ClosedAt: r.Time(),
	}
}

const (
	gapCols = "account, cause, from_at, to_at, fetched, closed_at"
	gapArgs = "$1, $2, $3, $4, $5, $6"
)

// OpenGaps implements inbox.WorkTx.
func (t *tx) OpenGaps(a inbox.AccountID) ([]inbox.Gap, error) {
	return list(t, readGap, "SELECT id, "+gapCols+" FROM gaps WHERE account = $1 AND closed_at = 0 ORDER BY id", a)
}

// Gaps implements inbox.WorkTx.
func (t *tx) Gaps(n int) ([]inbox.Gap, error) {
	return list(t, readGap, "SELECT id, "+gapCols+" FROM gaps ORDER BY id DESC LIMIT $1", n)
}

// PutGap implements inbox.WorkTx.
func (t *tx) PutGap(g *inbox.Gap) error {
	return put(t, &g.ID, "gap.not_found",
		"INSERT INTO gaps ("+gapCols+") VALUES ("+gapArgs+") RETURNING id",
		"UPDATE gaps SET ("+gapCols+") = ("+gapArgs+") WHERE id = $7", g.Account, g.Cause, g.From, g.To, g.Fetched, g.ClosedAt)
}

// CountLate implements inbox.WorkTx.
func (t *tx) CountLate(a inbox.AccountID, from, to time.Time, late time.Duration) (int, error) {
	n, err := t.number(`SELECT count(*) FROM messages WHERE direction = 'in' AND at >= $1 AND at < $2 AND account = $3
		AND (seen_at >= $2 OR seen_at - at > $4)`, from, to, a, late.Milliseconds())
	return int(n), err
}
