package meta

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// Befall implements world.Platform for Pages.
func (f Facebook) Befall(t world.Trouble) (err error) {
	defer f.tellRemoved(t, &err)
	f.mu.Lock()
	defer f.mu.Unlock()
	pg, ok := f.nodes[t.Account].(*page)
	if !ok {
		return world.Unknown("facebook page", t.Account)
	}
	tokens := func(k *Token) bool { return k.Kind != InstagramToken && slices.Contains(k.Pages, pg.ID) }
	switch t.Kind {
	case world.Unsubscribe:
		clear(pg.installed)
	case world.DisableWebhook:
		clear(pg.installed)
		f.giveUp(pageObject)
	case world.RemoveApp:
		clear(pg.installed)
		return f.onTokens(world.Trouble{Kind: world.RevokeToken, Why: world.Removed}, tokens)
	case world.Suspend, world.Reinstate:
		f.restrict(pg.ID, t.Kind == world.Suspend)
		f.announcePolicy(pg, t.Kind == world.Suspend)
	case world.Usage:
		f.usage.raise(pg.ID, t.Percent, t.For)
		f.usage.raise("messenger:"+pg.ID, t.Percent, t.For)
	case world.TakeTarget:
		f.traps[pg.ID] = t.Times
	default:
		return f.befall(t, tokens)
	}
	return nil
}

// Hooked implements world.Platform.
func (f Facebook) Hooked(account string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	pg, ok := f.nodes[account].(*page)
	return ok && f.hooked(pageObject, pg.installed)
}

// Hooked implements world.Platform.
func (i Instagram) Hooked(account string) bool {
	i.mu.RLock()
	defer i.mu.RUnlock()
	pr, ok := i.nodes[account].(*profile)
	if ok && pr.Login != InstagramLogin {
		return i.hooked(instagramObject, pr.page.installed)
	}
	return ok && i.hooked(instagramObject, pr.installed)
}

// hooked reports whether an app that is let in has a subscription to the object.
func (g *Graph) hooked(object string, installed map[string][]string) bool {
	for id := range installed {
		if s := g.apps[id].subscriptions[object]; s != nil && !s.off {
			return true
		}
	}
	return false
}

// giveUp has the platform give up the callbacks of an object: it is the apps', so with one account's all others' events end.
func (g *Graph) giveUp(object string) {
	for _, a := range g.apps {
		if s := a.subscriptions[object]; s != nil {
			s.giveUp(g.deps.Courier)
		}
	}
}

// Befall implements world.Platform for professional accounts. One that is linked with a Page is reached by the Page's token and
// subscribed through the Page, so what ends for the one ends for the other (Instagram Platform, "Webhooks: enable subscriptions").
func (i Instagram) Befall(t world.Trouble) (err error) {
	defer i.tellRemoved(t, &err)
	i.mu.Lock()
	defer i.mu.Unlock()
	pr, ok := i.nodes[t.Account].(*profile)
	if !ok {
		return world.Unknown("instagram profile", t.Account)
	}
	own := pr.Login == InstagramLogin
	tokens := func(k *Token) bool {
		if own {
			return k.Kind == InstagramToken && k.Profile == pr.ID
		}
		return k.Kind != InstagramToken && slices.Contains(k.Pages, pr.page.ID)
	}
	end := func() {
		if own {
			clear(pr.installed)
		} else {
			clear(pr.page.installed)
		}
	}
	switch t.Kind {
	case world.Unsubscribe:
		end()
	case world.DisableWebhook:
		end()
		i.giveUp(instagramObject)
	case world.RemoveApp:
		end()
		return i.onTokens(world.Trouble{Kind: world.RevokeToken, Why: world.Removed}, tokens)
	case world.Suspend, world.Reinstate:
		i.restrict(pr.ID, t.Kind == world.Suspend)
	case world.Usage:
		i.usage.raise(pr.ID, t.Percent, t.For)
	case world.TakeTarget:
		i.traps[pr.ID] = t.Times
	default:
		return i.befall(t, tokens)
	}
	return nil
}

// befall is the trouble that Pages and profiles share. The caller holds the lock.
func (g *Graph) befall(t world.Trouble, tokens func(*Token) bool) error {
	switch t.Kind {
	case world.ExpireToken, world.RevokeToken, world.RestoreToken, world.TakeScope, world.GiveScope:
		return g.onTokens(t, tokens)
	}
	return world.Refused("Meta has no " + t.Kind)
}

// Sunset makes a version the oldest that is alive.
func (g *Graph) Sunset(oldest int) error {
	if oldest < int(g.oldest.Load()) || oldest > currentVersion {
		return world.Refused("what is dead stays dead, and the current version lives: " + strconv.Itoa(oldest))
	}
	g.oldest.Store(int64(oldest))
	return nil
}

