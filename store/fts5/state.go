package fts5

import (
	"fmt"
	"strings"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Statement is a query as FTS5 takes it.
type Statement struct {
	from  string // FROM ... WHERE ...
	match string // FTS5's own language
}

// State puts a query into FTS5's words; ok is false where it has none for it: parts of words, hashtags and names, other fields than the
// citizens' text, is: and channel:, and a query that only says what must not be there.
func State(e query.Expr, cutter *text.Cutter) (_ Statement, ok bool) {
	kids := []query.Expr{e}
	if and, is := e.(query.And); is {
		kids = and.Kids
	}
	var must, not, where []string
	for _, k := range kids {
		if t, is := k.(query.Term); is {
			w, ok := column(t)
			if !ok {
				return Statement{}, false
			}
			where = append(where, w)
			continue
		}
		into := &must
		if n, is := k.(query.Not); is {
			k, into = n.Kid, &not
		}
		m, ok := match(k, cutter)
		if !ok {
			return Statement{}, false
		}
		*into = append(*into, m)
	}
	if len(must) == 0 {
		return Statement{}, false
	}
	s := Statement{match: strings.Join(must, " AND "), from: "FROM words WHERE words MATCH $1"}
	for _, n := range not {
		s.match = "(" + s.match + ") NOT " + n
	}
	if len(where) > 0 {
		s.from = "FROM words CROSS JOIN conversations ON n = words.rowid WHERE words MATCH $1 AND " + strings.Join(where, " AND ")
	}
	return s, true
}

func column(t query.Term) (where string, ok bool) {
	name := map[query.Field]string{query.Is: "status", query.Channel: "channel"}[t.Field]
	if name == "" {
		return "", false
	}
	codes := make([]string, len(t.Values))
	for i, v := range t.Values {
		code := query.Code(t.Field, v)
		if code == 0 || t.Field == query.Is && code > query.Code(query.Is, "closed") {
			return "", false
		}
		codes[i] = fmt.Sprint(code)
	}
	return name + " IN (" + strings.Join(codes, ", ") + ")", true
}

func match(e query.Expr, cutter *text.Cutter) (m string, ok bool) {
	switch e := e.(type) {
	case query.And:
		return several(e.Kids, " AND ", cutter)
	case query.Or:
		return several(e.Kids, " OR ", cutter)
	case query.Phrase:
		return phrase(e, cutter)
	case query.Not, query.Term, query.Range:
	}
	return "", false
}

func several(kids []query.Expr, word string, cutter *text.Cutter) (string, bool) {
	parts := make([]string, len(kids))
	for i, k := range kids {
		var ok bool
		if parts[i], ok = match(k, cutter); !ok {
			return "", false
		}
	}
	return "(" + strings.Join(parts, word) + ")", len(parts) > 0
}

func phrase(p query.Phrase, cutter *text.Cutter) (string, bool) {
	if p.Field != query.Text {
		return "", false
	}
	if p.Op == query.Prefix {
		key := text.Fold(p.Text)
		return fmt.Sprintf(`exact : "%s" *`, key), plain(key)
	}
	var exact, danish, english []string
	toks := cutter.Cut(nil, p.Text)
	for i := range toks {
		k := toks[i].Keys
		if toks[i].Kind != text.Word && toks[i].Kind != text.Number || toks[i].Pos != toks[0].Pos+int32(i) || !plain(k.Exact) {
			return "", false
		}
		exact, danish, english = append(exact, k.Exact), append(danish, k.Danish), append(english, k.English)
	}
	if len(toks) == 0 {
		return "", false
	}
	switch p.Op {
	case query.Word:
		const word = `(danish : "%s" OR english : "%s")`
		if len(toks) > 1 {
			return fmt.Sprintf(word, strings.Join(danish, " "), strings.Join(english, " ")), true
		}
		return fmt.Sprintf(`(danish : "%s" OR english : "%s" OR parts : "%s")`, danish[0], english[0], danish[0]), true
	case query.Exact:
		return fmt.Sprintf(`exact : "%s"`, strings.Join(exact, " ")), true
	case query.Adjacent:
		return fmt.Sprintf(`(danish : "%s" OR english : "%s")`, strings.Join(danish, " "), strings.Join(english, " ")), true
	case query.Near: // FTS5 counts the words between
		const apart = `(danish : NEAR("%s", %d) OR english : NEAR("%s", %d))`
		return fmt.Sprintf(apart, strings.Join(danish, `" "`), p.Slop-1, strings.Join(english, `" "`), p.Slop-1), len(toks) == 2 && p.Slop <= between
	case query.Prefix, query.Infix, query.Suffix, query.Tag, query.AtName:
	}
	return "", false
}
