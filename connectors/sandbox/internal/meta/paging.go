package meta

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// order is how an edge lists its nodes.
type order int

const (
	newestFirst order = iota
	oldestFirst
	// ranked is what comments have when no order is asked for: Facebook's own idea of what is relevant, which nobody can foresee.
	ranked
)

// window is the part of a list that a caller wants.
type window struct {
	order         order
	limit         int
	after, before string // cursors
	since, until  time.Time
}

// bounds are an edge's page sizes.
type bounds struct {
	usual  int
	most   int
	strict bool // above most is an error, else it is cut
}

// readWindow reads the paging parameters, which come from a request or from the modifiers of a nested field.
func readWindow(get func(string) string, b bounds) (window, *apiError) {
	w := window{limit: b.usual, after: get("after"), before: get("before")}
	if s := get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return w, badParameter("Param limit must be an integer greater than or equal to 1")
		}
		if n > b.most && b.strict {
			return w, badParameter("The limit parameter must not exceed %d", b.most)
		}
		w.limit = min(n, b.most)
	}
	var err *apiError
	if w.since, err = readTime(get("since"), "since"); err != nil {
		return w, err
	}
	w.until, err = readTime(get("until"), "until")
	return w, err
}

// readTime reads seconds since 1970 or a date.
func readTime(s, name string) (time.Time, *apiError) {
	if s == "" {
		return time.Time{}, nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0), nil
	}
	for _, form := range []string{graphTime, time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, badParameter("Param %s must be a UNIX timestamp or a date", name)
}

// part is what a window shows of a list.
type part[T item] struct {
	rows           []T
	later, earlier bool // rows may follow, or go before: they are not looked at, so they may turn out to be none
	from           *entry
	passed         int // filtered rows that the page ends with, behind its last row or, without one, behind from
}

// cut shows a window of a list that is in order of creation. Removed rows, and those that keep refuses, are left out. A cursor lives
// as long as the row that it points at: once that is removed the call fails. What a caller may not see is filtered after the page was
// cut, so a page may be short, or empty with another behind it ("Graph API: paginated results").
func cut[T item](g *Graph, rows []T, w window, keep func(T) bool) (part[T], *apiError) {
	rows = between(rows, w.since, w.until)
	cursor := w.after
	if cursor == "" {
		cursor = w.before
	}
	at, passed, err := g.seek(cursor)
	if err != nil {
		return part[T]{}, err
	}
	show := func(x T) bool { return !x.base().removed && (keep == nil || keep(x)) }
	s := stretch{w: w, at: at, passed: passed, filtered: g.filtered, backwards: w.order == newestFirst}
	s.under = func(e *entry) bool { return e.before(at) }
	if w.order == ranked {
		rows = slices.SortedFunc(slices.Values(rows), func(a, b T) int { return cmp.Compare(rank(a.base()), rank(b.base())) })
		s.under = func(e *entry) bool { return rank(e) < rank(at) }
	}
	return walk(rows, s, show), nil
}

// filtered is how many rows that nobody may see stand before a row: mostly none, some before a share of them, and a page full before a
// tenth of that share. They count for the size of a page.
func (g *Graph) filtered(e *entry, limit int) int {
	switch share := world.Share("filtered", e.id) / g.cfg.Filtered; {
	case g.cfg.Filtered < 0:
	case share < 0.1:
		return limit
	case share < 1:
		return 1 + int(share*1000)%3
	}
	return 0
}

func rank(e *entry) uint64 { return world.Hash("rank", e.id) }

// between narrows a list to a stretch of time, both ends included.
func between[T item](rows []T, since, until time.Time) []T {
	from, to := 0, len(rows)
	if !since.IsZero() {
		from, _ = slices.BinarySearchFunc(rows, since, func(x T, t time.Time) int { return x.base().created.Compare(t) })
	}
	if !until.IsZero() {
		to, _ = slices.BinarySearchFunc(rows, until.Add(time.Second), func(x T, t time.Time) int { return x.base().created.Compare(t) })
	}
	return rows[min(from, to):to]
}

// stretch is where a walk begins and how it goes.
type stretch struct {
	w         window
	at        *entry                     // the row of the cursor, nil without one
	passed    int                        // filtered rows behind it that were passed already
	under     func(*entry) bool          // which rows lie before the cursor in the order of the list
	backwards bool                       // it reads them from the end
	filtered  func(e *entry, of int) int // how many filtered rows stand before a row
}

