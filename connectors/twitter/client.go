package twitter

import (
	"context"
	"encoding/json"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"

	"github.com/michimani/gotwi"
	"github.com/michimani/gotwi/fields"
	"github.com/michimani/gotwi/tweet/managetweet"
	managetypes "github.com/michimani/gotwi/tweet/managetweet/types"
	"github.com/michimani/gotwi/tweet/searchtweet"
	searchtypes "github.com/michimani/gotwi/tweet/searchtweet/types"
	"github.com/michimani/gotwi/tweet/timeline"
	timetypes "github.com/michimani/gotwi/tweet/timeline/types"
	"github.com/michimani/gotwi/tweet/tweetlookup"
	looktypes "github.com/michimani/gotwi/tweet/tweetlookup/types"
	"github.com/michimani/gotwi/user/userlookup"
	usertypes "github.com/michimani/gotwi/user/userlookup/types"
)

// The objects of API v2, under their names of before and after the renaming of 2026 (X API, OpenAPI 2.157 and 2.167).

type tweet struct {
	ID           lax.Text   `json:"id"`
	Text         lax.Text   `json:"text"`
	AuthorID     lax.Text   `json:"author_id"`
	Created      lax.Time   `json:"created_at"`
	ReplyToUser  lax.Text   `json:"in_reply_to_user_id"`
	ReplyTo      lax.Text   `json:"in_reply_to_tweet_id"`
	ReplyToPost  lax.Text   `json:"in_reply_to_post_id"`
	Refs         []ref      `json:"referenced_tweets"`
	RefPosts     []ref      `json:"referenced_posts"`
	History      []lax.Text `json:"edit_history_tweet_ids"`
	HistoryPosts []lax.Text `json:"edit_history_post_ids"`
	Note         note       `json:"note_tweet"`
	NotePost     note       `json:"note_post"`
	Entities     entities   `json:"entities"`
	Attachments  struct {
		Keys []lax.Text `json:"media_keys"`
	} `json:"attachments"`
}

type ref struct {
	Type lax.Text `json:"type"` // replied_to, quoted, retweeted, and the same with post for tweet
	ID   lax.Text `json:"id"`
}

// note is the whole text of a long post.
type note struct {
	Text     lax.Text `json:"text"`
	Entities entities `json:"entities"`
}

type entities struct {
	URLs []shortLink `json:"urls"`
}

// shortLink is a short link in a text, and what it stands for.
type shortLink struct {
	URL      lax.Text `json:"url"`
	Expanded lax.Text `json:"expanded_url"`
	Display  lax.Text `json:"display_url"`
	MediaKey lax.Text `json:"media_key"`
}

// user is somebody as either API writes them: the second has username and public_metrics, the first screen_name and followers_count.
type user struct {
	ID         lax.Text `json:"id"`
	Name       lax.Text `json:"name"`
	Username   lax.Text `json:"username"`
	ScreenName lax.Text `json:"screen_name"`
	Followers  *lax.Int `json:"followers_count"`
	Verified   lax.Bool `json:"verified"`
	Metrics    *struct {
		Followers lax.Int `json:"followers_count"`
	} `json:"public_metrics"`
}

// UnmarshalJSON implements json.Unmarshaler: included users come wrapped in data at times.
func (u *user) UnmarshalJSON(b []byte) error {
	type bare user
	var wrapped struct {
		Data *bare `json:"data"`
	}
	if err := json.Unmarshal(b, &wrapped); err == nil && wrapped.Data != nil {
		*u = user(*wrapped.Data)
		return nil
	}
	return json.Unmarshal(b, (*bare)(u))
}

type mediaItem struct {
	Key     lax.Text `json:"media_key"`
	Type    lax.Text `json:"type"`
	URL     lax.Text `json:"url"`
	Preview lax.Text `json:"preview_image_url"`
	Alt     lax.Text `json:"alt_text"`
}

type includes struct {
	Users  lax.List[user]            `json:"users"`
	Tweets lax.List[json.RawMessage] `json:"tweets"`
	Posts  lax.List[json.RawMessage] `json:"posts"`
	Media  lax.List[mediaItem]       `json:"media"`
}

// listing is an answer with many posts.
type listing struct {
	Data     []json.RawMessage `json:"data"`
	Includes includes          `json:"includes"`
	Meta     struct {
		Newest lax.Text `json:"newest_id"`
		Oldest lax.Text `json:"oldest_id"`
		Next   lax.Text `json:"next_token"`
	} `json:"meta"`
}

// What is asked for with posts: the old names, which both kinds of server take.
func (c *Connector) tweetFields() fields.TweetFieldList {
	return fields.TweetFieldList{
		fields.TweetFieldCreatedAt, fields.TweetFieldAuthorID, fields.TweetFieldConversationID, fields.TweetFieldInReplyToUserID,
		fields.TweetFieldReferencedTweets, fields.TweetFieldEntities, fields.TweetFieldAttachments, fields.TweetFieldNoteTweet,
	}
}

func expansions() fields.ExpansionList {
	return fields.ExpansionList{
		fields.ExpansionAuthorID, fields.ExpansionReferencedTweetsID, fields.ExpansionReferencedTweetsIDAuthorID,
		fields.ExpansionAttachmentsMediaKeys,
	}
}

