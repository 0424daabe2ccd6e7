package graph

import (
	"context"
	"encoding/json"
	"strconv"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Page is a part of a list.
type Page struct {
	Data  []json.RawMessage
	After string // cursor of what follows; "" when nothing does
}

// Paged is a list as the Graph writes it (Graph API, "Paginated results"), also nested in an object.
type Paged struct {
	Data   []json.RawMessage `json:"data"`
	Paging struct {
		Cursors struct {
			After lax.Text `json:"after"`
		} `json:"cursors"`
		Next lax.Text `json:"next"`
	} `json:"paging"`
}

// Rest is the cursor of what follows, "" when nothing does. A list ends where "next" is missing, not where a page is empty: what a
// token may not see is left out of pages. The address in "next" is never followed: it holds the token, and names any host.
func (p *Paged) Rest() string {
	if p.Paging.Next == "" {
		return ""
	}
	return string(p.Paging.Cursors.After)
}

// Page reads a part of a list, from a cursor on; "" is the start. What follows may lead back to what went before, or be the same again:
// lists are read with a bound.
func (c *Client) Page(ctx context.Context, token connectors.Secret, path string, p Params, limit int, after string) (Page, error) {
	q := make(Params, len(p)+2)
	for k, v := range p {
		q[k] = v
	}
	q["limit"] = strconv.Itoa(limit)
	if after != "" {
		q["after"] = after
	}
	var body Paged
	if err := c.Get(ctx, token, path, q, &body); err != nil {
		return Page{}, err
	}
	return Page{Data: body.Data, After: body.Rest()}, nil
}

// Each decodes the rows of a list, and gives back those that are none of theirs.
func Each[T any](rows []json.RawMessage, do func(*T)) (odd []json.RawMessage) {
	for _, raw := range rows {
		row := new(T)
		if json.Unmarshal(raw, row) != nil {
			odd = append(odd, raw)
			continue
		}
		do(row)
	}
	return odd
}

// Unreadable keeps rows that could not be read.
func Unreadable(a inbox.Account, rows []json.RawMessage, kind string) (out []connectors.Unread) {
	for _, raw := range rows {
		out = append(out, connectors.Unread{AccountRemote: a.Remote, Reason: *inbox.Why("parked.decode", "Error", kind), Bytes: raw})
	}
	return out
}

// Unshown keeps what is told of a private message of which the platform shows neither who wrote it nor to whom.
func Unshown(a inbox.Account, thread, message lax.Text) connectors.Unread {
	raw, err := json.Marshal(map[string]lax.Text{"conversation": thread, "message": message})
	if err != nil {
		panic(err) // strings can be written
	}
	return connectors.Unread{AccountRemote: a.Remote, Reason: *inbox.Why("parked.incomplete", "Kind", "message"), Bytes: raw}
}
