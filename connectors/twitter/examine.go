package twitter

import (
	"context"
	"net/http"

	"lytter/connectors"
	"lytter/inbox"
)

// opMe is the operation that tells whose token it is, as its limit is counted.
const opMe = "me"

// Permissions are the scopes that an OAuth 2.0 user token needs (X API, "OAuth 2.0: scopes"): those without which posts cannot be read or
// answered, and the rest. Tokens of OAuth 1.0a have none; there the app's own setting decides.
func Permissions(tier Tier, direct bool) (must, should []string) {
	must, should = []string{"tweet.read", "users.read", "tweet.write"}, []string{"offline.access", "tweet.moderate.write"}
	if direct {
		should = append(should, "dm.read", "dm.write")
	}
	if tier == Enterprise {
		should = append(should, "like.read", "like.write")
	}
	return must, should
}

// Examine implements connectors.Examiner.
func (c *Connector) Examine(ctx context.Context, a inbox.Account) (connectors.Examination, error) {
	if err := c.known(a); err != nil {
		return connectors.Examination{Fault: &connectors.AsError(err).Reason}, nil //nolint:nilerr // that there is none is what was found
	}
	var me struct {
		Data user `json:"data"`
	}
	switch err := c.call(ctx, c.as(a, opMe, http.MethodGet, "/2/users/me"), &me); connectors.ClassOf(err) {
	case "":
	case connectors.Auth:
		return connectors.Examination{Fault: &connectors.AsError(err).Reason}, nil
	default:
		return connectors.Examination{}, err
	}
	if id := inbox.RemoteID(me.Data.ID); id != "" && id != a.Remote {
		return connectors.Examination{Fault: inbox.Why("platform.token_other")}, nil
	}
	return connectors.Examination{}, nil
}
