package meta

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How long things last ("Facebook Login: manually build a login flow", "Long-lived access tokens", "Instagram API with Instagram Login:
// business login").
const (
	codeLives      = 10 * time.Minute
	ownCodeLives   = time.Hour
	shortLives     = 2 * time.Hour
	ownShortLives  = time.Hour
	longLives      = 60 * 24 * time.Hour
	dataLives      = 90 * 24 * time.Hour
	renewableAfter = 24 * time.Hour
)

// person is who sits before the login pages: the one of the first system's tokens.
const personID = "122093847561029384"

// loginCode is what a login page sends back, once.
type loginCode struct {
	app       *app
	redirect  string
	pages     []string
	profile   string // of Instagram Login
	scopes    []string
	expires   time.Time
	used      bool
	instagram bool
}

// logins are what login pages and exchanges have given out; guarded by the Graph's lock.
type logins struct {
	codes  map[string]*loginCode
	minted int // codes and tokens
}

// InstagramAppID is the id by which the Instagram app that belongs to an app goes.
func InstagramAppID(app string) string { return "9" + app }

// login serves the pages and exchanges of both logins: nothing of it bears a token in the way of other calls. It reports whether the call
// was one of them.
//
// Whoever calls a page is the person who says yes there. Parameters of the sandbox's own say what else they do: deny=1 says no,
// without=SCOPE,SCOPE unticks permissions, pages=ID,ID ticks those Pages alone, profile=ID logs in as another Instagram account.
func (g *Graph) login(w http.ResponseWriter, r *http.Request) bool {
	path := strings.Trim(r.URL.Path, "/")
	if first, rest, ok := strings.Cut(path, "/"); ok && versionSegment.MatchString(first) {
		path = rest
	}
	var exchange func(url.Values) (any, *apiError)
	switch r.Method + " " + path {
	case "GET dialog/oauth":
		g.dialog(w, r, false)
		return true
	case "GET instagram/oauth/authorize":
		g.dialog(w, r, true)
		return true
	case "GET oauth/access_token", "POST oauth/access_token":
		exchange = g.exchange
	case "POST instagram/oauth/access_token":
		g.exchangeOwn(w, r)
		return true
	case "GET instagram/access_token":
		exchange = g.extendOwn
	case "GET instagram/refresh_access_token":
		exchange = g.refreshOwn
	default:
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.ParseForm() != nil {
		writeError(w, badParameter("The request body could not be read"))
		return true
	}
	g.mu.Lock()
	answer, err := exchange(r.Form)
	g.mu.Unlock()
	if err != nil {
		writeError(w, err)
	} else {
		write(w, http.StatusOK, answer)
	}
	return true
}

// dialog is the page where a person lets an app in.
func (g *Graph) dialog(w http.ResponseWriter, r *http.Request, instagram bool) {
	q := r.URL.Query()
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &loginCode{redirect: q.Get("redirect_uri"), instagram: instagram, expires: g.deps.Now().Add(codeLives)}
	for _, a := range g.apps {
		if q.Get("client_id") == a.ID && !instagram || q.Get("client_id") == InstagramAppID(a.ID) && instagram {
			c.app = a
		}
	}
	if c.app == nil {
		http.Error(w, "Invalid App ID", http.StatusBadRequest)
		return
	}
	if !slices.Contains(c.app.Redirects, c.redirect) {
		http.Error(w, "URL Blocked: This redirect failed because the redirect URI is not white-listed in the app's client OAuth settings.",
			http.StatusBadRequest)
		return
	}
	back, err := url.Parse(c.redirect)
	if err != nil {
		http.Error(w, "Invalid redirect_uri", http.StatusBadRequest)
		return
	}
	known := append(Scopes(), scopeManagePosts)
	if instagram {
		known = InstagramScopes()
	}
	without := strings.Split(q.Get("without"), ",")
	for s := range strings.SplitSeq(q.Get("scope"), ",") {
		if !slices.Contains(known, s) {
			http.Error(w, "Invalid Scopes: "+strconv.Quote(s), http.StatusBadRequest)
			return
		}
		if !slices.Contains(without, s) {
			c.scopes = append(c.scopes, s)
		}
	}
	answer := url.Values{}
	if state := q.Get("state"); state != "" {
		answer.Set("state", state)
	}
	switch {
	case q.Get("deny") != "":
		answer.Set("error", "access_denied")
		answer.Set("error_reason", "user_denied")
		answer.Set("error_description", "Permissions error")
	case instagram && !g.choose(c, q.Get("profile")):
		http.Error(w, "There is no such professional account", http.StatusBadRequest)
		return
	default:
		g.choosePages(c, q.Get("pages"))
		value := g.mint("code")
		if g.codes == nil {
			g.codes = map[string]*loginCode{}
		}
		g.codes[value] = c
		answer.Set("code", value)
	}
	back.RawQuery = answer.Encode()
	back.Fragment = "_=_"
	if instagram {
		back.Fragment = "_"
		c.expires = g.deps.Now().Add(ownCodeLives)
	}
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// choose finds the account that logs in. The caller holds the lock.
func (g *Graph) choose(c *loginCode, wanted string) bool {
	for _, p := range g.cfg.Profiles {
		if p.Login == InstagramLogin && (wanted == "" || wanted == p.ID) {
			c.profile = p.ID
			return true
		}
	}
	return false
}

func (g *Graph) choosePages(c *loginCode, wanted string) {
	for _, p := range g.cfg.Pages {
		if wanted == "" || slices.Contains(strings.Split(wanted, ","), p.ID) {
			c.pages = append(c.pages, p.ID)
		}
	}
}

// mint makes a word that nobody can guess who does not know the seed. The caller holds the lock.
func (g *Graph) mint(of string) string {
	g.minted++
	sum := sha256.Sum256([]byte(of + " " + strconv.FormatUint(g.deps.Seed, 10) + " " + strconv.Itoa(g.minted)))
	word := strings.NewReplacer("-", "x", "_", "y").Replace(base64.RawURLEncoding.EncodeToString(sum[:]))
	switch of {
	case "code":
		return "AQ" + word
	case InstagramToken:
		return "IGAA" + word + word
	}
	return "EAAO" + word + word
}

// spend takes a code, if it may be used. The caller holds the lock.
func (g *Graph) spend(value, redirect string, a *app, instagram bool) (*loginCode, *apiError) {
	c := g.codes[value]
	switch {
	case c == nil || c.app != a || c.instagram != instagram:
		return nil, oauthError(http.StatusBadRequest, 100, 0, "Invalid verification code format.")
	case c.used:
		return nil, oauthError(http.StatusBadRequest, 100, 36009, "This authorization code has been used.")
	case !g.deps.Now().Before(c.expires):
		return nil, oauthError(http.StatusBadRequest, 100, 36007, "This authorization code has expired.")
	case c.redirect != redirect:
		return nil, oauthError(http.StatusBadRequest, 100, 36008, "Error validating verification code. Please make sure your redirect_uri is "+
			"identical to the one you used in the OAuth dialog request")
	}
	c.used = true
	return c, nil
}

// exchange serves /oauth/access_token. The caller holds the lock.
func (g *Graph) exchange(q url.Values) (any, *apiError) {
	a := g.apps[q.Get("client_id")]
	switch {
	case a == nil:
		return nil, oauthError(http.StatusBadRequest, 101, 0, "Error validating application. Cannot get application info due to a system error.")
	case q.Get("client_secret") != a.Secret:
		return nil, oauthError(http.StatusBadRequest, 1, 0, "Error validating client secret.")
	}
	now := g.deps.Now()
	switch q.Get("grant_type") {
	case "client_credentials":
		return object{{"access_token", a.ID + "|" + a.Secret}, {"token_type", "bearer"}}, nil
	case "fb_exchange_token":
		old := g.tokens[q.Get("fb_exchange_token")]
		if err := g.tokenAlive(old); err != nil {
			return nil, err
		}
		if old.App != a.ID || old.Kind != UserToken {
			return nil, badParameter("The access token does not belong to application %s", a.ID)
		}
		t := g.admit(Token{App: a.ID, User: old.User, Pages: old.Pages, Scopes: old.Scopes, Expires: now.Add(longLives)})
		return object{{"access_token", t}, {"token_type", "bearer"}, {"expires_in", int(longLives / time.Second)}}, nil
	case "", "authorization_code":
		c, err := g.spend(q.Get("code"), q.Get("redirect_uri"), a, false)
		if err != nil {
			return nil, err
		}
		t := g.admit(Token{App: a.ID, User: personID, Pages: c.pages, Scopes: c.scopes, Expires: now.Add(shortLives)})
		return object{{"access_token", t}, {"token_type", "bearer"}, {"expires_in", int(shortLives / time.Second)}}, nil
	}
	return nil, badParameter("Unknown grant_type")
}

// admit makes a user's token, and those of the Pages behind it: they end with a short one, and do not end by time with a long one. The
// caller holds the lock.
func (g *Graph) admit(t Token) string {
	now := g.deps.Now()
	t.Value, t.Kind, t.Issued, t.DataExpire = g.mint(UserToken), UserToken, now, now.Add(dataLives)
	g.tokens[t.Value] = &t
	for _, id := range t.Pages {
		p := t
		p.Value, p.Kind, p.Pages = pageValue(t.Value, id), PageToken, []string{id}
		if t.Expires.Sub(now) > shortLives {
			p.Expires = time.Time{}
		}
		g.tokens[p.Value] = &p
	}
	return t.Value
}

// pageValue is the token of a Page that comes with a user's.
func pageValue(user, page string) string {
	sum := sha256.Sum256([]byte(user + " " + page))
	word := strings.NewReplacer("-", "x", "_", "y").Replace(base64.RawURLEncoding.EncodeToString(sum[:]))
	return "EAAO" + word + word
}

// ownError is an error of Instagram Login, in its own form.
func ownError(w http.ResponseWriter, message string) {
	write(w, http.StatusBadRequest, object{{"error_type", oauthException}, {"code", 400}, {"error_message", message}})
}

// exchangeOwn serves api.instagram.com/oauth/access_token.
func (g *Graph) exchangeOwn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.ParseForm() != nil {
		ownError(w, "The request body could not be read")
		return
	}
	q := r.PostForm
	g.mu.Lock()
	defer g.mu.Unlock()
	var a *app
	for _, each := range g.apps {
		if InstagramAppID(each.ID) == q.Get("client_id") {
			a = each
		}
	}
	switch {
	case a == nil:
		ownError(w, "Invalid platform app")
	case q.Get("client_secret") != a.InstagramSecret:
		ownError(w, "Error validating client secret.")
	case q.Get("grant_type") != "authorization_code":
		ownError(w, "Invalid grant_type")
	default:
		c, err := g.spend(q.Get("code"), q.Get("redirect_uri"), a, true)
		if err != nil {
			ownError(w, err.message)
			return
		}
		t := g.admitOwn(Token{App: a.ID, Profile: c.profile, Scopes: c.scopes, Expires: g.deps.Now().Add(ownShortLives)})
		write(w, http.StatusOK, object{{"data", list{object{
			{"access_token", t}, {"user_id", c.profile}, {"permissions", strings.Join(c.scopes, ",")},
		}}}})
	}
}

// admitOwn makes a token of Instagram Login. The caller holds the lock.
func (g *Graph) admitOwn(t Token) string {
	t.Value, t.Kind, t.Issued = g.mint(InstagramToken), InstagramToken, g.deps.Now()
	g.tokens[t.Value] = &t
	return t.Value
}

// extendOwn serves graph.instagram.com/access_token. The caller holds the lock.
func (g *Graph) extendOwn(q url.Values) (any, *apiError) {
	old := g.tokens[q.Get("access_token")]
	if err := g.tokenAlive(old); err != nil {
		return nil, err
	}
	switch {
	case old.Kind != InstagramToken || q.Get("grant_type") != "ig_exchange_token":
		return nil, badToken(0, "Invalid OAuth access token - Cannot parse access token")
	case q.Get("client_secret") != g.apps[old.App].InstagramSecret:
		return nil, oauthError(http.StatusBadRequest, 101, 0, "Error validating application. Invalid application secret.")
	case old.Expires.Sub(old.Issued) > ownShortLives:
		return nil, oauthError(http.StatusBadRequest, 452, 0, "Session key invalid. This could be because the session key has an incorrect "+
			"format, or because the user has revoked this session")
	}
	return g.longOwn(old), nil
}

// refreshOwn serves graph.instagram.com/refresh_access_token. The caller holds the lock.
func (g *Graph) refreshOwn(q url.Values) (any, *apiError) {
	old := g.tokens[q.Get("access_token")]
	if err := g.tokenAlive(old); err != nil {
		return nil, err
	}
	if old.Kind != InstagramToken || q.Get("grant_type") != "ig_refresh_token" || g.deps.Now().Sub(old.Issued) < renewableAfter {
		return nil, oauthError(http.StatusBadRequest, 100, 0, "(#100) The access token cannot be refreshed")
	}
	return g.longOwn(old), nil
}

func (g *Graph) longOwn(old *Token) object {
	t := g.admitOwn(Token{App: old.App, Profile: old.Profile, Scopes: old.Scopes, Expires: g.deps.Now().Add(longLives)})
	return object{{"access_token", t}, {"token_type", "bearer"}, {"expires_in", int(longLives / time.Second)}}
}

// leave serves DELETE /me/permissions: the person takes everything back. The caller holds the lock.
func (g *Graph) leave(req *request, n *me) (any, *apiError) {
	if req.method != http.MethodDelete || req.edge() != "permissions" {
		return nil, missing(strings.ToLower(req.method), req.id())
	}
	for value, t := range g.tokens {
		if t.User == n.id && t.App == req.app.ID {
			dead := *t
			dead.Dead = 458
			g.tokens[value] = &dead
		}
	}
	return success, nil
}
