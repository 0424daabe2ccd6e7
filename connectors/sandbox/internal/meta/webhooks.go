package meta

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the old signature is what it is
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// Objects that an app subscribes to.
const (
	pageObject      = "page"
	instagramObject = "instagram"
)

// graphTime is how the Graph writes an instant.
const graphTime = "2006-01-02T15:04:05-0700"

func stamp(t time.Time) string { return t.UTC().Format(graphTime) }

// announcePost queues the page/feed webhooks about a post. The actor is absent where an app may not see the person.
func (g *Graph) announcePost(p *post, verb string, actor *person) {
	var v object
	v = withFrom(v, actor, "name")
	if verb != "remove" {
		v = v.with("message", p.text)
	}
	v = v.with("post_id", p.id).with("created_time", p.created.Unix())
	// The reference names both items for a text post, and both come.
	if verb == "remove" || (p.visitor && world.Share("item", p.id) < 0.5) {
		v = v.with("item", "post")
	} else {
		v = v.with("item", "status").with("published", 1)
	}
	g.announceFeed(p.page, p.id, v.with("verb", verb), verb)
}

// announceComment queues the page/feed webhooks about a comment.
func (g *Graph) announceComment(c *comment, verb string, actor *person) {
	switch {
	case c.post.place == review:
		g.announceReviewComment(c, verb, actor)
		return
	case c.post.foreign():
		return // of what stands elsewhere the page hears nothing
	}
	v := withFrom(nil, actor, "name")
	v = v.with("post", object{
		{"status_type", c.post.statusType()},
		{"is_published", true},
		{"updated_time", stamp(c.post.updated)},
		{"permalink_url", c.post.permalink()},
		{"promotion_status", "inactive"},
		{"id", c.post.id},
	})
	if verb != "remove" && (c.text != "" || len(c.media) == 0) {
		v = v.with("message", c.text)
	}
	if verb != "remove" {
		v = photo(v, c.media)
	}
	v = v.with("post_id", c.post.id).with("comment_id", c.id).with("created_time", c.created.Unix())
	v = v.with("item", "comment").with("parent_id", c.above()).with("verb", verb)
	g.announceFeed(c.post.page, c.id, v, verb)
}

func withFrom(v object, actor *person, nameKey string) object {
	if actor.hidden {
		return v
	}
	return v.with("from", object{{"id", actor.id}, {nameKey, actor.name}})
}

// announceFeed queues a page/feed change for each app that the page is subscribed to with it.
func (g *Graph) announceFeed(pg *page, id string, value object, verb string) {
	event := ledger.Event{Channel: facebookChannel, Account: pg.ID, Item: id, Verb: verb}
	g.announce(pageObject, "feed", pg.ID, event, value, pg.lets("feed"))
}

// lets gives the queue of an app that a page lets have a field, nil for any other.
func (pg *page) lets(field string) func(appID string, sub *subscription) *delivery.Queue {
	return func(appID string, sub *subscription) *delivery.Queue {
		if !slices.Contains(pg.installed[appID], field) {
			return nil
		}
		return sub.queue
	}
}

// announceIGComment queues the comments webhook. Which field the linked Page is subscribed with does not matter; that it is, does
// (Instagram Platform, "Webhooks: enable subscriptions").
func (g *Graph) announceIGComment(c *igComment) {
	v := withFrom(nil, c.author, "username")
	v = v.with("media", object{{"id", c.media.id}, {"media_product_type", c.media.product}}).with("id", c.id)
	if c.parent != nil {
		v = v.with("parent_id", c.parent.id)
	}
	v = v.with("text", c.text)
	pr := c.media.profile
	event := ledger.Event{Channel: instagramChannel, Account: pr.ID, Item: c.id, Verb: "add"}
	field := "comments"
	if c.media.product == productLive {
		field = "live_comments"
	}
	g.announceIG(pr, field, event, v)
	if !c.ours() && strings.Contains(c.text, "@"+pr.Username) { // below our own media it is told twice
		g.announceIGMention(pr, c.media.id, c.id, true)
	}
}

// announceIG queues a change of a profile.
func (g *Graph) announceIG(pr *profile, field string, event ledger.Event, value object) {
	g.announce(instagramObject, field, pr.ID, event, value, func(appID string, sub *subscription) *delivery.Queue {
		return sub.of(pr, appID, field)
	})
}

