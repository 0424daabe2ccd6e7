package xapi

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
)

// webhook is a registered callback.
type webhook struct {
	id      string
	url     string
	created time.Time
	valid   bool
	checked time.Time // the last check that succeeded
	users   []*user   // subscribed
	queue   *delivery.Queue
}

// Response is what a callback answers to a challenge (docs.x.com, "Webhooks: challenge-response checks").
func Response(consumerSecret, token string) string { return sign(consumerSecret, []byte(token)) }

// sign is HMAC-SHA256 in the form that X uses for challenges and for the signature header.
func sign(consumerSecret string, message []byte) string {
	mac := hmac.New(sha256.New, []byte(consumerSecret))
	mac.Write(message)
	return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func webhookProblem(status int, title, detail string) *problem {
	return &problem{
		status: status, Title: title, Detail: detail, Status: status, Type: "https://api.x.com/2/problems/invalid-request",
		Errors: []problemError{{Message: title + ": " + detail}},
	}
}

func (w *webhook) object() values {
	return values{"id": w.id, "url": w.url, "valid": w.valid, "created_at": w.created.UTC().Format(isoTime)}
}

// createWebhook registers a callback after a challenge.
func (x *X) createWebhook(c *call) (int, any, *problem) {
	var req struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(c.body, &req); err != nil || req.URL == "" {
		return 0, nil, invalid("url", req.URL, "$.url: is missing but it is required")
	}
	if err := x.checkURL(req.URL); err != nil {
		return 0, nil, webhookProblem(http.StatusBadRequest, "UrlValidationFailed", err.Error())
	}
	if err := x.challenge(c.r.Context(), req.URL); err != nil {
		return 0, nil, webhookProblem(http.StatusBadRequest, "CrcValidationFailed", err.Error())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if slices.ContainsFunc(x.webhooks, func(w *webhook) bool { return w.url == req.URL }) {
		return 0, nil, webhookProblem(http.StatusConflict, "DuplicateUrlFailed", "The URL is registered already.")
	}
	if len(x.webhooks) >= x.cfg.MaxWebhooks {
		return 0, nil, webhookProblem(http.StatusForbidden, "WebhookLimitExceeded", "The app has as many webhooks as it may have.")
	}
	now := x.deps.Now()
	w := &webhook{id: strconv.FormatUint(x.nextID(time.Time{}), 10), url: req.URL, created: now, valid: true, checked: now}
	w.queue = x.deps.Courier.Open(delivery.Target{
		Name: "x:" + w.id,
		URL:  w.url,
		Compose: func(changes []delivery.Change) []byte {
			return changes[0].Body // one event a POST
		},
		Sign: func(h http.Header, body []byte) {
			h.Set("x-twitter-webhooks-signature", sign(x.cfg.ConsumerSecret, body))
		},
		Batch:   1,
		Timeout: 10 * time.Second,
		Retry: func(_ string, failed int) (time.Duration, bool) {
			return time.Duration(float64(failed) * float64(time.Minute) / x.deps.Speed), failed <= x.cfg.Retries
		},
	})
	x.webhooks = append(x.webhooks, w)
	return http.StatusOK, values{"data": w.object()}, nil
}

// checkURL refuses an address that X would not call: it wants https, no port, and at most 200 characters. Plain http on this machine,
// on any port, is accepted only because Deps.AllowLoopback asks for it, so that a desk can be tried without certificates.
func (x *X) checkURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return errors.New("the URL cannot be read")
	case len(address) > 200:
		return errors.New("the URL is longer than 200 characters")
	case u.Scheme == "http" && x.deps.AllowLoopback && net.ParseIP(u.Hostname()).IsLoopback():
		return nil
	case u.Scheme != "https":
		return errors.New("the URL is not https")
	case u.Port() != "":
		return errors.New("the URL names a port")
	}
	return nil
}

// errTolerated is a failure of a check that may pass: the callback answered 4xx, 5xx or not at all.
var errTolerated = errors.New("the callback could not be asked")

