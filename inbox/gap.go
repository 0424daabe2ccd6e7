package inbox

import (
	"context"
	"slices"
	"time"
)

// Gap is a stretch in which an account may have missed something. It is open until what fell into it was fetched.
type Gap struct {
	ID       int64
	Account  AccountID
	Cause    GapCause
	From     time.Time // what came after it may be missing
	To       time.Time // when the cause was over; zero: it lasts
	Fetched  int       // messages that were fetched from it and that nobody had told us of
	ClosedAt time.Time // when it was read to its end, or found to be lost; zero: not yet
}

// GapCause says why an account may have missed something.
type GapCause string

// The causes.
const (
	GapStopped   GapCause = "stopped"   // the desk did not run
	GapUnreached GapCause = "unreached" // the platform did not answer
	GapLogin     GapCause = "login"     // our access was refused
	GapBroken    GapCause = "broken"    // something only a person could mend
	GapLimit     GapCause = "limit"     // the platform took no more calls
	GapHooks     GapCause = "hooks"     // the platform had stopped sending webhooks, without a word
	GapDamaged   GapCause = "damaged"   // what was acknowledged was in a file that was damaged

	// What lies beyond these the platform shows nobody any more.
	GapMentions GapCause = "mentions" // it lists so many of the newest posts that name us, and no more
	GapSearch   GapCause = "search"   // it searches back so many days
	GapDirect   GapCause = "direct"   // it keeps direct messages so many days
	GapThread   GapCause = "thread"   // it shows so many of the newest messages of a thread
)

// GapCauses lists all causes.
func GapCauses() []GapCause {
	return append(Outages(), GapStopped, GapHooks, GapDamaged, GapMentions, GapSearch, GapDirect, GapThread)
}

// Lost reports whether the platform's own limit is the cause: what fell into such a gap cannot be fetched.
func (c GapCause) Lost() bool {
	return c == GapMentions || c == GapSearch || c == GapDirect || c == GapThread
}

// Outages are the causes of gaps in which nothing could be read: they end when the account is well again. Of GapStopped the end is the
// start of the desk, and of GapHooks the moment from which the platform sends webhooks again.
func Outages() []GapCause { return []GapCause{GapUnreached, GapLogin, GapBroken, GapLimit} }

// OpenGap notes that an account may miss something from a moment on. While a gap of the same cause lasts it is that one. What an
// earlier gap that is not read yet has already is not said twice: the new one begins at the end of that.
func (d *Desk) OpenGap(ctx context.Context, a AccountID, cause GapCause, from time.Time) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		open, err := tx.OpenGaps(a)
		if err != nil {
			return err
		}
		from := from
		for _, g := range open {
			if g.Cause == cause && g.To.IsZero() {
				return nil
			}
			if !g.To.IsZero() && !g.From.After(from) {
				from = later(from, g.To)
			}
		}
		return d.putGap(tx, &Gap{Account: a, Cause: cause, From: from})
	})
}

// noteGap writes a gap that is over, unless it is known.
func (d *Desk) noteGap(tx Tx, g Gap) error {
	known, err := tx.Gaps(maxGapsBack)
	if err != nil {
		return err
	}
	g.From, g.To = g.From.UTC().Truncate(time.Millisecond), g.To.UTC().Truncate(time.Millisecond)
	for _, k := range known {
		if k.Account == g.Account && k.Cause == g.Cause && k.From.Equal(g.From) && k.To.Equal(g.To) {
			return nil
		}
	}
	if g.Cause.Lost() {
		g.ClosedAt = tx.Now()
	}
	return d.putGap(tx, &g)
}

// maxGapsBack is how many gaps are looked through for one that is to be noted a second time.
const maxGapsBack = 200

// EndGaps notes that some causes for which an account missed something were over at a moment. What fell into the gaps is still to be
// fetched.
func (d *Desk) EndGaps(ctx context.Context, a AccountID, at time.Time, causes ...GapCause) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		open, err := tx.OpenGaps(a)
		if err != nil {
			return err
		}
		for i := range open {
			if g := &open[i]; g.To.IsZero() && slices.Contains(causes, g.Cause) {
				g.To = later(at, g.From)
				if err := d.putGap(tx, g); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// late is when a message of a gap's time counts as fetched though the gap still lasted: a part of the account was well before the rest.
const late = 2 * time.Minute

// CloseGaps closes the gaps of an account that were over at a moment from which on everything was read again. What they had missed is
// counted from what arrived: messages of the gap's time that reached us only after it, or very late.
func (d *Desk) CloseGaps(ctx context.Context, a AccountID, readFrom time.Time) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		open, err := tx.OpenGaps(a)
		if err != nil {
			return err
		}
		for i := range open {
			g := &open[i]
			if g.To.IsZero() || readFrom.Before(g.To) {
				continue
			}
			g.ClosedAt = tx.Now()
			if g.Fetched, err = tx.CountLate(a, g.From, g.To, late); err != nil {
				return err
			}
			if err := d.putGap(tx, g); err != nil {
				return err
			}
		}
		return nil
	})
}

// putGap writes a gap and the change that says so.
func (d *Desk) putGap(tx Tx, g *Gap) error {
	if err := tx.PutGap(g); err != nil {
		return err
	}
	return tx.Append(&Change{Kind: ChangeGap, Actor: ActorDesk, Account: g.Account, Ref: g.ID, Word: string(g.Cause)})
}

// Gaps lists the newest gaps of all accounts, newest first, at most n.
func (s *Seat) Gaps(ctx context.Context, n int) (out []Gap, err error) {
	if err := s.may("seat.Gaps", DoRead); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.Gaps(n)
		return err
	})
	return out, err
}
