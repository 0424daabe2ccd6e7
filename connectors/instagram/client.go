package instagram

import (
	"context"
	"encoding/json"
	"strings"

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
	Type      lax.Text `json:"media_type"` // of what others published
	Username  lax.Text `json:"username"`   // the same
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
	otherFields   = "id,caption,media_type,permalink,timestamp" // of what others published
	replyFields   = "id,text,timestamp,username,from,hidden,parent_id"
	commentFields = replyFields + ",replies{" + replyFields + "}"
	mediaPage     = 100
	commentPage   = 50 // the most that the edge gives
)

// get reads one object.
func (d *door) get(ctx context.Context, id, fields string, out any) error {
	return d.Get(ctx, d.token, id, graph.Params{"fields": fields}, out)
}

func (d *door) page(ctx context.Context, path, fields string, limit int, after string) (graph.Page, error) {
	return d.Page(ctx, d.token, path, graph.Params{"fields": fields}, limit, after)
}

// medias reads a part of the account's media, newest first.
func (d *door) medias(ctx context.Context, after string, limit int) (graph.Page, error) {
	return d.page(ctx, d.self+"/media", mediaFields, limit, after)
}

// comments reads a part of the top comments of a media, newest first, each with its first replies.
func (d *door) comments(ctx context.Context, mediaID, after string) (graph.Page, error) {
	return d.page(ctx, mediaID+"/comments", commentFields, commentPage, after)
}

// replies reads a part of the replies to a comment.
func (d *door) replies(ctx context.Context, commentID, after string) (graph.Page, error) {
	return d.page(ctx, commentID+"/replies", replyFields, commentPage, after)
}

// mention reads, of somebody else's media, the comment or the media itself that names the account, and nothing else of it (Instagram
// Platform, "Mentions"). what is mentioned_comment or mentioned_media.
func (d *door) mention(ctx context.Context, what, id string, out any) error {
	by, fields := "comment_id", "id,text,timestamp,username,media{id,permalink}"
	if what == mentionedMedia {
		by, fields = "media_id", otherFields+",username"
	}
	var body map[string]json.RawMessage
	if err := d.get(ctx, d.self, what+"."+by+"("+id+"){"+fields+"}", &body); err != nil {
		return err
	}
	if len(body[what]) == 0 {
		return gone()
	}
	return json.Unmarshal(body[what], out)
}

const (
	mentionedComment = "mentioned_comment"
	mentionedMedia   = "mentioned_media"
)

// number reports whether an id is one of media, comments and people. Those of private messages are not (see ids.go).
func number(id string) bool { return id != "" && strings.Trim(id, "0123456789") == "" }
