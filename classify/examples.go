package classify

import (
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Missed says why an example failed.
type Missed struct {
	Text string
	Want bool            // it must match
	At   []query.At      // of one that must: the parts of the query, at its top, that do not hold
	Hits []inbox.RuleHit // of one that must not: why it matches
}

// maxParts bounds how many failing parts are told.
const maxParts = 8

// tester makes the arrivals that examples stand for.
type tester struct {
	cutter *text.Cutter
	dir    *inbox.Directory
	loc    *time.Location
}

// arrival makes the document of an example: the one that the desk would make of the message.
func (t *tester) arrival(x *Example) (*query.Doc, bool) {
	a := inbox.Account{Channel: x.Channel}
	if x.Account != "" {
		var ok bool
		if a, ok = t.dir.AccountNamed(x.Account); !ok {
			return nil, false
		}
	}
	in := inbox.Incoming{Kind: x.Kind, Text: x.Text, At: wallClock(x.At, t.loc)}
	if x.Author != "" || x.Handle != "" || x.Followers > 0 {
		in.Author = &inbox.Author{Name: x.Author, Handle: x.Handle, Followers: x.Followers}
	}
	if x.Media {
		in.Media = []inbox.Media{{}}
	}
	return inbox.Arrival(t.cutter, a, &in, !x.Outside), true
}

// wallClock reads a TOML time without a zone as one of loc.
func wallClock(t time.Time, loc *time.Location) time.Time {
	switch t.Location().String() {
	case "datetime-local", "date-local": // the names that the TOML library gives them
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
	}
	return t
}

// examples tries a rule on its examples.
func (c *compiler) examples(r *Rule, b *query.Bound) {
	for i := range r.Examples {
		x := &r.Examples[i]
		at, _ := find(x.keys, "text")
		d, ok := c.tester.arrival(x)
		if !ok {
			e, _ := find(x.keys, "account")
			c.fault(e.val, "rules.unknown_account", "Name", x.Account).Suggest = nearest(x.Account, c.dir.Known(query.Account))
			continue
		}
		d = capped(d)
		if b.Match(d) == x.Match {
			continue
		}
		m := &Missed{Text: x.Text, Want: x.Match}
		if x.Match {
			m.At = c.failing(r, d)
			parts := make([]string, len(m.At))
			for i, at := range m.At {
				parts[i] = r.When[at.Start:at.End]
			}
			c.fault(at.val, "rules.example_missed", "Text", x.Text, "Parts", strings.Join(parts, ", ")).Missed = m
			continue
		}
		m.Hits = reasons(b, &compiled{when: len(r.When)}, d)
		var words, parts []string
		for _, h := range m.Hits {
			words = add(words, x.Text[h.Start:h.End])
			parts = add(parts, r.When[h.Clause[0]:h.Clause[1]])
		}
		c.fault(at.val, "rules.example_hit", "Text", x.Text, "Parts", strings.Join(parts, ", "), "Words", strings.Join(words, ", ")).Missed = m
	}
}

// add appends what is new.
func add(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	if s == "" {
		return list
	}
	return append(list, s)
}

// failing gives the parts at the top of a rule's query that do not hold on d: of words that must all be there those that are not, of
// alternatives all.
func (c *compiler) failing(r *Rule, d *query.Doc) []query.At {
	e, err := query.Parse(r.When)
	if err != nil {
		return nil
	}
	parts := []query.Expr{e}
	switch e := e.(type) {
	case query.And:
		parts = e.Kids
	case query.Or:
		parts = e.Kids
	case query.Not, query.Phrase, query.Term, query.Range:
	}
	var out []query.At
	for _, p := range parts {
		b, err := query.Bind(p, c.env)
		if err != nil || b.Match(d) || len(out) == maxParts {
			continue
		}
		out = append(out, extent(p))
	}
	return out
}

// extent is where a part of a query stands: from its first atom to its last.
func extent(e query.Expr) query.At {
	switch e := e.(type) {
	case query.Not:
		return e.At
	case query.Phrase:
		return e.At
	case query.Term:
		return e.At
	case query.Range:
		return e.At
	case query.And:
		return around(e.Kids)
	case query.Or:
		return around(e.Kids)
	}
	return query.At{}
}

func around(kids []query.Expr) query.At {
	if len(kids) == 0 {
		return query.At{}
	}
	return query.At{Start: extent(kids[0]).Start, End: extent(kids[len(kids)-1]).End}
}
