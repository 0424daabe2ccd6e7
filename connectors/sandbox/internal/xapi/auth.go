package xapi

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // OAuth 1.0a prescribes HMAC-SHA1
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// caller is who makes a call: an app alone, or an app for a user.
type caller struct {
	user   *user // nil is app-only
	oauth2 bool
	scopes []string
	token  string // for the ledger
}

// Names of the ways to authenticate, as problems write them.
const (
	appOnly    = "OAuth 2.0 Application-Only"
	userOAuth1 = "OAuth 1.0a User Context"
	userOAuth2 = "OAuth 2.0 User Context"
)

func (c *caller) kind() string {
	switch {
	case c.user == nil:
		return appOnly
	case c.oauth2:
		return userOAuth2
	}
	return userOAuth1
}

// may reports whether the caller has all of these scopes. Only OAuth 2.0 user tokens have scopes to lack.
func (c *caller) may(scopes ...string) bool {
	if !c.oauth2 {
		return true
	}
	for _, s := range scopes {
		if !slices.Contains(c.scopes, s) {
			return false
		}
	}
	return true
}

// authenticate finds out who calls. The form holds what the body of a form request adds to an OAuth 1.0a signature.
func (x *X) authenticate(r *http.Request, form url.Values) (*caller, *problem) {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return x.bearer(strings.TrimSpace(rest))
	case strings.EqualFold(scheme, "OAuth"):
		return x.oauth1(r, rest, form)
	}
	return nil, unauthorized()
}

func (x *X) bearer(token string) (*caller, *problem) {
	if hmac.Equal([]byte(token), []byte(x.cfg.BearerToken)) {
		return &caller{token: token}, nil
	}
	for _, h := range x.cfg.Handles {
		if h.OAuth2Token == "" || !hmac.Equal([]byte(token), []byte(h.OAuth2Token)) {
			continue
		}
		if !h.Expires.IsZero() && !x.deps.Now().Before(h.Expires) {
			return nil, unauthorized()
		}
		scopes, p := x.admit(h)
		if p != nil {
			return nil, p
		}
		return &caller{user: x.userByID(h.ID), oauth2: true, scopes: scopes, token: token}, nil
	}
	return nil, unauthorized()
}

// maxSkew is how far the clock of a signature may be off.
const maxSkew = 5 * time.Minute

// oauth1 verifies a signature (RFC 5849, section 3.4). Callers sign the address that they mean, https://api.x.com or
// https://api.twitter.com, while a rewritten host brings them here: either base is accepted, and no other.
func (x *X) oauth1(r *http.Request, header string, form url.Values) (*caller, *problem) {
	params, ok := oauthParams(header)
	if !ok || params["oauth_signature_method"] != "HMAC-SHA1" || params["oauth_consumer_key"] != x.cfg.ConsumerKey {
		return nil, unauthorized()
	}
	if v, given := params["oauth_version"]; given && v != "1.0" {
		return nil, unauthorized()
	}
	at := slices.IndexFunc(x.cfg.Handles, func(h Handle) bool { return h.AccessToken == params["oauth_token"] })
	if at < 0 {
		return nil, unauthorized()
	}
	h := x.cfg.Handles[at]
	seconds, err := strconv.ParseInt(params["oauth_timestamp"], 10, 64)
	if err != nil {
		return nil, unauthorized()
	}
	signed := time.Unix(seconds, 0)
	if x.deps.Now().Sub(signed).Abs() > maxSkew {
		return nil, unauthorized()
	}
	all := pairs(params, r.URL.Query(), form)
	good := false
	for _, host := range []string{"https://api.x.com", "https://api.twitter.com"} {
		want := SignOAuth1(r.Method, host+r.URL.EscapedPath(), all, x.cfg.ConsumerSecret, h.AccessSecret)
		good = good || hmac.Equal([]byte(want), []byte(params["oauth_signature"]))
	}
	if !good || params["oauth_nonce"] == "" || !x.nonces.fresh(params["oauth_token"]+" "+params["oauth_nonce"]) {
		return nil, unauthorized()
	}
	if _, p := x.admit(h); p != nil {
		return nil, p
	}
	return &caller{user: x.userByID(h.ID), token: h.AccessToken}, nil
}

// oauthParams reads the parameters of an OAuth header.
func oauthParams(header string) (map[string]string, bool) {
	out := map[string]string{}
	for part := range strings.SplitSeq(header, ",") {
		name, quoted, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
			return nil, false
		}
		value, err := url.PathUnescape(quoted[1 : len(quoted)-1])
		if err != nil {
			return nil, false
		}
		if _, twice := out[name]; twice {
			return nil, false
		}
		out[name] = value
	}
	return out, true
}

// pairs collects what a signature covers: every parameter but the realm and the signature.
func pairs(params map[string]string, more ...url.Values) [][2]string {
	var out [][2]string
	for name, value := range params {
		if name != "oauth_signature" && name != "realm" {
			out = append(out, [2]string{name, value})
		}
	}
	for _, values := range more {
		for name, list := range values {
			for _, value := range list {
				out = append(out, [2]string{name, value})
			}
		}
	}
	return out
}

// SignOAuth1 is the HMAC-SHA1 signature of a request: its method, its address without the query, and its parameters.
func SignOAuth1(method, address string, params [][2]string, consumerSecret, tokenSecret string) string {
	encoded := make([][2]string, len(params))
	for i, p := range params {
		encoded[i] = [2]string{percent(p[0]), percent(p[1])}
	}
	slices.SortFunc(encoded, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	lines := make([]string, len(encoded))
	for i, p := range encoded {
		lines[i] = p[0] + "=" + p[1]
	}
	base := strings.ToUpper(method) + "&" + percent(address) + "&" + percent(strings.Join(lines, "&"))
	mac := hmac.New(sha1.New, []byte(percent(consumerSecret)+"&"+percent(tokenSecret)))
	mac.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// percent encodes all but the unreserved characters (RFC 5849, section 3.6).
func percent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~' {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

// nonces remembers what was used within the time that a signature may be old. The zero value with a clock is ready.
type nonces struct {
	now    func() time.Time
	mu     sync.Mutex
	seen   map[string]time.Time
	pruned time.Time
}

// fresh reports whether a nonce is used for the first time.
func (n *nonces) fresh(nonce string) bool {
	now := n.now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[string]time.Time{}
	}
	if now.Sub(n.pruned) > maxSkew {
		n.pruned = now
		for k, at := range n.seen {
			if now.Sub(at) > 2*maxSkew {
				delete(n.seen, k)
			}
		}
	}
	if _, used := n.seen[nonce]; used {
		return false
	}
	n.seen[nonce] = now
	return true
}
