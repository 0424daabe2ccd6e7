package facebook

import (
	"context"
	"net/http"
	"strconv"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// moderate carries out an act other than an answer. Each may be done twice without harm (Graph API reference, "Comment" and "Object
// likes"; Page, "blocked").
func (c *Connector) moderate(ctx context.Context, a inbox.Account, token connectors.Secret, o inbox.Outgoing) (connectors.Receipt, error) {
	target := string(o.Target)
	var ok graph.Succeeded
	var err error
	switch o.Kind {
	case inbox.Hide, inbox.Unhide:
		err = c.graph.Post(ctx, token, target, graph.Params{"is_hidden": strconv.FormatBool(o.Kind == inbox.Hide)}, &ok)
	case inbox.Delete:
		err = c.graph.Delete(ctx, token, target, nil, &ok)
	case inbox.Like:
		err = c.graph.Post(ctx, token, target+"/likes", nil, &ok)
	case inbox.Unlike:
		err = c.graph.Delete(ctx, token, target+"/likes", nil, &ok)
	case inbox.Edit:
		err = c.graph.Post(ctx, token, target, graph.Params{"message": o.Text}, &ok)
	case inbox.Block, inbox.Unblock:
		return c.block(ctx, a, token, o)
	default:
		return connectors.Receipt{}, &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.not_supported")}
	}
	switch {
	case err != nil:
		return connectors.Receipt{}, err
	case !ok.OK:
		return connectors.Receipt{}, unwilling()
	}
	return connectors.Receipt{Remote: o.Target}, nil
}

// block keeps a person from writing to the page, or lets them again. The answer names each person with what became of them.
func (c *Connector) block(ctx context.Context, a inbox.Account, token connectors.Secret, o inbox.Outgoing) (connectors.Receipt, error) {
	if o.Person == "" {
		return connectors.Receipt{}, &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.no_person")}
	}
	call := c.graph.Post
	if o.Kind == inbox.Unblock {
		call = c.graph.Delete
	}
	var done map[string]any
	if err := call(ctx, token, string(a.Remote)+"/blocked", graph.Params{"psid": `["` + string(o.Person) + `"]`}, &done); err != nil {
		return connectors.Receipt{}, err
	}
	for _, v := range []any{done[string(o.Person)], done["success"]} {
		if v == false || v == "false" {
			return connectors.Receipt{}, unwilling()
		}
	}
	return connectors.Receipt{Remote: o.Target}, nil
}

// unwilling is an answer that says that it was not done, and not why.
func unwilling() error {
	return &connectors.Error{
		Class: connectors.Rejected, Status: http.StatusOK, Reason: *inbox.Why("platform.rejected", "Code", http.StatusOK, "Said", "success: false"),
	}
}
