package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Notice is one event of a webhook body.
type Notice struct {
	Object  string // page, instagram
	Account string // the page or profile that it is about
	At      time.Time
	Part    Part
	Field   string          // of Change: feed, comments ...
	Value   json.RawMessage // the event itself; of Bare nil
	Raw     json.RawMessage // as it came, to be kept if it is not understood
}

// Part is where in an entry an event was.
type Part string

// The parts.
const (
	Change    Part = "changes"
	Messaging Part = "messaging"
	Standby   Part = "standby"
	Bare      Part = "changed_fields" // only that Field changed is said
	Odd       Part = "odd"            // none of these
)

type entry struct {
	ID        lax.Text          `json:"id"`
	Time      lax.Time          `json:"time"`
	Changes   []json.RawMessage `json:"changes"`
	Messaging []json.RawMessage `json:"messaging"`
	Standby   []json.RawMessage `json:"standby"`
	Fields    []lax.Text        `json:"changed_fields"`
	Field     lax.Text          `json:"field"` // a change without its list
	Value     json.RawMessage   `json:"value"`
}

type envelope struct {
	Object lax.Text          `json:"object"`
	Entry  []json.RawMessage `json:"entry"`
}

var errNoEnvelope = errors.New("graph: the body has no entries")

// Kind names what a notice is about: its field or, where it has none, its part.
func (n *Notice) Kind() string {
	if n.Field == "" {
		return string(n.Part)
	}
	return n.Field
}

// Unread keeps a notice that was not understood.
func (n *Notice) Unread(key string, args ...any) connectors.Unread {
	return connectors.Unread{AccountRemote: inbox.RemoteID(n.Account), Reason: *inbox.Why(key, args...), Bytes: n.Raw}
}

// Notices takes a webhook body apart, into whatever forms Meta's pages print: an object or an array of objects; entries with changes,
// messaging, standby, changed_fields or a single flat change. An error says that it is no such body at all.
func Notices(body []byte) ([]Notice, error) {
	body = bytes.TrimSpace(body)
	var all []envelope
	if len(body) > 0 && body[0] == '[' {
		if err := json.Unmarshal(body, &all); err != nil {
			return nil, fmt.Errorf("graph: %w", err)
		}
	} else {
		all = make([]envelope, 1)
		if err := json.Unmarshal(body, &all[0]); err != nil {
			return nil, fmt.Errorf("graph: %w", err)
		}
	}
	var out []Notice
	for _, env := range all {
		if env.Entry == nil {
			return nil, errNoEnvelope
		}
		for _, raw := range env.Entry {
			out = open(out, string(env.Object), raw)
		}
	}
	return out, nil
}

// open lists the events of an entry. One that cannot be read is one odd event.
func open(out []Notice, object string, raw json.RawMessage) []Notice {
	var e entry
	if err := json.Unmarshal(raw, &e); err != nil {
		return append(out, Notice{Object: object, Part: Odd, Raw: raw})
	}
	n := Notice{Object: object, Account: string(e.ID), At: e.Time.Time}
	before := len(out)
	for _, c := range e.Changes {
		n.Part, n.Raw = Change, c
		var change struct {
			Field lax.Text        `json:"field"`
			Value json.RawMessage `json:"value"`
		}
		if json.Unmarshal(c, &change) != nil || change.Field == "" {
			n.Part = Odd
		}
		n.Field, n.Value = string(change.Field), change.Value
		out = append(out, n)
	}
	n.Field = ""
	for _, m := range e.Messaging {
		n.Part, n.Raw, n.Value = Messaging, m, m
		out = append(out, n)
	}
	for _, m := range e.Standby {
		n.Part, n.Raw, n.Value = Standby, m, m
		out = append(out, n)
	}
	n.Raw, n.Value = raw, nil
	for _, f := range e.Fields {
		n.Part, n.Field = Bare, string(f)
		out = append(out, n)
	}
	if e.Field != "" {
		n.Part, n.Field, n.Value = Change, string(e.Field), e.Value
		out = append(out, n)
	}
	if len(out) == before {
		n.Part = Odd
		out = append(out, n)
	}
	return out
}
