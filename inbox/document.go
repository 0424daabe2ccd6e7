package inbox

import (
	"log/slog"
	"sync"

	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/inbox/text/signal"
)

// Cache keeps compiled documents between searches. gcache's caches fit. It may forget anything at any time.
type Cache interface {
	Get(key any) (any, error)
	Set(key, value any) error
}

// docs turns threads into documents, and remembers them by conversation and version.
type docs struct {
	cutter *text.Cutter
	cache  Cache // nil: none
	log    *slog.Logger

	arrivals sync.Pool // of *query.Doc: rules look at one and are done with it
}

func newDocs(c *text.Cutter, cache Cache, log *slog.Logger) *docs {
	return &docs{cutter: c, cache: cache, log: log, arrivals: sync.Pool{New: func() any { return &query.Doc{} }}}
}

type docKey struct {
	id      ConversationID
	version int64
}

// conversation makes the document that search and views match.
func (ds *docs) conversation(t *Thread) *query.Doc {
	key := docKey{t.ID, t.Version}
	if d := ds.remembered(key); d != nil {
		return d
	}
	d := ds.compiled(t)
	if ds.cache != nil {
		_ = ds.cache.Set(key, d) // a cache that will not keep it costs time, nothing else
	}
	return d
}

// compiled compiles a conversation. One that cannot be, by a fault of ours, is found by what it is and not by its words: it must not
// take everything that reads it with it.
func (ds *docs) compiled(t *Thread) (d *query.Doc) {
	defer func() {
		if v := recover(); v != nil {
			ds.log.Error("a conversation cannot be searched by its words", "conversation", t.ID, "panic", v)
			d = ds.compile(&Thread{Conversation: t.Conversation})
		}
	}()
	return ds.compile(t)
}

// remembered gives a document from the cache, nil if it is not there.
func (ds *docs) remembered(key docKey) *query.Doc {
	if ds.cache != nil {
		if v, err := ds.cache.Get(key); err == nil {
			return v.(*query.Doc)
		}
	}
	return nil
}

// Documents compiles conversations as of a transaction: a document and its key for each that is there, in the order of ids. It is what
// an index is made of. What it compiles is not remembered: an index reads all conversations there are.
func (d *Desk) Documents(tx Tx, ids []ConversationID) (out []*query.Doc, keys []Key, err error) {
	threads, err := tx.Threads(ids)
	for _, t := range threads {
		doc := d.docs.remembered(docKey{t.ID, t.Version})
		if doc == nil {
			doc = d.docs.compiled(t)
		}
		out, keys = append(out, doc), append(keys, t.Key())
	}
	return out, keys, err
}

func (ds *docs) compile(t *Thread) *query.Doc {
	c := &t.Conversation
	d := &query.Doc{ID: int64(c.ID)}
	fixed(d, c.Account, c.Channel, c.Kind)
	for _, tag := range c.Topics {
		if tag.Removed {
			continue
		}
		d.AddWord(query.Topic, int64(tag.Topic))
		d.AddWord(query.Has, query.Code(query.Has, "topic"))
		if tag.Rule != "" {
			d.AddWord(query.Why, RuleCode(tag.Rule))
		}
	}
	if c.Queue != 0 {
		d.AddWord(query.Queue, int64(c.Queue))
	}
	if c.Assignee != 0 {
		d.AddWord(query.Assignee, int64(c.Assignee))
	}
	is := func(name string, yes bool) {
		if yes {
			d.AddWord(query.Is, query.Code(query.Is, name))
		}
	}
	is(string(c.Status), true)
	is("awaiting", c.Awaiting > 0)
	is("taken", c.TakenBy != 0)
	for _, o := range t.Outgoing {
		is("outgoing", !o.State.Ended())
		is("uncertain", o.State.Uncertain())
	}
	if c.Status == Closed {
		d.AddWord(query.Reason, query.Code(query.Reason, string(c.Reason)))
	}
	d.AddWord(query.Priority, query.Code(query.Priority, c.Priority.String()))
	if t.Drafts > 0 {
		d.AddWord(query.Has, query.Code(query.Has, "draft"))
	}
	d.AddNum(query.Messages, int64(c.Messages))
	d.AddNum(query.Started, c.FirstAt.UnixMilli())
	d.AddNum(query.Age, c.LastAt.UnixMilli())
	if c.Awaiting > 0 {
		d.AddNum(query.Waiting, c.AwaitingSince.UnixMilli())
	}
	if !c.DueAt.IsZero() {
		d.AddNum(query.Due, c.DueAt.UnixMilli())
	}
	seen := map[IdentityID]bool{}
	said := map[Direction]int64{}
	for i := range t.Msgs {
		m := &t.Msgs[i]
		if is("deleted", !m.DeletedAt.IsZero()); !m.DeletedAt.IsZero() {
			continue
		}
		ds.message(d, m, nil)
		said[m.Direction]++
		is("edited", !m.EditedAt.IsZero())
		is("hidden", m.Hidden)
		if m.Direction == In && m.Author != 0 && !seen[m.Author] {
			seen[m.Author] = true
			id := t.Identities[m.Author]
			ds.author(d, id.Name, id.Handle, id.Followers)
			d.AddWord(query.Person, int64(id.Person))
		}
	}
	d.AddNum(query.Replies, said[Out])
	d.AddNum(query.Notes, said[Note])
	for _, way := range []Direction{In, Out, Note} {
		if said[way] > 0 {
			d.AddWord(query.Direction, query.Code(query.Direction, string(way)))
		}
	}
	return d
}

