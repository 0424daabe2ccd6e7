package inbox

import (
	"context"
	"strings"

	"lytter/inbox/query"
)

// MaxSearches is how many of a person's searches are remembered.
const MaxSearches = 100

// RememberSearch makes a query the newest of what the seat's user has searched for; what cannot be understood, or has a CPR number in it,
// is not remembered. It is the user's own memory and no act at the desk: nobody else ever gets it, and no change tells of it.
func (s *Seat) RememberSearch(ctx context.Context, q string) error {
	const op = "seat.RememberSearch"
	if err := s.may(op, DoRead); err != nil {
		return err
	}
	if q = strings.TrimSpace(q); q == "" {
		return nil
	}
	if _, err := query.Parse(q); err != nil {
		return err
	}
	if MaskedQuery(q) != q {
		return nil
	}
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error { return tx.AddSearch(s.User.ID, q, MaxSearches) })
}

// Searches lists what the seat's user has searched for, newest first.
func (s *Seat) Searches(ctx context.Context) (list []string, err error) {
	if err := s.may("seat.Searches", DoRead); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		list, err = tx.Searches(s.User.ID)
		return err
	})
	return list, err
}

// ForgetSearch erases one of the user's searches, ForgetSearches all.
func (s *Seat) ForgetSearch(ctx context.Context, q string) error {
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error { return tx.DeleteSearch(s.User.ID, strings.TrimSpace(q)) })
}

// ForgetSearches erases all that the user has searched for.
func (s *Seat) ForgetSearches(ctx context.Context) error {
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error { return tx.DeleteSearches(s.User.ID) })
}
