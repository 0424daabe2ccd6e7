package inbox

import (
	"context"
	"time"
)

// Fetched is what a connector brought for a Pending: the rest of a profile, or items to ingest. Both empty: there is no such thing any
// more, and nobody need ask again.
type Fetched struct {
	Profile *Author
	Items   []Incoming
}

// DuePending lists what an account should fetch now.
func (d *Desk) DuePending(ctx context.Context, a AccountID, n int) (out []Pending, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		out, err = tx.DuePending(a, tx.Now(), n)
		return err
	})
	return out, err
}

// Fetched settles a Pending with what was brought.
func (d *Desk) Fetched(ctx context.Context, p Pending, f Fetched) error {
	if len(f.Items) > 0 {
		if _, err := d.Ingest(ctx, Batch{Items: f.Items}); err != nil {
			return err
		}
	}
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		if f.Profile != nil {
			if err := d.profile(tx, p.Account, *f.Profile); err != nil {
				return err
			}
		}
		return tx.DeletePending(p.ID)
	})
}

// FetchFailed puts a Pending off.
func (d *Desk) FetchFailed(ctx context.Context, p Pending, why *Reason, after time.Duration) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		p.Attempts++
		p.Reason, p.NextAt = why, tx.Now().Add(after)
		return tx.PutPending(p)
	})
}

// profile takes in who somebody is.
func (d *Desk) profile(tx Tx, a AccountID, au Author) error {
	id, err := tx.FindIdentity(a, au.Remote)
	if err != nil || id == nil {
		return err
	}
	id.Fetched = tx.Now()
	if err := tx.PutIdentity(id); err != nil {
		return err
	}
	_, err = d.identity(tx, Account{ID: a}, au)
	return err
}
