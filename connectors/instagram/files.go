package instagram

import (
	"context"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// Upload implements connectors.Uploader. Files are brought to the page that the account is linked to (Instagram Platform, "Upload media
// for messaging").
func (c *Connector) Upload(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]string, error) {
	d, err := c.door(a)
	if err != nil {
		return nil, err
	}
	if o.Kind != inbox.DirectReply || d.have.Login == InstagramLogin {
		return nil, &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.no_files")}
	}
	names := make([]string, len(o.Attachments))
	for i, f := range o.Attachments {
		if names[i], err = d.Attach(ctx, d.token, d.box, graph.Params{"platform": "instagram"}, f); err != nil {
			return nil, err
		}
	}
	return names, nil
}

var _ connectors.Uploader = (*Connector)(nil)
