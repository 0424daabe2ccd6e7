package connectors

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"lytter/inbox"
)

// Replay reads the journal again, with the decoders and accounts of now. What is known already changes nothing; what was parked and is
// understood becomes what it says, and is parked no more; what cannot be used now is parked. It may run beside a Runner, be interrupted
// anywhere, and be repeated. What a row once said of our access (revoked, something changed) is not heeded again.
type Replay struct {
	Desk       *inbox.Desk
	Journal    Journal
	Connectors []Connector // one a channel
	Now        func() time.Time

	From, To     int64     // rows, both included; a To of 0: the last that was taken in
	Since, Until time.Time // when rows came: not before Since, before Until; zero: no matter
	Account      inbox.AccountID
	Parked       bool // only rows of which something is parked
	Trial        bool // only say what would become of it
	// Behind is how far an earlier run came that was interrupted: its Replayed.Row.
	Behind int64
	Told   func(Replayed) // now and then; nil: nobody asks
}

// Replayed is how far a Replay is and what it did.
type Replayed struct {
	Row, To int64 // up to which row of which is done
	Rows    int   // read
	New     int   // messages that were not there
	Changed int   // and things that were otherwise
	Same    int
	Solved  int // parked things that went
	Parked  int // things that were parked, and were not before
	Left    int // parked things of what was read, or of what the journal no longer has, that are still there
}

const (
	replayRows  = 256
	replayBytes = 16 << 20
)

// replaying is a Replay at work.
type replaying struct {
	Replay
	opener
	rep Replayed
}

// Run does it. What is reported beside an error was done.
func (p Replay) Run(ctx context.Context) (Replayed, error) {
	r := &replaying{Replay: p, opener: opener{faces: map[inbox.Channel]*face{}, now: p.Now, panics: &atomic.Int64{}}}
	for _, c := range p.Connectors {
		r.faces[c.Channel()] = faceOf(c)
	}
	err := r.run(ctx)
	return r.rep, err
}

func (r *replaying) run(ctx context.Context) error {
	var done []inbox.Range
	err := r.Desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
		done, err = tx.Done()
		return err
	})
	if err != nil {
		return err
	}
	if len(done) > 0 {
		r.rep.To = done[len(done)-1].To // what is not taken in yet is not read again
	}
	if r.To > 0 {
		r.rep.To = min(r.rep.To, r.To)
	}
	r.rep.Row = max(r.Behind, r.From-1, 0)
	if r.rep.Row == 0 && r.Since.IsZero() && r.To == 0 && r.Until.IsZero() {
		if err := r.unrowed(ctx); err != nil {
			return err
		}
	}
	if err := r.seek(ctx); err != nil {
		return err
	}
	for r.rep.Row < r.rep.To {
		rows, upTo, err := r.next(ctx)
		if err == nil {
			err = r.digest(ctx, rows, upTo, done)
		}
		if err != nil {
			return err
		}
		r.rep.Row = upTo
		if r.Told != nil {
			r.Told(r.rep)
		}
	}
	return nil
}

// seek goes to the first row that is not older than Since, and sees where Until ends it: rows came in order of time.
func (r *replaying) seek(ctx context.Context) (err error) {
	if !r.Since.IsZero() {
		if r.rep.Row, err = r.older(ctx, r.Since); err != nil {
			return err
		}
	}
	if !r.Until.IsZero() {
		r.rep.To, err = r.older(ctx, r.Until)
	}
	return err
}

// older is the last row between those to read that came before a time.
func (r *replaying) older(ctx context.Context, at time.Time) (int64, error) {
	low, high := r.rep.Row, r.rep.To
	for low < high {
		mid := low + (high-low)/2
		rows, err := r.Journal.Read(ctx, mid, 1)
		switch {
		case err != nil:
			return 0, err
		case len(rows) > 0 && rows[0].ID <= high && rows[0].At.Before(at):
			low = rows[0].ID
		default:
			high = mid
		}
	}
	return low, nil
}

// next reads some rows, and tells up to which row that is.
func (r *replaying) next(ctx context.Context) (rows []Row, upTo int64, err error) {
	if !r.Replay.Parked {
		rows, err = r.Journal.Read(ctx, r.rep.Row, replayRows)
		rows = slices.DeleteFunc(rows, func(row Row) bool { return row.ID > r.rep.To })
		if len(rows) == 0 {
			return nil, r.rep.To, err
		}
		return rows, rows[len(rows)-1].ID, err
	}
	page, err := r.parked(ctx, r.rep.Row, endOfRow)
	if err != nil {
		return nil, 0, err
	}
	upTo = r.rep.Row
	for bytes := 0; len(page) > 0 && page[0].Journal <= r.rep.To && bytes < replayBytes; {
		upTo = page[0].Journal
		page = slices.DeleteFunc(page, func(p inbox.Parked) bool { return p.Journal == upTo })
		one, err := r.Journal.Read(ctx, upTo-1, 1)
		if err != nil {
			return nil, 0, err
		}
		if len(one) > 0 && one[0].ID == upTo { // else the journal no longer has it
			rows = append(rows, one[0])
			bytes += len(one[0].Body)
		}
	}
	if upTo == r.rep.Row { // there is none behind
		upTo = r.rep.To
	}
	return rows, upTo, nil
}

