package meta

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// tellRemoved calls the apps that want to know that somebody has removed them, once that is so ("Facebook Login: settings", Deauthorize
// callback URL). It is a courtesy: one call, whatever becomes of it. Nobody may hold the lock.
func (g *Graph) tellRemoved(t world.Trouble, err *error) {
	if t.Kind != world.RemoveApp || *err != nil {
		return
	}
	for _, a := range g.cfg.Apps {
		if a.Deauthorize == "" {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		form := url.Values{"signed_request": {signedRequest(a.Secret, g.deps.Now())}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.Deauthorize, strings.NewReader(form.Encode()))
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if resp, err := g.deps.Courier.Client().Do(req); err == nil {
				_ = resp.Body.Close() // what is answered is not looked at
			}
		}
		cancel()
	}
}

// signedRequest is what such a call says: who it was, as the app knows them, signed ("Data Deletion Request Callback").
func signedRequest(secret string, now time.Time) string {
	payload := appendJSON(nil, object{{"algorithm", "HMAC-SHA256"}, {"issued_at", now.Unix()}, {"user_id", personID}})
	text := base64.RawURLEncoding.EncodeToString(payload)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) + "." + text
}
