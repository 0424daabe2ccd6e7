package facebook

import (
	"context"
	"slices"
	"strings"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// login implements connectors.Login: Facebook Login, which gives a user's token, and with it those of the user's Pages.
type login struct{ graph.Login }

// Login is how a person gives access to their Pages. Of the configuration it needs the app; Pages may be empty.
func (c *Connector) Login() connectors.Login {
	must, should := Permissions()
	return login{graph.Login{Client: c.graph, Asks: append(must, should...)}}
}

// Accounts implements connectors.Login.
func (l login) Accounts(ctx context.Context, g connectors.Grant) ([]connectors.Reached, error) {
	list, err := l.Client.Manages(ctx, g.Access)
	if err != nil {
		return nil, err
	}
	out := make([]connectors.Reached, 0, len(list))
	for _, m := range list {
		r := connectors.Reached{
			ID: inbox.RemoteID(m.ID), Title: string(m.Name), Handle: string(m.Username),
			Grant: connectors.Grant{Access: connectors.Secret(m.Token), Issued: g.Issued, Scopes: g.Scopes},
		}
		r.Refusal = lacks(m.Tasks)
		if m.Token == "" && r.Refusal == nil {
			r.Refusal = inbox.Why("facebook.page_token")
		}
		out = append(out, r)
	}
	return out, nil
}

// lacks says which task on a Page its user has not and a desk needs; where no tasks are told, that is left to the platform (Graph API,
// "Page: tasks").
func lacks(tasks []lax.Text) *inbox.Reason {
	var missing []string
	for _, want := range []lax.Text{"MODERATE", "MESSAGING"} {
		if len(tasks) > 0 && !slices.Contains(tasks, want) {
			missing = append(missing, string(want))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return inbox.Why("facebook.tasks", "Names", strings.Join(missing, ", "))
}
