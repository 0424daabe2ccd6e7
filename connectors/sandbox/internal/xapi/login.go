package xapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How long things last (docs.x.com, "OAuth 2.0 Authorization Code Flow with PKCE").
const (
	codeLives  = 30 * time.Second
	tokenLives = 2 * time.Hour
)

// loginCode is what the login page sends back, once.
type loginCode struct {
	handle    string // id
	redirect  string
	challenge string
	scopes    []string
	expires   time.Time
	used      bool
}

// logins are what the login page and the exchanges have given out; guarded by X's lock.
type logins struct {
	codes    map[string]*loginCode
	minted   int // codes and tokens
	renewals int
}

// authorize is the page where a person lets the app in. Whoever calls it is the person who says yes there. Parameters of the sandbox's own
// say what else they do: deny=1 says no, account=ID logs in as another of our accounts.
func (x *X) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	x.mu.Lock()
	defer x.mu.Unlock()
	refuse := func(why string) { http.Error(w, "Something went wrong. "+why, http.StatusBadRequest) }
	scopes := strings.Fields(q.Get("scope"))
	known := append(Scopes(), "media.write", "mute.read", "block.read", "follows.read")
	switch {
	case q.Get("client_id") == "" || q.Get("client_id") != x.cfg.ClientID:
		refuse("You weren't able to give access to the App: client_id")
		return
	case !slices.Contains(x.cfg.Redirects, q.Get("redirect_uri")):
		refuse("You weren't able to give access to the App: redirect_uri")
		return
	case q.Get("response_type") != "code", q.Get("state") == "", q.Get("code_challenge") == "", q.Get("code_challenge_method") != "S256":
		refuse("You weren't able to give access to the App: the request")
		return
	case len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(known, s) }):
		refuse("You weren't able to give access to the App: scope")
		return
	}
	at := slices.IndexFunc(x.cfg.Handles, func(h Handle) bool { return q.Get("account") == "" || q.Get("account") == h.ID })
	back, err := url.Parse(q.Get("redirect_uri"))
	if at < 0 || err != nil {
		refuse("There is no such account")
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	if q.Get("deny") != "" {
		answer.Set("error", "access_denied")
	} else {
		value := x.mint("code")
		if x.codes == nil {
			x.codes = map[string]*loginCode{}
		}
		x.codes[value] = &loginCode{
			handle: x.cfg.Handles[at].ID, redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), scopes: scopes,
			expires: x.deps.Now().Add(codeLives),
		}
		answer.Set("code", value)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound) //nolint:gosec // one of the app's own addresses: see above
}

// mint makes a word that nobody can guess who does not know the seed. The caller holds the lock.
func (x *X) mint(of string) string {
	x.minted++
	sum := sha256.Sum256([]byte(of + " " + strconv.FormatUint(x.deps.Seed, 10) + " " + strconv.Itoa(x.minted)))
	return base64.RawURLEncoding.EncodeToString([]byte(base64.RawURLEncoding.EncodeToString(sum[:]) + ":1:" + of[:2] + ":1"))
}

// refusal is an error of OAuth 2.0 as X words it.
func refusal(w http.ResponseWriter, status int, kind, said string) {
	writeJSON(w, status, "application/json", map[string]string{"error": kind, "error_description": said})
}

// client reads a form and sees who asks: an app with a secret by it, one without by its name alone.
func (x *X) client(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	form, errForm := url.ParseQuery(string(body))
	if err != nil || errForm != nil {
		refusal(w, http.StatusBadRequest, "invalid_request", "The request body could not be read")
		return nil, false
	}
	if x.cfg.ClientSecret == "" {
		if form.Get("client_id") != x.cfg.ClientID || x.cfg.ClientID == "" {
			refusal(w, http.StatusBadRequest, "invalid_request", "Value passed for the client id was invalid")
			return nil, false
		}
		return form, true
	}
	id, secret, ok := r.BasicAuth()
	if !ok {
		refusal(w, http.StatusUnauthorized, "unauthorized_client", "Missing valid authorization header")
		return nil, false
	}
	if id != url.QueryEscape(x.cfg.ClientID) || !hmac.Equal([]byte(secret), []byte(url.QueryEscape(x.cfg.ClientSecret))) {
		refusal(w, http.StatusUnauthorized, "unauthorized_client", "Invalid client")
		return nil, false
	}
	return form, true
}

// userToken gives out tokens for a code or for a renewal, which are good once each. The token before is then dead.
func (x *X) userToken(w http.ResponseWriter, r *http.Request) {
	form, ok := x.client(w, r)
	if !ok {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	switch form.Get("grant_type") {
	case "authorization_code":
		c := x.codes[form.Get("code")]
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		switch {
		case c == nil || c.used || !x.deps.Now().Before(c.expires):
			refusal(w, http.StatusBadRequest, "invalid_request", "Value passed for the authorization code was invalid.")
			return
		case c.redirect != form.Get("redirect_uri"):
			refusal(w, http.StatusBadRequest, "invalid_request", "Value passed for the redirect uri did not match the code's.")
			return
		case base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge:
			refusal(w, http.StatusBadRequest, "invalid_request", "Value passed for the code verifier did not match the code challenge.")
			return
		}
		c.used = true
		for i := range x.cfg.Handles {
			if h := &x.cfg.Handles[i]; h.ID == c.handle {
				s := x.standing(h.ID)
				s.revoked, s.lost = false, nil // the person has given everything anew
				h.Scopes = c.scopes
				x.issue(w, h)
			}
		}
	case "refresh_token":
		for i := range x.cfg.Handles {
			h := &x.cfg.Handles[i]
			if h.Renewal != "" && hmac.Equal([]byte(h.Renewal), []byte(form.Get("refresh_token"))) && !x.standing(h.ID).revoked {
				x.renewals++
				x.issue(w, h)
				return
			}
		}
		refusal(w, http.StatusBadRequest, "invalid_request", "Value passed for the token was invalid.")
	default:
		refusal(w, http.StatusBadRequest, "unsupported_grant_type", "Value passed for the grant_type was invalid.")
	}
}

// issue gives an account a new token. The caller holds the lock.
func (x *X) issue(w http.ResponseWriter, h *Handle) {
	h.OAuth2Token, h.Expires, h.Renewal = x.mint("at"), x.deps.Now().Add(tokenLives), ""
	answer := map[string]any{
		"token_type": "bearer", "expires_in": int(tokenLives / time.Second), "access_token": h.OAuth2Token, "scope": strings.Join(h.Scopes, " "),
	}
	if slices.Contains(h.Scopes, "offline.access") {
		h.Renewal = x.mint("rt")
		answer["refresh_token"] = h.Renewal
	}
	writeJSON(w, http.StatusOK, "application/json", answer)
}

// revokeToken takes a token back, with whatever renews it.
func (x *X) revokeToken(w http.ResponseWriter, r *http.Request) {
	form, ok := x.client(w, r)
	if !ok {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range x.cfg.Handles {
		h := &x.cfg.Handles[i]
		if t := form.Get("token"); t != "" && (t == h.OAuth2Token || t == h.Renewal) {
			h.OAuth2Token, h.Renewal = "", ""
		}
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]bool{"revoked": true})
}

// Renewals counts the tokens that were renewed.
func (x *X) Renewals() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.renewals
}
