package meta

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
)

// app is an app with its webhook subscriptions by object.
type app struct {
	App
	subscriptions map[string]*subscription
}

type subscription struct {
	callback      string
	fields        []string
	includeValues bool
	queue         *delivery.Queue
	own           *delivery.Queue // of profiles of Instagram Login, whose webhooks are signed with another secret; nil without one
	off           bool            // Meta has given the callback up, until it is asked for again
}

// of is the queue for a profile's events of a field, nil if the app is not to have them. Which field the linked Page is subscribed with
// does not matter, that it is does; a profile of Instagram Login names them itself (Instagram Platform, "Webhooks: enable subscriptions").
func (s *subscription) of(pr *profile, appID, field string) *delivery.Queue {
	if pr.Login == InstagramLogin {
		if slices.Contains(pr.installed[appID], field) {
			return s.own
		}
		return nil
	}
	if _, ok := pr.page.installed[appID]; ok {
		return s.queue
	}
	return nil
}

// giveUp has nothing more sent, as Meta does when a callback has failed for long: the subscription is there still, and is not active
// (Graph API, "Application subscriptions", active). Only asking shows it, only asking for it again heals it.
func (s *subscription) giveUp(c *delivery.Courier) {
	s.off = true
	s.end(c)
}

// end stops what waits to be sent.
func (s *subscription) end(c *delivery.Courier) {
	c.End(s.queue)
	if s.own != nil {
		c.End(s.own)
	}
}

// Fields that can be subscribed to (facebook-python-business-sdk, Page.SubscribedFields; Instagram Platform, "Webhooks"). That a
// field is here does not mean that the sandbox ever sends it.
var (
	pageFields = []string{
		"conversations", "feed", "inbox_labels", "live_videos", "mention", "message_deliveries", "message_echoes", "message_edits",
		"message_reactions", "message_reads", "messages", "messaging_feedback", "messaging_handovers", "messaging_integrity",
		"messaging_optins", "messaging_optouts", "messaging_policy_enforcement", "messaging_postbacks", "messaging_referrals",
		"ratings", "response_feedback", "standby",
	}
	instagramFields = []string{
		"comments", "live_comments", "mentions", "message_edit", "message_reactions", "messages", "messaging_handover",
		"messaging_optins", "messaging_postbacks", "messaging_referral", "messaging_seen", "standby", "story_insights",
	}
)

// chatField reports whether a field of a page is one of private messages.
func chatField(name string) bool { return strings.HasPrefix(name, "messag") || name == "standby" }

