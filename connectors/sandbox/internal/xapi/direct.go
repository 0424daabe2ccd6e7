package xapi

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// Direct messages (docs.x.com, "Direct Messages"): between two people each. Conversations of several are not simulated.

// direct is a direct message with an account of ours on one side of it.
type direct struct {
	id       uint64
	ours     *user // the account of ours, and
	them     *user // the citizen
	from     *user
	text     string
	urls     []link
	media    []string
	created  time.Time
	viaApp   bool
	removed  bool
	mediaKey string
}

const (
	messageDays  = 30
	messageChars = 10_000
	lag          = 30 * time.Millisecond // between the time in the id of a message and that which is told of it
)

func (m *direct) idString() string { return strconv.FormatUint(m.id, 10) }

// conversation is the id of it: the smaller of the two ids first.
func (m *direct) conversation() string {
	return strconv.FormatUint(min(m.ours.id, m.them.id), 10) + "-" + strconv.FormatUint(max(m.ours.id, m.them.id), 10)
}

// publishDirect has a citizen write to us, our staff to a citizen, or a citizen read what we wrote. A message of the medium "encrypted"
// is one of a chat that X encrypts: apps hear that there is one, and cannot read it.
func (x *X) publishDirect(d world.Draft) (string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	account := x.userByID(d.Account)
	if account == nil || !account.ours {
		return "", world.Unknown("x account", d.Account)
	}
	them, err := x.author(d.Author)
	if err != nil {
		return "", err
	}
	if d.Kind == world.KindRead {
		return them.idString(), x.readBy(account, them)
	}
	switch {
	case d.Text == "" && len(d.Media) == 0:
		return "", world.Refused("a direct message needs a text or a medium")
	case d.Time.After(x.deps.Now()):
		return "", world.Refused("an item cannot be published in the future")
	case account.barred[them] && !d.Ours:
		return "", world.Refused("the account takes no direct messages from " + them.username)
	}
	from := them
	if d.Ours {
		from = account
	}
	if len(d.Media) > 0 && d.Media[0].Type == "encrypted" {
		return x.announceSealed(account, them, from), nil
	}
	media := make([]string, len(d.Media))
	for i := range d.Media {
		media[i] = d.Media[i].Type
	}
	return x.addDirect(account, them, from, d.Text, media, d.Time, d.Label, d.History, false).idString(), nil
}

// addDirect changes the state, the ledger and the webhooks together. The caller holds the lock.
func (x *X) addDirect(ours, them, from *user, text string, media []string, at time.Time, label string, history, viaApp bool) *direct {
	m := &direct{id: x.nextID(at), ours: ours, them: them, from: from, media: media, viaApp: viaApp}
	m.text, m.urls = shorten(text)
	m.created = timeOf(m.id).Add(lag)
	if len(media) > 0 {
		m.mediaKey = "3_" + strconv.FormatUint(m.id+1, 10)
		m.text = strings.TrimSpace(m.text + " https://t.co/" + code(m.mediaKey, 0))
	}
	x.directs[m.id] = m
	ours.directs = append(ours.directs, m)
	slices.SortFunc(ours.directs, func(a, b *direct) int { return cmp.Compare(a.id, b.id) })
	row := ledger.Item{
		Channel: ledger.X, Account: ours.idString(), ID: m.idString(), Kind: ledger.Direct, Thread: them.idString(),
		AuthorID: from.idString(), AuthorName: from.name, Ours: from == ours, Time: m.created, Label: label, History: history,
	}
	if _, ok := x.deps.Ledger.Add(row, text); !ok {
		x.deps.Log.Error("the ledger had this message already", "id", row.ID) // ids never repeat: a bug
	}
	if !history {
		x.announceDirect(m)
	}
	return m
}

func (x *X) removeDirect(m *direct) {
	m.removed = true
	x.deps.Ledger.Removed(ledger.X, m.ours.idString(), m.idString())
}

func (x *X) liveDirect(id string) *direct {
	n, err := strconv.ParseUint(id, 10, 64)
	if m := x.directs[n]; err == nil && m != nil && !m.removed {
		return m
	}
	return nil
}

// readBy has a citizen read everything that we wrote to them. The caller holds the lock.
func (x *X) readBy(account, them *user) error {
	for _, m := range slices.Backward(account.directs) {
		if m.them == them && m.from == account && !m.removed {
			x.announceRead(m)
			return nil
		}
	}
	return world.Unknown("direct message to", them.username)
}

// open reports whether somebody takes direct messages from an account of ours: who wrote to it does, and of the others one in two.
func (x *X) open(account, them *user) bool {
	if account.barred[them] {
		return false
	}
	return x.cfg.Open || account.heard(them) || world.Share("direct", strings.ToLower(them.username)) < 0.5
}

