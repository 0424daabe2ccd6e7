package instagram

import (
	"time"

	"lytter/inbox"
)

// Can implements connectors.Connector.
func (c *Connector) Can(_ inbox.Account, m inbox.Message, do inbox.Action, _ time.Time) inbox.Capability {
	if do != inbox.ActReply || m.Kind != inbox.Comment {
		return inbox.Capability{Reason: inbox.Why("refused.not_supported")}
	}
	return inbox.Capability{Allowed: true, MaxText: c.cfg.MaxText, Measure: inbox.CountRunes}
}