func userFields() fields.UserFieldList {
	return fields.UserFieldList{fields.UserFieldUsername, fields.UserFieldName, fields.UserFieldVerified, fields.UserFieldPublicMetrics}
}

func mediaFields() fields.MediaFieldList {
	return fields.MediaFieldList{fields.MediaFieldUrl, fields.MediaFieldPreviewImageUrl, fields.MediaFieldAltText}
}

// The operations, as their limits are counted.
const (
	opMentions = "mentions"
	opOwn      = "own"
	opSearch   = "search"
	opLookup   = "lookup"
	opUsers    = "users"
	opDirect   = "direct" // the list of direct messages
	opThread   = "thread" // those of one conversation
	opPost     = "post"   // an answer
	opWrite    = "write"  // a direct message
	opDelete   = "delete" // of a post or a direct message
	opHide     = "hide"
	opLike     = "like"
	opBlock    = "block"
	opUpload   = "upload" // of a file
	opHooks    = "hooks"  // webhooks and what is subscribed to
)

// span is which part of a list is asked for.
type span struct {
	since, until, token string
	size                int
}

// mentions reads posts that name the account, newest first; X keeps the newest 800.
func (c *Connector) mentions(ctx context.Context, a inbox.Account, s span) (*listing, error) {
	in := &timetypes.ListMentionsInput{
		ID: string(a.Remote), SinceID: s.since, UntilID: s.until, PaginationToken: s.token, MaxResults: timetypes.ListMaxResults(s.size),
		Expansions: expansions(), TweetFields: c.tweetFields(), UserFields: userFields(), MediaFields: mediaFields(),
	}
	var out listing
	err := c.library(ctx, a, opMentions, func(g *gotwi.Client) error {
		_, err := timeline.ListMentions(ctx, g, in)
		return err
	}, &out)
	return &out, err
}

// own reads the account's own posts and replies, newest first.
func (c *Connector) own(ctx context.Context, a inbox.Account, s span) (*listing, error) {
	in := &timetypes.ListTweetsInput{
		ID: string(a.Remote), SinceID: s.since, UntilID: s.until, PaginationToken: s.token, MaxResults: timetypes.ListMaxResults(s.size),
		Expansions: expansions(), TweetFields: c.tweetFields(), UserFields: userFields(), MediaFields: mediaFields(),
	}
	var out listing
	err := c.library(ctx, a, opOwn, func(g *gotwi.Client) error {
		_, err := timeline.ListTweets(ctx, g, in)
		return err
	}, &out)
	return &out, err
}

// search reads posts of the last 7 days that a query finds, newest first.
func (c *Connector) search(ctx context.Context, a inbox.Account, query string, s span) (*listing, error) {
	in := &searchtypes.ListRecentInput{
		Query: query, SinceID: s.since, UntilID: s.until, NextToken: s.token, MaxResults: searchtypes.ListMaxResults(s.size),
		Expansions: expansions(), TweetFields: c.tweetFields(), UserFields: userFields(), MediaFields: mediaFields(),
	}
	var out listing
	err := c.library(ctx, a, opSearch, func(g *gotwi.Client) error {
		_, err := searchtweet.ListRecent(ctx, g, in)
		return err
	}, &out)
	return &out, err
}

// lookup reads posts by id, at most 100.
func (c *Connector) lookup(ctx context.Context, a inbox.Account, ids []string) (*listing, error) {
	in := &looktypes.ListInput{
		IDs: ids, Expansions: expansions(), TweetFields: c.tweetFields(), UserFields: userFields(), MediaFields: mediaFields(),
	}
	var out listing
	err := c.library(ctx, a, opLookup, func(g *gotwi.Client) error {
		_, err := tweetlookup.List(ctx, g, in)
		return err
	}, &out)
	return &out, err
}

// usersByID reads users, at most 100.
func (c *Connector) usersByID(ctx context.Context, a inbox.Account, ids []string) ([]user, error) {
	in := &usertypes.ListInput{IDs: ids, UserFields: userFields()}
	var out struct {
		Data lax.List[user] `json:"data"`
	}
	err := c.library(ctx, a, opUsers, func(g *gotwi.Client) error {
		_, err := userlookup.List(ctx, g, in)
		return err
	}, &out)
	return out.Data, err
}

// publish answers a post.
func (c *Connector) publish(ctx context.Context, a inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	in := &managetypes.CreateInput{Reply: &managetypes.CreateInputReply{InReplyToTweetID: string(o.Target)}}
	if o.Text != "" {
		in.Text = gotwi.String(o.Text)
	}
	if len(o.Attachments) > 0 {
		in.Media = &managetypes.CreateInputMedia{MediaIDs: mediaIDs(o)}
	}
	var out struct {
		Data struct {
			ID   lax.Text `json:"id"`
			Text lax.Text `json:"text"`
		} `json:"data"`
	}
	err := c.library(ctx, a, opPost, func(g *gotwi.Client) error {
		_, err := managetweet.Create(ctx, g, in)
		return err
	}, &out)
	return connectors.Receipt{Remote: inbox.RemoteID(out.Data.ID), At: timeOf(string(out.Data.ID)), Text: plain(string(out.Data.Text))}, err
}
