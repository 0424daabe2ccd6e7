package inbox

import (
	"bytes"
	"encoding/json"
	"maps"
)

// again decides what becomes of the parked things of rows that are read again: those that are parked again as they were stay, untouched;
// those that are not go.
type again struct {
	had  []Parked
	kept map[int64]bool // by id
}

func newAgain(had []Parked) again { return again{had: had, kept: map[int64]bool{}} }

// within is a copy for a transaction, which may be begun anew.
func (a again) within() again { return again{had: a.had, kept: maps.Clone(a.kept)} }

// keeps reports whether p is there already, and remembers it.
func (a again) keeps(p *Parked) bool {
	for i := range a.had {
		h := &a.had[i]
		if !a.kept[h.ID] && h.Journal == p.Journal && h.Account == p.Account && h.Reason.String() == p.Reason.String() &&
			bytes.Equal(h.Bytes, p.Bytes) {
			a.kept[h.ID] = true
			return true
		}
	}
	return false
}

// solve deletes what was not parked again, and counts it.
func (a again) solve(tx Tx) (n int, err error) {
	for i := range a.had {
		h := &a.had[i]
		if a.kept[h.ID] {
			continue
		}
		if err := tx.DeleteParked(h.ID); err != nil {
			return n, err
		}
		if err := tx.Append(&Change{Kind: ChangeParked, Actor: ActorDesk, Account: h.Account, Ref: h.ID, Word: ParkedSolved}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Item reads back what was understood and could not be stored. false: the bytes are a platform's, which only its connector reads.
func (p *Parked) Item() (in Incoming, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(p.Bytes))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil || in.Event == "" || in.Account == 0 && in.AccountRemote == "" {
		return Incoming{}, false
	}
	in.Journal = p.Journal
	return in, true
}