// digest takes in again what is behind Row, up to upTo.
func (r *replaying) digest(ctx context.Context, rows []Row, upTo int64, done []inbox.Range) error {
	had, err := r.parkedOf(ctx, r.rep.Row+1, upTo)
	if err != nil {
		return err
	}
	var b inbox.Batch
	dir := r.Desk.Directory()
	for i := range rows {
		row := &rows[i]
		if !isDone(row.ID, done) { // a Runner takes it in for the first time
			delete(had, row.ID)
			continue
		}
		r.rep.Rows++
		o, was := r.open(dir, row), had[row.ID]
		delete(had, row.ID)
		r.only(&o, &was)
		b.Items, b.Parked, b.Again = append(b.Items, o.items...), append(b.Parked, o.parked...), append(b.Again, was...)
	}
	for _, gone := range had { // the journal no longer has the rows
		r.rep.Left += len(gone)
	}
	return r.ingest(ctx, b)
}

// only leaves what concerns the account that is asked for. Of a row of which something could not be given to any account, all does.
func (r *replaying) only(o *opened, was *[]inbox.Parked) {
	if r.Account == 0 || slices.ContainsFunc(*was, func(p inbox.Parked) bool { return p.Account == 0 }) {
		return
	}
	o.items = slices.DeleteFunc(o.items, func(in inbox.Incoming) bool { return in.Account != r.Account })
	o.parked = slices.DeleteFunc(o.parked, func(p inbox.Parked) bool { return p.Account != r.Account })
	*was = slices.DeleteFunc(*was, func(p inbox.Parked) bool { return p.Account != r.Account })
}

func (r *replaying) ingest(ctx context.Context, b inbox.Batch) error {
	if len(b.Items)+len(b.Parked)+len(b.Again) == 0 {
		return ctx.Err()
	}
	b.Trial = r.Trial
	rep, err := r.Desk.Ingest(ctx, b)
	if err != nil {
		return err
	}
	left := len(b.Again) - rep.Solved
	r.rep.New += rep.New
	r.rep.Changed += rep.Changed
	r.rep.Same += rep.Same
	r.rep.Solved += rep.Solved
	r.rep.Left += left
	r.rep.Parked += rep.Refused + len(b.Parked) - left
	return nil
}

// unrowed tries again what was understood and could not be stored, and did not come by the journal. What a poll could not read is left:
// the platform shows it again, or not.
func (r *replaying) unrowed(ctx context.Context) error {
	for id, more := int64(0), true; more; {
		page, err := r.parked(ctx, 0, id)
		if err != nil {
			return err
		}
		var b inbox.Batch
		more = len(page) > 0
		for _, p := range page {
			if more = p.Journal == 0; !more {
				break
			}
			id = p.ID
			in, ok := p.Item()
			switch {
			case r.Account != 0 && p.Account != r.Account:
			case ok:
				b.Items, b.Again = append(b.Items, in), append(b.Again, p)
			default:
				r.rep.Left++
			}
		}
		if err := r.ingest(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// parkedOf gives what is parked of rows, by row.
func (r *replaying) parkedOf(ctx context.Context, from, to int64) (map[int64][]inbox.Parked, error) {
	out := map[int64][]inbox.Parked{}
	for row, id := from, int64(0); ; {
		page, err := r.parked(ctx, row, id)
		if err != nil || len(page) == 0 {
			return out, err
		}
		for _, p := range page {
			if p.Journal > to {
				return out, nil
			}
			row, id = p.Journal, p.ID
			out[row] = append(out[row], p)
		}
	}
}

const (
	endOfRow  = int64(1)<<62 - 1 // above every id
	replayOne = 200              // parked things are read so many at once
)

// parked lists some of what is parked behind a row and an id.
func (r *replaying) parked(ctx context.Context, row, id int64) (out []inbox.Parked, err error) {
	err = r.Desk.Store.View(ctx, func(tx inbox.Tx) error {
		out, err = tx.ParkedAfter(row, id, replayOne)
		return err
	})
	return out, err
}
