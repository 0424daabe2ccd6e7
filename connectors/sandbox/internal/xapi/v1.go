package xapi

import (
	"encoding/json"
	"strconv"
	"time"
)

// The shapes of the API v1.1, which Account Activity events have kept (docs.x.com, "Account Activity API: activity object").

// activity is the envelope.
type activity struct {
	ForUser string     `json:"for_user_id"`
	Blocked string     `json:"user_has_blocked,omitempty"`
	Create  []v1Tweet  `json:"tweet_create_events,omitempty"`
	Delete  []v1Delete `json:"tweet_delete_events,omitempty"`
}

type v1Delete struct {
	Status    v1Status `json:"status"`
	Timestamp string   `json:"timestamp_ms"`
}

type v1Status struct {
	ID   string `json:"id"`
	User string `json:"user_id"`
}

type v1Tweet struct {
	CreatedAt        string       `json:"created_at"`
	ID               json.Number  `json:"id"`
	IDStr            string       `json:"id_str"`
	Text             string       `json:"text"`
	Source           string       `json:"source"`
	Truncated        bool         `json:"truncated"`
	ReplyStatus      *json.Number `json:"in_reply_to_status_id"`
	ReplyStatusStr   *string      `json:"in_reply_to_status_id_str"`
	ReplyUser        *json.Number `json:"in_reply_to_user_id"`
	ReplyUserStr     *string      `json:"in_reply_to_user_id_str"`
	ReplyScreenName  *string      `json:"in_reply_to_screen_name"`
	User             v1User       `json:"user"`
	Geo              *struct{}    `json:"geo"`
	Coordinates      *struct{}    `json:"coordinates"`
	Place            *struct{}    `json:"place"`
	Contributors     *struct{}    `json:"contributors"`
	IsQuote          bool         `json:"is_quote_status"`
	QuoteCount       int          `json:"quote_count"`
	ReplyCount       int          `json:"reply_count"`
	RetweetCount     int          `json:"retweet_count"`
	FavoriteCount    int          `json:"favorite_count"`
	Entities         v1Entities   `json:"entities"`
	Favorited        bool         `json:"favorited"`
	Retweeted        bool         `json:"retweeted"`
	FilterLevel      string       `json:"filter_level"`
	Lang             string       `json:"lang"`
	Timestamp        string       `json:"timestamp_ms"`
	DisplayTextRange *[2]int      `json:"display_text_range,omitempty"`
	Extended         *v1Extended  `json:"extended_tweet,omitempty"`
	More             *v1More      `json:"extended_entities,omitempty"`
	QuotedID         *json.Number `json:"quoted_status_id,omitempty"`
	QuotedIDStr      string       `json:"quoted_status_id_str,omitempty"`
	Quoted           *v1Tweet     `json:"quoted_status,omitempty"`
	Reposted         *v1Tweet     `json:"retweeted_status,omitempty"`
}

type v1Extended struct {
	FullText         string     `json:"full_text"`
	DisplayTextRange [2]int     `json:"display_text_range"`
	Entities         v1Entities `json:"entities"`
	More             *v1More    `json:"extended_entities,omitempty"`
}

type v1User struct {
	ID           json.Number `json:"id"`
	IDStr        string      `json:"id_str"`
	Name         string      `json:"name"`
	ScreenName   string      `json:"screen_name"`
	Location     *string     `json:"location"`
	URL          *string     `json:"url"`
	Description  *string     `json:"description"`
	Protected    bool        `json:"protected"`
	Verified     bool        `json:"verified"`
	Followers    int         `json:"followers_count"`
	Friends      int         `json:"friends_count"`
	Listed       int         `json:"listed_count"`
	Favourites   int         `json:"favourites_count"`
	Statuses     int         `json:"statuses_count"`
	CreatedAt    string      `json:"created_at"`
	ProfileImage string      `json:"profile_image_url_https"`
	Default      bool        `json:"default_profile"`
}

type v1Entities struct {
	Hashtags []v1Hashtag `json:"hashtags"`
	URLs     []v1URL     `json:"urls"`
	Mentions []v1Mention `json:"user_mentions"`
	Symbols  []struct{}  `json:"symbols"`
	Media    []v1Medium  `json:"media,omitempty"`
}

// v1More is the media of a post, all of them.
type v1More struct {
	Media []v1Medium `json:"media"`
}

type v1Hashtag struct {
	Text    string `json:"text"`
	Indices [2]int `json:"indices"`
}

type v1URL struct {
	URL      string `json:"url"`
	Expanded string `json:"expanded_url"`
	Display  string `json:"display_url"`
	Indices  [2]int `json:"indices"`
}

