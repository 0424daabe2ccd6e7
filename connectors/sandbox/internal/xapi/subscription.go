package xapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// The X Activity API (docs.x.com, "X Activity API"): subscriptions to single types of events, each of which is a body of its own. Posts
// have the shape of API v2 in them, direct messages that of v1.1.

// subscription is one type of event of one user.
type subscription struct {
	id, kind, direction, tag string
	user                     *user
	hook                     *webhook
	created, updated         time.Time
}

// activityTypes are the types there are, and the scope that an OAuth 2.0 token of the user needs for one; "" is public.
func activityTypes() map[string]string {
	return map[string]string{
		"post.create": "", "post.delete": "", "follow.follow": "", "follow.unfollow": "", "profile.update.bio": "",
		"post.mention.create": "tweet.read", "post.reply.create": "tweet.read", "post.quote.create": "tweet.read", "post.repost.create": "tweet.read",
		"like.create": "like.read", "dm.received": "dm.read", "dm.sent": "dm.read", "dm.read": "dm.read", "dm.indicate_typing": "dm.read",
		"chat.received": "dm.read", "chat.sent": "dm.read",
	}
}

func (s *subscription) object() values {
	filter := values{"user_id": s.user.idString()}
	if s.direction != "" {
		filter["direction"] = s.direction
	}
	return values{
		"subscription_id": s.id, "event_type": s.kind, "filter": filter, "tag": s.tag, "webhook_id": s.hook.id,
		"created_at": s.created.UTC().Format(isoTime), "updated_at": s.updated.UTC().Format(isoTime),
	}
}

type activityRequest struct {
	Kind   string `json:"event_type"`
	Filter struct {
		User      string `json:"user_id"`
		Keyword   string `json:"keyword"`
		Direction string `json:"direction"`
	} `json:"filter"`
	Tag  string `json:"tag"`
	Hook string `json:"webhook_id"`
}

