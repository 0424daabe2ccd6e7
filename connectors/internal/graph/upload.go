package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"sync/atomic"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// FormFile is a file in a form.
type FormFile struct {
	Field string // of the form: source, filedata
	Name  string
	Type  string // of its content
	Bytes []byte
}

// Upload writes with a file, as a form in parts. It takes as long as ctx lets it: a file is slower than a call. A form that did not leave
// to its last byte cannot have been read, so an error in the midst of it is certain.
func (c *Client) Upload(ctx context.Context, token connectors.Secret, path string, p Params, file FormFile, out any) error {
	if err := straight(path); err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range p {
		if err := form.WriteField(k, v); err != nil {
			return fault(err)
		}
	}
	// A part without a content type makes the platform answer errors as success.
	w, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(file.Field, file.Name)}, "Content-Type": {file.Type},
	})
	if err == nil {
		_, err = w.Write(file.Bytes)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return fault(err)
	}
	q := url.Values{}
	if proof := c.proof(token); proof != "" {
		q.Set("appsecret_proof", proof)
	}
	address := c.cfg.BaseURL + c.cfg.Version + "/" + strings.TrimPrefix(path, "/") + "?" + q.Encode()
	ex := &exchange{client: c, token: token, patient: true}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &counted{bytes.NewReader(body.Bytes()), &ex.begun})
	if err != nil {
		return fault(fmt.Errorf("graph: upload to %s: no request: %w", path, errors.Unwrap(err)))
	}
	req.ContentLength = int64(body.Len())
	req.Header.Set("Content-Type", form.FormDataContentType())
	_, err = c.session(ctx, token, ex).Request(req)
	return ex.settle(ctx, err, out)
}

// counted is a body that says when its last byte is taken.
type counted struct {
	left  *bytes.Reader
	taken *atomic.Bool
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.left.Read(p)
	if c.left.Len() == 0 {
		c.taken.Store(true)
	}
	return n, err
}

// Attach brings a file to where private messages can carry it, and gives its id (Messenger Platform, "Attachment Upload API"; the same
// for Instagram with platform=instagram). An id lives 90 days.
func (c *Client) Attach(ctx context.Context, token connectors.Secret, page string, p Params, a inbox.Attachment) (string, error) {
	form := Params{"message": `{"attachment":{"type":"` + a.Kind + `","payload":{"is_reusable":true}}}`}
	for k, v := range p {
		form[k] = v
	}
	var done struct {
		ID lax.Text `json:"attachment_id"`
	}
	err := c.Upload(ctx, token, page+"/message_attachments", form, FormFile{Field: "filedata", Name: a.Name, Type: a.Type, Bytes: a.Bytes}, &done)
	if err == nil && done.ID == "" {
		err = connectors.Unreadable(http.StatusOK, errors.New("graph: an attachment without an id"))
	}
	return string(done.ID), err
}

// Body is the message of a call that sends one in private: its text, or the file that was brought before. Meta takes one or the other, and
// refuses both.
func Body(o inbox.Outgoing) map[string]any {
	m := map[string]any{}
	if o.Text != "" || len(o.Attachments) == 0 {
		m["text"] = o.Text
	}
	for _, a := range o.Attachments {
		m["attachment"] = map[string]any{"type": a.Kind, "payload": map[string]string{"attachment_id": a.Remote}}
	}
	return m
}

// DirectFiles are the files that a private message can carry, one in each (Messenger Platform, "Saving assets"; Instagram Platform,
// "Upload media for messaging").
func DirectFiles() []inbox.FileRule {
	return []inbox.FileRule{
		{Kind: "image", Types: []string{"image/jpeg", "image/png", "image/gif"}, MaxBytes: 8 << 20, Most: 1},
		{Kind: "video", Types: []string{"video/mp4", "video/webm"}, MaxBytes: 25 << 20, Most: 1},
		{Kind: "audio", Types: []string{"audio/mpeg", "audio/wave"}, MaxBytes: 25 << 20, Most: 1},
		{Kind: "file", Types: []string{"application/pdf"}, MaxBytes: 25 << 20, Most: 1},
	}
}