// heard reports whether somebody ever wrote an account of ours a direct message.
func (u *user) heard(them *user) bool {
	return slices.ContainsFunc(u.directs, func(m *direct) bool { return m.them == them && m.from == them })
}

var (
	dmFields     = strings.Fields(`attachments created_at dm_conversation_id entities event_type id participant_ids referenced_tweets sender_id text`)
	dmExpansions = strings.Fields(`attachments.media_keys participant_ids referenced_tweets.id sender_id`)
	dmTypes      = strings.Fields(`MessageCreate ParticipantsJoin ParticipantsLeave`)
)

// chosen reads a list in a query whose values must be known ones.
func chosen(c *call, name string, known []string) ([]string, *problem) {
	if !c.query.Has(name) {
		return nil, nil
	}
	list := strings.Split(c.query.Get(name), ",")
	for _, v := range list {
		if !slices.Contains(known, v) {
			return nil, invalid(name, c.query.Get(name), "The `"+name+"` query parameter value ["+v+"] is not one of ["+strings.Join(known, ",")+"]")
		}
	}
	return list, nil
}

func (x *X) getDirects(c *call) (int, any, *problem) {
	return x.listDirects(c, func(*direct) bool { return true })
}

func (x *X) getDirectsWith(c *call) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	return x.listDirects(c, func(m *direct) bool { return m.them.idString() == id })
}

func (x *X) getDirectsOf(c *call) (int, any, *problem) {
	return x.listDirects(c, func(m *direct) bool { return m.conversation() == c.r.PathValue("id") })
}

// listDirects lists the direct messages of the calling account of the last 30 days, newest first. It takes no ids as bounds.
func (x *X) listDirects(c *call, keep func(*direct) bool) (int, any, *problem) {
	limit, under := 100, uint64(0)
	if s := c.query.Get("max_results"); c.query.Has("max_results") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100 {
			return 0, nil, invalid("max_results", s, "The `max_results` query parameter value ["+s+"] is not between 1 and 100")
		}
		limit = n
	}
	if s := c.query.Get("pagination_token"); c.query.Has("pagination_token") {
		id, ok := readPageToken(s)
		if !ok {
			return 0, nil, invalid("pagination_token", s, "The `pagination_token` query parameter value ["+s+"] is not valid")
		}
		under = id
	}
	fields, p := chosen(c, "dm_event.fields", dmFields)
	if p != nil {
		return 0, nil, p
	}
	expand, p := chosen(c, "expansions", dmExpansions)
	if p != nil {
		return 0, nil, p
	}
	types, p := chosen(c, "event_types", dmTypes)
	if p != nil {
		return 0, nil, p
	}
	if len(types) > 0 && !slices.Contains(types, "MessageCreate") {
		return http.StatusOK, values{"meta": values{"result_count": 0}}, nil
	}
	s := selection{user: strings.Split(c.query.Get("user.fields"), ",")}
	x.mu.RLock()
	defer x.mu.RUnlock()
	me, oldest := c.who.user, x.deps.Now().AddDate(0, 0, -messageDays)
	data, users, media, next := []values{}, []*user{}, []values{}, ""
	for _, m := range slices.Backward(me.directs) {
		if m.removed || under != 0 && m.id >= under || m.created.Before(oldest) || !keep(m) {
			continue
		}
		if len(data) == limit {
			next = pageToken(x.idOf(data[limit-1]))
			break
		}
		data = append(data, directObject(m, fields))
		if slices.Contains(expand, "sender_id") && !slices.Contains(users, m.from) {
			users = append(users, m.from)
		}
		if slices.Contains(expand, "attachments.media_keys") && m.mediaKey != "" {
			media = append(media, values{"media_key": m.mediaKey, "type": v2Media(m.media[0]), "url": m.mediaURL()})
		}
	}
	if len(data) == 0 {
		return http.StatusOK, values{"meta": values{"result_count": 0}}, nil
	}
	meta := values{"result_count": len(data)}
	if next != "" {
		meta["next_token"] = next
	}
	body, includes := values{"data": data, "meta": meta}, values{}
	if len(users) > 0 {
		list := make([]values, len(users))
		for i, u := range users {
			list[i] = userObject(u, s)
		}
		includes["users"] = list
	}
	if len(media) > 0 {
		includes["media"] = media
	}
	if len(includes) > 0 {
		body["includes"] = includes
	}
	return http.StatusOK, body, nil
}

func (x *X) idOf(o values) uint64 {
	s, _ := o["id"].(string)
	id, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		x.deps.Log.Error("an object without an id", "object", o) // all have one: a bug
	}
	return id
}

func v2Media(kind string) string {
	if kind == "image" {
		return "photo"
	}
	return kind
}