type v1Mention struct {
	ScreenName string      `json:"screen_name"`
	Name       string      `json:"name"`
	ID         json.Number `json:"id"`
	IDStr      string      `json:"id_str"`
	Indices    [2]int      `json:"indices"`
}

// rounded is an id as the number that it is in these events: what is left of it in a float64. Only the string beside it is exact.
func rounded(id uint64) json.Number {
	return json.Number(strconv.FormatFloat(float64(id), 'f', -1, 64))
}

// v1Time is how v1.1 writes an instant.
const v1Time = "Mon Jan 02 15:04:05 -0700 2006"

// compat is how long a text may be before v1.1 cuts it and puts all of it into extended_tweet.
const compat = 140

// v1Of writes a post. A quoted one is written along, one level deep.
func v1Of(p *post, withQuoted bool) v1Tweet {
	t := v1Tweet{
		CreatedAt: p.created.Format(v1Time), ID: rounded(p.id), IDStr: p.idString(), Text: p.text,
		Source: `<a href="https://x.com" rel="nofollow">X for iPhone</a>`,
		User:   v1UserOf(p.author), Entities: v1EntitiesOf(p, len([]rune(p.text))), FilterLevel: "low", Lang: language(p.text),
		Timestamp: strconv.FormatInt(p.created.UnixMilli(), 10),
	}
	if p.replyTo != nil {
		t.ReplyStatus, t.ReplyStatusStr = ref(rounded(p.replyTo.id)), ref(p.replyTo.idString())
		t.replyUser(p.replyTo.author)
	} else if m := p.entities.mentions; len(m) > 0 && m[0].start == 0 {
		t.replyUser(m[0].user) // a post that begins with a handle counts as addressed to it
	}
	var more *v1More
	if media := p.v1Media(); media != nil {
		more = &v1More{Media: media}
		t.More = more
	}
	if n := len([]rune(p.text)); n > compat {
		t.Truncated, t.Text = true, p.cutText(compat)
		t.Entities = v1EntitiesOf(p, compat-len(" https://t.co/")-11)
		t.DisplayTextRange = &[2]int{0, compat}
		t.Extended = &v1Extended{FullText: p.text, DisplayTextRange: [2]int{len([]rune(p.text[:p.free])), n}, Entities: v1EntitiesOf(p, n), More: more}
		t.More = nil
	}
	if p.quoted != nil {
		t.IsQuote, t.QuotedID, t.QuotedIDStr = true, ref(rounded(p.quoted.id)), p.quoted.idString()
		if withQuoted && !p.quoted.removed {
			t.Quoted = ref(v1Of(p.quoted, false))
		}
	}
	return t
}

func (t *v1Tweet) replyUser(u *user) {
	t.ReplyUser, t.ReplyUserStr, t.ReplyScreenName = ref(rounded(u.id)), ref(u.idString()), ref(u.username)
}

func v1UserOf(u *user) v1User {
	return v1User{
		ID: rounded(u.id), IDStr: u.idString(), Name: u.name, ScreenName: u.username, Verified: u.ours,
		Followers: u.followers, Friends: 100, Statuses: len(u.posts), CreatedAt: u.created.UTC().Truncate(time.Second).Format(v1Time),
		ProfileImage: "https://pbs.twimg.com/profile_images/" + u.idString() + "/photo_normal.jpg", Default: true,
	}
}

// v1EntitiesOf lists the entities that end within the first code points.
func v1EntitiesOf(p *post, within int) v1Entities {
	e := v1Entities{Hashtags: []v1Hashtag{}, URLs: []v1URL{}, Mentions: []v1Mention{}, Symbols: []struct{}{}}
	for _, h := range p.entities.hashtags {
		if h.end <= within {
			e.Hashtags = append(e.Hashtags, v1Hashtag{Text: h.tag, Indices: [2]int{h.start, h.end}})
		}
	}
	for _, l := range p.entities.urls {
		if l.media && l.end <= within {
			e.Media = p.v1Media()[:1]
		}
		if l.end <= within && !l.media {
			e.URLs = append(e.URLs, v1URL{URL: l.url, Expanded: l.expanded, Display: l.display, Indices: [2]int{l.start, l.end}})
		}
	}
	for _, m := range p.entities.mentions {
		if m.end <= within {
			e.Mentions = append(e.Mentions, v1Mention{
				ScreenName: m.user.username, Name: m.user.name, ID: rounded(m.user.id), IDStr: m.user.idString(), Indices: [2]int{m.start, m.end},
			})
		}
	}
	return e
}

func ref[T any](v T) *T { return &v }
