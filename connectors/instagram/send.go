package instagram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Send implements connectors.Connector.
func (c *Connector) Send(ctx context.Context, a inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	d, err := c.door(a)
	if err != nil {
		return connectors.Receipt{}, err
	}
	var id string
	switch o.Kind {
	case inbox.PublicReply:
		id, err = d.reply(ctx, o)
	case inbox.DirectReply:
		id, err = c.write(ctx, d, recipient{ID: string(o.Thread)}, o)
	case inbox.PrivateReply:
		id, err = d.message(ctx, recipient{Comment: string(o.Target)}, o, graph.Params{})
	case inbox.Hide, inbox.Unhide, inbox.Delete:
		return c.moderate(ctx, d, o)
	default:
		err = &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.not_supported")}
	}
	if err != nil {
		return connectors.Receipt{}, err
	}
	if id == "" {
		return connectors.Receipt{}, connectors.Unreadable(http.StatusOK, errors.New("instagram: a message without an id"))
	}
	return connectors.Receipt{Remote: inbox.RemoteID(id)}, nil
}

// created is the answer to what makes something.
type created struct {
	ID      lax.Text `json:"id"`
	Message lax.Text `json:"message_id"`
}

// reply answers a comment, or what names the account on media of others. Instagram has one level of replies: an answer to a reply lands
// below the top comment. Which of the two it is the target does not tell: below media of others it is refused as if it were not there,
// for certain, and then goes the way of mentions (Instagram Platform, "Mentions: reply"), which Instagram Login does not have.
func (d *door) reply(ctx context.Context, o inbox.Outgoing) (string, error) {
	var done created
	err := d.Post(ctx, d.token, string(o.Target)+"/replies", graph.Params{"message": o.Text}, &done)
	if err == nil || connectors.ClassOf(err) != connectors.Gone || connectors.AsError(err).Maybe || d.have.Login == InstagramLogin {
		return string(done.ID), err
	}
	where, lookup := d.mentioned(ctx, string(o.Target))
	if lookup != nil {
		if !graph.Hopeless(lookup) {
			return "", unsent(lookup)
		}
		return "", err
	}
	where["message"] = o.Text
	err = d.Post(ctx, d.token, d.self+"/mentions", where, &done)
	return string(done.ID), err
}

// unsent is an error from before anything was sent.
func unsent(err error) error {
	e := *connectors.AsError(err)
	e.Maybe = false
	return &e
}

// mentioned says where on media of others the account is named by a comment or media.
func (d *door) mentioned(ctx context.Context, id string) (graph.Params, error) {
	var x comment
	err := d.mention(ctx, mentionedComment, id, &x)
	switch {
	case err == nil && x.Media != nil && x.Media.ID != "":
		return graph.Params{"media_id": string(x.Media.ID), "comment_id": id}, nil
	case err != nil && !graph.Hopeless(err):
		return nil, err
	}
	if err := d.mention(ctx, mentionedMedia, id, &media{}); err != nil {
		return nil, err
	}
	return graph.Params{"media_id": id}, nil
}

// recipient is whom a private message is for: somebody in a thread, or who wrote a comment.
type recipient struct {
	ID      string `json:"id,omitempty"`
	Comment string `json:"comment_id,omitempty"`
}

// write sends a private message into a thread. Whether the usual time to answer is over the platform knows best: only what it refuses
// for that is sent anew as a person's own late answer, where the app may (Messenger Platform, "Human Agent").
func (c *Connector) write(ctx context.Context, d *door, to recipient, o inbox.Outgoing) (string, error) {
	id, err := d.message(ctx, to, o, graph.Params{"messaging_type": "RESPONSE"})
	if e := connectors.AsError(err); e == nil || !c.cfg.HumanAgent || e.Maybe || !graph.WindowClosed(e) {
		return id, err
	}
	return d.message(ctx, to, o, graph.Params{"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"})
}

// message sends a private message, and gives its id. more is changed.
func (d *door) message(ctx context.Context, to recipient, o inbox.Outgoing, more graph.Params) (string, error) {
	for name, value := range map[string]any{"recipient": to, "message": graph.Body(o)} {
		b, err := json.Marshal(value)
		if err != nil {
			return "", err
		}
		more[name] = string(b)
	}
	var done created
	err := d.Post(ctx, d.token, d.box+"/messages", more, &done)
	return string(done.Message), err
}

const (
	clockSkew = 2 * time.Minute // Meta's clock may differ from ours
	findPages = 20              // replies come oldest first: all of them must be read
	findMost  = 2               // parts of all conversations, those that changed last first
)

// Find implements connectors.Connector: it reads the replies below the top comment, or the thread's newest messages. Answers on media of
// others are shown to nobody but them.
func (c *Connector) Find(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]connectors.Receipt, error) {
	d, err := c.door(a)
	if err != nil {
		return nil, err
	}
	since := o.SendingAt.Add(-clockSkew).Truncate(time.Second)
	switch o.Kind {
	case inbox.DirectReply:
		return c.findDirect(ctx, a, d, string(o.Thread), o, since)
	case inbox.PrivateReply:
		return c.findDirect(ctx, a, d, string(o.Person), o, since)
	case inbox.PublicReply:
		return d.findReply(ctx, a, o, since)
	}
	return nil, nil // doing it again is as good as once: nobody need look
}

func (d *door) findReply(ctx context.Context, a inbox.Account, o inbox.Outgoing, since time.Time) ([]connectors.Receipt, error) {
	var target comment
	if err := d.get(ctx, string(o.Target), "id,parent_id", &target); err != nil {
		return nil, err
	}
	top := string(o.Target)
	if target.Parent != "" {
		top = string(target.Parent)
	}
	var out []connectors.Receipt
	after := ""
	for range findPages {
		page, err := d.replies(ctx, top, after)
		if err != nil {
			return nil, err
		}
		_ = graph.Each(page.Data, func(x *comment) { // what is no comment is not ours
			if x.ours(a) && !x.At.Before(since) && inbox.SameText(o.Text, string(x.Text)) {
				out = append(out, connectors.Receipt{Remote: inbox.RemoteID(x.ID), At: x.At.Time, Text: string(x.Text)})
			}
		})
		if after = page.After; after == "" {
			break
		}
	}
	return out, nil
}

// findDirect looks among the newest messages of a person's thread; of all threads if nobody knows who the person is.
func (c *Connector) findDirect(ctx context.Context, a inbox.Account, d *door, who string, o inbox.Outgoing, since time.Time) (out []connectors.Receipt, err error) {
	if !number(who) {
		who = ""
	}
	after := ""
	for range findMost {
		page, err := c.threads(ctx, a, d, who, after)
		if err != nil {
			return nil, err
		}
		_ = graph.Each(page.Data, func(x *thread) { // the same of threads and messages
			_ = graph.Each(x.Messages.Data, func(m *note) {
				if ourActor(a, m.From) && !m.At.Before(since) && o.ShownAs(string(m.Text), m.media()) {
					out = append(out, connectors.Receipt{Remote: inbox.RemoteID(m.ID), At: m.At.Time, Text: string(m.Text)})
				}
			})
		})
		if after = page.After; after == "" || len(out) > 0 {
			break
		}
	}
	return out, nil
}