func (m *direct) mediaURL() string { return "https://ton.x.com/dm/" + m.mediaKey + ".jpg" }

// directObject writes a message with the selected fields (docs.x.com, "Direct Messages: DM event").
func directObject(m *direct, fields []string) values {
	o := values{"id": m.idString(), "event_type": "MessageCreate", "text": m.text}
	for _, f := range fields {
		switch f {
		case "created_at":
			o[f] = m.created.Format(isoTime)
		case "dm_conversation_id":
			o[f] = m.conversation()
		case "sender_id":
			o[f] = m.from.idString()
		case "attachments":
			if m.mediaKey != "" {
				o[f] = values{"media_keys": []string{m.mediaKey}}
			}
		case "entities":
			var urls []values
			for _, l := range m.urls {
				urls = append(urls, values{"start": l.start, "end": l.end, "url": l.url, "expanded_url": l.expanded, "display_url": l.display})
			}
			if m.mediaKey != "" {
				short := "https://t.co/" + code(m.mediaKey, 0)
				urls = append(urls, values{"url": short, "expanded_url": "https://twitter.com/messages/media/" + m.idString(), "media_key": m.mediaKey})
			}
			if urls != nil {
				o[f] = values{"urls": urls}
			}
		}
	}
	return o
}

func (x *X) messageTo(c *call) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	return x.message(c, func() *user { return x.userByID(id) })
}

func (x *X) messageInto(c *call) (int, any, *problem) {
	a, b, _ := strings.Cut(c.r.PathValue("id"), "-")
	return x.message(c, func() *user {
		switch c.who.user.idString() {
		case a:
			return x.userByID(b)
		case b:
			return x.userByID(a)
		}
		return nil
	})
}

// message sends a direct message of ours.
func (x *X) message(c *call, find func() *user) (int, any, *problem) {
	var req struct {
		Text        string `json:"text"`
		Attachments []struct {
			ID string `json:"media_id"`
		} `json:"attachments"`
	}
	if err := json.Unmarshal(c.body, &req); err != nil {
		return 0, nil, invalid("body", "", "The request body is not valid: "+err.Error())
	}
	ids := make([]string, len(req.Attachments))
	for i, a := range req.Attachments {
		ids[i] = a.ID
	}
	switch {
	case strings.TrimSpace(req.Text) == "" && len(ids) == 0:
		return 0, nil, invalid("text", req.Text, "$.text: must be at least 1 characters long")
	case len([]rune(req.Text)) > messageChars:
		return 0, nil, invalid("text", "", "$.text: The text of your Direct Message is over the max character limit.")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	me, them := c.who.user, find()
	if them == nil || them == me {
		return 0, nil, invalid("participant_id", c.r.PathValue("id"), "One or more participants could not be found.")
	}
	if !x.open(me, them) {
		return 0, nil, forbidden("You do not have permission to DM one or more participants.")
	}
	files, p := x.using(c, "dm", "attachments", ids, 1)
	if p != nil {
		return 0, nil, p
	}
	var media []string
	for _, f := range files {
		media = append(media, f.word())
	}
	m := x.addDirect(me, them, me, req.Text, media, time.Time{}, "", false, true)
	act := ledger.Act{Kind: ledger.ActDirect, ID: m.idString(), Target: them.idString(), Text: req.Text, Files: filesOf(files)}
	if !me.heard(them) { // they wrote in public, if at all
		act.Kind = ledger.ActPrivate
	}
	x.did(c, act)
	return http.StatusCreated, values{"data": values{"dm_conversation_id": m.conversation(), "dm_event_id": m.idString()}}, nil
}

func (x *X) deleteDirect(c *call) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	m := x.liveDirect(id)
	if m == nil || m.ours != c.who.user {
		return 0, nil, notFound()
	}
	x.removeDirect(m)
	x.did(c, ledger.Act{Kind: ledger.ActDelete, ID: id})
	return http.StatusOK, values{"data": values{"deleted": true}}, nil
}

func (x *X) blockDirects(c *call) (int, any, *problem)   { return x.bar(c, true) }
func (x *X) unblockDirects(c *call) (int, any, *problem) { return x.bar(c, false) }

// bar ends or allows direct messages from somebody. Doing it twice does nothing.
func (x *X) bar(c *call, barred bool) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	me, them := c.who.user, x.userByID(id)
	if them == nil || them == me {
		return 0, nil, notFound()
	}
	if me.barred == nil {
		me.barred = map[*user]bool{}
	}
	me.barred[them] = barred
	act := ledger.Act{Kind: ledger.ActUnblock, ID: id}
	if barred {
		act.Kind = ledger.ActBlock
	}
	x.did(c, act)
	return http.StatusOK, values{"data": values{"blocked": barred}}, nil
}
