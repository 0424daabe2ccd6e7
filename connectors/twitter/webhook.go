package twitter

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// SignatureHeader carries the signature of a webhook (X API, "Webhooks: signature header validation").
const SignatureHeader = "X-Twitter-Webhooks-Signature"

// Errors of a signature.
var (
	ErrNoSignature  = errors.New("twitter: the body is not signed")
	ErrBadSignature = errors.New("twitter: the signature is not the app's")
)

func mac(secret connectors.Secret, what []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret.Reveal()))
	h.Write(what)
	return h.Sum(nil)
}

// Challenge implements connectors.Webhook: it proves that we hold the consumer secret (X API, "Webhooks: challenge-response checks").
// The answer is made with the key that also signs events, so only what cannot be an event is signed: short words.
func (c *Connector) Challenge(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("crc_token")
	if c.cfg.ConsumerSecrets.Current() == "" || !harmless(token) {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	answer := map[string]string{
		"response_token": "sha256=" + base64.StdEncoding.EncodeToString(mac(c.cfg.ConsumerSecrets.Current(), []byte(token))),
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		return // the caller is gone
	}
}

const maxChallenge = 256

// harmless reports whether a token is a word: letters, digits, and the signs of base64 and of identifiers. No JSON is.
func harmless(s string) bool {
	if s == "" || len(s) > maxChallenge {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', strings.IndexByte("-_+/=.~", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// Verify implements connectors.Webhook. Of several signature headers none is believed.
func (c *Connector) Verify(header http.Header, body []byte) error {
	values := header.Values(SignatureHeader)
	if len(values) != 1 {
		return ErrNoSignature
	}
	given, ok := strings.CutPrefix(values[0], "sha256=")
	if !ok {
		return ErrNoSignature
	}
	sum, err := base64.StdEncoding.DecodeString(given)
	if err != nil || len(sum) != sha256.Size {
		return ErrBadSignature
	}
	good := 0
	for _, s := range c.cfg.ConsumerSecrets {
		if s != "" { // anybody can sign with no key
			good |= subtle.ConstantTimeCompare(mac(s, body), sum)
		}
	}
	if good != 1 {
		return ErrBadSignature
	}
	return nil
}

type hook struct {
	ID    lax.Text  `json:"id"`
	URL   lax.Text  `json:"url"`
	Valid *lax.Bool `json:"valid"` // X still calls it
}

// webhook finds the registered webhook of an address; nil where there is none.
func (c *Connector) webhook(ctx context.Context, callback string) (*hook, error) {
	var list struct {
		Data []hook `json:"data"`
	}
	if err := c.call(ctx, c.app(http.MethodGet, "/2/webhooks"), &list); err != nil {
		return nil, err
	}
	for i := range list.Data {
		if string(list.Data[i].URL) == callback {
			return &list.Data[i], nil
		}
	}
	return nil, nil
}

// Subscribe implements connectors.Subscriber: the app registers the address, and the account lets the app have its events, by the one
// family of webhooks or the other. X calls the address while it is registered.
func (c *Connector) Subscribe(ctx context.Context, a inbox.Account, callback string) error {
	if err := c.known(a); err != nil {
		return err
	}
	h, err := c.webhook(ctx, callback)
	if err != nil {
		return err
	}
	if h == nil {
		var made struct {
			hook
			Data *hook `json:"data"`
		}
		r := c.app(http.MethodPost, "/2/webhooks")
		r.body = map[string]string{"url": callback}
		if err := c.call(ctx, r, &made); err != nil {
			return err
		}
		if h = &made.hook; made.Data != nil {
			h = made.Data
		}
	} else if err := c.call(ctx, c.app(http.MethodPut, "/2/webhooks/"+url.PathEscape(string(h.ID))), nil); err != nil {
		return err // asks X to check the address again, in case it gave it up
	}
	if c.cfg.Accounts[a.Remote].Activity {
		return c.subscribeActivity(ctx, a, string(h.ID))
	}
	return c.call(ctx, c.as(a, opHooks, http.MethodPost, subscriptions(string(h.ID))), nil)
}

// Subscribed implements connectors.Subscriber. A webhook whose address X has given up is none.
func (c *Connector) Subscribed(ctx context.Context, a inbox.Account, callback string) (bool, error) {
	if err := c.known(a); err != nil {
		return false, err
	}
	h, err := c.webhook(ctx, callback)
	if err != nil || h == nil || h.Valid != nil && !bool(*h.Valid) {
		return false, err
	}
	if c.cfg.Accounts[a.Remote].Activity {
		missing, err := c.missing(ctx, a, string(h.ID))
		for _, w := range missing {
			if w.must {
				return false, err
			}
		}
		return err == nil, err
	}
	var is struct {
		Data struct {
			Subscribed lax.Bool `json:"subscribed"`
		} `json:"data"`
	}
	err = c.call(ctx, c.as(a, opHooks, http.MethodGet, subscriptions(string(h.ID))), &is)
	if connectors.ClassOf(err) == connectors.Gone {
		return false, nil
	}
	return bool(is.Data.Subscribed), err
}

func subscriptions(webhook string) string {
	return "/2/account_activity/webhooks/" + url.PathEscape(webhook) + "/subscriptions/all"
}
