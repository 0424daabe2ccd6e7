package twitter

import (
	"strings"
	"time"

	"lytter/inbox"
)

// maxDirect is how long a direct message may be, in signs. X's own refusal is the final word.
const maxDirect = 10_000

// Can implements connectors.Connector.
func (c *Connector) Can(a inbox.Account, m inbox.Message, do inbox.Action, _ time.Time) inbox.Capability {
	switch m.Kind {
	case inbox.Mention:
		return c.canPost(a, m, do)
	case inbox.Direct:
		return canDirect(m, do)
	}
	return no("refused.not_supported")
}

func no(key string, args ...any) inbox.Capability {
	return inbox.Capability{Reason: inbox.Why(key, args...)}
}

// canPost tells about a post. Self-serve apps may answer by API only those who named or quoted the account, and may not like (X developer
// changelog, 2026-02-23 and 2026-04-20). Replies can be hidden in conversations that we began; that it is one of those X alone knows.
func (c *Connector) canPost(a inbox.Account, m inbox.Message, do inbox.Action) inbox.Capability {
	theirs := m.Direction != inbox.Out
	switch do {
	case inbox.ActReply:
		if c.cfg.Tier == SelfServe && a.Handle != "" && !names(m.Text, a.Handle) && !quotes(m, a.Handle) {
			return no("refused.not_summoned", "Handle", a.Handle)
		}
		most := c.cfg.Accounts[a.Remote].MaxText
		if most <= 0 {
			most = 280
		}
		return inbox.Capability{Allowed: true, MaxText: most, Measure: inbox.CountX, Files: postFiles(postPictures), Alt: true}
	case inbox.ActPrivate:
		if m.Author == 0 && theirs {
			return no("refused.no_person")
		}
		return writes()
	case inbox.ActHide, inbox.ActUnhide:
		if m.Parent == "" {
			return no("x.hide")
		}
		return inbox.Capability{Allowed: true}
	case inbox.ActDelete:
		if theirs {
			return no("x.delete_theirs")
		}
		return inbox.Capability{Allowed: true}
	case inbox.ActLike, inbox.ActUnlike:
		if c.cfg.Tier == SelfServe {
			return no("x.like")
		}
		return inbox.Capability{Allowed: true}
	case inbox.ActEdit:
		return no("x.edit")
	case inbox.ActBlock, inbox.ActUnblock:
		return no("x.block")
	}
	return no("refused.not_supported")
}

// writes allows a direct message.
func writes() inbox.Capability {
	return inbox.Capability{Allowed: true, MaxText: maxDirect, Measure: inbox.CountRunes, Files: postFiles(directPictures), Alt: true}
}

// canDirect tells about a direct message. One that is deleted goes from our own view of it alone, so that is not offered. X can refuse to
// take further direct messages from a person, and nothing more than that of blocking by API.
func canDirect(m inbox.Message, do inbox.Action) inbox.Capability {
	switch do {
	case inbox.ActReply:
		for _, x := range m.Media {
			if x.Type == "unsupported" && x.Name == encrypted {
				return no("x.encrypted")
			}
		}
		return writes()
	case inbox.ActBlock, inbox.ActUnblock:
		if m.Author == 0 {
			return no("refused.no_person")
		}
		return inbox.Capability{Allowed: true}
	case inbox.ActDelete:
		return no("x.delete_direct")
	case inbox.ActEdit:
		return no("x.edit")
	}
	return no("refused.not_supported")
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

// quotes reports whether a message quotes a post of a handle: X counts a link to it as a quote.
func quotes(m inbox.Message, handle string) bool {
	at := "/" + strings.ToLower(handle) + "/status/"
	links := func(s string) bool {
		s = strings.ToLower(s)
		return strings.Contains(s, "//x.com"+at) || strings.Contains(s, "//twitter.com"+at)
	}
	for _, x := range m.Media {
		if x.Type == "share" && links(x.URL) {
			return true
		}
	}
	return links(m.Text)
}
