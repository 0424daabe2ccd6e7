package meta

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// mailbox is the private messages of one account of ours: a page's on Messenger, or a profile's on Instagram.
type mailbox struct {
	channel string // of the ledger
	object  string // of webhooks
	account string // id
	actor   *person
	page    *page
	profile *profile         // of Instagram
	threads map[string]*chat // by the person's id
	blocked map[string]bool  // people by id
}

// chat is a thread of private messages with one person. Its entry is as old as its newest message: lists go by that.
type chat struct {
	entry
	box      *mailbox
	with     *person
	messages []*message // in order of creation
	heard    time.Time  // when the person last did something that opens the window
	standby  bool       // another app holds the thread
}

// message is a private message.
type message struct {
	entry
	chat      *chat
	media     []world.Media
	edits     int
	reactions map[string]string // person's id -> kind
}

const (
	chatDetails = 20             // of a thread only so many messages, the newest, can be read ("Conversations API")
	chatWindow  = 24 * time.Hour // after the person's last word ("Messaging windows")
	humanWindow = 7 * 24 * time.Hour
	privateFor  = 7 * 24 * time.Hour // a private reply, after the comment ("Private replies")
	maxEdits    = 5                  // of a message by its author
)

// mailbox finds the mailbox of a page or a profile; New makes them all. The caller holds the lock.
func (g *Graph) mailbox(channel, account string) *mailbox {
	key := "mailbox " + channel + " " + account
	if box, ok := g.nodes[key].(*mailbox); ok {
		return box
	}
	box := &mailbox{channel: channel, object: pageObject, account: account, threads: map[string]*chat{}, blocked: map[string]bool{}}
	switch n := g.nodes[account].(type) {
	case *page:
		box.actor, box.page = n.actor, n
	case *profile:
		box.object, box.actor, box.page, box.profile = instagramObject, n.actor, n.page, n
	}
	g.nodes[key] = box
	return box
}

// thread finds or makes the thread with somebody.
func (g *Graph) thread(box *mailbox, with *person) *chat {
	if t := box.threads[with.id]; t != nil {
		return t
	}
	t := &chat{entry: g.entry("t_"+g.number("thread", 10_160_000_000_000_000), with, "", time.Time{}), box: box, with: with}
	box.threads[with.id] = t
	g.nodes[t.id] = t
	return t
}

// ours reports whether we wrote it.
func (m *message) ours() bool { return m.author == m.chat.box.actor }

// party names the two ends of an event of a thread.
func (t *chat) party(fromUs bool) object {
	them, us := object{{"id", t.with.id}}, object{{"id", t.box.account}}
	if fromUs {
		them, us = us, them
	}
	return object{{"sender", them}, {"recipient", us}}
}

// say adds a message to a thread and announces it under a field, unless that is "".
func (g *Graph) say(t *chat, author *person, d world.Draft, field string, extra object) *message {
	prefix := "m_"
	if t.box.channel == instagramChannel {
		prefix = "aWdfZAG1faXRlbTox"
	}
	seed := g.number("mid", 1_000_000)
	id := prefix + strconv.FormatUint(world.Hash("mid", seed), 36) + strconv.FormatUint(world.Hash("mid2", seed), 36)
	m := &message{entry: g.entry(id, author, d.Text, d.Time), chat: t, media: d.Media, reactions: map[string]string{}}
	g.nodes[id] = m
	t.messages = insert(t.messages, m)
	if m.created.After(t.created) || len(t.messages) == 1 {
		t.created, t.seq = m.created, m.seq
	}
	if !m.ours() {
		t.heard = later(t.heard, m.created)
	}
	g.deps.Ledger.Add(ledger.Item{ // ids never repeat
		Channel: t.box.channel, Account: t.box.account, ID: id, Kind: ledger.Direct, Thread: t.with.id, AuthorID: author.id, AuthorName: author.name,
		Ours: m.ours(), Time: m.created, Label: d.Label, History: d.History,
	}, d.Text)
	if d.History || field == "" {
		return m
	}
	v := object{{"mid", id}}
	if field == "messaging_postbacks" {
		g.announceChat(t, field, "add", id, t.party(false).with("timestamp", g.deps.Now().UnixMilli()).with("postback",
			append(v, member{"title", d.Text}, member{"payload", "PAYLOAD_" + seed})))
		return m
	}
	if m.ours() {
		v = append(object{{"is_echo", true}}, v...)
	}
	v = append(v, extra...)
	if d.Text != "" {
		v = v.with("text", d.Text)
	}
	if len(d.Media) > 0 {
		v = v.with("attachments", attachments(d.Media))
	}
	if parent, ok := g.live(d.Parent).(*message); ok {
		v = v.with("reply_to", object{{"mid", parent.id}})
	}
	g.announceChat(t, field, "add", id, t.party(m.ours()).with("timestamp", g.deps.Now().UnixMilli()).with("message", v))
	return m
}

// attachments writes what is attached as webhooks do. What has no address has a payload of null, as a fallback may.
func attachments(media []world.Media) list {
	out := list{}
	for _, m := range media {
		a := object{{"type", m.Type}}
		if m.Title != "" {
			a = a.with("title", m.Title)
		}
		switch {
		case m.URL == "" || m.Type == "fallback":
			a = a.with("payload", nil)
			if m.URL != "" {
				a = a.with("url", m.URL)
			}
		default:
			a = a.with("payload", object{{"url", m.URL}})
		}
		out = append(out, a)
	}
	return out
}

