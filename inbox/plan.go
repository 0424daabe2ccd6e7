package inbox

import (
	"context"

	"lytter/inbox/query"
)

// Because is why a search took its road.
type Because string

// The reasons.
const (
	BecauseOpen    Because = "open"     // only open or snoozed conversations are asked for
	BecauseNarrow  Because = "narrow"   // the index knows which can match
	BecauseAny     Because = "any"      // the index cannot tell those that match from others
	BecauseTail    Because = "tail"     // too much has changed behind the index
	BecauseAway    Because = "away"     // the index is being built, or out of order
	BecauseNoIndex Because = "no_index" // the desk has none
)

// Part is one of the parts of a query that all must hold, and what the index makes of it.
type Part struct {
	Query string
	At    query.At // where it stands in the query
	Guess int64    // how many conversations it may hold for, at most; -1: the index cannot tell
	Exact bool     // and for just those
}

// Plan tells what the index makes of each part of a query, among the conversations that this seat may see. Without an index there are
// none.
func (s *Seat) Plan(ctx context.Context, q string) (parts []Part, err error) {
	e, err := query.Parse(q)
	if err != nil || s.desk.Index == nil {
		return nil, err
	}
	kids := []query.Expr{e}
	if and, ok := e.(query.And); ok {
		kids = and.Kids
	}
	r, err := s.desk.Index.Reader(ctx)
	if err != nil {
		if CodeOf(err) == Unavailable {
			return nil, nil // it says so itself, in the status
		}
		return nil, err
	}
	defer func() {
		if cerr := r.Close(); err == nil {
			err = cerr
		}
	}()
	for _, k := range kids {
		p := Part{Query: query.Format(k), At: query.Span(k), Guess: -1}
		b, err := s.Bind(p.Query)
		if err != nil {
			return nil, err
		}
		n, err := r.Narrow(b, true)
		if err != nil {
			return nil, err
		}
		if n.Narrows {
			p.Guess, p.Exact = n.Guess, n.Exact
		}
		parts = append(parts, p)
	}
	return parts, nil
}
