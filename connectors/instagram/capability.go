package instagram

import (
	"time"

	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

const (
	windowUsual   = 24 * time.Hour     // in which a person may be answered in private (Instagram Platform, "Messaging: 24-hour window")
	windowHuman   = 7 * 24 * time.Hour // the same, with the Human Agent feature
	windowPrivate = 7 * 24 * time.Hour // in which a comment may be answered in private ("Private replies")
)

// Can implements connectors.Connector. What goes by rules that the message alone does not tell (that a live video is over, that a
// comment was answered in private from elsewhere) only the platform knows.
func (c *Connector) Can(a inbox.Account, m inbox.Message, do inbox.Action, now time.Time) inbox.Capability {
	var why string
	switch do {
	case inbox.ActLike, inbox.ActUnlike:
		why = "instagram.no_like"
	case inbox.ActEdit:
		why = "instagram.no_edit"
	case inbox.ActBlock, inbox.ActUnblock:
		why = "instagram.no_block"
	case inbox.ActReply:
		return c.canReply(a, m, now)
	case inbox.ActPrivate:
		switch {
		case m.Kind == inbox.Direct:
			why = "refused.private_message"
		case m.Kind != inbox.Comment:
			why = "refused.elsewhere"
		default:
			may := c.canWrite(m, now, windowPrivate)
			may.NoFiles = inbox.Why("refused.no_files_private")
			return may
		}
	case inbox.ActHide, inbox.ActUnhide, inbox.ActDelete:
		switch {
		case m.Kind == inbox.Comment:
			return inbox.Capability{Allowed: true}
		case m.Kind == inbox.Direct:
			why = "refused.private_message"
		default:
			why = "refused.elsewhere"
		}
	default:
		why = "refused.not_supported"
	}
	return inbox.Capability{Reason: inbox.Why(why)}
}

func (c *Connector) canReply(a inbox.Account, m inbox.Message, now time.Time) inbox.Capability {
	public := inbox.Capability{Allowed: true, MaxText: c.cfg.MaxText, Measure: inbox.CountRunes, NoFiles: inbox.Why("instagram.no_files")}
	switch {
	case m.Kind == inbox.Comment:
		return public
	case m.Kind == inbox.Mention && m.Author == 0:
		return inbox.Capability{Reason: inbox.Why("instagram.hashtag")}
	case m.Kind == inbox.Mention && c.cfg.Accounts[a.Remote].Login == InstagramLogin:
		return inbox.Capability{Reason: inbox.Why("instagram.mention_login")}
	case m.Kind == inbox.Mention:
		return public
	case m.Kind != inbox.Direct:
		return inbox.Capability{Reason: inbox.Why("refused.not_supported")}
	case m.Standby:
		return inbox.Capability{Reason: inbox.Why("refused.standby")}
	case c.cfg.HumanAgent:
		return c.withFiles(a, c.canWrite(m, now, windowHuman))
	}
	return c.withFiles(a, c.canWrite(m, now, windowUsual))
}

// withFiles adds what a private message can carry. With Instagram Login the platform only fetches files from public addresses.
func (c *Connector) withFiles(a inbox.Account, may inbox.Capability) inbox.Capability {
	if c.cfg.Accounts[a.Remote].Login == InstagramLogin {
		may.NoFiles = inbox.Why("instagram.files_login")
		return may
	}
	may.Files, may.FilesAlone = graph.DirectFiles(), true
	return may
}

// canWrite allows a private message until some time after m, the person's newest.
func (c *Connector) canWrite(m inbox.Message, now time.Time, within time.Duration) inbox.Capability {
	until := m.At.Add(within)
	if !now.Before(until) {
		return inbox.Capability{Reason: inbox.Why("refused.window_closed", "Hours", int(within.Hours())), Until: until}
	}
	return inbox.Capability{Allowed: true, MaxText: c.cfg.MaxDirect, Measure: inbox.CountBytes, Until: until}
}
