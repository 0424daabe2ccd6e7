package xapi

import (
	"slices"
	"strconv"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// standing is how an account of ours stands with X and with our app.
type standing struct {
	revoked   bool
	suspended bool
	lost      []string // scopes
	percent   int      // of every window used, at least
	until     time.Time
	traps     int // so many answers will find what they answer removed
}

// Befall implements world.Platform.
func (x *X) Befall(t world.Trouble) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	at := slices.IndexFunc(x.cfg.Handles, func(h Handle) bool { return h.ID == t.Account })
	if at < 0 {
		return world.Unknown("x account", t.Account)
	}
	h, u := &x.cfg.Handles[at], x.userByID(t.Account)
	s := x.standing(h.ID)
	for _, scope := range t.Scopes {
		if !slices.Contains(Scopes(), scope) {
			return world.Unknown("scope", scope)
		}
	}
	switch t.Kind {
	case world.ExpireToken: // those of OAuth 1.0a do not expire
		if h.OAuth2Token == "" || t.Token != "" && t.Token != h.OAuth2Token {
			return world.Unknown("oauth 2.0 token of", h.Username)
		}
		h.Expires = x.deps.Now().Add(-time.Second)
	case world.RevokeToken:
		s.revoked = true
	case world.RestoreToken:
		s.revoked, h.Expires = false, time.Time{}
	case world.TakeScope:
		s.lost = append(s.lost, t.Scopes...)
	case world.GiveScope:
		s.lost = slices.DeleteFunc(s.lost, func(scope string) bool { return slices.Contains(t.Scopes, scope) })
	case world.Unsubscribe:
		x.forget(u)
	case world.DisableWebhook: // it is the app's: with one account's all others' events end
		for _, w := range x.webhooks {
			w.valid = false
		}
	case world.RemoveApp:
		x.announceRevoke(u)
		s.revoked = true
		x.forget(u)
	case world.Suspend, world.Reinstate:
		s.suspended = t.Kind == world.Suspend
	case world.Usage:
		if t.Percent == 0 {
			x.limits.anew(h.ID)
		}
		s.percent, s.until = t.Percent, x.deps.Now().Add(quarter)
		if t.For > 0 {
			s.until = x.deps.Now().Add(t.For)
		}
	case world.TakeTarget:
		s.traps = t.Times
	default:
		return world.Refused("X has no " + t.Kind)
	}
	return nil
}

// Hooked implements world.Platform.
func (x *X) Hooked(account string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	u := x.userByID(account)
	for _, w := range x.webhooks {
		mine := slices.Contains(w.users, u) || slices.ContainsFunc(x.asked, func(s *subscription) bool { return s.hook == w && s.user == u })
		if w.valid && mine {
			return true
		}
	}
	return false
}

// standing finds how an account stands. The caller holds the lock; for reading it too, since New makes all.
func (x *X) standing(id string) *standing {
	if s := x.standings[id]; s != nil {
		return s
	}
	return &standing{}
}

// forget ends every subscription of an account. The caller holds the lock.
func (x *X) forget(u *user) {
	for _, w := range x.webhooks {
		w.users = slices.DeleteFunc(w.users, func(other *user) bool { return other == u })
	}
	x.asked = slices.DeleteFunc(x.asked, func(s *subscription) bool { return s.user == u })
}

// admit says why a token of an account does not work, and else which of its scopes are left. The caller holds the lock.
func (x *X) admit(h Handle) (scopes []string, p *problem) {
	s := x.standing(h.ID)
	switch {
	case s.revoked:
		return nil, unauthorized()
	case s.suspended:
		return nil, forbidden("Your account is suspended and is not permitted to access this feature.")
	}
	return slices.DeleteFunc(slices.Clone(h.Scopes), func(scope string) bool { return slices.Contains(s.lost, scope) }), nil
}

// used is how much of each window of an account counts as used, in percent.
func (x *X) used(u *user) (percent int, until time.Time) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s := x.standing(u.idString())
	if !x.deps.Now().Before(s.until) {
		return 0, time.Time{}
	}
	return s.percent, s.until
}

// spring removes what an account is about to answer, by its author, where somebody set that up. The caller holds the lock.
func (x *X) spring(me *user, target string) {
	s, p := x.standing(me.idString()), x.live(target)
	if s.traps > 0 && p != nil && p.author != me {
		s.traps--
		x.removePost(p)
	}
}

// announceRevoke tells both families of webhooks that the account's owner removed the app. The caller holds the lock.
func (x *X) announceRevoke(u *user) {
	now := x.deps.Now().UTC()
	x.announce(u, u.idString(), "revoke", func() any {
		return values{"user_event": values{"revoke": values{
			"date_time": now.Format(time.RFC3339), "target": values{"app_id": x.cfg.AppID}, "source": values{"user_id": u.idString()},
		}}}
	})
	for _, w := range x.webhooks { // it needs no subscription of its own: its filter is empty
		if !slices.ContainsFunc(x.asked, func(s *subscription) bool { return s.hook == w && s.user == u }) {
			continue
		}
		x.queue(w, u, u.idString(), "revoke", x.encode(values{"data": values{
			"event_uuid": strconv.FormatInt(int64(world.Hash("revoke", u.idString(), decimal(uint64(len(x.sent))))), 10),
			"filter":     values{}, "event_type": "oauth.revoke",
			"payload": values{"date_time": now.Format(time.RFC3339), "user_id": u.idString(), "app_id": x.cfg.AppID},
		}}))
	}
}
