package facebook

import (
	"time"

	"lytter/inbox"
)

// Can implements connectors.Connector. A comment may be answered as long as it is there, also while it is hidden (Graph API reference,
// "Object comments").
func (c *Connector) Can(_ inbox.Account, m inbox.Message, do inbox.Action, _ time.Time) inbox.Capability {
	if do != inbox.ActReply {
		return inbox.Capability{Reason: inbox.Why("refused.not_supported")}
	}
	switch m.Kind {
	case inbox.Comment, inbox.Post:
		return inbox.Capability{Allowed: true, MaxText: c.cfg.MaxText, Measure: inbox.CountRunes}
	}
	return inbox.Capability{Reason: inbox.Why("refused.not_supported")}
}
