package facebook

import (
	"context"
	"strconv"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// The objects as the Graph API gives them (reference: Page Feed, Page Post, Comment).

type post struct {
	ID          lax.Text `json:"id"`
	Message     lax.Text `json:"message"`
	Story       lax.Text `json:"story"`
	From        *actor   `json:"from"`
	Created     lax.Time `json:"created_time"`
	Updated     lax.Time `json:"updated_time"`
	Permalink   lax.Text `json:"permalink_url"`
	Attachments struct {
		Data []struct {
			Type  lax.Text `json:"media_type"`
			URL   lax.Text `json:"url"`
			Title lax.Text `json:"title"`
		} `json:"data"`
	} `json:"attachments"`
}

type comment struct {
	ID         lax.Text `json:"id"`
	Message    lax.Text `json:"message"`
	From       *actor   `json:"from"`
	Created    lax.Time `json:"created_time"`
	Parent     *comment `json:"parent"`
	Hidden     lax.Bool `json:"is_hidden"`
	Permalink  lax.Text `json:"permalink_url"`
	Object     *post    `json:"object"`
	Attachment struct {
		Type  lax.Text `json:"type"`
		URL   lax.Text `json:"url"`
		Title lax.Text `json:"title"`
		Media struct {
			Image struct {
				Src lax.Text `json:"src"`
			} `json:"image"`
		} `json:"media"`
	} `json:"attachment"`
}

const (
	postFields    = "id,message,story,from,created_time,updated_time,permalink_url,attachments{media_type,url,title}"
	commentFields = "id,message,from,created_time,parent{id},is_hidden,permalink_url,attachment"
	pageSize      = 100 // the most that a feed gives
)

// posts reads a part of a list of posts: those on a page's wall (feed) or those that name it (tagged), newest first by creation.
func (c *Connector) posts(ctx context.Context, token connectors.Secret, edge, after string, limit int) (graph.Page, error) {
	return c.graph.Page(ctx, token, edge, graph.Params{"fields": postFields}, limit, after)
}

// commentsOf reads a part of all comments below a post or a comment, at any depth, newest first.
func (c *Connector) commentsOf(ctx context.Context, token connectors.Secret, of, after string, since time.Time) (graph.Page, error) {
	p := graph.Params{"fields": commentFields, "filter": "stream", "order": "reverse_chronological"}
	if !since.IsZero() {
		p["since"] = strconv.FormatInt(since.Unix(), 10)
	}
	return c.graph.Page(ctx, token, of+"/comments", p, pageSize, after)
}

// get reads one object.
func (c *Connector) get(ctx context.Context, token connectors.Secret, id, fields string, out any) error {
	return c.graph.Get(ctx, token, id, graph.Params{"fields": fields}, out)
}

// publish writes a comment below a post or a comment, with its picture if it has one, and gives its id.
func (c *Connector) publish(ctx context.Context, token connectors.Secret, target string, o inbox.Outgoing) (string, error) {
	var done struct {
		ID lax.Text `json:"id"`
	}
	p := graph.Params{}
	if o.Text != "" {
		p["message"] = o.Text
	}
	var err error
	if len(o.Attachments) == 0 {
		err = c.graph.Post(ctx, token, target+"/comments", p, &done)
	} else {
		a := o.Attachments[0]
		err = c.graph.Upload(ctx, token, target+"/comments", p, graph.FormFile{Field: "source", Name: a.Name, Type: a.Type, Bytes: a.Bytes}, &done)
	}
	return commentID(string(done.ID)), err
}
