package xapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// searchRecent finds posts of the last 7 days, newest first (docs.x.com, "Search posts: recent search").
func (x *X) searchRecent(c *call) (int, any, *problem) {
	q := c.query.Get("query")
	match, ok := x.parseQuery(q)
	switch {
	case q == "" || len([]rune(q)) > 512:
		return 0, nil, invalid("query", q, "The `query` query parameter must be between 1 and 512 characters")
	case !ok:
		return 0, nil, invalid("query", q, "There were errors processing your request: query: "+q)
	}
	s, p := selected(c.query, tweetExpansions)
	if p != nil {
		return 0, nil, p
	}
	if c.query.Has("next_token") {
		c.query.Set("pagination_token", c.query.Get("next_token"))
	}
	want, p := readSpan(c)
	if p != nil {
		return 0, nil, p
	}
	if n := c.query.Get("max_results"); n != "" && want.max < 10 {
		return 0, nil, invalid("max_results", n, "The `max_results` query parameter value ["+n+"] is not between 10 and 100")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	// The newest half minute is not there yet; seven days is all that there is.
	now := x.deps.Now()
	first, last := firstID(now.AddDate(0, 0, -7)), firstID(now.Add(-x.settle()))
	if want.over != 0 && want.over < first && c.query.Has("since_id") {
		return 0, nil, invalid("since_id", c.query.Get("since_id"), "'since_id' must be a tweet id created after "+now.AddDate(0, 0, -7).Format(isoTime)+
			". Please use a 'since_id' that is larger than "+decimal(first))
	}
	if p := withinWeek(c, now); p != nil {
		return 0, nil, p
	}
	want.over = max(want.over, first-1)
	if want.under == 0 || want.under > last {
		want.under = last
	}
	return x.page(x.sorted(), want, func(p *post) bool { return !p.removed && match(p) }, s)
}

// withinWeek refuses times that recent search does not reach: before its seven days, or too close to now.
func withinWeek(c *call, now time.Time) *problem {
	for _, name := range []string{"start_time", "end_time"} {
		t, err := time.Parse(time.RFC3339, c.query.Get(name))
		if err != nil { // not given: what cannot be read was refused before
			continue
		}
		switch {
		case t.Before(now.AddDate(0, 0, -7)):
			return invalid(name, c.query.Get(name), "Invalid '"+name+"':'"+c.query.Get(name)+"'. '"+name+"' must be on or after "+
				now.AddDate(0, 0, -7).UTC().Format(isoTime)+". Please use a '"+name+"' that is larger than that")
		case name == "end_time" && t.After(now.Add(-10*time.Second)):
			return invalid(name, c.query.Get(name), "Invalid 'end_time':'"+c.query.Get(name)+"'. 'end_time' must be a minimum of 10 seconds prior "+
				"to the request time.")
		}
	}
	return nil
}

// parseQuery reads the operators that a desk needs: words, phrases, from:, to:, @name, #tag, conversation_id:, is:reply, is:quote,
// is:retweet, lang:, a minus before each, and OR between groups of them. Whatever else there is X understands, and this does not.
func (x *X) parseQuery(q string) (func(*post) bool, bool) {
	if strings.ContainsAny(q, "()") {
		return nil, false
	}
	var groups [][]func(*post) bool
	all := []func(*post) bool{}
	for _, term := range terms(q) {
		if term == "OR" {
			groups, all = append(groups, all), []func(*post) bool{}
			continue
		}
		bare, minus := strings.CutPrefix(term, "-")
		f, ok := x.parseTerm(bare)
		if !ok {
			return nil, false
		}
		if minus {
			yes := f
			f = func(p *post) bool { return !yes(p) }
		}
		all = append(all, f)
	}
	groups = append(groups, all)
	for _, group := range groups {
		if len(group) == 0 {
			return nil, false
		}
	}
	return func(p *post) bool {
		for _, group := range groups {
			good := true
			for _, f := range group {
				good = good && f(p)
			}
			if good {
				return true
			}
		}
		return false
	}, true
}

// terms splits a query at spaces outside of quotation marks.
func terms(q string) []string {
	quoted := false
	return strings.FieldsFunc(q, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
}

func (x *X) parseTerm(term string) (func(*post) bool, bool) {
	name, value, operator := strings.Cut(term, ":")
	low := strings.ToLower(value)
	if !operator {
		want := strings.ToLower(strings.Trim(term, `"`))
		return func(p *post) bool { return holds(strings.ToLower(p.text), want) }, want != ""
	}
	switch name {
	case "from":
		return func(p *post) bool { return strings.ToLower(p.author.username) == low || p.author.idString() == low }, true
	case "to":
		return func(p *post) bool { return p.replyTo != nil && strings.ToLower(p.replyTo.author.username) == low }, true
	case "conversation_id":
		return func(p *post) bool { return decimal(p.conversation) == low }, true
	case "lang":
		return func(p *post) bool { return language(p.text) == low }, true
	case "is":
		switch value {
		case "reply":
			return func(p *post) bool { return p.replyTo != nil }, true
		case "quote":
			return func(p *post) bool { return p.quoted != nil }, true
		case "retweet":
			return func(*post) bool { return false }, true // keyword search returns none since May 2026
		}
	}
	return nil, false
}

// holds reports whether a text has a word or phrase in it, as a whole.
func holds(text, want string) bool {
	letter := func(s string, last bool) bool {
		runes := []rune(s)
		if len(runes) == 0 {
			return false
		}
		r := runes[0]
		if last {
			r = runes[len(runes)-1]
		}
		return wordPattern.MatchString(string(r)) || r >= '0' && r <= '9'
	}
	for at := 0; ; {
		i := strings.Index(text[at:], want)
		if i < 0 {
			return false
		}
		i += at
		if !letter(text[:i], true) && !letter(text[i+len(want):], false) {
			return true
		}
		at = i + 1
	}
}

func decimal(id uint64) string { return strconv.FormatUint(id, 10) }

// firstID is the smallest id of a moment.
func firstID(t time.Time) uint64 { return uint64(max(t.UnixMilli()-epoch, 1)) << 22 }

// settle is how long a post takes to be found.
func (x *X) settle() time.Duration {
	return time.Duration(float64(30*time.Second) / x.deps.Speed)
}

// sorted lists all posts in order of id. The caller holds the lock.
func (x *X) sorted() []*post {
	out := make([]*post, 0, len(x.posts))
	for _, p := range x.posts {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *post) int { return cmp.Compare(a.id, b.id) })
	return out
}
