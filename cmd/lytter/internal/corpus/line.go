package corpus

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"lytter/inbox"
)

// Line is one message of an export or import file: JSON Lines, one object a line, described for people in docs/import.md.
type Line struct {
	Channel   inbox.Channel  `json:"channel"`
	Account   string         `json:"account"`   // our name of it
	Kind      inbox.Kind     `json:"kind"`      // comment, mention, direct, review, post
	Direction string         `json:"direction"` // in, out, note, or context for a post of ours
	Remote    inbox.RemoteID `json:"remote_id"`
	Parent    inbox.RemoteID `json:"parent,omitempty"`  // what it answers
	Thread    inbox.RemoteID `json:"thread,omitempty"`  // what holds the conversation together; found from parents where it is not given
	Context   inbox.RemoteID `json:"context,omitempty"` // the post of ours that it hangs on
	Author    *Author        `json:"author,omitempty"`  // absent: the platform does not show who
	By        string         `json:"by,omitempty"`      // who of us wrote it
	Text      string         `json:"text"`
	Media     []inbox.Media  `json:"media,omitempty"`
	Permalink string         `json:"permalink,omitempty"`
	Time      time.Time      `json:"time"`
	Edited    *time.Time     `json:"edited,omitempty"`
	Deleted   bool           `json:"deleted,omitempty"`
	Hidden    bool           `json:"hidden,omitempty"`
	Status    inbox.Status   `json:"status,omitempty"` // of the conversation: open or closed
}

// Author is who wrote an inbound message.
type Author struct {
	ID        inbox.RemoteID `json:"id"`
	Name      string         `json:"name,omitempty"`
	Handle    string         `json:"handle,omitempty"`
	Followers int64          `json:"followers,omitempty"`
	Verified  bool           `json:"verified,omitempty"`
}

// MaxLine bounds a line, in bytes.
const MaxLine = 1 << 20

// LineError says what is wrong with a line of a file.
type LineError struct {
	Line   int
	Reason inbox.Reason
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason.String()) }

// Reader reads the lines of a file.
type Reader struct {
	r   *bufio.Reader
	n   int
	sum hash.Hash
	buf []byte
	// Offset is how many bytes were read: where to go on from.
	Offset int64
}

// NewReader reads lines from r, of which skipped bytes and lines were read before.
func NewReader(r io.Reader, offset int64, lines int) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, 256<<10), n: lines, Offset: offset, sum: sha256.New()}
}

// Lines is how many lines were read.
func (r *Reader) Lines() int { return r.n }

// Sum tells the bytes that were read from any others: it is their SHA-256, as hexadecimal digits.
func (r *Reader) Sum() string { return hex.EncodeToString(r.sum.Sum(nil)) }

// Skip reads a line and gives nothing of it. io.EOF at the end.
func (r *Reader) Skip() error {
	_, _, err := r.line()
	return err
}

// line reads a line, whole with its end; of one that is longer than MaxLine (long) only the beginning. It holds until the next.
func (r *Reader) line() (data []byte, long bool, err error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.r.ReadSlice('\n')
		r.sum.Write(part)
		r.Offset += int64(len(part))
		if len(r.buf) <= MaxLine {
			r.buf = append(r.buf, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if len(r.buf) == 0 && err != nil {
			return nil, false, err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, false, err // half a line is none
		}
		r.n++
		return r.buf, len(r.buf) > MaxLine, nil
	}
}

// Next gives the next message. io.EOF at the end; a *LineError costs only its line, and Next can be called again.
func (r *Reader) Next() (Line, error) {
	for {
		data, long, err := r.line()
		if err != nil {
			return Line{}, err
		}
		data = bytes.TrimSpace(data)
		if len(data) == 0 {
			continue
		}
		if long {
			return Line{}, r.fail("import.too_long", "Max", MaxLine)
		}
		var l Line
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&l); err != nil {
			return Line{}, r.unread(err)
		}
		if err := r.check(l); err != nil {
			return Line{}, err
		}
		return l, nil
	}
}

