package meta

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// recipient is to whom a message goes ("Send API").
type recipient struct {
	ID      string `json:"id"`
	Comment string `json:"comment_id"`
	Post    string `json:"post_id"`
}

// outbound is the message of a call.
type outbound struct {
	Text       string `json:"text"`
	Metadata   string `json:"metadata"`
	Attachment *struct {
		Type    string `json:"type"`
		Payload struct {
			URL string `json:"url"`
			ID  string `json:"attachment_id"`
		} `json:"payload"`
	} `json:"attachment"`

	files []ledger.File // that were uploaded before, looked up
}

// send serves POST /{page}/messages for Messenger. The caller holds the lock.
func (g *Graph) send(req *request, pg *page) (any, *apiError) {
	var to recipient
	if json.Unmarshal([]byte(req.param("recipient")), &to) != nil {
		return nil, badParameter("The parameter recipient is required")
	}
	var out outbound
	if json.Unmarshal([]byte(req.param("message")), &out) != nil {
		return nil, badParameter("The parameter message is required")
	}
	if g.isInstagram(pg, to) {
		if req.token.Kind != PageToken {
			return nil, pageTokenNeeded()
		}
		return g.sendInstagram(req, pg.profile, to, &out)
	}
	if err := req.mayWrite(pg, pg.ID, scopeMessaging); err != nil {
		return nil, err
	}
	if err := checkMessage(&out, g.cfg.MessageChars); err != nil {
		return nil, err
	}
	if err := g.attach(&out, pg, ""); err != nil {
		return nil, err
	}
	box := g.mailbox(facebookChannel, pg.ID)
	if to.Comment != "" || to.Post != "" {
		return g.sendPrivate(req, box, to, &out)
	}
	with, ok := g.nodes[to.ID].(*person)
	if !ok || with.account != pg.ID {
		return nil, oauthError(http.StatusBadRequest, 100, 2018001, "(#100) No matching user found")
	}
	t := box.threads[with.id]
	switch {
	case box.blocked[with.id]:
		return nil, oauthError(http.StatusBadRequest, 551, 1545041, "(#551) This person isn't available right now.")
	case t != nil && t.standby:
		return nil, oauthError(http.StatusForbidden, 10, 2018300, "(#10) Message not sent: Another app is controlling this thread now.")
	}
	allowed, err := g.allowance(req)
	if err != nil {
		return nil, err
	}
	if t == nil || g.deps.Now().Sub(t.heard) > allowed {
		return nil, oauthError(http.StatusForbidden, 10, 2018278, "(#10) This message is sent outside of allowed window.")
	}
	m := g.speak(req, t, &out)
	g.did(req, ledger.Act{
		Kind: ledger.ActDirect, Channel: facebookChannel, Account: pg.ID, ID: m.id, Target: with.id, Text: out.Text, Files: out.files,
	})
	return object{{"recipient_id", with.id}, {"message_id", m.id}}, nil
}

// allowance is how long after the person's last word a call may come ("Messaging types", "Message tags").
func (g *Graph) allowance(req *request) (time.Duration, *apiError) {
	switch req.param("messaging_type") {
	case "", "RESPONSE", "UPDATE":
		return chatWindow, nil
	case "MESSAGE_TAG":
	default:
		return 0, badParameter("param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}")
	}
	switch {
	case req.param("tag") != "HUMAN_AGENT":
		return 0, badParameter("Invalid message tag") // the others ended on 27 April 2026
	case !g.cfg.HumanAgent:
		return chatWindow, nil
	}
	return humanWindow, nil
}

// checkMessage refuses what no message may be.
func checkMessage(out *outbound, most int) *apiError {
	switch {
	case strings.TrimSpace(out.Text) == "" && out.Attachment == nil:
		return badParameter("Must upload exactly one file or give a text")
	case out.Text != "" && out.Attachment != nil:
		return badParameter("Only one of the text, attachment, and dynamic_text fields can be specified")
	case utf8.RuneCountInString(out.Text) > most:
		return badParameter("Length of param message[text] must be less than or equal to %d", most)
	case len(out.Metadata) > 1000:
		return badParameter("Length of param message[metadata] must be less than or equal to 1000")
	}
	return nil
}

// speak says something of ours in a thread, with the echo that comes of it.
func (g *Graph) speak(req *request, t *chat, out *outbound) *message {
	d := world.Draft{Text: out.Text}
	if a := out.Attachment; a != nil {
		d.Media = []world.Media{{Type: a.Type, URL: a.Payload.URL}}
	}
	extra := object{{"app_id", raw(req.app.ID)}}
	if out.Metadata != "" {
		extra = extra.with("metadata", out.Metadata)
	}
	return g.say(t, t.box.actor, d, "message_echoes", extra)
}