// challenge runs a challenge-response check. An error that is not errTolerated makes a webhook invalid at once.
func (x *X) challenge(ctx context.Context, callback string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, callback, nil)
	if err != nil {
		return err
	}
	token := rand.Text()
	q := req.URL.Query()
	q.Set("crc_token", token)
	q.Set("nonce", rand.Text())
	req.URL.RawQuery = q.Encode()
	resp, err := x.deps.Courier.Client().Do(req)
	if untrusted := new(tls.CertificateVerificationError); errors.As(err, &untrusted) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errTolerated, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	switch {
	case err != nil || resp.StatusCode >= 400:
		return fmt.Errorf("%w: status %d", errTolerated, resp.StatusCode)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("the callback answered with status %d", resp.StatusCode)
	}
	var answer struct {
		Token string `json:"response_token"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("the answer is not JSON: %w", err)
	}
	if !hmac.Equal([]byte(answer.Token), []byte(Response(x.cfg.ConsumerSecret, token))) {
		return errors.New("the response token is wrong")
	}
	return nil
}

// patience is how long checks may fail before a webhook becomes invalid.
const patience = 28 * time.Hour

// Run checks the registered callbacks every hour of X's time until ctx ends.
func (x *X) Run(ctx context.Context) {
	t := time.NewTicker(max(time.Duration(float64(time.Hour)/x.deps.Speed), time.Second))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			x.CheckWebhooks(ctx)
		}
	}
}

// CheckWebhooks runs the hourly check of every callback.
func (x *X) CheckWebhooks(ctx context.Context) {
	x.mu.RLock()
	hooks := slices.Clone(x.webhooks)
	x.mu.RUnlock()
	for _, w := range hooks {
		x.check(ctx, w, false)
	}
}

// check asks one callback and books what it says. A webhook that became invalid stays so until its owner has it asked again (docs.x.com,
// "Webhooks: validate").
func (x *X) check(ctx context.Context, w *webhook, again bool) {
	err := x.challenge(ctx, w.url)
	if ctx.Err() != nil {
		return
	}
	now := x.deps.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case err == nil:
		w.valid, w.checked = w.valid || again, now
	case !errors.Is(err, errTolerated) || float64(now.Sub(w.checked))*x.deps.Speed > float64(patience):
		w.valid = false
		x.deps.Log.Info("x webhook is invalid now", "id", w.id, "err", err)
	}
}

func (x *X) listWebhooks(*call) (int, any, *problem) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	data := []values{}
	for _, w := range x.webhooks {
		data = append(data, w.object())
	}
	return http.StatusOK, values{"data": data, "meta": values{"result_count": len(data)}}, nil
}

// webhook finds the one in the path. The caller holds the lock.
func (x *X) webhook(c *call) (*webhook, *problem) {
	id := c.r.PathValue("id")
	for _, w := range x.webhooks {
		if w.id == id {
			return w, nil
		}
	}
	return nil, webhookProblem(http.StatusNotFound, "WebhookIdInvalid", "There is no webhook with the id "+strconv.Quote(id)+".")
}

func (x *X) validateWebhook(c *call) (int, any, *problem) {
	x.mu.RLock()
	w, p := x.webhook(c)
	x.mu.RUnlock()
	if p != nil {
		return 0, nil, p
	}
	x.check(c.r.Context(), w, true)
	return http.StatusOK, values{"data": values{"attempted": true}}, nil
}

func (x *X) deleteWebhook(c *call) (int, any, *problem) {
	x.mu.Lock()
	defer x.mu.Unlock()
	w, p := x.webhook(c)
	if p != nil {
		return 0, nil, p
	}
	x.webhooks = slices.DeleteFunc(x.webhooks, func(other *webhook) bool { return other == w })
	x.asked = slices.DeleteFunc(x.asked, func(s *subscription) bool { return s.hook == w })
	x.deps.Courier.End(w.queue)
	return http.StatusOK, values{"data": values{"deleted": true}}, nil
}
