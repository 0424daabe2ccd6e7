package instagram

import (
	"context"
	"strings"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
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

// Examine implements connectors.Examiner.
func (c *Connector) Examine(ctx context.Context, a inbox.Account) (connectors.Examination, error) {
	d, err := c.door(a)
	if err != nil {
		return connectors.Examination{Fault: &connectors.AsError(err).Reason}, nil //nolint:nilerr // that there is none is what was found
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
	x.Permissions = connectors.Permissions(must, should, func(name string) bool {
		if strings.HasPrefix(name, "pages_") {
			return in.Has(name, string(d.have.Page))
		}
		return in.Has(name, "")
	})
	return x, nil
}

// examineOwn examines an account of Instagram Login, whose host has no call to inspect a token: what works is what is known.
func (c *Connector) examineOwn(ctx context.Context, a inbox.Account, d *door) (connectors.Examination, error) {
	var me struct {
		ID   lax.Text `json:"user_id"`
		Data []struct {
			ID lax.Text `json:"user_id"`
		} `json:"data"`
	}
	switch err := d.Get(ctx, d.token, "me", graph.Params{"fields": "user_id"}, &me); connectors.ClassOf(err) {
	case "":
	case connectors.Auth:
		return connectors.Examination{Fault: &connectors.AsError(err).Reason}, nil
	default:
		return connectors.Examination{}, err
	}
	if len(me.Data) > 0 {
		me.ID = me.Data[0].ID
	}
	if me.ID != "" && inbox.RemoteID(me.ID) != a.Remote {
		return connectors.Examination{Fault: inbox.Why("platform.token_other")}, nil
	}
	return connectors.Examination{}, nil
}
