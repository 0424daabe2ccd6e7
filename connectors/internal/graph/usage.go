package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
)

// load is how much of a limit is used, in percent (Graph API, "Rate limits").
type load struct {
	Kind    lax.Text `json:"type"` // of a business: pages, messenger, instagram ...
	Calls   lax.Int  `json:"call_count"`
	CPU     lax.Int  `json:"total_cputime"`
	Time    lax.Int  `json:"total_time"`
	Minutes lax.Int  `json:"estimated_time_to_regain_access"`
}

func (l load) percent() int { return int(max(l.Calls, l.CPU, l.Time)) }
func (l load) regain() time.Duration {
	return time.Duration(min(max(l.Minutes, 0), 1440)) * time.Minute
}

// bucket is a limit: of whom, and of a business or page which of its limits. An answer tells of the limit that its call counts against, and
// of no other.
type bucket struct{ id, kind string }

// appBucket is the app's own load.
const appBucket = "app"

// pageBucket is the load of the page whose token a call bore: the header does not name the page.
func pageBucket(token connectors.Secret) bucket {
	sum := sha256.Sum256([]byte(token.Reveal()))
	return bucket{id: hex.EncodeToString(sum[:]), kind: "page"}
}

// note records the usage headers of the answer to a call that bore a token.
func (c *Client) note(token connectors.Secret, h http.Header) {
	app, page := h.Get("X-App-Usage"), h.Get("X-Page-Usage")
	business := businessUsage(h)
	if app == "" && page == "" && len(business) == 0 {
		return
	}
	now := c.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	keep := func(b bucket, l load) {
		if _, known := c.usage[b]; known || len(c.usage) < maxBuckets {
			c.usage[b] = connectors.Usage{Percent: l.percent(), Regain: l.regain(), At: now}
		}
	}
	for b, header := range map[bucket]string{{id: appBucket}: app, pageBucket(token): page} {
		var l load
		if header != "" && json.Unmarshal([]byte(header), &l) == nil {
			keep(b, l)
		}
	}
	for b, l := range business {
		keep(b, l)
	}
}

// maxBuckets bounds what is remembered; the platform names at most 32 in an answer.
const maxBuckets = 1000

// businessUsage reads X-Business-Use-Case-Usage.
func businessUsage(h http.Header) map[bucket]load {
	header := h.Get("X-Business-Use-Case-Usage")
	if header == "" {
		return nil
	}
	var all map[string][]load
	if json.Unmarshal([]byte(header), &all) != nil {
		return nil // a header that cannot be read tells nothing
	}
	out := make(map[bucket]load, len(all))
	for id, kinds := range all {
		for _, l := range kinds {
			b := bucket{id, string(l.Kind)}
			if top, twice := out[b]; !twice || l.percent() >= top.percent() {
				l.Minutes = max(l.Minutes, top.Minutes)
				out[b] = l
			}
		}
	}
	return out
}

// Usage is the highest load that concerns a page or account and the token of its calls, of those told within the last hour.
func (c *Client) Usage(id string, token connectors.Secret) connectors.Usage {
	page := pageBucket(token)
	c.mu.Lock()
	defer c.mu.Unlock()
	var top connectors.Usage
	for b, u := range c.usage {
		if b.id != appBucket && b.id != id && b != page {
			continue
		}
		if c.cfg.Now().Sub(u.At) < time.Hour && (u.Percent > top.Percent || top.At.IsZero()) {
			top = u
		}
	}
	return top
}
