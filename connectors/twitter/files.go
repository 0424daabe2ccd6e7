package twitter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// postFiles are the files that a post can carry: four pictures, or one that moves, or one video (X API, "Media: best practices"). A
// video can be far larger than any file that the desk keeps.
func postFiles(pictures int) []inbox.FileRule {
	return []inbox.FileRule{
		{Kind: "image", Types: []string{"image/jpeg", "image/png", "image/webp"}, MaxBytes: 5 << 20, Most: pictures},
		{Kind: "image", Types: []string{"image/gif"}, MaxBytes: 15 << 20, Most: 1},
		{Kind: "video", Types: []string{"video/mp4"}, MaxBytes: inbox.MaxFile, Most: 1},
	}
}

const (
	postPictures   = 4
	directPictures = 1 // X API, "Direct Messages: attachments"
	chunk          = 1 << 20

	processedLeast = 100 * time.Millisecond // between two questions whether a video is ready, and
	processedMost  = 10 * time.Second
)

// uploaded is what the media endpoints answer (X API, "Media upload").
type uploaded struct {
	Data struct {
		ID         lax.Text `json:"id"`
		Processing *struct {
			State lax.Text `json:"state"` // pending, in_progress, succeeded, failed
			After lax.Int  `json:"check_after_secs"`
			Error struct {
				Name    lax.Text `json:"name"`
				Message lax.Text `json:"message"`
			} `json:"error"`
		} `json:"processing_info"`
	} `json:"data"`
}

// Upload implements connectors.Uploader. What it brings can be used for 24 hours.
func (c *Connector) Upload(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]string, error) {
	if err := c.known(a); err != nil {
		return nil, err
	}
	names := make([]string, len(o.Attachments))
	for i, f := range o.Attachments {
		var err error
		if names[i], err = c.bring(ctx, a, category(o.Kind, f), f); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// category is what X calls the use of a file.
func category(k inbox.OutgoingKind, f inbox.Attachment) string {
	use := "tweet"
	if k != inbox.PublicReply {
		use = "dm"
	}
	switch {
	case f.Type == "image/gif":
		return use + "_gif"
	case f.Kind == "video":
		return use + "_video"
	}
	return use + "_image"
}

// bring uploads one file in pieces, waits until X has made of it what it needs, and describes it.
func (c *Connector) bring(ctx context.Context, a inbox.Account, use string, f inbox.Attachment) (string, error) {
	var up uploaded
	begin := c.as(a, opUpload, http.MethodPost, "/2/media/upload/initialize")
	begin.body = map[string]any{"media_type": f.Type, "total_bytes": len(f.Bytes), "media_category": use}
	if err := c.call(ctx, begin, &up); err != nil {
		return "", err
	}
	id := string(up.Data.ID)
	if id == "" {
		return "", connectors.Unreadable(http.StatusOK, errors.New("twitter: an upload without an id"))
	}
	path := "/2/media/upload/" + url.PathEscape(id)
	for n := 0; n*chunk < len(f.Bytes); n++ {
		piece := f.Bytes[n*chunk : min((n+1)*chunk, len(f.Bytes))]
		r := c.as(a, opUpload, http.MethodPost, path+"/append")
		var err error
		if r.form, r.kind, err = pieceForm(n, piece); err != nil {
			return "", fault(err)
		}
		if err := c.call(ctx, r, nil); err != nil {
			return "", err
		}
	}
	up = uploaded{}
	if err := c.call(ctx, c.as(a, opUpload, http.MethodPost, path+"/finalize"), &up); err != nil {
		return "", err
	}
	if err := c.processed(ctx, a, id, up); err != nil {
		return "", err
	}
	return id, c.describe(ctx, a, id, f)
}

// pieceForm is a piece of a file as a form in parts.
func pieceForm(n int, piece []byte) (body []byte, kind string, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("segment_index", strconv.Itoa(n)); err != nil {
		return nil, "", err
	}
	w, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("media", "piece")}, "Content-Type": {"application/octet-stream"},
	})
	if err == nil {
		_, err = w.Write(piece)
	}
	if err == nil {
		err = form.Close()
	}
	return b.Bytes(), form.FormDataContentType(), err
}

// processed waits until a video can be used. Pictures can at once.
func (c *Connector) processed(ctx context.Context, a inbox.Account, id string, up uploaded) error {
	for up.Data.Processing != nil {
		p := up.Data.Processing
		switch p.State {
		case "succeeded":
			return nil
		case "failed":
			said := clip(strings.TrimSpace(string(p.Error.Name)+" "+string(p.Error.Message)), 300)
			return &connectors.Error{
				Class: connectors.Rejected, Reason: *inbox.Why("x.media_failed", "Said", said), Err: fmt.Errorf("media: %s", said),
			}
		}
		pause := time.NewTimer(min(max(time.Duration(p.After)*time.Second, processedLeast), processedMost))
		select {
		case <-ctx.Done():
			pause.Stop()
			return connectors.Unreached(ctx.Err(), false)
		case <-pause.C:
		}
		r := c.as(a, opUpload, http.MethodGet, "/2/media/upload")
		r.query = url.Values{"command": {"STATUS"}, "media_id": {id}}
		up = uploaded{}
		if err := c.call(ctx, r, &up); err != nil {
			return err
		}
	}
	return nil
}

// describe tells what a picture shows, for those who do not see it (X API, "Media metadata"). Videos take none.
func (c *Connector) describe(ctx context.Context, a inbox.Account, id string, f inbox.Attachment) error {
	if f.Alt == "" || f.Kind != "image" {
		return nil
	}
	r := c.as(a, opUpload, http.MethodPost, "/2/media/metadata")
	r.body = map[string]any{"id": id, "metadata": map[string]any{"alt_text": map[string]string{"text": f.Alt}}}
	return c.call(ctx, r, nil)
}

// shownAs reports whether something on X is what an outgoing says.
func shownAs(o inbox.Outgoing, in inbox.Incoming) bool {
	if strings.TrimSpace(o.Text) == "" {
		return o.ShownAs(in.Text, in.Media)
	}
	return sameText(o.Text, in.Text)
}

// mediaIDs lists what X calls the files of an outgoing.
func mediaIDs(o inbox.Outgoing) []string {
	ids := make([]string, len(o.Attachments))
	for i, f := range o.Attachments {
		ids[i] = f.Remote
	}
	return ids
}

// directBody is the body of a call that sends a direct message.
func directBody(o inbox.Outgoing) map[string]any {
	body := map[string]any{}
	if o.Text != "" {
		body["text"] = o.Text
	}
	if len(o.Attachments) > 0 {
		list := make([]map[string]string, len(o.Attachments))
		for i, id := range mediaIDs(o) {
			list[i] = map[string]string{"media_id": id}
		}
		body["attachments"] = list
	}
	return body
}

var _ connectors.Uploader = (*Connector)(nil)
