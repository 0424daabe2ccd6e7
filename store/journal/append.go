package journal

import (
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"path/filepath"
	"strconv"

	"lytter/inbox"
	"lytter/internal/fp"
	"lytter/store/internal/sqlconn"
	"lytter/store/internal/volume"
)

// Bounds of one commit.
const (
	maxRows  = 1024
	maxBytes = 8 << 20
)

// Bounds of the write-ahead log, in pages.
const (
	walCopy  = 512
	walEmpty = 8192
	walWait  = 50 // milliseconds that emptying waits for a reader
)

// waiting is an entry on its way to the disk.
type waiting struct {
	Entry
	header string
	row    int64
	err    error
	done   chan struct{} // closed when row or err is said
}

func (w *waiting) end(row int64, err error) {
	w.row, w.err = row, err
	close(w.done)
}

// Append writes an entry and gives its row. When it returns without an error the entry is on the disk. Callers that come while another
// writes share the next commit; whoever finds nobody writing writes for all who wait. An Error of code Unavailable: "journal.full", the
// reserve of the disk is reached; "journal.failed", see Failed; "journal.closed". After ctx's error the entry may be there or not: do not
// acknowledge it.
func (j *Journal) Append(ctx context.Context, e Entry) (row int64, err error) {
	const op = "journal.Append"
	header := ""
	if len(e.Header) > 0 {
		b, err := json.Marshal(e.Header)
		if err != nil {
			return 0, inbox.E(inbox.Invalid, op, "journal.failed").With(err)
		}
		header = string(b)
	}
	if e.At.IsZero() {
		e.At = j.o.Now()
	}
	w := &waiting{Entry: e, header: header, done: make(chan struct{})}
	j.mu.Lock()
	if j.gone {
		j.mu.Unlock()
		return 0, errClosed(op)
	}
	j.queue = append(j.queue, w)
	j.mu.Unlock()
	select {
	case j.turn <- struct{}{}:
		for !w.over() {
			j.commit(context.WithoutCancel(ctx)) // others wait for it too
		}
		<-j.turn
	case <-w.done:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return w.row, w.err
}

func (w *waiting) over() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// take takes from the queue what goes into one commit.
func (j *Journal) take() (batch []*waiting, bytes int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for ; n < len(j.queue) && n < maxRows && (n == 0 || bytes < maxBytes); n++ {
		bytes += int64(len(j.queue[n].Body) + len(j.queue[n].header))
	}
	batch, j.queue = j.queue[:n:n], j.queue[n:]
	return batch, bytes
}

// commit writes some of those who wait. The caller holds the turn.
func (j *Journal) commit(ctx context.Context) {
	batch, bytes := j.take()
	if len(batch) == 0 {
		return
	}
	err := j.Failure()
	if err == nil {
		err = j.room(bytes)
	}
	if err == nil {
		err = j.write(ctx, batch)
	}
	for i, w := range batch {
		if err != nil {
			w.end(0, err)
			continue
		}
		w.end(j.next+int64(i), nil)
	}
	if err != nil {
		return
	}
	j.next += int64(len(batch))
	j.rows.Ring(j.next - 1)
	if err := j.tidy(ctx); err != nil && j.broken(err) {
		j.fail(err)
	}
}

// room refuses what would reach into the reserve. A byte of a body is written twice: into the write-ahead log, and into the file.
func (j *Journal) room(bytes int64) error {
	if j.o.Reserve < 0 {
		return nil
	}
	free, err := j.o.free(filepath.Dir(j.o.Path))
	switch {
	case errors.Is(err, volume.ErrUnknown):
		return nil
	case err != nil:
		return inbox.E(inbox.Unavailable, "journal.Append", "journal.full").With(err)
	case free-2*bytes < j.o.Reserve:
		return inbox.E(inbox.Unavailable, "journal.Append", "journal.full", "Free", free, "Reserve", j.o.Reserve)
	}
	return nil
}

const insert = "INSERT INTO entries (id, account, at, header, body, sum) VALUES ($1, $2, $3, $4, $5, $6)"

func (j *Journal) write(ctx context.Context, batch []*waiting) error {
	return j.tx(ctx, func(ctx context.Context) error {
		for i, w := range batch {
			row := j.next + int64(i)
			at := sqlconn.Millis(w.At)
			if _, err := j.w.Exec(ctx, insert, row, w.Account, at, w.header, w.Body, sum(row, w.Account, at, w.header, w.Body)); err != nil {
				return err
			}
		}
		return nil
	})
}

// tx runs f in a transaction. The caller holds the turn. An error of the disk is the end of the journal.
func (j *Journal) tx(ctx context.Context, f func(context.Context) error) error {
	_, err := j.w.Exec(ctx, "BEGIN IMMEDIATE")
	if err == nil {
		if err = f(ctx); err == nil {
			fp.Hit("journal.written")
			if _, err = j.w.Exec(ctx, "COMMIT"); err == nil {
				fp.Hit("journal.synced")
			}
		}
		if err != nil {
			// Some errors have undone the transaction already, and then this fails too: what counts is the first.
			_, _ = j.w.Exec(ctx, "ROLLBACK")
		}
	}
	if err != nil && j.broken(err) {
		j.fail(err)
	}
	return fault("journal", err)
}

// broken tells errors after which nothing can be trusted from those that pass: no room, somebody else at it.
func (j *Journal) broken(err error) bool {
	switch sqlconn.KindOf(err) {
	case sqlconn.Full, sqlconn.Busy:
		return false
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// tidy keeps the write-ahead log short. The caller holds the turn.
func (j *Journal) tidy(ctx context.Context) error {
	w, err := j.w.Wal(ctx)
	switch {
	case err != nil:
	case w.Pages >= walEmpty:
		_, err = j.w.Truncate(ctx, walWait)
	case w.Pages-w.Copied >= walCopy:
		_, err = j.w.Checkpoint(ctx)
	}
	return err
}

// sum is the check of a row: CRC-32C over its number, account, time and header with a bar between, then the body.
func sum(row int64, a inbox.AccountID, at int64, header string, body []byte) int64 {
	table := crc32.MakeTable(crc32.Castagnoli)
	b := make([]byte, 0, 64+len(header))
	for _, n := range []int64{row, int64(a), at} {
		b = append(strconv.AppendInt(b, n, 10), '|')
	}
	b = append(append(b, header...), '|')
	return int64(crc32.Update(crc32.Checksum(b, table), table, body))
}
