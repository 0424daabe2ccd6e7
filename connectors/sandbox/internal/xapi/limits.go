package xapi

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
	OpSearch        = "search"
	OpDirects       = "dm_events"
	OpMessage       = "message"
	OpDMBlock       = "dm_block"
	OpLike          = "like"
	OpActivity      = "activity"
	OpReplay        = "replay"
	OpUpload        = "upload"
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
		OpSearch:        {App: 450, User: 300},
		OpDirects:       {User: 15},
		OpMessage:       {User: 15},
		OpDMBlock:       {User: 50},
		OpLike:          {User: 50},
		OpActivity:      {App: 500, User: 500},
		OpReplay:        {App: 100},
		OpUpload:        {User: 1875},
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

// anew ends the windows of a user: the next calls begin others.
func (l *limiter) anew(user string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.windows, func(name string, _ *slot) bool { return slices.Contains(strings.Split(name, ":"), user) })
}

// charge counts a call of an operation against its caller, writes the headers, and refuses one too many.
func (x *X) charge(h http.Header, op, form string, who *caller) *problem {
	limit, name := x.cfg.Limits[op].App, op+":app"
	if who.user != nil {
		limit, name = x.cfg.Limits[op].User, op+":"+who.user.idString()
	}
	if op == OpDirects || op == OpMessage { // each list of messages, and each way to write one, has a limit of its own
		name += ":" + form
	}
	left, reset, ok := x.limits.take(name, limit, quarter)
	if who.user != nil {
		if percent, until := x.used(who.user); limit-limit*percent/100 <= left {
			left, ok = limit-limit*percent/100, ok && percent < 100
			if percent > 0 {
				reset = until
			}
		}
	}
	rateHeaders(h, "x-rate-limit-", limit, left, reset)
	if !ok {
		return tooManyOf(op)
	}
	day, most, of := "", 0, ""
	switch op {
	case OpCreate:
		day, most, of = "create:day", x.cfg.Day, "x-app-limit-24hour-"
	case OpMessage:
		day, most, of = "message:day:"+who.user.idString(), x.cfg.MessagesDay, "x-user-limit-24hour-"
	case OpLike:
		day, most, of = "like:day:"+who.user.idString(), 1000, "x-user-limit-24hour-"
	}
	if day != "" {
		left, reset, ok := x.limits.take(day, most, 24*time.Hour)
		rateHeaders(h, of, most, left, reset)
		if !ok {
			return tooManyOf(op)
		}
	}
	return x.pay(op)
}

// free are the operations that cost no credits.
var free = []string{OpWebhooks, OpSubscriptions, OpActivity, OpReplay}

// pay takes a credit for a call. Without any every paid call is refused (docs.x.com, "Pricing").
func (x *X) pay(op string) *problem {
	if x.cfg.Credits == 0 || slices.Contains(free, op) {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.paid >= x.cfg.Credits {
		return &problem{
			status: http.StatusPaymentRequired, Title: "CreditsDepleted", Type: "https://api.x.com/2/problems/credits",
			Detail: "Your enrolled account does not have any credits to fulfill this request.",
		}
	}
	x.paid++
	return nil
}

// count counts posts that were read, each once in a day of UTC, and refuses when the month's are used up. The caller holds the lock.
func (x *X) count(list []*post) *problem {
	now := x.deps.Now().UTC()
	if month := now.Format("2006-01"); x.month != month {
		x.month, x.read = month, 0
	}
	if day := now.Format(time.DateOnly); x.today != day {
		x.today, x.seen = day, map[uint64]bool{}
	}
	if x.read >= x.cfg.MonthCap {
		return &problem{
			status: http.StatusTooManyRequests, Title: "UsageCapExceeded", Type: problemType + "usage-capped",
			Detail: "Usage cap exceeded: Monthly product cap",
		}
	}
	for _, p := range list {
		if !x.seen[p.id] {
			x.seen[p.id] = true
			x.read++
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