// subscriptions serves /{app-id}/subscriptions ("Graph API: application subscriptions"). It takes the lock by itself.
func (g *Graph) subscriptions(req *request, a *app) (any, *apiError) {
	if !req.appOnly || req.app != a {
		return nil, oauthError(http.StatusBadRequest, 15, 0, "(#15) This method must be called with an app access_token.")
	}
	switch req.method {
	case http.MethodPost:
		return g.subscribe(req, a)
	case http.MethodDelete:
		g.mu.Lock()
		defer g.mu.Unlock()
		for obj, sub := range a.subscriptions {
			if only := req.param("object"); only == "" || only == obj {
				sub.end(g.deps.Courier)
				delete(a.subscriptions, obj)
			}
		}
		return success, nil
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	data := list{}
	for _, obj := range []string{pageObject, instagramObject} {
		sub := a.subscriptions[obj]
		if sub == nil {
			continue
		}
		fields := list{}
		for _, f := range sub.fields {
			fields = append(fields, object{{"name", f}, {"version", req.version}})
		}
		data = append(data, object{{"object", obj}, {"callback_url", sub.callback}, {"active", !sub.off}, {"fields", fields}})
	}
	return object{{"data", data}}, nil
}

// subscribe checks a subscription, shakes hands with its callback, and starts its queue.
func (g *Graph) subscribe(req *request, a *app) (any, *apiError) {
	known := map[string][]string{pageObject: pageFields, instagramObject: instagramFields}
	obj := req.param("object")
	if known[obj] == nil {
		return nil, badParameter("Param object must be one of {page, instagram}")
	}
	fields := jsonStrings(req.param("fields"))
	if len(fields) == 0 {
		return nil, badParameter("The parameter fields is required.")
	}
	for _, f := range fields {
		if !slices.Contains(known[obj], f) {
			return nil, badParameter("Param fields must be one of {%s} - got %q.", strings.Join(known[obj], ", "), f)
		}
	}
	callback := req.param("callback_url")
	if err := g.checkCallback(callback); err != nil {
		return nil, oauthError(http.StatusBadRequest, 2200, 0, "(#2200) Invalid callback URL: %s", err)
	}
	includeValues, given, apiErr := req.flag("include_values")
	if apiErr != nil {
		return nil, apiErr
	}
	if err := g.shakeHands(req.ctx, callback, req.param("verify_token")); err != nil {
		return nil, oauthError(http.StatusBadRequest, 2200, 0, "(#2200) Callback verification failed with the following errors: %s", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if old := a.subscriptions[obj]; old != nil {
		old.end(g.deps.Courier)
	}
	if !given {
		includeValues = true
	}
	sub := &subscription{
		callback: callback, fields: fields, includeValues: includeValues,
		queue: g.deps.Courier.Open(g.target(a.App, obj, callback, includeValues, false)),
	}
	if obj == instagramObject && a.InstagramSecret != "" {
		other := a.App
		other.Secret = a.InstagramSecret
		t := g.target(other, obj, callback, includeValues, true)
		t.Name += ":login"
		sub.own = g.deps.Courier.Open(t)
	}
	a.subscriptions[obj] = sub
	return success, nil
}

// checkCallback refuses an address that Meta would not call: it wants https with a certificate from a known authority. Plain http on
// this machine, on any port, is accepted only because Deps.AllowLoopback asks for it, so that a desk can be tried without certificates.
func (g *Graph) checkCallback(callback string) error {
	u, err := url.Parse(callback)
	switch {
	case err != nil || u.Host == "":
		return fmt.Errorf("%q is no URL", callback)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && g.deps.AllowLoopback && net.ParseIP(u.Hostname()).IsLoopback():
		return nil
	}
	return fmt.Errorf("%q is not https", callback)
}

// shakeHands asks the callback to prove that it belongs to the app ("Webhooks: verification requests").
func (g *Graph) shakeHands(ctx context.Context, callback, verifyToken string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, callback, nil)
	if err != nil {
		return err
	}
	challenge := rand.Text()
	q := req.URL.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.challenge", challenge)
	q.Set("hub.verify_token", verifyToken)
	req.URL.RawQuery = q.Encode()
	resp, err := g.deps.Courier.Client().Do(req)
	if err != nil {
		return fmt.Errorf("the callback could not be reached; %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return fmt.Errorf("the answer could not be read; %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP Status Code = %d; HTTP Message = %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	if string(body) != challenge {
		return fmt.Errorf("HTTP Status Code = 200; the challenge was not answered")
	}
	return nil
}

// changeInstalled serves POST and DELETE on /{page}/subscribed_apps ("Page: subscribed_apps"). The caller holds the lock.
func (g *Graph) changeInstalled(req *request, pg *page) (any, *apiError) {
	if err := req.mayWrite(pg, pg.ID, scopeMetadata); err != nil {
		return nil, err
	}
	if req.method == http.MethodDelete {
		delete(pg.installed, req.app.ID)
		return success, nil
	}
	fields := jsonStrings(req.param("subscribed_fields"))
	if len(fields) == 0 {
		return nil, badParameter("The parameter subscribed_fields is required.")
	}
	for i, f := range fields {
		if !slices.Contains(pageFields, f) {
			return nil, badParameter("Param subscribed_fields[%d] must be one of {%s} - got %q.", i, strings.Join(pageFields, ", "), f)
		}
		if chatField(f) && !req.has(scopeMessaging) {
			return nil, oauthError(http.StatusForbidden, 200, 0,
				"(#200) To subscribe to the %s field, one of these permissions is needed: %s", f, scopeMessaging)
		}
	}
	pg.installed[req.app.ID] = fields
	return success, nil
}

// getInstalled lists the apps that a page is subscribed to.
func (g *Graph) getInstalled(req *request, pg *page) (any, *apiError) {
	if err := req.mayRead(pg, pg.ID, scopeMetadata); err != nil {
		return nil, err
	}
	if req.token.Kind != PageToken {
		return nil, pageTokenNeeded()
	}
	data := list{}
	for _, a := range g.cfg.Apps {
		if fields, ok := pg.installed[a.ID]; ok {
			data = append(data, object{
				{"category", "Business"},
				{"link", "https://www.facebook.com/games/?app_id=" + a.ID},
				{"name", a.Name},
				{"id", a.ID},
				{"subscribed_fields", slices.Clone(fields)},
			})
		}
	}
	return object{{"data", data}}, nil
}
