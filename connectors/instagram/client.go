package instagram

import (
	"context"
	"encoding/json"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
)

// The objects as the Graph API gives them (Instagram Platform reference: IG Media, IG Comment).

type media struct {
	ID        lax.Text `json:"id"`
	Caption   lax.Text `json:"caption"`
	Permalink lax.Text `json:"permalink"`
	At        lax.Time `json:"timestamp"`
	Comments  lax.Int  `json:"comments_count"`
}

type comment struct {
	ID       lax.Text    `json:"id"`
	Text     lax.Text    `json:"text"`
	At       lax.Time    `json:"timestamp"`
	Username lax.Text    `json:"username"`
	From     *actor      `json:"from"`
	Hidden   lax.Bool    `json:"hidden"`
	Parent   lax.Text    `json:"parent_id"`
	Media    *media      `json:"media"`
	Replies  graph.Paged `json:"replies"`
}

const (
	mediaFields   = "id,caption,permalink,timestamp,comments_count"
	replyFields   = "id,text,timestamp,username,from,hidden,parent_id"
	commentFields = replyFields + ",replies{" + replyFields + "}"
	mediaPage     = 100
	commentPage   = 50 // the most that the edge gives
)

// mediaOf reads a part of an account's media, newest first.
func (c *Connector) mediaOf(ctx context.Context, token connectors.Secret, account, after string, limit int) (graph.Page, error) {
	return c.graph.Page(ctx, token, account+"/media", graph.Params{"fields": mediaFields}, limit, after)
}

// commentsOf reads a part of the top comments of a media, newest first, each with its first replies.
func (c *Connector) commentsOf(ctx context.Context, token connectors.Secret, mediaID, after string) (graph.Page, error) {
	return c.graph.Page(ctx, token, mediaID+"/comments", graph.Params{"fields": commentFields}, commentPage, after)
}

// repliesOf reads a part of the replies to a comment.
func (c *Connector) repliesOf(ctx context.Context, token connectors.Secret, commentID, after string) (graph.Page, error) {
	return c.graph.Page(ctx, token, commentID+"/replies", graph.Params{"fields": replyFields}, commentPage, after)
}

// get reads one object.
func (c *Connector) get(ctx context.Context, token connectors.Secret, id, fields string, out any) error {
	return c.graph.Get(ctx, token, id, graph.Params{"fields": fields}, out)
}

// publish answers a comment, and gives the id of the answer.
func (c *Connector) publish(ctx context.Context, token connectors.Secret, target, text string) (string, error) {
	var done struct {
		ID lax.Text `json:"id"`
	}
	err := c.graph.Post(ctx, token, target+"/replies", graph.Params{"message": text}, &done)
	return string(done.ID), err
}

// each decodes the rows of a page, and gives back those that are none of theirs.
func each[T any](rows []json.RawMessage, do func(*T)) (odd []json.RawMessage) {
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
