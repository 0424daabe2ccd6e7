package instagram

import (
	"context"
	"slices"
	"strings"

	"lytter/connectors"
	"lytter/inbox"
)

// Permissions that an account asks for (Meta Permissions reference; Instagram API with Instagram Login, "Scopes"): those without which
// comments cannot be read or answered, and the rest.
func Permissions(login Login, direct bool) (must, should []string) {
	if login == InstagramLogin {
		must = []string{"instagram_business_basic", "instagram_business_manage_comments"}
		if direct {
			should = append(should, "instagram_business_manage_messages")
		}
		return must, should
	}
	must = []string{"instagram_basic", "instagram_manage_comments", "pages_read_engagement"}
	if direct {
		should = append(should, "instagram_manage_messages")
	}
	return must, append(should, "pages_manage_metadata", "pages_show_list")
}

// sends is what permissions are needed to send (Instagram Platform, "Comment moderation", "Send messages").
func sends() map[string][]inbox.OutgoingKind {
	comments := []inbox.OutgoingKind{inbox.PublicReply, inbox.Hide, inbox.Unhide, inbox.Delete}
	messages := []inbox.OutgoingKind{inbox.DirectReply, inbox.PrivateReply}
	return map[string][]inbox.OutgoingKind{
		"instagram_manage_comments": comments, "instagram_business_manage_comments": comments,
		"instagram_manage_messages": messages, "instagram_business_manage_messages": messages,
	}
}

// Examine implements connectors.Examiner.
func (c *Connector) Examine(ctx context.Context, a inbox.Account) (connectors.Examination, error) {
	d, err := c.door(a)
	if err != nil {
		return connectors.Examination{Fault: &connectors.AsError(err).Reason}, nil // that there is none is what was found
	}
	if d.have.Login == InstagramLogin {
		return c.examineOwn(ctx, a, d)
	}
	in, err := c.graph.Inspect(ctx, d.token)
	if err != nil {
		return connectors.Examination{}, err
	}
	x := connectors.Examination{Fault: in.Fault(), Expires: in.Ends()}
	if x.Fault != nil {
		return x, nil
	}
	if in.Profile != "" && in.Profile != string(d.have.Page) {
		x.Fault = inbox.Why("platform.token_other")
		return x, nil
	}
	must, should := Permissions(d.have.Login, !d.have.NoDirect)
	x.Permissions = connectors.Permissions(must, should, sends(), func(name string) bool {
		if strings.HasPrefix(name, "pages_") {
			return in.Has(name, string(d.have.Page))
		}
		return in.Has(name, "")
	})
	return x, nil
}

// examineOwn examines an account of Instagram Login, whose host has no call to inspect a token: what works, and what was told with the
// token, is what is known. It also renews the token where that is due: one that is not renewed for 60 days is dead.
func (c *Connector) examineOwn(ctx context.Context, a inbox.Account, d *door) (connectors.Examination, error) {
	t := c.tokens[a.Remote]
	var x connectors.Examination
	if g, err := t.Grant(); err == nil && renewDue(g, c.cfg.Now()) && t.Renews() {
		// A renewal that fails is tried again; what matters is told: the token works, and ends on a day.
		if token, err := t.Renew(ctx, g.Access); err == nil {
			d.token = token
		} else if connectors.ClassOf(err) == connectors.Transient && connectors.AsError(err).Reason.Key == "platform.token_unkept" {
			x.Advice = append(x.Advice, connectors.AsError(err).Reason)
		}
	}
	switch me, err := c.whose(ctx, d.token); connectors.ClassOf(err) {
	case "":
		if me.ID != "" && inbox.RemoteID(me.ID) != a.Remote {
			x.Fault = inbox.Why("platform.token_other")
			return x, nil
		}
	case connectors.Auth:
		x.Fault = &connectors.AsError(err).Reason
		return x, nil
	default:
		return x, err
	}
	g, err := t.Grant()
	if err != nil {
		x.Fault = &connectors.AsError(err).Reason
		return x, nil // that there is none is what was found
	}
	x.Expires = g.Expires
	if !t.Renews() {
		x.Advice = append(x.Advice, *inbox.Why("platform.token_fixed"))
	}
	if g.Scopes != nil {
		must, should := Permissions(InstagramLogin, !d.have.NoDirect)
		x.Permissions = connectors.Permissions(must, should, sends(), func(name string) bool { return slices.Contains(g.Scopes, name) })
	}
	return x, nil
}
