package facebook

import (
	"context"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// maxPhoto is how large the picture of a comment may be, in bytes.
const maxPhoto = 4 << 20

// commentFiles are the files that a comment can carry: one picture (Graph API reference, "Object comments": source). Meta describes
// pictures by itself; by API nobody can.
func commentFiles() []inbox.FileRule {
	return []inbox.FileRule{{Kind: "image", Types: []string{"image/jpeg", "image/png", "image/gif"}, MaxBytes: maxPhoto, Most: 1}}
}

// Upload implements connectors.Uploader. The picture of a comment goes in the same call as the comment: to bring it before would take the
// permission to publish posts.
func (c *Connector) Upload(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]string, error) {
	names := make([]string, len(o.Attachments))
	if o.Kind != inbox.DirectReply {
		return names, nil
	}
	token, err := c.token(a)
	if err != nil {
		return nil, err
	}
	for i, f := range o.Attachments {
		if names[i], err = c.graph.Attach(ctx, token, string(a.Remote), graph.Params{}, f); err != nil {
			return nil, err
		}
	}
	return names, nil
}

var _ connectors.Uploader = (*Connector)(nil)
