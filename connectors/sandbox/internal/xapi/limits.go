package xapi

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Names of operations, as limits are configured by.
const (
	OpMentions      = "mentions"
	OpTimeline      = "timeline"
	OpTweets        = "tweets"
	OpUsers         = "users"
	OpMe            = "me"
	OpCreate        = "create"
	OpDelete        = "delete"
	OpHide          = "hide"
	OpWebhooks      = "webhooks"
	OpSubscriptions = "subscriptions"
)

// documentedLimits are the limits per 15 minutes (docs.x.com, "Rate limits").
func documentedLimits() map[string]Limit {
	return map[string]Limit{
		OpMentions:      {App: 450, User: 300},
		OpTimeline:      {App: 10_000, User: 900},
		OpTweets:        {App: 3500, User: 5000},
		OpUsers:         {App: 300, User: 900},
		OpMe:            {User: 75},
		OpCreate:        {User: 100},
		OpDelete:        {User: 50},
		OpHide:          {User: 50},
		OpWebhooks:      {App: 450},
		OpSubscriptions: {App: 500, User: 500},
	}
}

// limiter counts calls in fixed windows that begin with the first call. The zero value with a clock is ready.
type limiter struct {
	now     func() time.Time
	mu      sync.Mutex
	windows map[string]*slot
}

type slot struct {
	used  int
	reset time.Time
}

const quarter = 15 * time.Minute

// take counts a call and reports how many are left, and whether this one was one too many.
func (l *limiter) take(name string, limit int, length time.Duration) (left int, reset time.Time, ok bool) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.windows == nil {
		l.windows = map[string]*slot{}
	}
	s := l.windows[name]
	if s == nil || !now.Before(s.reset) {
		s = &slot{reset: now.Add(length)}
		l.windows[name] = s
	}
	if s.used >= limit {
		return 0, s.reset, false
	}
	s.used++
	return limit - s.used, s.reset, true
}

// charge counts a call of an operation against its caller, writes the headers, and refuses one too many.
func (x *X) charge(h http.Header, op string, who *caller) *problem {
	limit, name := x.cfg.Limits[op].App, op+":app"
	if who.user != nil {
		limit, name = x.cfg.Limits[op].User, op+":"+who.user.idString()
	}
	left, reset, ok := x.limits.take(name, limit, quarter)
	rateHeaders(h, "x-rate-limit-", limit, left, reset)
	if !ok {
		return tooMany()
	}
	if op == OpCreate {
		left, reset, ok := x.limits.take("create:day", x.cfg.Day, 24*time.Hour)
		rateHeaders(h, "x-app-limit-24hour-", x.cfg.Day, left, reset)
		if !ok {
			return tooMany()
		}
	}
	return nil
}

// full writes the headers of a window without anything left.
func (l *limiter) full(h http.Header) {
	rateHeaders(h, "x-rate-limit-", 1, 0, l.now().Add(time.Minute))
}

func rateHeaders(h http.Header, prefix string, limit, left int, reset time.Time) {
	h.Set(prefix+"limit", strconv.Itoa(limit))
	h.Set(prefix+"remaining", strconv.Itoa(left))
	h.Set(prefix+"reset", strconv.FormatInt(reset.Unix(), 10))
}