// sendPrivate is a private reply: one to each comment or visitor's post, within seven days. It opens no window: only the person's own
// word does ("Private replies"). It is a text; what is not said there the sandbox does not allow.
func (g *Graph) sendPrivate(req *request, box *mailbox, to recipient, out *outbound) (any, *apiError) {
	if out.Attachment != nil {
		return nil, badParameter("A private reply must be a text message")
	}
	id := to.Comment
	if id == "" {
		id = to.Post
	}
	var e *entry
	var spent *string
	switch n := g.live(id).(type) {
	case *comment:
		if n.post.page == box.page && !n.ours() && !n.post.foreign() && to.Comment != "" {
			e, spent = &n.entry, &n.private
		}
	case *post:
		if n.page == box.page && n.visitor && !n.foreign() && to.Post != "" {
			e, spent = &n.entry, &n.private
		}
	}
	switch {
	case e == nil:
		return nil, missing("post", id)
	case g.deps.Now().Sub(e.created) > privateFor:
		return nil, oauthError(http.StatusBadRequest, 10901, 0, "(#10901) Activity already expired")
	case *spent != "":
		return nil, oauthError(http.StatusBadRequest, 10900, 0, "(#10900) Activity already replied to")
	case box.blocked[e.author.id]:
		return nil, oauthError(http.StatusBadRequest, 551, 1545041, "(#551) This person isn't available right now.")
	}
	if err := g.privatePace(box.account); err != nil {
		return nil, err
	}
	t := g.thread(box, e.author)
	m := g.speak(req, t, out)
	*spent = t.id
	g.did(req, ledger.Act{Kind: ledger.ActPrivate, Channel: facebookChannel, Account: box.account, ID: m.id, Target: id, Text: out.Text, Files: out.files})
	return object{{"recipient_id", e.author.id}, {"message_id", m.id}}, nil
}

// block serves POST and DELETE on /{page}/blocked ("Page: blocked"). The answer names each person.
func (g *Graph) block(req *request, pg *page) (any, *apiError) {
	if err := req.mayWrite(pg, pg.ID, scopeManage); err != nil {
		return nil, err
	}
	ids := jsonStrings(req.param("psid"))
	if len(ids) == 0 {
		return nil, badParameter("The parameter psid is required.")
	}
	box := g.mailbox(facebookChannel, pg.ID)
	var out object
	for _, id := range ids {
		who, ok := g.nodes[id].(*person)
		if !ok || who.account != pg.ID {
			return nil, oauthError(http.StatusBadRequest, 100, 2018001, "(#100) No matching user found")
		}
		act := ledger.Act{Kind: ledger.ActBlock, Channel: facebookChannel, Account: pg.ID, ID: id}
		if box.blocked[id] = req.method == http.MethodPost; !box.blocked[id] {
			act.Kind = ledger.ActUnblock
			delete(box.blocked, id)
		}
		g.did(req, act)
		out = out.with(id, true)
	}
	return out, nil
}

var chatBounds = bounds{usual: 25, most: 100}

// conversations serves GET /{page}/conversations for Messenger: threads by their newest message, newest first.
func (g *Graph) conversations(req *request, box *mailbox) (any, *apiError) {
	fields, err := req.fields("id", "updated_time")
	if err != nil {
		return nil, err
	}
	w, err := readWindow(req.param, chatBounds)
	if err != nil {
		return nil, err
	}
	rows := make([]*chat, 0, len(box.threads))
	only := req.param("user_id")
	for _, t := range box.threads {
		if len(t.messages) > 0 && (only == "" || only == t.with.id) {
			rows = append(rows, t)
		}
	}
	slices.SortFunc(rows, func(a, b *chat) int {
		if a.before(&b.entry) {
			return -1
		}
		return 1
	})
	p, err := cut(g, rows, w, nil)
	if err != nil {
		return nil, err
	}
	return edgeObject(req, req.id()+"/conversations", req.params, p, func(t *chat) (object, *apiError) { return g.chatObject(req, t, fields) })
}

// mayReadChat checks a read of private messages.
func (req *request) mayReadChat(box *mailbox, id string) *apiError {
	if box.channel == facebookChannel {
		return req.mayRead(box.page, id, scopeMessaging)
	}
	return req.mayUseInstagram(box.profile, id, scopeInstagramMessages)
}

func (g *Graph) chatObject(req *request, t *chat, fields []field) (object, *apiError) {
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", t.id)
		case "updated_time":
			out = out.with("updated_time", stamp(t.created))
		case "unread_count":
			out = out.with("unread_count", 0)
		case "can_reply":
			out = out.with("can_reply", g.deps.Now().Sub(t.heard) <= chatWindow)
		case "participants":
			out = out.with("participants", object{{"data", list{t.end(t.with), t.end(t.box.actor)}}})
		case "link":
			out = out.with("link", "/"+t.box.account+"/inbox/"+t.id+"/")
		case "messages":
			o, err := g.messageEdge(req, t, &f)
			if err != nil {
				return nil, err
			}
			out = out.with("messages", o)
		default:
			return nil, noField(f.name, "UnifiedThread")
		}
	}
	return withID(out, t.id), nil
}

