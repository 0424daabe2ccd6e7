package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// queryColumn gives the column of a query's error, from 1.
func queryColumn(err error, q string) (int, bool) {
	var qe *query.Error
	if !errors.As(err, &qe) {
		return 0, false
	}
	return qe.Column(q), true
}

// shown is what `lytter show --json` prints.
type shown struct {
	hit
	Post     string        `json:"post,omitempty"` // our post that it hangs on
	PostGone bool          `json:"post_removed,omitempty"`
	Messages []shownMsg    `json:"messages"`
	Outgoing []shownOut    `json:"outgoing,omitempty"`
	Why      []shownWhy    `json:"why,omitempty"`
	History  []shownChange `json:"history"`
}

type shownMsg struct {
	Remote    inbox.RemoteID  `json:"remote_id,omitempty"`
	Direction inbox.Direction `json:"direction"`
	By        string          `json:"by"`
	Time      time.Time       `json:"time"`
	Text      string          `json:"text"`
	Edited    bool            `json:"edited,omitempty"`
	Deleted   bool            `json:"deleted,omitempty"`
	Hidden    bool            `json:"hidden,omitempty"`
	Echoed    bool            `json:"echoed,omitempty"`
}

type shownOut struct {
	ID     inbox.OutgoingID    `json:"id"`
	State  inbox.OutgoingState `json:"state"`
	By     string              `json:"by"`
	Text   string              `json:"text"`
	Files  []shownFile         `json:"files,omitempty"`
	Reason string              `json:"reason,omitempty"`
}

type shownFile struct {
	Name string     `json:"name"`
	Alt  string     `json:"alt,omitempty"`
	Hash inbox.Hash `json:"sha256"`
}

type shownWhy struct {
	Topic string   `json:"topic"`
	Rule  string   `json:"rule,omitempty"`
	By    string   `json:"by,omitempty"`
	Words []string `json:"words,omitempty"`
}

type shownChange struct {
	Seq  inbox.Seq        `json:"seq"`
	Time time.Time        `json:"time"`
	Kind inbox.ChangeKind `json:"kind"`
	By   string           `json:"by"`
	Word string           `json:"word,omitempty"`
}

func (p *program) showCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show ID", Short: p.texts.T("cli.show.short"), Args: cobra.ExactArgs(1),
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			id, err := conversationID(args[0])
			if err != nil {
				return err
			}
			o, err := p.seat.Open(ctx, id)
			if err != nil {
				return err
			}
			s, err := p.shown(ctx, o)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(s)
			}
			p.printShown(s)
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	return c
}

func conversationID(s string) (inbox.ConversationID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, inbox.E(inbox.Invalid, "cli", "cli.bad_id", "Value", s)
	}
	return inbox.ConversationID(n), nil
}

func (p *program) shown(ctx context.Context, o *inbox.Opened) (*shown, error) {
	dir := p.seat.Desk().Directory()
	s := &shown{Messages: []shownMsg{}, History: []shownChange{}}
	rows, err := p.seat.Rows(ctx, []inbox.ConversationID{o.ID})
	if err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		s.hit = p.hit(rows[0])
	}
	if o.Post != nil {
		s.Post, s.PostGone = o.Post.Text, !o.Post.DeletedAt.IsZero()
	}
	texts := map[inbox.MessageID]string{}
	for _, m := range o.Msgs {
		by := o.Identities[m.Author].Name
		if m.Direction != inbox.In {
			by = dir.UserName(m.By)
		}
		texts[m.ID] = m.Text
		s.Messages = append(s.Messages, shownMsg{
			Remote: m.Remote, Direction: m.Direction, By: by, Time: m.At, Text: m.Text, Edited: !m.EditedAt.IsZero(),
			Deleted: !m.DeletedAt.IsZero(), Hidden: m.Hidden, Echoed: !m.EchoedAt.IsZero(),
		})
	}
	for _, out := range o.Outgoing {
		so := shownOut{ID: out.ID, State: out.State, By: dir.UserName(out.By), Text: out.Text}
		for _, f := range out.Attachments {
			so.Files = append(so.Files, shownFile{Name: f.Name, Alt: f.Alt, Hash: f.Hash})
		}
		if out.Reason != nil {
			so.Reason = p.texts.Reason(out.Reason)
		}
		s.Outgoing = append(s.Outgoing, so)
	}
	for _, t := range o.Topics {
		if t.Removed {
			continue
		}
		w := shownWhy{Topic: dir.TopicPath(t.Topic), Rule: t.Rule, By: dir.UserName(t.By)}
		for _, h := range t.Hits {
			if word := cut(texts[t.Message], h.Start, h.End); word != "" && !slices.Contains(w.Words, word) {
				w.Words = append(w.Words, word)
			}
		}
		s.Why = append(s.Why, w)
	}
	for _, c := range o.History {
		s.History = append(s.History, shownChange{Seq: c.Seq, Time: c.At, Kind: c.Kind, By: p.actor(c), Word: c.Word})
	}
	return s, nil
}

