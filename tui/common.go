package tui

import (
	"log/slog"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// common is what every pane of a session needs: who sits here, how to speak and how to draw. It belongs to Update and View.
type common struct {
	seat  *inbox.Seat
	t     *words
	theme *ui.Theme
	names ui.KeyNames
	clock func() time.Time
	rules func(id string, version int64) (RuleText, bool)
	log   *slog.Logger
	begun time.Time // when the session began
}

// now is the time in the desk's place.
func (c *common) now() time.Time { return c.clock().In(c.seat.Desk().Location) }

// dir is the desk's setup as of now.
func (c *common) dir() *inbox.Directory { return c.seat.Desk().Directory() }

// me is the seat's user as of now: a role may have changed since.
func (c *common) me() inbox.User {
	if u, ok := c.dir().Users[c.seat.User.ID]; ok {
		return u
	}
	return c.seat.User
}

// user names somebody of the desk; the seat's own user is "you".
func (c *common) user(id inbox.UserID) text.Safe {
	if id == c.seat.User.ID {
		return c.t.T("tui.you")
	}
	return c.colleague(id)
}

func (c *common) colleague(id inbox.UserID) text.Safe {
	if name := text.CleanLine(c.dir().UserName(id)); name != "" {
		return name
	}
	return c.t.T("tui.somebody")
}

// person names a citizen.
func (c *common) person(id inbox.Identity) text.Safe {
	switch {
	case id.Name != "":
		return text.CleanLine(id.Name)
	case id.Handle != "":
		return text.CleanLine("@" + id.Handle)
	case id.ID != 0:
		return c.t.T("tui.unnamed")
	}
	return c.t.T("tui.unshown")
}

// personShort names a citizen where there is little room.
func (c *common) personShort(id inbox.Identity) text.Safe {
	if id.ID == 0 && id.Name == "" && id.Handle == "" {
		return c.t.T("tui.row.unshown")
	}
	return c.person(id)
}

// account names an account of ours as the platform shows it.
func (c *common) account(id inbox.AccountID) text.Safe {
	a := c.dir().Accounts[id]
	if a.Title != "" {
		return text.CleanLine(a.Title)
	}
	return text.CleanLine(a.Name)
}

// queue names a queue.
func (c *common) queue(id inbox.QueueID) text.Safe {
	if q := c.dir().Queue(id); q != nil {
		return text.CleanLine(q.Name)
	}
	return ""
}

// topic is the path of a topic.
func (c *common) topic(id inbox.TopicID) text.Safe { return text.CleanLine(c.dir().TopicPath(id)) }

// badge is a channel in two letters.
func badge(ch inbox.Channel) ui.Span {
	switch ch {
	case inbox.Facebook:
		return ui.Mark1.Span("FB")
	case inbox.Instagram:
		return ui.Mark2.Span("IG")
	case inbox.X:
		return ui.Mark3.Span("X")
	}
	return ui.Dim.Span(text.CleanLine(string(ch)))
}

// stamp is a moment in a thread: a time of day, with the day before it in the last week, or the date.
func (c *common) stamp(at time.Time) text.Safe {
	now := c.now()
	at = at.In(now.Location())
	if days := daysBetween(at, now); days > 0 && days < 7 {
		return c.t.T("day."+strings.ToLower(at.Format("Mon"))) + " " + c.t.Clock(at)
	}
	return c.t.When(at, now)
}

// daysBetween is how many midnights lie between two moments of the same place.
func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(b).Sub(day(a)).Hours() / 24)
}

// title is the first line of a pane: a name, more behind it, and something on the right.
func (c *common) title(width int, focus bool, name text.Safe, more, right ui.Line) string {
	tok := ui.Dim
	if focus {
		tok = ui.Title
	}
	st := ui.Status{Left: []ui.Segment{{Line: append(ui.Line{ui.Text.Span("  "), tok.Span(name)}, more...)}}}
	if !right.Empty() {
		st.Right = []ui.Segment{{Line: append(right, ui.Text.Span(" ")), Drop: 1}}
	}
	return st.View(c.theme, width, ui.Plain)
}

// rule is a thin line across.
func (c *common) ruler(width int) string {
	line := make([]byte, 0, 3*width)
	for range width {
		line = append(line, c.theme.Glyphs.HLine...)
	}
	return c.theme.Line(ui.Border.Line(text.Safe(line)), width, ui.Plain)
}

// bullet stands between two things on a line.
func (c *common) bullet() ui.Span { return ui.Dim.Span(text.Safe(" " + c.theme.Glyphs.Bullet + " ")) }

// flow puts parts on lines, with bullets between them, and breaks a line between two parts where it can.
func (c *common) flow(parts []ui.Line, width int) []ui.Line {
	var out []ui.Line
	used := 0
	for _, p := range parts {
		w := c.theme.Width(p.Plain())
		if len(out) > 0 && used+3+w <= width {
			last := len(out) - 1
			out[last] = append(append(out[last], c.bullet()), p...)
			used += 3 + w
			continue
		}
		rows := c.theme.Wrap(p, width)
		for _, r := range rows {
			out = append(out, append(ui.Line(nil), r...))
		}
		used = c.theme.Width(rows[len(rows)-1].Plain())
	}
	return out
}

// fitting puts bullets between as many parts, from the first, as have room in width: what matters least goes whole, and is not cut.
func (c *common) fitting(parts []ui.Line, width int) ui.Line {
	var out ui.Line
	used := 0
	for i, p := range parts {
		w := c.theme.Width(p.Plain())
		if i > 0 {
			if used+3+w > width {
				break
			}
			out = append(out, c.bullet())
			used += 3
		}
		out = append(out, p...)
		used += w
	}
	return out
}
