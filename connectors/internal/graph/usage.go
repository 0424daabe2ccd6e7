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
	Calls   lax.Int `json:"call_count"`
	CPU     lax.Int `json:"total_cputime"`
	Time    lax.Int `json:"total_time"`
	Minutes lax.Int `json:"estimated_time_to_regain_access"`
}

func (l load) percent() int { return int(max(l.Calls, l.CPU, l.Time)) }
func (l load) regain() time.Duration {
	return time.Duration(min(max(l.Minutes, 0), 1440)) * time.Minute
}

// appBucket is the name under which the app's own load is kept.
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
			c.usage[name] = connectors.Usage{Percent: l.percent(), Regain: l.regain(), At: now}
		}
	}
	for id, l := range business {
		if _, known := c.usage[id]; known || len(c.usage) < maxBuckets {
			c.usage[id] = connectors.Usage{Percent: l.percent(), Regain: l.regain(), At: now}
		}
	}
}

// maxBuckets bounds what is remembered; the platform names at most 32 in an answer.
const maxBuckets = 1000

// businessUsage reads X-Business-Use-Case-Usage: by page or business, the highest load of its kinds.
func businessUsage(h http.Header) map[string]load {
	header := h.Get("X-Business-Use-Case-Usage")
	if header == "" {
		return nil
	}
	var all map[string][]load
	if json.Unmarshal([]byte(header), &all) != nil {
		return nil // a header that cannot be read tells nothing
	}
	out := make(map[string]load, len(all))
	for id, kinds := range all {
		var top load
		for _, l := range kinds {
			if l.percent() >= top.percent() {
				l.Minutes = max(l.Minutes, top.Minutes)
				top = l
			}
		}
		out[id] = top
	}
	return out
}

// Usage is the highest load that concerns a page or account, of those told within the last hour.
func (c *Client) Usage(id string) connectors.Usage {
	c.mu.Lock()
	defer c.mu.Unlock()
	var top connectors.Usage
	for _, name := range []string{appBucket, id} {
		u := c.usage[name]
		if c.cfg.Now().Sub(u.At) < time.Hour && (u.Percent > top.Percent || top.At.IsZero()) {
			top = u
		}
	}
	return top
}