func cut(s string, from, to int32) string {
	if from < 0 || to <= from || int(to) > len(s) {
		return ""
	}
	return s[from:to]
}

func (p *program) actor(c inbox.Change) string {
	if c.Actor == inbox.ActorUser {
		return p.seat.Desk().Directory().UserName(c.User)
	}
	return p.texts.T("cli.actor." + string(c.Actor))
}

func (p *program) printShown(s *shown) {
	t := p.texts
	loc := p.seat.Desk().Location
	now := p.seat.Desk().Now().In(loc)
	line := func(parts ...string) {
		for i, part := range parts {
			parts[i] = string(text.CleanLine(part))
		}
		fmt.Fprintln(p.out, strings.Join(slices.DeleteFunc(parts, func(x string) bool { return x == "" }), "  "))
	}
	line(strconv.FormatInt(int64(s.ID), 10), t.Word(string(s.Channel)), s.Account, t.Word(string(s.Kind)), t.Word(string(s.Status)), s.Queue)
	if s.TakenBy != "" {
		line(t.T("cli.show.taken", "Name", s.TakenBy))
	}
	switch {
	case s.PostGone:
		line(t.T("cli.show.post"), t.T("cli.show.post_removed"))
	case s.Post != "":
		line(t.T("cli.show.post"), s.Post)
	}
	for _, m := range s.Messages {
		who := m.By
		switch {
		case m.Direction == inbox.Note:
			who = t.T("cli.show.note", "Name", who)
		case m.Direction == inbox.Out:
			who = t.T("cli.show.us", "Name", who)
		case who == "":
			who = t.T("cli.nobody")
		}
		fmt.Fprintf(p.out, "\n%s, %s\n", text.CleanLine(who), t.When(m.Time.In(loc), now))
		if m.Deleted {
			m.Text = t.T("cli.show.deleted")
		}
		for _, l := range text.Wrap(text.Clean(m.Text), 76) {
			fmt.Fprintln(p.out, "  "+string(l))
		}
	}
	for _, o := range s.Outgoing {
		if !o.State.Ended() || o.State == inbox.Rejected {
			fmt.Fprintf(p.out, "\n[%d] %s: %s %s\n", o.ID, t.Word(string(o.State)), text.CleanLine(o.Text), text.CleanLine(o.Reason))
			for _, f := range o.Files {
				fmt.Fprintf(p.out, "    + %s\n", text.CleanLine(f.Name))
			}
		}
	}
	for _, w := range s.Why {
		by := w.Rule
		if by == "" {
			by = w.By
		}
		fmt.Fprintf(p.out, "\n%s  %s\n", text.CleanLine(w.Topic), text.CleanLine(t.T("cli.show.why", "By", by, "Words", strings.Join(w.Words, ", "))))
	}
}

// act is one act on a conversation as a command: `lytter take 12`.
type act struct {
	name, args string
	least      int // arguments behind the conversation
	do         func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error
}

