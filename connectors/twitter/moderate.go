package twitter

import (
	"context"
	"net/http"
	"net/url"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"

	"github.com/michimani/gotwi"
	"github.com/michimani/gotwi/tweet/hidereply"
	hidetypes "github.com/michimani/gotwi/tweet/hidereply/types"
	"github.com/michimani/gotwi/tweet/like"
	liketypes "github.com/michimani/gotwi/tweet/like/types"
	"github.com/michimani/gotwi/tweet/managetweet"
	managetypes "github.com/michimani/gotwi/tweet/managetweet/types"
)

// outcome is what X says of an act: one of these, by its kind.
type outcome struct {
	Data struct {
		Hidden  *lax.Bool `json:"hidden"`
		Deleted *lax.Bool `json:"deleted"`
		Liked   *lax.Bool `json:"liked"`
		Blocked *lax.Bool `json:"blocked"`
	} `json:"data"`
}

// moderate carries out an act of moderation. X answers each with the state that it led to: another one is a refusal.
func (c *Connector) moderate(ctx context.Context, a inbox.Account, o inbox.Outgoing) error {
	target, me := string(o.Target), string(a.Remote)
	var out outcome
	var err error
	var got *lax.Bool
	want := true
	switch o.Kind {
	case inbox.Hide, inbox.Unhide:
		want = o.Kind == inbox.Hide
		err = c.library(ctx, a, opHide, func(g *gotwi.Client) error {
			_, err := hidereply.Update(ctx, g, &hidetypes.UpdateInput{ID: target, Hidden: want})
			return err
		}, &out)
		got = out.Data.Hidden
	case inbox.Delete:
		err = c.library(ctx, a, opDelete, func(g *gotwi.Client) error {
			_, err := managetweet.Delete(ctx, g, &managetypes.DeleteInput{ID: target})
			return err
		}, &out)
		got = out.Data.Deleted
	case inbox.Like:
		err = c.library(ctx, a, opLike, func(g *gotwi.Client) error {
			_, err := like.Create(ctx, g, &liketypes.CreateInput{ID: me, TweetID: target})
			return err
		}, &out)
		got = out.Data.Liked
	case inbox.Unlike:
		want = false
		err = c.library(ctx, a, opLike, func(g *gotwi.Client) error {
			_, err := like.Delete(ctx, g, &liketypes.DeleteInput{ID: me, TweetID: target})
			return err
		}, &out)
		got = out.Data.Liked
	case inbox.Block, inbox.Unblock:
		// Of direct messages alone: API v2 can no longer write the list of those who are blocked altogether (OpenAPI 2.157 and 2.167).
		if o.Person == "" {
			return nobody()
		}
		if !inPrivate(o) {
			return &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("x.block")}
		}
		want = o.Kind == inbox.Block
		do := map[bool]string{true: "/dm/block", false: "/dm/unblock"}[want]
		err = c.call(ctx, c.as(a, opBlock, http.MethodPost, "/2/users/"+url.PathEscape(string(o.Person))+do), &out)
		got = out.Data.Blocked
	default:
		return &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.not_supported")}
	}
	if err == nil && got != nil && bool(*got) != want {
		err = &connectors.Error{Class: connectors.Rejected, Status: http.StatusOK, Reason: *inbox.Why("x.not_done")}
	}
	return err
}

// nobody refuses what needs to know a person whom X does not show.
func nobody() error {
	return &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.no_person")}
}
