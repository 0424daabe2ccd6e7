package graph

import (
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

// note records the usage headers of an answer.
func (c *Client) note(h http.Header) {
	app, page := h.Get("X-App-Usage"), h.Get("X-Page-Usage")
	business := businessUsage(h)
	if app == "" && page == "" && len(business) == 0 {
		return
	}
	now := c.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, header := range map[string]string{appBucket: app, "page": page} {
		var l load
		if header != "" && json.Unmarshal([]byte(header), &l) == nil {
			c.usage[bucket{id: name}] = connectors.Usage{Percent: l.percent(), Regain: l.regain(), At: now}
		}
	}
	for b, l := range business {
		if _, known := c.usage[b]; known || len(c.usage) < maxBuckets {
			c.usage[b] = connectors.Usage{Percent: l.percent(), Regain: l.regain(), At: now}
		}
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

// Usage is the highest load that concerns a page or account, of those told within the last hour.
func (c *Client) Usage(id string) connectors.Usage {
	c.mu.Lock()
	defer c.mu.Unlock()
	var top connectors.Usage
	for b, u := range c.usage {
		if b.id != appBucket && b.id != id {
			continue
		}
		if c.cfg.Now().Sub(u.At) < time.Hour && (u.Percent > top.Percent || top.At.IsZero()) {
			top = u
		}
	}
	return top
}