func (p *program) acts() []act {
	rest := func(args []string) string { return strings.Join(args, " ") }
	dir := func(s *inbox.Seat) *inbox.Directory { return s.Desk().Directory() }
	topic := func(s *inbox.Seat, path string) (inbox.TopicID, error) {
		id, ok := dir(s).TopicAt(path)
		if !ok {
			return 0, inbox.E(inbox.Invalid, "cli", "cli.no_topic", "Value", path, "Near", near(path, dir(s).Known(query.Topic)))
		}
		return id, nil
	}
	return []act{
		{"take", "", 0, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, _ []string) error {
			return s.Take(ctx, id)
		}},
		{"release", "", 0, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, _ []string) error {
			return s.Release(ctx, id)
		}},
		{"note", "TEXT", 1, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error {
			return s.Note(ctx, id, rest(args))
		}},
		{"tag", "TOPIC", 1, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error {
			t, err := topic(s, rest(args))
			if err != nil {
				return err
			}
			return s.Tag(ctx, id, t)
		}},
		{"untag", "TOPIC", 1, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error {
			t, err := topic(s, rest(args))
			if err != nil {
				return err
			}
			return s.Untag(ctx, id, t)
		}},
		{"assign", "LOGIN", 1, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error {
			if strings.EqualFold(args[0], "none") || strings.EqualFold(args[0], "ingen") {
				return s.Assign(ctx, id, 0)
			}
			for _, u := range dir(s).Users {
				if strings.EqualFold(u.Login, args[0]) {
					return s.Assign(ctx, id, u.ID)
				}
			}
			return inbox.E(inbox.Invalid, "cli", "assign.nobody")
		}},
		{"escalate", "QUEUE [NOTE]", 1, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error {
			q := dir(s).QueueNamed(args[0])
			if q == nil {
				return inbox.E(inbox.Invalid, "cli", "cli.no_queue", "Value", args[0], "Near", near(args[0], dir(s).Known(query.Queue)))
			}
			return s.Escalate(ctx, id, q.ID, rest(args[1:]))
		}},
		{"close", "[REASON]", 0, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error {
			why := inbox.Answered
			if len(args) > 0 {
				why = inbox.CloseReason(args[0])
			}
			if !slices.Contains(inbox.CloseReasons(), why) {
				return inbox.E(inbox.Invalid, "cli", "cli.no_reason", "Value", args[0])
			}
			return s.Close(ctx, id, why)
		}},
		{"reopen", "", 0, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, _ []string) error {
			return s.Reopen(ctx, id)
		}},
		{"resolve", "sent|again|giveup", 1, func(ctx context.Context, s *inbox.Seat, id inbox.ConversationID, args []string) error {
			what := inbox.Resolution(args[0])
			if !slices.Contains(inbox.Resolutions(), what) {
				return inbox.E(inbox.Invalid, "cli", "cli.no_resolution", "Value", args[0])
			}
			o, err := s.Open(ctx, id)
			if err != nil {
				return err
			}
			for _, out := range o.Outgoing {
				if out.State == inbox.Unknown || out.State == inbox.Held {
					return s.Resolve(ctx, out.ID, what)
				}
			}
			return inbox.E(inbox.Conflict, "cli", "refused.nothing_unsure")
		}},
	}
}

// near names what may have been meant, or what there is.
func near(s string, names []string) string {
	if n := query.Nearest(s, names); len(n) > 0 {
		return strings.Join(n, ", ")
	}
	return strings.Join(names, ", ")
}

// replyCommand answers. As on the screen the conversation is closed when the answer is out and nobody else awaits one, unless told not to.
func (p *program) replyCommand() *cobra.Command {
	var closes bool
	var notCPR string
	var files []string
	enough := func(cmd *cobra.Command, args []string) error {
		if len(files) > 0 { // a picture may say it all
			return cobra.MinimumNArgs(1)(cmd, args)
		}
		return cobra.MinimumNArgs(2)(cmd, args)
	}
	c := &cobra.Command{
		Use: "reply ID TEXT", Short: p.texts.T("cli.act.reply"), Long: p.texts.T("cli.act.reply_long"), Args: enough,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			id, err := conversationID(args[0])
			if err != nil {
				return err
			}
			with, err := p.filesNamed(ctx, files)
			if err != nil {
				return err
			}
			return p.reply(ctx, p.seat, inbox.Reply{Conversation: id, ThenClose: closes, Attachments: with, NotCPR: notCPR}, args[1:])
		}),
	}
	c.Flags().StringArrayVar(&files, "attach", nil, p.texts.T("cli.flag.attach"))
	c.Flags().StringVar(&notCPR, "not-cpr", "", p.texts.T("cli.flag.not_cpr"))
	c.Flags().BoolVar(&closes, "close", true, p.texts.T("cli.flag.close"))
	return c
}

// reply answers; "-" reads the text from standard input.
func (p *program) reply(ctx context.Context, s *inbox.Seat, r inbox.Reply, args []string) error {
	words := strings.Join(args, " ")
	if words == "-" {
		data, err := io.ReadAll(io.LimitReader(p.in, inbox.MaxText+1))
		if err != nil {
			return err
		}
		words = string(data)
	}
	o, err := s.Open(ctx, r.Conversation)
	if err != nil {
		return err
	}
	r.Text, r.Seen = words, o.Seq
	out, err := s.Reply(ctx, r)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, out.ID)
	return nil
}

func (p *program) actCommands() []*cobra.Command {
	out := []*cobra.Command{p.replyCommand(), p.revealCommand()}
	for _, a := range p.acts() {
		out = append(out, &cobra.Command{
			Use: strings.TrimSpace(a.name + " ID " + a.args), Short: p.texts.T("cli.act." + a.name), Args: cobra.MinimumNArgs(1 + a.least),
			RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
				id, err := conversationID(args[0])
				if err != nil {
					return err
				}
				return a.do(ctx, p.seat, id, args[1:])
			}),
		})
	}
	return out
}