// announce queues one change. The caller holds the lock, so the queue has the order of the state.
func (g *Graph) announce(obj, name, account string, event ledger.Event, value object, to func(appID string, sub *subscription) *delivery.Queue) {
	event.Time = g.deps.Now()
	var body []byte
	for _, cfg := range g.cfg.Apps {
		sub := g.apps[cfg.ID].subscriptions[obj]
		if sub == nil || !slices.Contains(sub.fields, name) {
			continue
		}
		queue := to(cfg.ID, sub)
		if queue == nil {
			continue
		}
		if !sub.includeValues {
			queue.Enqueue(event, delivery.Change{Account: account, Time: event.Time, Body: appendString(nil, name)})
			continue
		}
		if body == nil {
			body = appendJSON(nil, object{{"value", value}, {"field", name}})
		}
		queue.Enqueue(event, delivery.Change{Account: account, Time: event.Time, Body: body})
	}
}

// compose writes the body of a notification: an entry for each run of changes of one account (Graph API, "Webhooks: notifications"),
// and one for each event of private messages, whose time is in milliseconds (Messenger Platform, "Webhooks: event notifications").
func compose(obj string, includeValues bool, changes []delivery.Change) []byte {
	name := "changed_fields"
	if includeValues {
		name = "changes"
	}
	b := append(appendString([]byte(`{"object":`), obj), `,"entry":[`...)
	for i, c := range changes {
		if i > 0 && c.Part == "" && changes[i-1].Part == "" && changes[i-1].Account == c.Account {
			b = append(append(b, ','), c.Body...)
			continue
		}
		if i > 0 {
			b = append(b, "]},"...)
		}
		at, list := c.Time.Unix(), name
		if c.Part != "" {
			at, list = c.Time.UnixMilli(), c.Part
		}
		b = appendString(append(b, `{"id":`...), c.Account)
		b = appendJSON(append(b, `,"time":`...), at)
		b = append(appendString(append(b, ','), list), ":["...)
		b = append(b, c.Body...)
	}
	return append(b, "]}]}"...)
}

// Signature is the value of X-Hub-Signature-256 for a body (Graph API, "Webhooks: validating payloads").
func Signature(appSecret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// oldSignature is the one that Meta still sends along for receivers of before 2022.
func oldSignature(appSecret string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(appSecret))
	mac.Write(body)
	return "sha1=" + hex.EncodeToString(mac.Sum(nil))
}

// composeFlat writes a body as Instagram Login has it for half of what changes: an entry for each, with field and value in it (Instagram
// API with Instagram Login, "Webhooks: comments"). What it does not have so is written as always.
func composeFlat(obj string, changes []delivery.Change) []byte {
	b := append(appendString([]byte(`{"object":`), obj), `,"entry":[`...)
	for i, c := range changes {
		if c.Part != "" || c.Event%2 == 0 {
			return compose(obj, true, changes)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"id":`...), c.Account)
		b = appendJSON(append(b, `,"time":`...), c.Time.Unix())
		b = append(append(b, ','), c.Body[1:]...) // its braces are those of the entry
	}
	return append(b, "]}"...)
}

// target describes a subscription to the courier.
func (g *Graph) target(a App, obj, callback string, includeValues, flat bool) delivery.Target {
	return delivery.Target{
		Name: "meta:" + a.ID + ":" + obj,
		URL:  callback,
		Compose: func(changes []delivery.Change) []byte {
			if flat && includeValues {
				return composeFlat(obj, changes)
			}
			return compose(obj, includeValues, changes)
		},
		Sign: func(h http.Header, body []byte) {
			h.Set("X-Hub-Signature-256", Signature(a.Secret, body))
			h.Set("X-Hub-Signature", oldSignature(a.Secret, body))
			h.Set("User-Agent", "facebookexternalua")
		},
		Batch:   1000,
		Timeout: 5 * time.Second,
		Retry:   g.retry,
		GaveUp:  func(changes []delivery.Change) { g.disable(a.ID, changes) },
	}
}

// Meta's patience with a callback ("Webhooks: delivery frequency"; Messenger Platform, "Webhooks").
const (
	patience     = 36 * time.Hour
	chatPatience = time.Hour // then the app is unsubscribed from the account whose private messages it does not take
)

// retry is when a failed notification comes again: at once, and then ever more rarely. The exact steps are not published.
func (g *Graph) retry(part string, failed int) (time.Duration, bool) {
	most := patience
	if part != "" {
		most = chatPatience
	}
	var wait, total time.Duration
	for n := 1; n < failed; n++ {
		wait = min(max(2*wait, 5*time.Second), most/18)
		total += wait
	}
	return time.Duration(float64(wait) / g.deps.Speed), total <= most
}

// disable unsubscribes an app from the accounts whose private messages it did not take for an hour. A developer gets an alert; the app
// hears nothing.
func (g *Graph) disable(appID string, changes []delivery.Change) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range changes {
		if c.Part == "" {
			continue
		}
		switch n := g.nodes[c.Account].(type) {
		case *page:
			delete(n.installed, appID)
		case *profile:
			delete(n.page.installed, appID)
			delete(n.installed, appID)
		}
	}
}
