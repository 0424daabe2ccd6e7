package xapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"lytter/connectors/sandbox/ledger"
)

// createRequest is the body of POST /2/tweets as far as a desk needs it. Other members of the schema are refused by what they ask for.
type createRequest struct {
	Text  string `json:"text"`
	Reply *struct {
		To       string   `json:"in_reply_to_tweet_id"`
		Exclude  []string `json:"exclude_reply_user_ids"`
		AutoFill *bool    `json:"auto_populate_reply_metadata"`
	} `json:"reply"`
	Media *struct {
		IDs    []string `json:"media_ids"`
		Tagged []string `json:"tagged_user_ids"`
	} `json:"media"`
	Quote         string `json:"quote_tweet_id"`
	ReplySettings string `json:"reply_settings"`
	Paid          bool   `json:"paid_partnership"`
}

// cashtags are symbols of shares, of which a post of the self-serve tier may have one (docs.x.com, "Changelog").
var cashtags = regexp.MustCompile(`(?:^|\s)\$[A-Za-z]{1,6}\b`)

// createTweet publishes a post of ours. An answer goes only to somebody who named or quoted the account, or to the account itself; the
// same text twice in a while is refused, which also tells a caller who lost an answer that the first one arrived.
func (x *X) createTweet(c *call) (int, any, *problem) {
	req, p := readCreate(c.body)
	if p != nil {
		return 0, nil, p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	me := c.who.user
	var parent *post
	if req.Reply != nil {
		x.spring(me, req.Reply.To)
		if parent = x.live(req.Reply.To); parent == nil {
			return 0, nil, forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
		}
		if x.cfg.Tier == SelfServe && parent.author != me && !parent.names(me) && (parent.quoted == nil || parent.quoted.author != me) {
			return 0, nil, forbidden("Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged " +
				"by the author of the post you are replying to.")
		}
	}
	if short, _ := shorten(req.Text); weight(short) > maxWeight {
		p := invalid("text", req.Text, "Your Tweet text is too long. For more information on how Twitter determines text length see "+
			"https://github.com/twitter/twitter-text.")
		return 0, nil, p
	}
	var files []*upload
	if req.Media != nil {
		if files, p = x.using(c, "tweet", "media.media_ids", req.Media.IDs, 4); p != nil {
			return 0, nil, p
		}
	}
	if x.cfg.Tier == SelfServe && len(cashtags.FindAllString(req.Text, 2)) > 1 {
		return 0, nil, forbidden("You are not permitted to create a post with more than one cashtag.")
	}
	key := me.idString() + " " + req.Text
	for _, f := range files {
		key += " " + f.idString()
	}
	if req.Reply != nil {
		key += " @" + parent.author.idString()
	}
	if x.duplicate(key) {
		return 0, nil, forbidden("You are not allowed to create a Tweet with duplicate content.")
	}
	t := x.addPost(me, req.Text, parent, nil, time.Time{}, "", false, mediaOf(files)...)
	act := ledger.Act{Kind: ledger.ActPost, ID: t.idString(), Text: req.Text, Files: filesOf(files)}
	if parent != nil {
		act.Kind, act.Target = ledger.ActReply, parent.idString()
	}
	x.did(c, act)
	return http.StatusCreated, values{"data": values{
		"id": t.idString(), "text": t.text, "edit_history_tweet_ids": []string{t.idString()},
	}}, nil
}

// readCreate reads and checks a body against the schema.
func readCreate(body []byte) (createRequest, *problem) {
	var req createRequest
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		return req, invalid("body", string(body[:min(len(body), 200)]), "The request body is not valid: "+err.Error())
	}
	switch {
	case req.Quote != "": // gone from self-serve, and of no use to a desk
		return req, forbidden("You are not permitted to perform this action.")
	case req.Media != nil && len(req.Media.IDs) == 0:
		return req, invalid("media.media_ids", "", "$.media.media_ids: there must be a minimum of 1 items in the array")
	case strings.TrimSpace(req.Text) == "" && req.Media == nil:
		return req, invalid("text", req.Text, "One of the fields [text, media, poll, quote_tweet_id, card_uri] is required.")
	case req.Reply != nil && !numberPattern.MatchString(req.Reply.To):
		return req, invalid("reply.in_reply_to_tweet_id", req.Reply.To, "$.reply.in_reply_to_tweet_id: is missing but it is required")
	}
	switch req.ReplySettings {
	case "", "everyone", "following", "mentionedUsers", "subscribers", "verified":
	default:
		return req, invalid("reply_settings", req.ReplySettings, "$.reply_settings: does not have a value in the enumeration")
	}
	return req, nil
}

// duplicate remembers what was said, and reports whether it was said a while ago. The caller holds the lock.
func (x *X) duplicate(key string) bool {
	now := x.deps.Now()
	const keep = 5000
	if len(x.recent) >= keep {
		for k, at := range x.recent {
			if now.Sub(at) >= x.cfg.DuplicateWindow {
				delete(x.recent, k)
			}
		}
	}
	if at, ok := x.recent[key]; ok && now.Sub(at) < x.cfg.DuplicateWindow {
		return true
	}
	x.recent[key] = now
	return false
}

func (x *X) deleteTweet(c *call) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.live(id)
	if t == nil {
		return 0, nil, notFound()
	}
	if t.author != c.who.user {
		return 0, nil, forbidden("You are not authorized to delete this Tweet.")
	}
	x.removePost(t)
	x.did(c, ledger.Act{Kind: ledger.ActDelete, ID: id})
	return http.StatusOK, values{"data": values{"deleted": true}}, nil
}

func (x *X) hideTweet(c *call) (int, any, *problem) {
	id, p := pathID(c)
	if p != nil {
		return 0, nil, p
	}
	var req struct {
		Hidden *bool `json:"hidden"`
	}
	if err := json.Unmarshal(c.body, &req); err != nil || req.Hidden == nil {
		return 0, nil, invalid("hidden", "", "$.hidden: is missing but it is required")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.live(id)
	if t == nil {
		return 0, nil, notFound()
	}
	if !x.canHide(t, c.who.user) {
		return 0, nil, forbidden("You are not permitted to perform this action.")
	}
	x.hidePost(t, *req.Hidden)
	act := ledger.Act{Kind: ledger.ActUnhide, ID: id}
	if *req.Hidden {
		act.Kind = ledger.ActHide
	}
	x.did(c, act)
	return http.StatusOK, values{"data": values{"hidden": *req.Hidden}}, nil
}

// did enters a write by API into the ledger.
func (x *X) did(c *call, act ledger.Act) {
	act.Channel, act.Account, act.App = ledger.X, c.who.user.idString(), x.cfg.AppID
	act.Token, act.Time, act.AnswerLost = ledger.Fingerprint(c.who.token), x.deps.Now(), c.lost()
	x.deps.Ledger.Did(act)
}
