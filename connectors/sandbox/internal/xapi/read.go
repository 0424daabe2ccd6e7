package xapi

import (
	"cmp"
	"encoding/base32"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	wordPattern   = regexp.MustCompile(`[\pL']+`)
	numberPattern = regexp.MustCompile(`^[0-9]{1,19}$`)
)

// How far back the timelines go, in posts.
const (
	mentionsKept = 800
	timelineKept = 3200
)

// getMentions lists the posts that name a user, newest first: the latest 800 and no more.
func (x *X) getMentions(c *call) (int, any, *problem) {
	return x.timeline(c, func(u *user) []*post { return u.mentions }, mentionsKept, nil)
}

// getTimeline lists the posts of a user, newest first.
func (x *X) getTimeline(c *call) (int, any, *problem) {
	var keep func(*post) bool
	for what := range strings.SplitSeq(c.query.Get("exclude"), ",") {
		switch what {
		case "replies":
			keep = func(p *post) bool { return p.replyTo == nil }
		case "", "retweets":
		default:
			return 0, nil, invalid("exclude", what, "The `exclude` query parameter value ["+what+"] is not one of [replies,retweets]")
		}
	}
	return x.timeline(c, func(u *user) []*post { return u.posts }, timelineKept, keep)
}

// span is the part of a timeline that a caller wants. Zero bounds are open.
type span struct {
	over, under uint64 // ids, both excluded
	max         int
	paged       bool
}

func (x *X) timeline(c *call, of func(*user) []*post, kept int, keep func(*post) bool) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	s, p := selected(c.query, tweetExpansions)
	if p != nil {
		return 0, nil, p
	}
	want, p := readSpan(c)
	if p != nil {
		return 0, nil, p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	u := x.userByID(id)
	if u == nil {
		return http.StatusOK, values{"errors": []partial{notFoundPartial("user", "id", id)}}, nil
	}
	rows := of(u)
	rows = rows[max(len(rows)-kept, 0):]
	show := func(p *post) bool { return !p.removed && (keep == nil || keep(p)) }
	return x.page(rows, want, show, s)
}

// page answers with the newest posts of a list that a caller wants. The caller holds the lock.
func (x *X) page(rows []*post, want span, show func(*post) bool, s selection) (int, any, *problem) {
	found, more := newest(rows, want, show)
	if len(found) == 0 {
		return http.StatusOK, values{"meta": values{"result_count": 0}}, nil
	}
	if p := x.count(found); p != nil {
		return 0, nil, p
	}
	in := includes{s: s}
	data := make([]values, len(found))
	for i, p := range found {
		data[i] = tweetObject(p, s)
		in.add(p)
	}
	meta := values{
		"result_count": len(found), "newest_id": found[0].idString(), "oldest_id": found[len(found)-1].idString(),
	}
	if more {
		meta["next_token"] = pageToken(found[len(found)-1].id)
	}
	if want.paged {
		meta["previous_token"] = pageToken(found[0].id)
	}
	body := values{"data": data, "meta": meta}
	in.into(body)
	return http.StatusOK, body, nil
}

// newest picks the newest posts of a span, and tells whether there are more in it.
func newest(rows []*post, want span, show func(*post) bool) (found []*post, more bool) {
	to := len(rows)
	if want.under != 0 {
		to, _ = slices.BinarySearchFunc(rows, want.under, func(p *post, id uint64) int { return cmp.Compare(p.id, id) })
	}
	for i := to - 1; i >= 0 && rows[i].id > want.over; i-- {
		if !show(rows[i]) {
			continue
		}
		if len(found) == want.max {
			return found, true
		}
		found = append(found, rows[i])
	}
	return found, false
}

// readSpan reads the paging parameters of a timeline.
func readSpan(c *call) (span, *problem) {
	want := span{max: 10}
	q := c.query
	if s := q.Get("max_results"); q.Has("max_results") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 5 || n > 100 {
			return want, invalid("max_results", s, "The `max_results` query parameter value ["+s+"] is not between 5 and 100")
		}
		want.max = n
	}
	for _, bound := range []struct {
		name string
		into *uint64
	}{{"since_id", &want.over}, {"until_id", &want.under}} {
		if !q.Has(bound.name) {
			continue
		}
		s := q.Get(bound.name)
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil || !numberPattern.MatchString(s) {
			return want, invalid(bound.name, s, "The `"+bound.name+"` query parameter value ["+s+"] is not valid")
		}
		*bound.into = n
	}
	narrow := func(over, under uint64) {
		want.over = max(want.over, over)
		if under != 0 && (want.under == 0 || under < want.under) {
			want.under = under
		}
	}
	for _, name := range []string{"start_time", "end_time"} {
		if !q.Has(name) {
			continue
		}
		t, err := time.Parse(time.RFC3339, q.Get(name))
		if err != nil || t.UnixMilli() < epoch {
			return want, invalid(name, q.Get(name), "The `"+name+"` query parameter value ["+q.Get(name)+
				"] is not a valid RFC3339 date-time")
		}
		first := uint64(t.UnixMilli()-epoch) << 22 // the smallest id of that millisecond
		if name == "start_time" {
			narrow(max(first, 1)-1, 0)
		} else {
			narrow(0, max(first, 1))
		}
	}
	if q.Has("pagination_token") {
		id, ok := readPageToken(q.Get("pagination_token"))
		if !ok {
			return want, invalid("pagination_token", q.Get("pagination_token"),
				"The `pagination_token` query parameter value ["+q.Get("pagination_token")+"] is not valid")
		}
		want.paged = true
		narrow(0, id)
	}
	return want, nil
}

var tokenEncoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// pageToken stands for the page after a post. Clients must not look inside.
func pageToken(id uint64) string {
	return tokenEncoding.EncodeToString([]byte(fmt.Sprintf("next:%d", id)))
}

func readPageToken(s string) (uint64, bool) {
	b, err := tokenEncoding.DecodeString(s)
	if err != nil {
		return 0, false
	}
	digits, ok := strings.CutPrefix(string(b), "next:")
	id, err := strconv.ParseUint(digits, 10, 64)
	return id, ok && err == nil && id > 0
}

// pathID reads the id in the path.
func pathID(c *call) (string, *problem) {
	id := c.r.PathValue("id")
	if !numberPattern.MatchString(id) {
		return "", invalid("id", id, "The `id` query parameter value ["+id+"] is not valid")
	}
	return id, nil
}

// listed reads the ids parameter.
func listed(c *call) ([]string, *problem) {
	s := c.query.Get("ids")
	ids := strings.Split(s, ",")
	if s == "" {
		return nil, invalid("ids", s, "The `ids` query parameter can not be empty")
	}
	if len(ids) > 100 {
		return nil, invalid("ids", s,
			fmt.Sprintf("The number of values in the `ids` query parameter list [%d] is not between 1 and 100", len(ids)))
	}
	for _, id := range ids {
		if !numberPattern.MatchString(id) {
			return nil, invalid("ids", s, "The `ids` query parameter value ["+id+"] is not valid")
		}
	}
	return ids, nil
}

// getTweets looks posts up. Those that are gone are named in errors, beside the others.
func (x *X) getTweets(c *call) (int, any, *problem) {
	ids, p := listed(c)
	if p != nil {
		return 0, nil, p
	}
	s, p := selected(c.query, tweetExpansions)
	if p != nil {
		return 0, nil, p
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	in := includes{s: s}
	var data []values
	var gone []partial
	for _, id := range ids {
		if t := x.live(id); t != nil {
			data = append(data, tweetObject(t, s))
			in.add(t)
		} else {
			gone = append(gone, notFoundPartial("tweet", "ids", id))
		}
	}
	body := values{}
	if len(data) > 0 {
		body["data"] = data
	}
	if len(gone) > 0 {
		body["errors"] = gone
	}
	in.into(body)
	return http.StatusOK, body, nil
}

func (x *X) getTweet(c *call) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	s, p := selected(c.query, tweetExpansions)
	if p != nil {
		return 0, nil, p
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := x.live(id)
	if t == nil {
		return http.StatusOK, values{"errors": []partial{notFoundPartial("tweet", "id", id)}}, nil
	}
	in := includes{s: s}
	in.add(t)
	body := values{"data": tweetObject(t, s)}
	in.into(body)
	return http.StatusOK, body, nil
}

func (x *X) getMe(c *call) (int, any, *problem) {
	return x.oneUser(c, "id", c.who.user.idString(), func() *user { return c.who.user })
}

func (x *X) getUser(c *call) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	return x.oneUser(c, "id", id, func() *user { return x.userByID(id) })
}

func (x *X) getUserByName(c *call) (int, any, *problem) {
	name := c.r.PathValue("username")
	return x.oneUser(c, "username", name, func() *user { return x.names[strings.ToLower(name)] })
}

func (x *X) oneUser(c *call, parameter, value string, find func() *user) (int, any, *problem) {
	s, p := selected(c.query, userExpansions)
	if p != nil {
		return 0, nil, p
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	u := find()
	if u == nil {
		return http.StatusOK, values{"errors": []partial{notFoundPartial("user", parameter, value)}}, nil
	}
	return http.StatusOK, values{"data": userObject(u, s)}, nil
}

func (x *X) getUsers(c *call) (int, any, *problem) {
	ids, p := listed(c)
	if p != nil {
		return 0, nil, p
	}
	s, p := selected(c.query, userExpansions)
	if p != nil {
		return 0, nil, p
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	var data []values
	var gone []partial
	for _, id := range ids {
		if u := x.userByID(id); u != nil {
			data = append(data, userObject(u, s))
		} else {
			gone = append(gone, notFoundPartial("user", "ids", id))
		}
	}
	body := values{}
	if len(data) > 0 {
		body["data"] = data
	}
	if len(gone) > 0 {
		body["errors"] = gone
	}
	return http.StatusOK, body, nil
}
