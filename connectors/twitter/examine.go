package twitter

import (
	"context"
	"net/http"
	"slices"

	"lytter/connectors"
	"lytter/inbox"
)

// opMe is the operation that tells whose token it is, as its limit is counted.
const opMe = "me"

// Permissions are the scopes that an OAuth 2.0 user token needs (X API, "OAuth 2.0: scopes"): those without which posts cannot be read or
// answered, and the rest. Tokens of OAuth 1.0a have none; there the app's own setting decides.
func Permissions(tier Tier, direct bool) (must, should []string) {
	must, should = []string{"tweet.read", "users.read", "tweet.write"}, []string{"offline.access", "tweet.moderate.write", "media.write"}
	if direct {
		should = append(should, "dm.read", "dm.write")
	}
	if tier == Enterprise {
		should = append(should, "like.read", "like.write")
	}
	return must, should
}

// sends is what scopes are needed to send (X API, "OAuth 2.0: scopes").
func sends() map[string][]inbox.OutgoingKind {
	return map[string][]inbox.OutgoingKind{
		"tweet.write": {inbox.PublicReply, inbox.Delete}, "tweet.moderate.write": {inbox.Hide, inbox.Unhide},
		"dm.write": {inbox.DirectReply, inbox.PrivateReply}, "like.write": {inbox.Like, inbox.Unlike},
	}
}

// Examine implements connectors.Examiner.
func (c *Connector) Examine(ctx context.Context, a inbox.Account) (connectors.Examination, error) {
	if err := c.known(a); err != nil {
		return connectors.Examination{Fault: &connectors.AsError(err).Reason}, nil // that there is none is what was found
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
	x := connectors.Examination{}
	if id := inbox.RemoteID(me.Data.ID); id != "" && id != a.Remote {
		x.Fault = inbox.Why("platform.token_other")
		return x, nil
	}
	r, ok := c.signers[a.Remote].(*renewer)
	if !ok { // OAuth 1.0a has neither an end nor scopes
		return x, nil
	}
	g, err := r.token.Grant()
	if err != nil {
		x.Fault = &connectors.AsError(err).Reason
		return x, nil // that there is none is what was found
	}
	if !r.token.Renews() || g.Renewal == "" {
		x.Expires = g.Expires
		x.Advice = append(x.Advice, *inbox.Why("platform.token_fixed"))
	}
	if g.Scopes != nil {
		must, should := Permissions(c.cfg.Tier, !c.cfg.Accounts[a.Remote].NoDirect)
		x.Permissions = connectors.Permissions(must, should, sends(), func(name string) bool { return slices.Contains(g.Scopes, name) })
	}
	return x, nil
}
