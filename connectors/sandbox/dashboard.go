package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/meta"
	"lytter/connectors/sandbox/internal/xapi"
	"lytter/connectors/sandbox/ledger"
)

// Callbacks are where a desk wants its webhooks. An empty address leaves that platform alone.
type Callbacks struct {
	Facebook    string
	Instagram   string
	X           string
	VerifyToken string // that Meta shows in its handshake
}

// Subscribe does what an operator does once, by the platforms' own APIs: it registers the callbacks, which have to answer the
// handshakes, and subscribes every account. A desk that does this by itself does not need it.
func Subscribe(ctx context.Context, h Handshake, to Callbacks) error {
	d := dashboard{ctx: ctx, h: h}
	appToken := h.Meta.AppID + "|" + h.Meta.AppSecret
	for _, object := range []struct{ name, callback, field string }{
		{"page", to.Facebook, "feed"}, {"instagram", to.Instagram, "comments"},
	} {
		if object.callback == "" {
			continue
		}
		err := d.graph(h.Meta.AppID+"/subscriptions", url.Values{
			"access_token": {appToken}, "object": {object.name}, "callback_url": {object.callback}, "verify_token": {to.VerifyToken},
			"fields": {object.field}, "include_values": {"true"},
		})
		if err != nil {
			return err
		}
	}
	if to.Facebook != "" || to.Instagram != "" {
		for _, a := range h.Accounts {
			if a.Channel != ledger.Facebook {
				continue
			}
			err := d.graph(a.ID+"/subscribed_apps", url.Values{
				"access_token": {a.Token}, "appsecret_proof": {meta.Proof(h.Meta.AppSecret, a.Token)}, "subscribed_fields": {"feed"},
			})
			if err != nil {
				return err
			}
		}
	}
	if to.X == "" {
		return nil
	}
	return d.x(to.X)
}

type dashboard struct {
	ctx context.Context
	h   Handshake
}

func (d dashboard) graph(path string, form url.Values) error {
	req, err := http.NewRequestWithContext(d.ctx, http.MethodPost, d.h.Graph+"/v26.0/"+path, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("sandbox: subscribing: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, err = d.send(req)
	return err
}

func (d dashboard) x(callback string) error {
	body, err := json.Marshal(map[string]string{"url": callback})
	if err != nil {
		return fmt.Errorf("sandbox: subscribing: %w", err)
	}
	req, err := http.NewRequestWithContext(d.ctx, http.MethodPost, d.h.X+"/2/webhooks", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("sandbox: subscribing: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+d.h.XApp.BearerToken)
	answer, err := d.send(req)
	if err != nil {
		return err
	}
	var created struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(answer, &created); err != nil {
		return fmt.Errorf("sandbox: subscribing: %w", err)
	}
	for _, a := range d.h.Accounts {
		if a.Channel != ledger.X {
			continue
		}
		path := "/2/account_activity/webhooks/" + created.Data.ID + "/subscriptions/all"
		req, err := http.NewRequestWithContext(d.ctx, http.MethodPost, d.h.X+path, nil)
		if err != nil {
			return fmt.Errorf("sandbox: subscribing: %w", err)
		}
		req.Header.Set("Authorization", oauth1Header(d.h.XApp, a, http.MethodPost, "https://api.x.com"+path, time.Now()))
		if _, err := d.send(req); err != nil {
			return err
		}
	}
	return nil
}

// oauth1Header signs a request without parameters.
func oauth1Header(app XKeys, a Access, method, address string, now time.Time) string {
	params := [][2]string{
		{"oauth_consumer_key", app.ConsumerKey},
		{"oauth_nonce", rand.Text()},
		{"oauth_signature_method", "HMAC-SHA1"},
		{"oauth_timestamp", strconv.FormatInt(now.Unix(), 10)},
		{"oauth_token", a.Token},
		{"oauth_version", "1.0"},
	}
	params = append(params, [2]string{"oauth_signature", xapi.SignOAuth1(method, address, params, app.ConsumerSecret, a.Secret)})
	parts := make([]string, len(params))
	for i, p := range params {
		parts[i] = p[0] + `="` + url.QueryEscape(p[1]) + `"` // no value here holds a space, where the two encodings differ
	}
	return "OAuth " + strings.Join(parts, ", ")
}

// send makes a call and returns its body. Anything but a success is an error with the platform's own words.
func (d dashboard) send(req *http.Request) ([]byte, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("sandbox: subscribing: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("sandbox: subscribing: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, fmt.Errorf("sandbox: subscribing: %s %s: status %d: %s", req.Method, req.URL.Path, resp.StatusCode, body)
	}
	return body, nil
}
