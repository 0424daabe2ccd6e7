package meta

import (
	"encoding/json"
	"net/http"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// Private messages on Instagram (Instagram Platform, "Messaging" and "Private replies"). Threads and their events are those of package
// meta's mailboxes, which Messenger shares; here is what Instagram alone has.

const scopeInstagramMessages = "instagram_manage_messages"

// Media of drafts that are no attachments.
const (
	storyReply  = "story_reply" // it answers a story of ours
	quickReply  = "quick_reply" // it was chosen from what we offered; Title is its payload
	unsupported = "unsupported" // Instagram does not let apps read it
)

// inDirect takes a draft of the kinds that threads have; ok is false if it is of none. The caller holds the lock.
func (i Instagram) inDirect(pr *profile, with *person, d world.Draft) (id string, ok bool, err error) {
	box := i.mailbox(instagramChannel, pr.ID)
	switch d.Kind {
	case world.KindReaction, world.KindUnreact:
		m, known := i.live(d.Parent).(*message)
		if !known || m.chat.box != box {
			return "", true, world.Unknown("instagram message in this account", d.Parent)
		}
		i.reactTo(m, m.chat.with, d.Text, d.Kind == world.KindUnreact)
		return m.id, true, nil
	case world.KindRead, world.KindPostback:
		id, err = i.converse(box, d, with)
		return id, true, err
	case world.KindDirect:
	default:
		return "", false, nil
	}
	t := i.thread(box, with)
	t.standby = d.Standby
	if d.Ours {
		return i.say(t, box.actor, d, "message_echoes", nil).id, true, nil
	}
	var extra object
	shown := d
	shown.Media = nil
	for _, m := range d.Media {
		switch m.Type {
		case storyReply:
			extra = extra.with("reply_to", object{{"story", object{{"url", m.URL}, {"id", "18023345989012587"}}}})
		case quickReply:
			extra = extra.with("quick_reply", object{{"payload", m.Title}})
		case unsupported:
			extra = extra.with("is_unsupported", true)
		default:
			shown.Media = append(shown.Media, m)
		}
	}
	m := i.say(t, with, shown, "messages", extra)
	m.media = d.Media
	return m.id, true, nil
}

// isInstagram reports whether a recipient of a page's call is somebody on Instagram: one endpoint serves both.
func (g *Graph) isInstagram(pg *page, to recipient) bool {
	if pg.profile == nil {
		return false
	}
	if c, ok := g.nodes[to.Comment].(*igComment); ok {
		return c.media.profile == pg.profile
	}
	who, ok := g.nodes[to.ID].(*person)
	return ok && who.account == pg.profile.ID
}

// sendInstagram serves a message that is for somebody on Instagram. The caller holds the lock.
func (g *Graph) sendInstagram(req *request, pr *profile, to recipient, out *outbound) (any, *apiError) {
	if err := req.mayUseInstagram(pr, pr.ID, scopeInstagramMessages); err != nil {
		return nil, err
	}
	switch {
	case out.Text == "" && out.Attachment == nil:
		return nil, badParameter("Message cannot be empty, must provide valid attachment or text")
	case out.Text != "" && out.Attachment != nil:
		return nil, badParameter("Only one of the text, attachment, and dynamic_text fields can be specified")
	case len(out.Text) > g.cfg.InstagramBytes:
		return nil, badParameter("Length of param message[text] must be less than or equal to %d", g.cfg.InstagramBytes)
	}
	if err := g.attach(out, pr.page, "instagram"); err != nil {
		return nil, err
	}
	box := g.mailbox(instagramChannel, pr.ID)
	if to.Comment != "" && out.Attachment != nil {
		return nil, badParameter("A private reply must be a text message")
	}
	if to.Comment != "" {
		return g.privateInstagram(req, pr, box, to.Comment, out)
	}
	with, ok := g.nodes[to.ID].(*person)
	if !ok || with.account != pr.ID {
		return nil, oauthError(http.StatusBadRequest, 100, 2534014, "The requested user cannot be found.")
	}
	t := box.threads[with.id]
	if t != nil && t.standby {
		return nil, oauthError(http.StatusForbidden, 10, 2534037, "(#10) Message not sent: another app is controlling this thread now.")
	}
	allowed, err := g.allowance(req)
	if err != nil {
		return nil, err
	}
	if t == nil || g.deps.Now().Sub(t.heard) > allowed {
		return nil, oauthError(http.StatusForbidden, 10, 2534022, "This message is sent outside of allowed window.")
	}
	m := g.answerChat(t, out)
	g.did(req, ledger.Act{Kind: ledger.ActDirect, Channel: instagramChannel, Account: pr.ID, ID: m.id, Target: with.id, Text: out.Text, Files: out.files})
	return object{{"recipient_id", with.id}, {"message_id", m.id}}, nil
}

// privateInstagram is a private reply: one to each comment, within seven days; to one of a live video while that lasts.
func (g *Graph) privateInstagram(req *request, pr *profile, box *mailbox, id string, out *outbound) (any, *apiError) {
	c, ok := g.live(id).(*igComment)
	if !ok || c.media.profile != pr || c.ours() {
		return nil, missing("post", id)
	}
	switch {
	case g.deps.Now().Sub(c.created) > privateFor:
		return nil, oauthError(http.StatusBadRequest, 10, 2534022, "This message is sent outside of allowed window.")
	case c.private:
		return nil, oauthError(http.StatusBadRequest, 10900, 0, "(#10900) Activity already replied to")
	}
	if err := g.privatePace(pr.ID); err != nil {
		return nil, err
	}
	t := g.thread(box, c.author)
	m := g.answerChat(t, out)
	c.private = true
	g.did(req, ledger.Act{Kind: ledger.ActPrivate, Channel: instagramChannel, Account: pr.ID, ID: m.id, Target: c.id, Text: out.Text})
	return object{{"recipient_id", c.author.id}, {"message_id", m.id}}, nil
}

// answerChat says something of ours in a thread. Echoes on Instagram come with the messages, and bear no mark of the sender.
func (g *Graph) answerChat(t *chat, out *outbound) *message {
	d := world.Draft{Text: out.Text}
	if a := out.Attachment; a != nil {
		d.Media = []world.Media{{Type: a.Type, URL: a.Payload.URL}}
	}
	return g.say(t, t.box.actor, d, "message_echoes", nil)
}

// postMessages serves POST /{profile}/messages, for those who are logged in with Instagram. The caller holds the lock.
func (g *Graph) postMessages(req *request, pr *profile) (any, *apiError) {
	var to recipient
	var out outbound
	if json.Unmarshal([]byte(req.param("recipient")), &to) != nil {
		return nil, badParameter("The parameter recipient is required")
	}
	if json.Unmarshal([]byte(req.param("message")), &out) != nil {
		return nil, badParameter("The parameter message is required")
	}
	return g.sendInstagram(req, pr, to, &out)
}

// chats serves the conversations of a profile: those of Instagram are asked for by name.
func (g *Graph) chats(req *request, pr *profile) (any, *apiError) {
	if err := req.mayUseInstagram(pr, pr.ID, scopeInstagramMessages); err != nil {
		return nil, err
	}
	if err := g.conversationPace(pr); err != nil {
		return nil, err
	}
	return g.conversations(req, g.mailbox(instagramChannel, pr.ID))
}

// conversationPace refuses more than two readings of conversations a second (Instagram Platform, "Rate limits"). It counts over two
// seconds, and gives one more: the way of a call brings it closer to the next, or takes it away.
func (g *Graph) conversationPace(pr *profile) *apiError {
	if g.cfg.ConversationsPerSecond < 0 {
		return nil
	}
	if l := g.usage.count("conversations:"+pr.ID, 2*g.cfg.ConversationsPerSecond+1, 2*time.Second); l.percent == 100 {
		return oauthError(http.StatusBadRequest, 613, 2534040, "(#613) Calls to this api have exceeded the rate limit.")
	}
	return nil
}

// igMessageFields adds what only Instagram's messages have (Instagram Platform, "Conversations API").
func (m *message) igField(out object, name string) object {
	switch name {
	case "is_unsupported":
		for _, x := range m.media {
			if x.Type == unsupported {
				out = out.with(name, true)
			}
		}
	case "story":
		for _, x := range m.media {
			switch x.Type {
			case storyReply:
				out = out.with(name, object{{"reply_to", object{{"link", x.URL}, {"id", "18023345989012587"}}}})
			case "story_mention":
				out = out.with(name, object{{"mention", object{{"link", x.URL}, {"id", "18023345989012588"}}}})
			}
		}
	case "reactions":
		var data list
		for who, kind := range m.reactions {
			data = append(data, object{{"reaction", kind}, {"users", list{object{{"id", who}, {"username", m.chat.with.name}}}}})
		}
		if data != nil {
			out = out.with(name, object{{"data", data}})
		}
	}
	return out
}
