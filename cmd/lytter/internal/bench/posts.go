package bench

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"
)

// poses turns messages of a corpus into the webhooks that their platforms would send of them.
type poses struct {
	accounts map[string]Account
	numbers  map[inbox.RemoteID]int64
	contexts map[inbox.RemoteID]inbox.RemoteID // of a message: the post that it hangs on
}

func newPoses(accounts []Account) *poses {
	p := &poses{accounts: map[string]Account{}, numbers: map[inbox.RemoteID]int64{}, contexts: map[inbox.RemoteID]inbox.RemoteID{}}
	for _, a := range accounts {
		p.accounts[a.Name] = a
	}
	return p
}

// number gives a platform's number to what a corpus may name in any way.
func (p *poses) number(a Account, id inbox.RemoteID) int64 {
	key := inbox.RemoteID(a.Name) + "/" + id
	n, ok := p.numbers[key]
	if !ok {
		n = int64(1 + len(p.numbers))
		p.numbers[key] = n
	}
	return n
}

// body makes the webhook of a message; ok is false for what comes by none, such as a note.
func (p *poses) body(l corpus.Line) (a Account, body []byte, ok bool, err error) {
	a, ok = p.accounts[l.Account]
	if !ok || l.Direction != "in" && l.Direction != "out" {
		return a, nil, false, nil
	}
	context := l.Context
	if context == "" {
		context = p.contexts[l.Parent]
	}
	if context == "" {
		context = "post"
	}
	p.contexts[l.Remote] = context
	switch a.Channel {
	case inbox.Facebook:
		body, err = p.facebook(a, l, context)
	case inbox.Instagram:
		body, err = p.instagram(a, l, context)
	default:
		body, err = p.x(a, l)
	}
	return a, body, true, err
}

func (p *poses) facebook(a Account, l corpus.Line, context inbox.RemoteID) ([]byte, error) {
	post := strconv.FormatInt(122_000_000_000_000_000+p.number(a, "context/"+context), 10)
	c := feedComment{
		Post: a.ID + "_" + post, ID: fmt.Sprintf("%s_%d", post, p.number(a, l.Remote)), Parent: a.ID + "_" + post, Author: a.ID, Name: a.Name, Text: l.Text, At: l.Time,
	}
	if l.Parent != "" {
		c.Parent = fmt.Sprintf("%s_%d", post, p.number(a, l.Parent))
	}
	if l.Direction == "in" {
		c.Author, c.Name = "", ""
		if l.Author != nil {
			c.Author, c.Name = strconv.FormatInt(6_745_000_000_000_000+p.number(a, "author/"+l.Author.ID), 10), l.Author.Name
		}
	}
	return feedBody(a.ID, c)
}

// feedComment is a comment on a page.
type feedComment struct {
	Post, ID, Parent, Author, Name, Text string
	At                                   time.Time
}

// object keeps the keys of a JSON object in a readable order: theirs does not matter.
type object map[string]any

// feedBody writes it as Meta does (Graph API, "Webhooks reference: page", field feed).
func feedBody(page string, c feedComment) ([]byte, error) {
	value := object{
		"post": object{
			"status_type": "mobile_status_update", "is_published": true, "updated_time": c.At.Format("2006-01-02T15:04:05-0700"),
			"permalink_url":    "https://www.facebook.com/permalink.php?story_fbid=pfbid0x&id=" + page,
			"promotion_status": "inactive", "id": c.Post,
		},
		"message": c.Text, "post_id": c.Post, "comment_id": c.ID, "created_time": c.At.Unix(), "item": "comment", "parent_id": c.Parent, "verb": "add",
	}
	if c.Author != "" {
		value["from"] = object{"id": c.Author, "name": c.Name}
	}
	return metaBody("page", page, "feed", c.At, value)
}

func (p *poses) instagram(a Account, l corpus.Line, context inbox.RemoteID) ([]byte, error) {
	from := object{"id": a.ID, "username": a.Name}
	if l.Direction == "in" && l.Author != nil {
		from = object{"id": strconv.FormatInt(1_559_000_000_000_000+p.number(a, "author/"+l.Author.ID), 10), "username": l.Author.Handle}
	}
	value := object{
		"from": from, "text": l.Text, "id": strconv.FormatInt(17_870_000_000_000_000+p.number(a, l.Remote), 10),
		"media": object{"id": strconv.FormatInt(17_900_000_000_000_000+p.number(a, "context/"+context), 10), "media_product_type": "FEED"},
	}
	if l.Parent != "" {
		value["parent_id"] = strconv.FormatInt(17_870_000_000_000_000+p.number(a, l.Parent), 10)
	}
	return metaBody("instagram", a.ID, "comments", l.Time, value)
}

func metaBody(kind, id, field string, at time.Time, value object) ([]byte, error) {
	b, err := json.Marshal(object{"object": kind, "entry": []object{
		{"id": id, "time": at.Unix(), "changes": []object{{"field": field, "value": value}}},
	}})
	return ascii(b), err
}

// x writes a post as Account Activity does (X API, "Account Activity: data objects").
func (p *poses) x(a Account, l corpus.Line) ([]byte, error) {
	id := func(r inbox.RemoteID) string { return strconv.FormatInt(1_990_000_000_000_000_000+p.number(a, r), 10) }
	user := object{"id_str": a.ID, "name": a.Name, "screen_name": strings.ReplaceAll(a.Name, "-", "_")}
	if l.Direction == "in" && l.Author != nil {
		user = object{
			"id_str": strconv.FormatInt(3_000_000_000+p.number(a, "author/"+l.Author.ID), 10), "name": l.Author.Name, "screen_name": l.Author.Handle,
			"followers_count": l.Author.Followers,
		}
	}
	for k, v := range map[string]any{
		"location": nil, "url": nil, "description": "", "protected": false, "verified": false, "friends_count": 5, "listed_count": 0,
		"favourites_count": 1, "statuses_count": 3, "created_at": "Mon Nov 04 10:00:00 +0000 2019", "default_profile": true,
		"profile_image_url_https": "https://pbs.twimg.com/profile_images/1/a_normal.jpg",
	} {
		user[k] = v
	}
	tweet := object{
		"created_at": l.Time.UTC().Format("Mon Jan 02 15:04:05 -0700 2006"), "id_str": id(l.Remote), "text": l.Text, "truncated": false, "user": user,
		"source": `<a href="https://x.com" rel="nofollow">X for iPhone</a>`, "geo": nil, "coordinates": nil, "place": nil, "contributors": nil,
		"is_quote_status": false, "quote_count": 0, "reply_count": 0, "retweet_count": 0, "favorite_count": 0,
		"entities": object{"hashtags": []any{}, "urls": []any{}, "symbols": []any{}, "user_mentions": []object{
			{"screen_name": strings.ReplaceAll(a.Name, "-", "_"), "name": a.Name, "id_str": a.ID, "indices": []int{0, 10}},
		}},
		"favorited": false, "retweeted": false, "filter_level": "low", "lang": "da", "timestamp_ms": strconv.FormatInt(l.Time.UnixMilli(), 10),
	}
	if l.Parent != "" {
		tweet["in_reply_to_status_id_str"] = id(l.Parent)
	}
	return json.Marshal(object{"for_user_id": a.ID, "user_has_blocked": "false", "tweet_create_events": []object{tweet}})
}

// ascii writes what is not ASCII as \u escapes, as Meta does: decoding pays for it.
func ascii(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/4)
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			out = append(out, b[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		i += n
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		} else {
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}
