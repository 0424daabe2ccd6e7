package inbox

import (
	"cmp"
	"slices"
	"time"
)

// strikes counts, within a transaction, which rules struck on which day: one row each is written at its end, however many messages it had.
type strikes map[strikeDay]*RuleDay

type strikeDay struct {
	rule string
	day  int
}

func (s strikes) add(v *Verdict, at time.Time) {
	for i := range v.Struck {
		s.of(v.Struck[i].Rule, at).Hits++
	}
	for _, rule := range v.Shadow {
		s.of(rule, at).Shadow++
	}
}

func (s strikes) of(rule string, at time.Time) *RuleDay {
	key := strikeDay{rule, DayOf(at)}
	d := s[key]
	if d == nil {
		d = &RuleDay{Rule: rule, Day: key.day}
		s[key] = d
	}
	d.LastAt = later(d.LastAt, at)
	return d
}

// put writes the counts, in one order, so that two who write never wait for each other.
func (s strikes) put(tx Tx) error {
	if len(s) == 0 {
		return nil
	}
	days := make([]RuleDay, 0, len(s))
	for _, d := range s {
		days = append(days, *d)
	}
	slices.SortFunc(days, func(a, b RuleDay) int { return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Day, b.Day)) })
	return tx.CountRules(days)
}