// subcodes are what calls fail with once a token died ("Graph API: handling errors").
func subcodes() map[string]int {
	return map[string]int{
		world.Removed: 458, world.Checkpoint: 459, world.Password: 460, world.Unconfirmed: 464, world.Invalid: 467, world.Role: 492,
	}
}

// onTokens changes every token that is meant. Tokens are replaced and not written to: calls under way keep the one that they came with.
func (g *Graph) onTokens(t world.Trouble, meant func(*Token) bool) error {
	known := append(Scopes(), InstagramScopes()...)
	known = append(known, scopeManagePosts)
	for _, s := range t.Scopes {
		if !slices.Contains(known, s) {
			return world.Unknown("permission", s)
		}
	}
	found := false
	for _, value := range slices.Sorted(maps.Keys(g.tokens)) {
		old := g.tokens[value]
		if t.Token != "" && t.Token != value || !meant(old) {
			continue
		}
		found = true
		k := *old
		switch t.Kind {
		case world.ExpireToken:
			k.Expires = g.deps.Now().Add(-time.Second)
		case world.RevokeToken:
			if k.Dead = subcodes()[t.Why]; k.Dead == 0 {
				k.Dead = subcodes()[world.Invalid]
			}
		case world.RestoreToken:
			k.Dead, k.Expires = 0, time.Time{}
		case world.TakeScope:
			k.Scopes = slices.DeleteFunc(slices.Clone(k.Scopes), func(s string) bool { return slices.Contains(t.Scopes, s) })
		case world.GiveScope:
			k.Scopes = slices.Clone(k.Scopes)
			for _, s := range t.Scopes {
				if !slices.Contains(k.Scopes, s) {
					k.Scopes = append(k.Scopes, s)
				}
			}
		}
		g.tokens[value] = &k
	}
	if !found {
		return world.Unknown("token of", t.Account)
	}
	return nil
}

// restrict marks an account as restricted, or lets it go.
func (g *Graph) restrict(account string, restricted bool) {
	if restricted {
		g.restricted[account] = true
	} else {
		delete(g.restricted, account)
	}
}

// announcePolicy tells that a page may not send private messages any more, or may again (Messenger Platform, "Webhooks:
// messaging_policy_enforcement"): of nobody, to the page.
func (g *Graph) announcePolicy(pg *page, blocked bool) {
	action := "unblock"
	if blocked {
		action = "block"
	}
	now := g.deps.Now()
	event := ledger.Event{Channel: facebookChannel, Account: pg.ID, Item: pg.ID, Verb: action, Time: now}
	body := appendJSON(nil, object{
		{"recipient", object{{"id", pg.ID}}}, {"timestamp", now.UnixMilli()}, {"policy_enforcement", object{{"action", action}}},
	})
	const field = "messaging_policy_enforcement"
	for _, cfg := range g.cfg.Apps {
		sub := g.apps[cfg.ID].subscriptions[pageObject]
		if sub != nil && slices.Contains(sub.fields, field) && slices.Contains(pg.installed[cfg.ID], field) {
			sub.queue.Enqueue(event, delivery.Change{Account: pg.ID, Time: now, Body: body, Part: "messaging"})
		}
	}
}

// restriction is why a write to an account is refused, nil while it is not. Reading goes on ("Send API: error codes", 1893063 and
// 2534122; "Graph API: handling errors", 368).
func (g *Graph) restriction(req *request, node any) *apiError {
	account, channel := "", facebookChannel
	if pr := profileOf(node); pr != nil {
		account, channel = pr.ID, instagramChannel
	} else if pg := pageOf(node); pg != nil {
		account = pg.ID
	}
	if !g.restricted[account] || req.edge() == "subscribed_apps" {
		return nil
	}
	switch {
	case req.edge() != "messages":
		return oauthError(403, 368, 1390008, "The action attempted has been deemed abusive or is otherwise disallowed")
	case channel == instagramChannel:
		return oauthError(403, 10, 2534122, "(#10) This account is restricted and cannot send messages.")
	}
	return oauthError(403, 10, 1893063, "(#10) This Page is restricted and cannot send messages.")
}

// spring removes what a call is about to answer, by its author, where somebody set that up. The caller holds the lock.
func (g *Graph) spring(req *request, node any) {
	if e := req.edge(); e != "comments" && e != "replies" {
		return
	}
	switch n := node.(type) {
	case *comment:
		if id := n.post.page.ID; g.traps[id] > 0 && !n.ours() && !n.removed {
			g.traps[id]--
			g.removeComment(n, n.author)
		}
	case *post:
		if id := n.page.ID; g.traps[id] > 0 && n.visitor && !n.removed {
			g.traps[id]--
			g.removePost(n, n.author)
		}
	case *igComment:
		if id := n.media.profile.ID; g.traps[id] > 0 && !n.ours() && !n.removed {
			g.traps[id]--
			g.removeIGComment(n)
		}
	}
}
