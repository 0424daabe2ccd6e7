package facebook

import (
	"time"

	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// How long the platform takes private messages to somebody (Messenger Platform, "Messaging windows", "Private replies").
const (
	window      = 24 * time.Hour     // after their last message
	humanWindow = 7 * 24 * time.Hour // the same, with the feature Human Agent
	privateFor  = 7 * 24 * time.Hour // after their comment
)

// Can implements connectors.Connector. A comment may be answered as long as it is there, also while it is hidden (Graph API reference,
// "Object comments"); what stands on others' walls can be answered and liked, and no more.
func (c *Connector) Can(_ inbox.Account, m inbox.Message, do inbox.Action, now time.Time) inbox.Capability {
	if m.Kind == inbox.Direct {
		return c.canDirect(m, do, now)
	}
	switch m.Kind {
	case inbox.Comment, inbox.Post, inbox.Mention, inbox.Review:
	default:
		return no("refused.not_supported")
	}
	text := inbox.Capability{Allowed: true, MaxText: c.cfg.MaxText, Measure: inbox.CountRunes, Files: commentFiles()}
	yes := inbox.Capability{Allowed: true}
	ours := m.Direction == inbox.Out
	switch do {
	case inbox.ActReply:
		return text
	case inbox.ActLike, inbox.ActUnlike:
		if m.Kind == inbox.Review {
			return no("refused.not_supported")
		}
		return yes
	case inbox.ActEdit:
		return text
	case inbox.ActHide, inbox.ActUnhide:
		if m.Kind != inbox.Comment {
			return no("refused.only_comments")
		}
		return yes
	case inbox.ActDelete:
		if !ours && m.Kind != inbox.Comment && m.Kind != inbox.Post {
			return no("refused.elsewhere")
		}
		return yes
	case inbox.ActPrivate:
		if m.Kind != inbox.Comment && m.Kind != inbox.Post {
			return no("refused.only_comments")
		}
		// Of files "Private replies" says nothing: it is one message, and the person must write before there is a second.
		may := inbox.Capability{Allowed: true, MaxText: c.cfg.MaxDirect, Measure: inbox.CountRunes, NoFiles: inbox.Why("refused.no_files_private")}
		return within(may, m, privateFor, now)
	case inbox.ActBlock, inbox.ActUnblock:
		return knows(m)
	}
	return no("refused.not_supported")
}

// canDirect is Can of a private message. Nothing that was said there can be taken back or changed by API.
func (c *Connector) canDirect(m inbox.Message, do inbox.Action, now time.Time) inbox.Capability {
	switch do {
	case inbox.ActReply:
		if m.Standby {
			return no("refused.standby")
		}
		d := window
		if c.cfg.HumanAgent {
			d = humanWindow
		}
		may := inbox.Capability{Allowed: true, MaxText: c.cfg.MaxDirect, Measure: inbox.CountRunes, Files: graph.DirectFiles(), FilesAlone: true}
		return within(may, m, d, now)
	case inbox.ActBlock, inbox.ActUnblock:
		return knows(m)
	case inbox.ActPrivate, inbox.ActHide, inbox.ActUnhide, inbox.ActDelete, inbox.ActLike, inbox.ActUnlike, inbox.ActEdit:
		return no("refused.private_message")
	}
	return no("refused.not_supported")
}

// within closes a possibility so long after a message.
func within(may inbox.Capability, m inbox.Message, d time.Duration, now time.Time) inbox.Capability {
	until := m.At.Add(d)
	if !now.Before(until) {
		return inbox.Capability{Reason: inbox.Why("refused.window_closed", "Hours", int(d/time.Hour), "Until", until.UTC().Format(time.RFC3339)), Until: until}
	}
	may.Until = until
	return may
}

// knows allows what needs the id of who wrote a message.
func knows(m inbox.Message) inbox.Capability {
	if m.Author == 0 {
		return no("refused.no_person")
	}
	return inbox.Capability{Allowed: true}
}

func no(key string) inbox.Capability { return inbox.Capability{Reason: inbox.Why(key)} }
