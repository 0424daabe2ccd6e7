package facebook

import (
	"context"

	"lytter/connectors"
	"lytter/inbox"
)

// Permissions that a page asks for (Meta Permissions reference): those without which comments cannot be read or answered, and those of
// private messages, webhooks and the list of pages.
func Permissions() (must, should []string) {
	return []string{"pages_read_engagement", "pages_read_user_content", "pages_manage_engagement"},
		[]string{"pages_messaging", "pages_manage_metadata", "pages_show_list"}
}

// sends is what permissions are needed to send (Pages API, "Comments"; Messenger Platform, "Send API").
func sends() map[string][]inbox.OutgoingKind {
	return map[string][]inbox.OutgoingKind{
		"pages_manage_engagement": {
			inbox.PublicReply, inbox.Hide, inbox.Unhide, inbox.Delete, inbox.Like, inbox.Unlike, inbox.Edit,
		},
		"pages_messaging": {inbox.DirectReply, inbox.PrivateReply},
	}
}

// Examine implements connectors.Examiner.
func (c *Connector) Examine(ctx context.Context, a inbox.Account) (connectors.Examination, error) {
	token, err := c.token(a)
	if err != nil {
		return connectors.Examination{Fault: &connectors.AsError(err).Reason}, nil // that there is none is what was found
	}
	in, err := c.graph.Inspect(ctx, token)
	if err != nil {
		return connectors.Examination{}, err
	}
	x := connectors.Examination{Fault: in.Fault(), Expires: in.Ends()}
	switch {
	case x.Fault != nil:
		return x, nil
	case in.Profile != "" && in.Profile != string(a.Remote):
		x.Fault = inbox.Why("platform.token_other")
		return x, nil
	case in.Kind != "" && in.Kind != "PAGE":
		x.Advice = append(x.Advice, *inbox.Why("facebook.token_kind"))
	}
	must, should := Permissions()
	x.Permissions = connectors.Permissions(must, should, sends(), func(name string) bool { return in.Has(name, string(a.Remote)) })
	return x, nil
}
