package xapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// The Account Activity API (docs.x.com, "Account Activity API"): subscriptions of users, and the events that their webhook gets. Events
// still have the shape of the API v1.1, with its rounded numeric ids.

// subscribe adds the calling user to a webhook.
func (x *X) subscribe(c *call) (int, any, *problem) {
	x.mu.Lock()
	defer x.mu.Unlock()
	w, p := x.webhook(c)
	if p != nil {
		return 0, nil, p
	}
	if !slices.Contains(w.users, c.who.user) {
		if x.subscribed() >= x.cfg.MaxSubscriptions {
			return 0, nil, forbidden("The app has as many subscriptions as it may have.")
		}
		w.users = append(w.users, c.who.user)
	}
	return http.StatusOK, values{"data": values{"subscribed": true}}, nil
}

// subscribed counts the subscriptions of all webhooks. The caller holds the lock.
func (x *X) subscribed() int {
	n := 0
	for _, w := range x.webhooks {
		n += len(w.users)
	}
	return n
}

func (x *X) checkSubscription(c *call) (int, any, *problem) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	w, p := x.webhook(c)
	if p != nil {
		return 0, nil, p
	}
	return http.StatusOK, values{"data": values{"subscribed": slices.Contains(w.users, c.who.user)}}, nil
}

func (x *X) listSubscriptions(c *call) (int, any, *problem) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	w, p := x.webhook(c)
	if p != nil {
		return 0, nil, p
	}
	list := []values{}
	for _, u := range w.users {
		list = append(list, values{"user_id": u.idString()})
	}
	return http.StatusOK, values{"data": values{
		"webhook_id": w.id, "webhook_url": w.url, "application_id": x.cfg.AppID, "subscriptions": list,
	}}, nil
}

func (x *X) unsubscribe(c *call) (int, any, *problem) {
	x.mu.Lock()
	defer x.mu.Unlock()
	w, p := x.webhook(c)
	if p != nil {
		return 0, nil, p
	}
	u := x.userByID(c.r.PathValue("user"))
	if u == nil || !slices.Contains(w.users, u) {
		return 0, nil, notFound()
	}
	w.users = slices.DeleteFunc(w.users, func(other *user) bool { return other == u })
	return http.StatusOK, values{"data": values{"subscribed": false}}, nil
}

func (x *X) countSubscriptions(*call) (int, any, *problem) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n := strconv.Itoa(x.subscribed())
	return http.StatusOK, values{"data": values{
		"account_name": "pay-per-use", "provisioned_count": strconv.Itoa(x.cfg.MaxSubscriptions),
		"subscriptions_count_all": n, "subscriptions_count_direct_messages": "0",
	}}, nil
}

// encode writes an event. It is made of plain values, so it cannot fail; were it to, the body would be empty and the callback's refusal
// would show in the ledger.
func (x *X) encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		x.deps.Log.Error("an event could not be written", "err", err)
		return nil
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// blockedFlag comes with mentions and replies by others.
func blockedFlag(p *post, u *user) string {
	if p.author == u {
		return ""
	}
	return "false"
}