// createActivity subscribes to a type of event. A private one needs the OAuth 2.0 token of the user whom it concerns, with its scope.
func (x *X) createActivity(c *call) (int, any, *problem) {
	var req activityRequest
	if err := json.Unmarshal(c.body, &req); err != nil {
		return 0, nil, invalid("body", "", "The request body is not valid: "+err.Error())
	}
	scope, known := activityTypes()[req.Kind]
	switch {
	case !known:
		return 0, nil, invalid("event_type", req.Kind, "$.event_type: does not have a value in the enumeration")
	case len(req.Tag) > 200:
		return 0, nil, invalid("tag", req.Tag, "$.tag: must be at most 200 characters long")
	case req.Filter.Direction != "" && (req.Filter.Direction != "inbound" && req.Filter.Direction != "outbound" ||
		!strings.HasPrefix(req.Kind, "like.") && !strings.HasPrefix(req.Kind, "dm.")):
		return 0, nil, invalid("filter.direction", req.Filter.Direction, "$.filter.direction: is not valid for this event type")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	u := x.userByID(req.Filter.User)
	if u == nil {
		return 0, nil, invalid("filter.user_id", req.Filter.User, "$.filter.user_id: there is no such user")
	}
	if scope != "" {
		switch {
		case c.who.kind() != userOAuth2:
			return 0, nil, unsupportedAuth(c.who.kind(), userOAuth2)
		case c.who.user != u || !c.who.may(scope):
			return 0, nil, forbidden("You are not permitted to subscribe to this event for this user.")
		}
	}
	at := slices.IndexFunc(x.webhooks, func(w *webhook) bool { return w.id == req.Hook })
	if at < 0 {
		return 0, nil, webhookProblem(http.StatusBadRequest, "WebhookIdInvalid", "There is no webhook with the id "+strconv.Quote(req.Hook)+".")
	}
	now := x.deps.Now()
	s := &subscription{
		kind: req.Kind, direction: req.Filter.Direction, tag: req.Tag, user: u, hook: x.webhooks[at], created: now, updated: now,
	}
	if slices.ContainsFunc(x.asked, func(o *subscription) bool {
		return o.kind == s.kind && o.direction == s.direction && o.user == u && o.hook == s.hook
	}) {
		return 0, nil, plain(http.StatusConflict, "DuplicateSubscription", "A subscription with this event type and filter exists.")
	}
	if len(x.asked) >= x.cfg.MaxActivity {
		return 0, nil, forbidden("The app has as many subscriptions as it may have.")
	}
	s.id = decimal(x.nextID(time.Time{}))
	x.asked = append(x.asked, s)
	return http.StatusOK, values{
		"data": values{"subscription": s.object()}, "meta": values{"total_subscriptions": len(x.asked)},
	}, nil
}

// activityPage is how many subscriptions a page has when nothing else is asked for: few, so that callers page.
const activityPage = 10

func (x *X) listActivity(c *call) (int, any, *problem) {
	from, limit := 0, activityPage
	if s := c.query.Get("max_results"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 1000 {
			return 0, nil, invalid("max_results", s, "The `max_results` query parameter value ["+s+"] is not valid")
		}
		limit = n
	}
	if s := c.query.Get("pagination_token"); s != "" {
		n, ok := readPageToken(s)
		if !ok {
			return 0, nil, invalid("pagination_token", s, "The `pagination_token` query parameter value ["+s+"] is not valid")
		}
		from = int(n)
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	data := []values{}
	for _, s := range x.asked[min(from, len(x.asked)):min(from+limit, len(x.asked))] {
		data = append(data, s.object())
	}
	meta := values{"total_subscriptions": len(x.asked), "result_count": len(data)}
	if end := from + limit; end < len(x.asked) {
		meta["next_token"] = pageToken(uint64(end))
	}
	return http.StatusOK, values{"data": data, "meta": meta}, nil
}

// asking finds the subscription in the path. The caller holds the lock.
func (x *X) asking(c *call) *subscription {
	for _, s := range x.asked {
		if s.id == c.r.PathValue("id") {
			return s
		}
	}
	return nil
}

func (x *X) updateActivity(c *call) (int, any, *problem) {
	var req activityRequest
	if err := json.Unmarshal(c.body, &req); err != nil {
		return 0, nil, invalid("body", "", "The request body is not valid: "+err.Error())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.asking(c)
	if s == nil {
		return 0, nil, notFound()
	}
	if req.Hook != "" {
		at := slices.IndexFunc(x.webhooks, func(w *webhook) bool { return w.id == req.Hook })
		if at < 0 {
			return 0, nil, webhookProblem(http.StatusBadRequest, "WebhookIdInvalid", "There is no such webhook.")
		}
		s.hook = x.webhooks[at]
	}
	s.tag, s.updated = req.Tag, x.deps.Now()
	return http.StatusOK, values{"data": values{"subscription": s.object()}}, nil
}

func (x *X) deleteActivity(c *call) (int, any, *problem) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.asking(c)
	if s == nil {
		return 0, nil, notFound()
	}
	x.asked = slices.DeleteFunc(x.asked, func(o *subscription) bool { return o == s })
	return http.StatusOK, values{"data": values{"deleted": true}}, nil
}

// tell queues an event for all who subscribed to it. The caller holds the lock.
func (x *X) tell(u *user, kind, direction, item, verb string, write func() (payload, includes values)) {
	for _, s := range x.asked {
		if s.kind != kind || s.user != u || s.direction != "" && s.direction != direction {
			continue
		}
		payload, includes := write()
		filter := values{"user_id": u.idString()}
		if s.direction != "" {
			filter["direction"] = s.direction
		}
		event := values{
			"event_uuid": strconv.FormatInt(int64(world.Hash("event", s.id, kind, item, decimal(uint64(len(x.sent))))), 10),
			"filter":     filter, "event_type": kind, "tag": s.tag, "payload": payload,
		}
		if includes != nil {
			event["includes"] = includes
		}
		x.queue(s.hook, u, item, verb, x.encode(x.renamed(values{"data": event})))
	}
}

// queue sends a body to a webhook, and remembers it for a replay. The caller holds the lock.
func (x *X) queue(w *webhook, u *user, item, verb string, body []byte) {
	if !w.valid {
		return
	}
	now := x.deps.Now()
	e := ledger.Event{Channel: ledger.X, Account: u.idString(), Item: item, Verb: verb, Time: now}
	change := delivery.Change{Account: u.idString(), Time: now, Body: body}
	const most = 100_000
	if len(x.sent) >= most {
		x.sent = slices.Delete(x.sent, 0, most/2)
	}
	x.sent = append(x.sent, sent{hook: w, event: e, change: change})
	w.queue.Enqueue(e, change)
}

// sent is what a webhook got.
type sent struct {
	hook   *webhook
	event  ledger.Event
	change delivery.Change
}

// replay sends again what a webhook got in a stretch of the last 24 hours, and then says that it is done (docs.x.com, "Webhooks: replay").
func (x *X) replay(c *call) (int, any, *problem) {
	var req struct {
		Hook string `json:"webhook_id"`
		From string `json:"from_date"`
		To   string `json:"to_date"`
	}
	if err := json.Unmarshal(c.body, &req); err != nil {
		return 0, nil, invalid("body", "", "The request body is not valid: "+err.Error())
	}
	const minutes = "200601021504"
	from, err1 := time.Parse(minutes, req.From)
	to, err2 := time.Parse(minutes, req.To)
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.deps.Now()
	switch {
	case err1 != nil || err2 != nil:
		return 0, nil, invalid("from_date", req.From, "$.from_date, $.to_date: must be in yyyymmddhhmm format")
	case from.Before(now.Add(-24*time.Hour)) || from.After(now.Add(-31*time.Minute)) || to.After(now.Add(-10*time.Minute)) || !from.Before(to):
		return 0, nil, invalid("from_date", req.From, "from_date must be at least 31 minutes and at most 24 hours ago, to_date at least 10 minutes")
	}
	at := slices.IndexFunc(x.webhooks, func(w *webhook) bool { return w.id == req.Hook })
	if at < 0 {
		return 0, nil, webhookProblem(http.StatusNotFound, "WebhookIdInvalid", "There is no such webhook.")
	}
	w, job := x.webhooks[at], decimal(x.nextID(time.Time{}))
	for _, s := range x.sent {
		if s.hook == w && !s.event.Time.Before(from) && !s.event.Time.After(to) {
			w.queue.Enqueue(s.event, s.change)
		}
	}
	body := x.encode(values{"replay_job_status": values{
		"webhook_id": w.id, "job_state": "Complete", "job_state_description": "Job completed successfully", "job_id": job,
	}})
	w.queue.Enqueue(ledger.Event{Channel: ledger.X, Item: job, Verb: "replay", Time: now}, delivery.Change{Time: now, Body: body})
	return http.StatusOK, values{"data": values{"job_id": job, "created_at": now.UTC().Format(isoTime)}}, nil
}

// renamed writes posts under the names of OpenAPI 2.167, where the configuration says so.
func (x *X) renamed(body any) any {
	if !x.cfg.Renamed {
		return body
	}
	return renamed{body}
}

type renamed struct{ body any }

// newNames are the keys that OpenAPI 2.167 renames. Within a text a quotation mark is escaped, so no text is touched.
func newNames() *strings.Replacer {
	return strings.NewReplacer(
		`"referenced_tweets":`, `"referenced_posts":`, `"edit_history_tweet_ids":`, `"edit_history_post_ids":`,
		`"note_tweet":`, `"note_post":`, `"in_reply_to_tweet_id":`, `"in_reply_to_post_id":`, `"tweets":`, `"posts":`,
	)
}

// MarshalJSON implements json.Marshaler.
func (r renamed) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(r.body)
	if err != nil {
		return nil, fmt.Errorf("x: %w", err)
	}
	return []byte(newNames().Replace(string(b))), nil
}
