package instagram

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// moderate hides a comment, shows it again or deletes it (Instagram Platform, "Comment moderation"). Doing so twice is as good as once.
func (c *Connector) moderate(ctx context.Context, d *door, o inbox.Outgoing) (connectors.Receipt, error) {
	var ok graph.Succeeded
	var err error
	if o.Kind == inbox.Delete {
		err = d.Delete(ctx, d.token, string(o.Target), nil, &ok)
	} else {
		// It counts in the query alone; in the body it does nothing, and says that it succeeded.
		err = d.PostQuery(ctx, d.token, string(o.Target), graph.Params{"hide": strconv.FormatBool(o.Kind == inbox.Hide)}, &ok)
	}
	switch {
	case err != nil:
		return connectors.Receipt{}, err
	case !ok.OK:
		return connectors.Receipt{}, connectors.Unreadable(http.StatusOK, errors.New("instagram: it does not say that it was done"))
	}
	return connectors.Receipt{Remote: o.Target}, nil
}