// Arrival makes the document that rules match, of one incoming message. Rules are tried on texts by hand through it, so that a trial
// sees what the desk will see.
func Arrival(c *text.Cutter, a Account, in *Incoming, inHours bool) *query.Doc {
	d := &query.Doc{}
	ArrivalInto(d, c, nil, a, in, inHours)
	return d
}

// Arrival makes the document that rules match, as the function of that name, with the organisation's own words.
func (d *Directory) Arrival(c *text.Cutter, a Account, in *Incoming, inHours bool) *query.Doc {
	doc := &query.Doc{}
	ArrivalInto(doc, c, d.Reader, a, in, inHours)
	return doc
}

// ArrivalInto is Arrival into the room of a document that nobody needs any more. It gives what was read of the text.
func ArrivalInto(d *query.Doc, c *text.Cutter, r *signal.Reader, a Account, in *Incoming, inHours bool) signal.Signals {
	d.Reset()
	return (&docs{cutter: c}).arrival(d, r, a, in, inHours)
}

// arrival makes the document that rules match, and gives what was read of the text.
func (ds *docs) arrival(d *query.Doc, r *signal.Reader, a Account, in *Incoming, inHours bool) signal.Signals {
	fixed(d, a.ID, a.Channel, in.Kind)
	m := Message{Direction: In, Text: in.Text, Media: in.Media, At: in.At, InHours: inHours}
	ds.message(d, &m, r)
	if in.Author != nil {
		ds.author(d, in.Author.Name, in.Author.Handle, in.Author.Followers)
	}
	return m.Signals
}

// arrived makes the document of a message that is stored, as rules match it: with what was read of it, or a person has said.
func (ds *docs) arrived(acc Account, a *Arrived) *query.Doc {
	d := &query.Doc{}
	fixed(d, a.Account, acc.Channel, a.Kind)
	m := Message{Direction: In, Text: a.Text, At: a.At, InHours: a.InHours, Signals: a.Signals}
	if a.Media {
		m.Media = []Media{{}}
	}
	ds.message(d, &m, nil)
	if a.Author != nil {
		ds.author(d, a.Author.Name, a.Author.Handle, a.Author.Followers)
	}
	return d
}

func fixed(d *query.Doc, a AccountID, ch Channel, k Kind) {
	d.AddWord(query.Account, int64(a))
	d.AddWord(query.Channel, query.Code(query.Channel, string(ch)))
	d.AddWord(query.Kind, query.Code(query.Kind, string(k)))
}

func (ds *docs) author(d *query.Doc, name, handle string, followers int64) {
	d.AddWord(query.Has, query.Code(query.Has, "author"))
	if name != "" {
		d.AddText(query.Author, query.Passage{Tokens: ds.cutter.Cut(d.Room(query.Author), text.Masked(name))})
	}
	if handle != "" {
		d.Handles = append(d.Handles, query.HandleKey(ds.cutter, handle))
	}
	if followers > 0 {
		d.AddNum(query.Followers, followers)
	}
}

// message adds what one message tells. One whose signals were not read yet is read by r; nil reads without words of the organisation's own,
// as is done with all that came before signals were kept.
func (ds *docs) message(d *query.Doc, m *Message, r *signal.Reader) {
	field := query.Text
	switch m.Direction {
	case Out:
		field = query.Reply
		d.AddWord(query.Has, query.Code(query.Has, "reply"))
	case Note:
		field = query.Note
		d.AddWord(query.Has, query.Code(query.Has, "note"))
	}
	if m.cpr() != text.Unlikely {
		d.AddWord(query.Has, query.Code(query.Has, "cpr"))
	}
	toks := ds.cutter.Cut(d.Room(field), text.Masked(m.Text)) // no document holds the number
	if len(toks) > 0 {
		d.AddText(field, query.Passage{Ref: int64(m.ID), Tokens: toks})
	}
	if m.Direction != In {
		return
	}
	for _, t := range toks {
		switch t.Kind {
		case text.URL:
			d.AddWord(query.Has, query.Code(query.Has, "link"))
		case text.Hashtag:
			d.AddWord(query.Has, query.Code(query.Has, "hashtag"))
		}
	}
	spoken := text.TonguesOf(toks)
	if m.Signals.Set(signal.Language) {
		spoken = m.Signals.Tongues()
	}
	spoken.Each(func(code string) { d.AddWord(query.Language, query.Code(query.Language, code)) })
	if !m.Signals.Known() {
		m.Signals = r.Read(m.Text, toks)
	}
	d.AddWord(query.Sentiment, query.Code(query.Sentiment, m.Signals.Tone()))
	for _, s := range shown {
		if m.Signals.Has(s.signal) {
			d.AddWord(query.Has, query.Code(query.Has, s.name))
		}
	}
	if m.Cluster != 0 {
		d.AddWord(query.Cluster, int64(m.Cluster))
	}
	if len(m.Media) > 0 {
		d.AddWord(query.Has, query.Code(query.Has, "media"))
	}
	hours := "outside"
	if m.InHours {
		hours = "inside"
	}
	d.AddWord(query.Hours, query.Code(query.Hours, hours))
	d.AddNum(query.Time, m.At.UnixMilli())
	d.AddNum(query.Size, int64(text.Runes(m.Text)))
}

// shown are the signals that a document has as values of has:.
var shown = []struct {
	signal signal.Signals
	name   string
}{
	{signal.Question, "question"},
	{signal.Danger, "danger"},
	{signal.Emergency, "emergency"},
	{signal.Threat, "threat"},
	{signal.SelfHarm, "self-harm"},
	{signal.Spamlike, "spam-like"},
}