// walk collects rows from the cursor on.
func walk[T item](rows []T, s stretch, show func(T) bool) part[T] {
	w, at, backwards := s.w, s.at, s.backwards
	from, to := 0, len(rows) // what may be shown: rows[from:to]
	if at != nil {
		first, _ := slices.BinarySearchFunc(rows, at, func(x T, _ *entry) int {
			if s.under(x.base()) {
				return -1
			}
			return 1
		})
		next := first
		if first < len(rows) && rows[first].base() == at {
			next++
		}
		if (w.after != "") == backwards {
			to = first
		} else {
			from = next
		}
	}
	// Pages before a cursor are filled from the cursor away, and still shown in the edge's order.
	fromEnd := backwards
	if w.after == "" && w.before != "" {
		fromEnd = !backwards
	}
	p := part[T]{from: at}
	forward := w.after != "" || w.before == ""
	for room := w.limit; from < to && room > 0; {
		x := rows[from]
		if fromEnd {
			x = rows[to-1]
		}
		if forward && show(x) {
			hidden := max(0, s.filtered(x.base(), w.limit)-s.passed)
			if hidden >= room {
				p.passed = s.passed + room
				break
			}
			room, s.passed = room-hidden, 0
		}
		if fromEnd {
			to--
		} else {
			from++
		}
		if show(x) {
			p.rows = append(p.rows, x)
			room--
		}
	}
	left := from < to
	if w.after == "" && w.before != "" {
		slices.Reverse(p.rows)
		p.earlier, p.later = left, true
	} else {
		p.later, p.earlier = left, w.after != ""
	}
	return p
}

// seek finds the row of a cursor and how many filtered rows behind it were passed; "" is none.
func (g *Graph) seek(cursor string) (*entry, int, *apiError) {
	if cursor == "" {
		return nil, 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	id, more, counted := strings.Cut(string(text), "+")
	passed := 0
	if err == nil && counted {
		passed, err = strconv.Atoi(more)
	}
	if err == nil && id == "" {
		return nil, passed, nil
	}
	if x, ok := g.live(id).(item); ok && err == nil {
		return x.base(), passed, nil
	}
	return nil, 0, oauthError(http.StatusBadRequest, 2642, 0, "(#2642) Invalid cursors values")
}

// cursorOf points behind a row, and behind so many filtered rows that follow it. A nil row is the beginning of the list.
func cursorOf(e *entry, passed int) string {
	text := ""
	if e != nil {
		text = e.id
	}
	if passed > 0 {
		text += "+" + strconv.Itoa(passed)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// edgeObject writes a part of a list as the Graph does ("Graph API: paginated results"). Without rows there are no cursors, unless
// more may follow, and with none left there is no next. The link carries the caller's token, as Meta's do.
func edgeObject[T item](req *request, path string, params url.Values, p part[T], render func(T) (object, *apiError)) (object, *apiError) {
	data := make([]object, 0, len(p.rows))
	for _, x := range p.rows {
		o, err := render(x)
		if err != nil {
			return nil, err
		}
		data = append(data, o)
	}
	out := object{{"data", data}}
	if len(p.rows) == 0 && p.passed == 0 {
		return out, nil
	}
	first, last := p.from, p.from
	if len(p.rows) > 0 {
		first, last = p.rows[0].base(), p.rows[len(p.rows)-1].base()
	}
	before, after := cursorOf(first, 0), cursorOf(last, p.passed)
	paging := object{{"cursors", object{{"before", before}, {"after", after}}}}
	link := func(name, cursor string) string {
		q := url.Values{}
		for key, values := range params {
			switch key {
			case "after", "before", "access_token", "appsecret_proof", "method":
			default:
				q[key] = values
			}
		}
		q.Set("access_token", req.token.Value)
		q.Set(name, cursor)
		return req.base + "/" + req.version + "/" + path + "?" + q.Encode()
	}
	if p.later {
		paging = paging.with("next", link("after", after))
	}
	if p.earlier {
		paging = paging.with("previous", link("before", before))
	}
	return out.with("paging", paging), nil
}

// nestedParams are the parameters that page on through a nested edge.
func nestedParams(f field) url.Values {
	q := url.Values{}
	for name, value := range f.mods {
		q.Set(name, value)
	}
	if f.sub != nil {
		q.Set("fields", fieldString(f.sub))
	}
	return q
}

// fieldString writes a field list as it is read.
func fieldString(fields []field) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(f.name)
		for _, mod := range slices.Sorted(maps.Keys(f.mods)) {
			b.WriteString("." + mod + "(" + f.mods[mod] + ")")
		}
		if f.sub != nil {
			b.WriteString("{" + fieldString(f.sub) + "}")
		}
	}
	return b.String()
}
