package twitter

import (
	"strings"
	"time"

	"lytter/inbox"
)

// Can implements connectors.Connector. Self-serve apps may answer by API only those who named or quoted the account (X developer
// changelog, 2026-02-23).
func (c *Connector) Can(a inbox.Account, m inbox.Message, do inbox.Action, _ time.Time) inbox.Capability {
	if do != inbox.ActReply || m.Kind != inbox.Mention {
		return inbox.Capability{Reason: inbox.Why("refused.not_supported")}
	}
	if c.cfg.SelfServe && a.Handle != "" && !names(m.Text, a.Handle) && !quotes(m, a.Handle) {
		return inbox.Capability{Reason: inbox.Why("refused.not_summoned", "Handle", a.Handle)}
	}
	most := c.cfg.Accounts[a.Remote].MaxText
	if most <= 0 {
		most = 280
	}
	return inbox.Capability{Allowed: true, MaxText: most, Measure: inbox.CountX}
}

// names reports whether a text has a handle in it, as a whole word.
func names(text, handle string) bool {
	low, want := strings.ToLower(text), "@"+strings.ToLower(handle)
	for {
		i := strings.Index(low, want)
		if i < 0 {
			return false
		}
		low = low[i+len(want):]
		if low == "" || !wordByte(low[0]) {
			return true
		}
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quotes reports whether a message quotes a post of a handle.
func quotes(m inbox.Message, handle string) bool {
	for _, x := range m.Media {
		if x.Type == "share" && strings.HasPrefix(strings.ToLower(x.URL), "https://x.com/"+strings.ToLower(handle)+"/status/") {
			return true
		}
	}
	return false
}