// end is one end of a thread.
func (t *chat) end(p *person) object {
	if t.box.channel == instagramChannel {
		return object{{"username", p.name}, {"id", p.id}}
	}
	return object{{"name", p.name}, {"email", p.id + "@facebook.com"}, {"id", p.id}}
}

// messageEdge lists the messages of a thread, newest first. With a nil field it is an edge of its own.
func (g *Graph) messageEdge(req *request, t *chat, nested *field) (object, *apiError) {
	get, params := req.param, req.params
	fields := fieldsOf("id", "created_time")
	if nested == nil {
		var err *apiError
		if fields, err = req.fields("id", "created_time"); err != nil {
			return nil, err
		}
	} else {
		get, params = func(name string) string { return nested.mods[name] }, nestedParams(*nested)
		if nested.sub != nil {
			fields = nested.sub
		}
	}
	w, err := readWindow(get, chatBounds)
	if err != nil {
		return nil, err
	}
	p, err := cut(g, t.messages, w, nil)
	if err != nil {
		return nil, err
	}
	return edgeObject(req, t.id+"/messages", params, p, func(m *message) (object, *apiError) {
		if !m.detailed() {
			return object{{"id", m.id}, {"created_time", stamp(m.created)}}, nil
		}
		return g.messageObject(m, fields)
	})
}

// detailed reports whether a message is new enough to be read.
func (m *message) detailed() bool {
	newer := 0
	for i := len(m.chat.messages) - 1; i >= 0 && newer < chatDetails; i-- {
		if m.chat.messages[i] == m {
			return true
		}
		if !m.chat.messages[i].removed {
			newer++
		}
	}
	return false
}

func (g *Graph) messageObject(m *message, fields []field) (object, *apiError) {
	to := m.chat.with
	if !m.ours() {
		to = m.chat.box.actor
	}
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", m.id)
		case "created_time":
			out = out.with("created_time", stamp(m.created))
		case "from":
			out = out.with("from", m.chat.end(m.author))
		case "to":
			out = out.with("to", object{{"data", list{m.chat.end(to)}}})
		case "message":
			out = out.with("message", m.text)
		case "attachments":
			if data := attached(m.media); len(data) > 0 {
				out = out.with("attachments", object{{"data", data}})
			}
		case "sticker":
			for _, x := range m.media {
				if x.Type == "sticker" {
					out = out.with("sticker", x.URL)
				}
			}
		case "shares":
			var data list
			for _, x := range m.media {
				if x.Type == "fallback" || x.Type == "share" || x.Type == "post" {
					data = append(data, object{{"link", x.URL}, {"name", x.Title}})
				}
			}
			if data != nil {
				out = out.with("shares", object{{"data", data}})
			}
		case "reactions", "is_unsupported", "story":
			if m.chat.box.profile != nil {
				out = m.igField(out, f.name)
			}
		case "tags", "thread_id": // of nothing that is kept for reading
		default:
			return nil, noField(f.name, "Message")
		}
	}
	return withID(out, m.id), nil
}

// attached writes what is attached as the Conversations API does.
func attached(media []world.Media) list {
	var out list
	for _, m := range media {
		o := object{{"id", "a" + ledger.HashText(m.URL)}, {"name", m.Title}, {"size", 4711}}
		switch m.Type {
		case "image":
			o = o.with("mime_type", "image/jpeg").with("image_data", object{{"width", 800}, {"height", 600}, {"url", m.URL}})
		case "video":
			o = o.with("mime_type", "video/mp4").with("video_data", object{{"width", 800}, {"height", 600}, {"url", m.URL}})
		case "audio":
			o = o.with("mime_type", "audio/mpeg").with("file_url", m.URL)
		case "file":
			o = o.with("mime_type", "application/pdf").with("file_url", m.URL)
		default:
			continue
		}
		out = append(out, o)
	}
	return out
}

// getChat reads a thread or its messages.
func (g *Graph) getChat(req *request, t *chat) (any, *apiError) {
	if err := req.mayReadChat(t.box, t.id); err != nil {
		return nil, err
	}
	switch req.edge() {
	case "":
		fields, err := req.fields("id", "updated_time")
		if err != nil {
			return nil, err
		}
		return g.chatObject(req, t, fields)
	case "messages":
		return g.messageEdge(req, t, nil)
	}
	return nil, noField(req.edge(), "UnifiedThread")
}

// getMessage reads a message. One that is not among the newest of its thread answers as if it were deleted.
func (g *Graph) getMessage(req *request, m *message) (any, *apiError) {
	if err := req.mayReadChat(m.chat.box, m.id); err != nil {
		return nil, err
	}
	if !m.detailed() {
		return nil, missing("get", m.id)
	}
	if req.edge() != "" {
		return nil, noField(req.edge(), "Message")
	}
	fields, err := req.fields("id", "created_time")
	if err != nil {
		return nil, err
	}
	return g.messageObject(m, fields)
}