func (r *Reader) fail(key string, args ...any) error {
	return &LineError{Line: r.n, Reason: *inbox.Why(key, args...)}
}

// unread says in our own words why a line is no message.
func (r *Reader) unread(err error) error {
	var kind *json.UnmarshalTypeError
	var at *time.ParseError
	key, unknown := strings.CutPrefix(err.Error(), "json: unknown field ") // it has no type
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return r.fail("import.wrong_type", "Key", kind.Field, "Value", kind.Value)
	case errors.As(err, &at):
		return r.fail("import.time", "Value", strings.Trim(at.Value, `"`))
	case unknown:
		return r.fail("import.unknown_key", "Key", strings.Trim(key, `"`))
	}
	return r.fail("import.not_json")
}

func (r *Reader) check(l Line) error {
	for _, must := range [][2]string{{"channel", string(l.Channel)}, {"direction", l.Direction}, {"kind", string(l.Kind)}} {
		if must[1] == "" && (must[0] != "kind" || l.Direction != "context") {
			return r.fail("import.needs", "Key", must[0])
		}
	}
	switch {
	case l.Remote == "":
		return r.fail("import.needs", "Key", "remote_id")
	case l.Account == "":
		return r.fail("import.needs", "Key", "account")
	case l.Channel != inbox.Facebook && l.Channel != inbox.Instagram && l.Channel != inbox.X:
		return r.fail("import.not_one", "Key", "channel", "Value", string(l.Channel))
	case l.Direction != "in" && l.Direction != "out" && l.Direction != "note" && l.Direction != "context":
		return r.fail("import.not_one", "Key", "direction", "Value", l.Direction)
	case l.Time.IsZero():
		return r.fail("import.needs", "Key", "time")
	case l.Author != nil && l.Author.ID == "":
		return r.fail("import.needs", "Key", "author.id")
	case l.Status != "" && l.Status != inbox.Open && l.Status != inbox.Closed:
		return r.fail("import.not_one", "Key", "status", "Value", string(l.Status))
	}
	switch l.Kind {
	case inbox.Comment, inbox.Mention, inbox.Direct, inbox.Review, inbox.Post:
		return nil
	}
	if l.Direction == "context" {
		return nil
	}
	return r.fail("import.not_one", "Key", "kind", "Value", string(l.Kind))
}

// Items turns a line into what ingest takes.
func (l Line) Items(account inbox.AccountID) []inbox.Incoming {
	in := inbox.Incoming{
		Account: account, Event: inbox.Posted, Source: inbox.FromImport, Kind: l.Kind, Remote: l.Remote, Parent: l.Parent, Thread: l.Thread,
		Context: l.Context, FromUs: l.Direction == "out" || l.Direction == "note", Text: l.Text, Media: l.Media, Permalink: l.Permalink,
		At: l.Time, Observed: l.Time, Extra: &inbox.Imported{Status: l.Status, By: l.By, Note: l.Direction == "note"},
	}
	if l.Direction == "context" {
		in.Event, in.FromUs = inbox.ContextSeen, true
	}
	if l.Edited != nil {
		in.Event, in.Observed = inbox.Edited, *l.Edited
	}
	if a := l.Author; a != nil {
		in.Author = &inbox.Author{Remote: a.ID, Name: a.Name, Handle: a.Handle, Followers: a.Followers, Verified: a.Verified}
	}
	items := []inbox.Incoming{in}
	if l.Hidden {
		hid := in
		hid.Event = inbox.Hid
		items = append(items, hid)
	}
	if l.Deleted {
		del := in
		del.Event = inbox.Deleted
		items = append(items, del)
	}
	return items
}

// IsLineError reports whether an error costs only its line.
func IsLineError(err error) (*LineError, bool) {
	var le *LineError
	ok := errors.As(err, &le)
	return le, ok
}
