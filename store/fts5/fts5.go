package fts5

import (
	"context"
	"errors"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/store/internal/sqlconn"
)

// Peer is conversations in FTS5. It is for one goroutine at a time. Close it.
type Peer struct {
	c   *sqlconn.Conn
	ids []inbox.ConversationID // by rowid, less one
}

const schema = `
CREATE TABLE conversations (n INTEGER PRIMARY KEY, status INTEGER NOT NULL, channel INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE words USING fts5(exact, danish, english, parts, content='', columnsize=0, tokenize="ascii tokenchars '_'");
`

// Open makes a new one in a file that is not there yet. It is opened as the desk opens its own files.
func Open(ctx context.Context, path string) (*Peer, error) {
	c, err := sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: path})
	if err != nil {
		return nil, err
	}
	if err := c.Script(ctx, schema); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &Peer{c: c}, nil
}

// Close closes the file.
func (p *Peer) Close() error { return p.c.Close() }

// Conversation is a document and its place.
type Conversation struct {
	inbox.Key
	Doc *query.Doc
}

// Add takes in conversations in one transaction. They come in order, the oldest first.
func (p *Peer) Add(ctx context.Context, cs []Conversation) (err error) {
	if err := p.c.Script(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for i := range cs {
		if err := p.put(ctx, &cs[i]); err != nil {
			return errors.Join(err, p.c.Script(ctx, "ROLLBACK"))
		}
	}
	if err := p.c.Script(ctx, "COMMIT"); err != nil {
		return err
	}
	w, err := p.c.Wal(ctx)
	if err == nil && w.Pages-w.Copied > 1000 {
		_, err = p.c.Checkpoint(ctx)
	}
	return err
}

func (p *Peer) put(ctx context.Context, c *Conversation) error {
	n := int64(len(p.ids) + 1)
	status, channel := int64(0), int64(0)
	for _, v := range c.Doc.Words(query.Is) {
		if v <= query.Code(query.Is, string(inbox.Closed)) { // the first values of is: are the statuses
			status = v
		}
	}
	if v := c.Doc.Words(query.Channel); len(v) > 0 {
		channel = v[0]
	}
	if _, err := p.c.Exec(ctx, "INSERT INTO conversations VALUES ($1, $2, $3)", n, status, channel); err != nil {
		return err
	}
	var l lines
	for _, passage := range c.Doc.Texts[query.Text] {
		l.passage(passage.Tokens)
	}
	_, err := p.c.Exec(ctx, "INSERT INTO words (rowid, exact, danish, english, parts) VALUES ($1, $2, $3, $4, $5)", n,
		l.exact.String(), l.danish.String(), l.english.String(), l.parts.String())
	if err == nil {
		p.ids = append(p.ids, c.ID)
	}
	return err
}

// between is how many positions stand between two messages: no phrase and no nearness reaches across.
const between = 8

// lines are the columns of a conversation, token by token; parts are in no order, nothing asks where they stand.
type lines struct{ exact, danish, english, parts strings.Builder }

func (l *lines) token(exact, danish, english string) {
	l.exact.WriteString(exact + " ")
	l.danish.WriteString(danish + " ")
	l.english.WriteString(english + " ")
}

func (l *lines) gap(n int32) {
	for range n {
		l.token("_", "_", "_")
	}
}

// passage writes the tokens of a message at their positions. What shares a position with another word, as a hashtag does with its first
// part, stands apart behind the message.
func (l *lines) passage(toks []text.Token) {
	last := int32(-1)
	here := map[string]bool{}
	var apart []*text.Keys
	for i := range toks {
		t := &toks[i]
		if !plain(t.Keys.Exact) {
			continue
		}
		whole := (t.Kind == text.Hashtag || t.Kind == text.Handle || t.Kind == text.URL) && i+1 < len(toks) && toks[i+1].Pos == t.Pos
		switch {
		case whole, t.Pos == last:
			if !here[t.Keys.Exact] {
				apart = append(apart, t.Keys)
			}
		default:
			clear(here)
			l.gap(t.Pos - last - 1)
			l.keys(t.Keys)
			last = t.Pos
		}
		here[t.Keys.Exact] = !whole
	}
	for _, k := range apart {
		l.gap(between)
		l.keys(k)
	}
	l.gap(between)
}

func (l *lines) keys(k *text.Keys) {
	danish, english := k.Danish, k.English
	if danish == "" {
		danish = "_"
	}
	if english == "" {
		english = "_"
	}
	l.token(k.Exact, danish, english)
	k.EachPart(func(stem string) {
		if plain(stem) {
			l.parts.WriteString(stem + " ")
		}
	})
}

// plain reports whether the tokenizer takes a key for one token.
func plain(key string) bool {
	for i := range len(key) {
		switch b := key[i]; {
		case b >= 0x80, b == '_', '0' <= b && b <= '9', 'a' <= b && b <= 'z':
		default:
			return false
		}
	}
	return key != ""
}

// Newest gives the newest n that a statement finds.
func (p *Peer) Newest(ctx context.Context, s Statement, n int) ([]inbox.ConversationID, error) {
	out := make([]inbox.ConversationID, 0, n)
	err := p.c.Query(ctx, "SELECT words.rowid "+s.from+" ORDER BY words.rowid DESC LIMIT $2", func(r *sqlconn.Row) error {
		out = append(out, p.ids[r.Int()-1])
		return nil
	}, s.match, n)
	return out, err
}

// Count counts what a statement finds.
func (p *Peer) Count(ctx context.Context, s Statement) (n int, err error) {
	err = p.c.Query(ctx, "SELECT count(*) "+s.from, func(r *sqlconn.Row) error {
		n = int(r.Int())
		return nil
	}, s.match)
	return n, err
}