// announceChat queues an event of a thread for each app that asked for its field. While another app holds the thread it comes as
// standby, and then a postback has neither id nor payload ("Handover: standby").
func (g *Graph) announceChat(t *chat, field, verb, id string, value object) {
	part := "messaging"
	if t.standby {
		part, field = "standby", "standby"
		for i := range value {
			if p, ok := value[i].value.(object); ok && value[i].key == "postback" {
				value[i].value = slices.DeleteFunc(slices.Clone(p), func(m member) bool { return m.key == "mid" || m.key == "payload" })
			}
		}
	}
	if t.box.channel == instagramChannel {
		field = instagramField(field)
	}
	event := ledger.Event{Channel: t.box.channel, Account: t.box.account, Item: id, Verb: verb, Time: g.deps.Now()}
	body := appendJSON(nil, value)
	for _, cfg := range g.cfg.Apps {
		sub := g.apps[cfg.ID].subscriptions[t.box.object]
		if sub == nil || !slices.Contains(sub.fields, field) {
			continue
		}
		var queue *delivery.Queue
		if t.box.profile != nil {
			queue = sub.of(t.box.profile, cfg.ID, field)
		} else if slices.Contains(t.box.page.installed[cfg.ID], field) {
			queue = sub.queue
		}
		if queue == nil {
			continue
		}
		queue.Enqueue(event, delivery.Change{Account: t.box.account, Time: event.Time, Body: body, Part: part})
	}
}

// instagramField is what Instagram calls a field of Messenger's (Instagram Platform, "Webhooks"). Echoes come with the messages there.
func instagramField(field string) string {
	switch field {
	case "message_echoes":
		return "messages"
	case "message_edits":
		return "message_edit"
	case "message_reads":
		return "messaging_seen"
	}
	return field
}

// converse takes a draft of the kinds that private threads have: a message, a button, a reading. The caller holds the lock.
func (g *Graph) converse(box *mailbox, d world.Draft, with *person) (string, error) {
	if box.blocked[with.id] && !d.Ours {
		return "", world.Refused("the account has blocked this person")
	}
	t := g.thread(box, with)
	t.standby = d.Standby
	switch d.Kind {
	case world.KindRead:
		at := g.deps.Now().UnixMilli()
		read := object{{"watermark", at}}
		if box.channel == instagramChannel {
			if len(t.messages) == 0 {
				return "", world.Unknown("message in the thread with", with.name)
			}
			read = object{{"mid", t.messages[len(t.messages)-1].id}}
		}
		g.announceChat(t, "message_reads", "read", t.with.id, t.party(false).with("timestamp", at).with("read", read))
		return t.with.id, nil
	case world.KindPostback:
		if d.Standby { // nothing names it then
			g.announceChat(t, "messaging_postbacks", "postback", t.id, t.party(false).with("timestamp", g.deps.Now().UnixMilli()).
				with("postback", object{{"title", d.Text}}))
			return t.id, nil
		}
		return g.say(t, with, d, "messaging_postbacks", nil).id, nil
	}
	if d.Ours { // in the page's own inbox
		return g.say(t, box.actor, d, "message_echoes", object{{"app_id", raw(pageInbox)}}).id, nil
	}
	return g.say(t, with, d, "messages", nil).id, nil
}

// pageInbox is the app id of Meta's own inbox.
const pageInbox = "263902037430900"

// reactTo takes or takes back somebody's reaction to a message.
func (g *Graph) reactTo(m *message, who *person, kind string, gone bool) {
	v := object{{"mid", m.id}, {"action", "react"}, {"reaction", kind}, {"emoji", "\u2764"}}
	if gone {
		v = object{{"mid", m.id}, {"action", "unreact"}}
		delete(m.reactions, who.id)
	} else {
		m.reactions[who.id] = kind
		m.chat.heard = later(m.chat.heard, g.deps.Now())
	}
	g.announceChat(m.chat, "message_reactions", "reaction", m.id,
		m.chat.party(false).with("timestamp", g.deps.Now().UnixMilli()).with("reaction", v))
}

// editMessage gives a message a new text, by its author.
func (g *Graph) editMessage(m *message, text string) error {
	if m.edits >= maxEdits {
		return world.Refused(fmt.Sprintf("a message can be edited %d times", maxEdits))
	}
	m.edits++
	m.text = text
	g.deps.Ledger.Edited(m.chat.box.channel, m.chat.box.account, m.id, text)
	g.announceChat(m.chat, "message_edits", "edited", m.id, m.chat.party(m.ours()).with("timestamp", g.deps.Now().UnixMilli()).
		with("message_edit", object{{"mid", m.id}, {"text", text}, {"num_edit", m.edits}}))
	return nil
}

// unsend takes a message back. Instagram tells of it; Messenger does not.
func (g *Graph) unsend(m *message) {
	m.removed = true
	g.deps.Ledger.Removed(m.chat.box.channel, m.chat.box.account, m.id)
	if m.chat.box.channel == instagramChannel {
		g.announceChat(m.chat, "messages", "remove", m.id, m.chat.party(m.ours()).with("timestamp", g.deps.Now().UnixMilli()).
			with("message", object{{"mid", m.id}, {"is_deleted", true}}))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
