package meta

import (
	"net/http"
	"sync"
	"time"
)

// usage counts calls in windows of a fixed length, one bucket for each app, page and profile. The zero value with a clock is ready.
type usage struct {
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*bucket
	raised  map[string]floor
}

type bucket struct {
	until time.Time
	calls int
}

// floor is a load that a bucket has at least, whatever is counted.
type floor struct {
	percent int
	until   time.Time
}

// raise lifts the load of a bucket for a time, 0 for an hour; with 0 percent its window begins anew instead.
func (u *usage) raise(name string, percent int, length time.Duration) {
	if length == 0 {
		length = time.Hour
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.raised == nil {
		u.raised = map[string]floor{}
	}
	u.raised[name] = floor{percent: percent, until: u.now().Add(length)}
	if percent == 0 {
		delete(u.buckets, name)
	}
}

// load is how full a bucket is.
type load struct {
	percent int
	regain  int // minutes until calls are possible again; 0 while they are
}

// count adds a call and returns the load with it. At 100 percent the call is one too many.
func (u *usage) count(name string, limit int, window time.Duration) load {
	now := u.now()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.buckets == nil {
		u.buckets = map[string]*bucket{}
	}
	b := u.buckets[name]
	if b == nil || !now.Before(b.until) {
		b = &bucket{until: now.Add(window)}
		u.buckets[name] = b
	}
	if b.calls > limit { // calling on makes it longer
		b.until = b.until.Add(window / 1000)
	}
	b.calls++
	l, until := load{percent: min((b.calls-1)*100/limit, 100)}, b.until
	if f, ok := u.raised[name]; ok && now.Before(f.until) && f.percent > l.percent {
		l.percent, until = f.percent, f.until
	}
	if l.percent == 100 {
		l.regain = 1 + int(until.Sub(now)/time.Minute)
	}
	return l
}

// charge counts a call where it belongs, tells the caller how much is used, and refuses a call too many ("Graph API: rate limits").
func (g *Graph) charge(h http.Header, req *request, node any) *apiError {
	appLoad := load{}
	if req.appOnly || req.token.Kind == UserToken {
		appLoad = g.usage.count("app:"+req.app.ID, g.cfg.Limits.App, time.Hour)
	}
	h.Set("X-App-Usage", string(appendJSON(nil, appLoad.percents())))
	if appLoad.percent == 100 {
		return oauthError(http.StatusForbidden, 4, 0, "(#4) Application request limit reached")
	}
	if req.appOnly {
		return nil
	}
	if pr := profileOf(node); pr != nil {
		l := g.usage.count(pr.ID, g.cfg.Limits.Instagram, 24*time.Hour)
		h.Set("X-Business-Use-Case-Usage", string(appendJSON(nil, l.business(pr.ID, "instagram"))))
		if l.percent == 100 {
			return tooManyInstagramCalls()
		}
		return nil
	}
	pg := pageOf(node)
	if pg == nil {
		return nil
	}
	if chatting(req, node) {
		l := g.usage.count("messenger:"+pg.ID, g.cfg.Limits.Messenger, 24*time.Hour)
		h.Set("X-Business-Use-Case-Usage", string(appendJSON(nil, l.business(pg.ID, "messenger"))))
		if l.percent == 100 {
			return tooManyMessengerCalls()
		}
		return nil
	}
	l := g.usage.count(pg.ID, g.cfg.Limits.Page, 24*time.Hour)
	h.Set("X-Page-Usage", string(appendJSON(nil, l.percents())))
	if req.token.Kind == UserToken {
		if l.percent == 100 {
			return oauthError(http.StatusForbidden, 32, 0, "(#32) Page request limit reached")
		}
		return nil
	}
	h.Set("X-Business-Use-Case-Usage", string(appendJSON(nil, l.business(pg.ID, "pages"))))
	if l.percent == 100 {
		return tooManyPageCalls()
	}
	return nil
}

// chatting reports whether a call is of private messages, which are counted apart.
func chatting(req *request, node any) bool {
	switch node.(type) {
	case *chat, *message:
		return true
	}
	return req.edge() == "messages" || req.edge() == "conversations"
}

// privatePace refuses more private replies of an account than there may be in an hour ("Private replies": 750).
func (g *Graph) privatePace(account string) *apiError {
	if l := g.usage.count("private:"+account, g.cfg.Limits.Private, time.Hour); l.percent == 100 {
		return oauthError(http.StatusBadRequest, 613, 0, "(#613) Calls to this api have exceeded the rate limit.")
	}
	return nil
}

func tooManyMessengerCalls() *apiError {
	return oauthError(http.StatusBadRequest, 80006, 0,
		"(#80006) There have been too many calls to this Messenger account. Wait a bit and try again. For more info, please refer to "+
			"https://developers.facebook.com/docs/graph-api/overview/rate-limiting.")
}

func tooManyPageCalls() *apiError {
	return oauthError(http.StatusBadRequest, 80001, 0,
		"(#80001) There have been too many calls to this Page account. Wait a bit and try again. For more info, please refer to "+
			"https://developers.facebook.com/docs/graph-api/overview/rate-limiting.")
}

func tooManyInstagramCalls() *apiError {
	return oauthError(http.StatusBadRequest, 80002, 0,
		"(#80002) There have been too many calls to this Instagram account. Wait a bit and try again. For more info, please refer to "+
			"https://developers.facebook.com/docs/graph-api/overview/rate-limiting.")
}

// percents writes the load. Only calls are simulated: processor time is shown as a part of them.
func (l load) percents() object {
	return object{{"call_count", l.percent}, {"total_time", l.percent / 2}, {"total_cputime", l.percent / 3}}
}

func (l load) business(id, kind string) object {
	return object{{id, list{
		append(object{{"type", kind}}, append(l.percents(), member{"estimated_time_to_regain_access", l.regain})...),
	}}}
}

// pageOf returns the page that a node belongs to, or nil.
func pageOf(node any) *page {
	switch n := node.(type) {
	case *page:
		return n
	case *post:
		return n.page
	case *comment:
		return n.post.page
	case *chat:
		return n.box.page
	case *message:
		return n.chat.box.page
	}
	return nil
}

// profileOf returns the Instagram profile that a node belongs to, or nil.
func profileOf(node any) *profile {
	switch n := node.(type) {
	case *profile:
		return n
	case *media:
		return n.profile
	case *igComment:
		return n.media.profile
	}
	return nil
}
