package xapi

import (
	"slices"
	"strconv"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// isoTime is how the API v2 writes an instant.
const isoTime = "2006-01-02T15:04:05.000Z"

type values = map[string]any

// tweetObject writes a post with the selected fields (docs.x.com, data dictionary, "Post").
func tweetObject(p *post, s selection) values {
	text := p.text
	if p.long() {
		text = p.cutText(maxWeight)
	}
	o := values{"id": p.idString(), "text": text, "edit_history_tweet_ids": []string{p.idString()}}
	for _, f := range s.tweet {
		switch f {
		case "created_at":
			o[f] = p.created.Format(isoTime)
		case "author_id":
			o[f] = p.author.idString()
		case "conversation_id":
			o[f] = strconv.FormatUint(p.conversation, 10)
		case "in_reply_to_user_id":
			if p.replyTo != nil {
				o[f] = p.replyTo.author.idString()
			}
		case "referenced_tweets":
			if refs := p.references(); len(refs) > 0 {
				o[f] = refs
			}
		case "attachments":
			if keys := p.mediaKeys(); keys != nil {
				o[f] = values{"media_keys": keys}
			}
		case "entities":
			if e := entitiesObject(p); len(e) > 0 {
				o[f] = e
			}
		case "note_tweet":
			if p.long() {
				o[f] = values{"text": p.text}
			}
		case "lang":
			o[f] = language(p.text)
		case "public_metrics":
			o[f] = values{
				"retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0, "bookmark_count": 0, "impression_count": 0,
			}
		case "reply_settings":
			o[f] = "everyone"
		case "possibly_sensitive":
			o[f] = false
		case "edit_controls":
			o[f] = values{"edits_remaining": 5, "is_edit_eligible": false, "editable_until": p.created.Add(time.Hour).Format(isoTime)}
		case "display_text_range":
			o[f] = [2]int{len([]rune(p.text[:p.free])), len([]rune(p.text))}
		}
	}
	return o
}

type reference struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

func (p *post) references() []reference {
	var out []reference
	if p.quoted != nil {
		out = append(out, reference{"quoted", p.quoted.idString()})
	}
	if p.replyTo != nil {
		out = append(out, reference{"replied_to", p.replyTo.idString()})
	}
	return out
}

func entitiesObject(p *post) values {
	o := values{}
	for _, m := range p.entities.mentions {
		push(o, "mentions", values{"start": m.start, "end": m.end, "username": m.user.username, "id": m.user.idString()})
	}
	for _, h := range p.entities.hashtags {
		push(o, "hashtags", values{"start": h.start, "end": h.end, "tag": h.tag})
	}
	for _, l := range p.entities.urls {
		if l.media {
			for _, m := range p.media {
				push(o, "urls", values{
					"start": l.start, "end": l.end, "url": l.url, "expanded_url": l.expanded, "display_url": l.display, "media_key": m.key,
				})
			}
			continue
		}
		push(o, "urls", values{"start": l.start, "end": l.end, "url": l.url, "expanded_url": l.expanded, "display_url": l.display})
	}
	return o
}

func push(o values, name string, v values) {
	list, _ := o[name].([]values)
	o[name] = append(list, v)
}

// userObject writes a user with the selected fields (docs.x.com, data dictionary, "User").
func userObject(u *user, s selection) values {
	o := values{"id": u.idString(), "name": u.name, "username": u.username}
	for _, f := range s.user {
		switch f {
		case "created_at":
			o[f] = u.created.Format(isoTime)
		case "verified":
			o[f] = u.ours
		case "verified_type":
			o[f] = "none"
			if u.ours {
				o[f] = "government"
			}
		case "protected":
			o[f] = false
		case "description":
			o[f] = ""
		case "profile_image_url":
			o[f] = "https://pbs.twimg.com/profile_images/" + u.idString() + "/photo_normal.jpg"
		case "public_metrics":
			o[f] = values{"followers_count": u.followers, "following_count": 100, "tweet_count": len(u.posts), "listed_count": 0}
		}
	}
	return o
}

// includes collects what the expansions of some posts bring along, and what of it is missing.
type includes struct {
	s       selection
	users   []*user
	tweets  []*post
	media   []values
	missing []partial
}

func (in *includes) addUser(u *user) {
	if !slices.Contains(in.users, u) {
		in.users = append(in.users, u)
	}
}

func (in *includes) add(p *post) {
	if in.s.expands("author_id") {
		in.addUser(p.author)
	}
	if in.s.expands("in_reply_to_user_id") && p.replyTo != nil {
		in.addUser(p.replyTo.author)
	}
	if in.s.expands("attachments.media_keys") {
		for _, m := range p.media {
			in.media = append(in.media, m.object(in.s.media))
		}
	}
	if in.s.expands("entities.mentions.username") {
		for _, u := range p.mentioned() {
			in.addUser(u)
		}
	}
	for _, ref := range []*post{p.quoted, p.replyTo} {
		if ref == nil || !(in.s.expands("referenced_tweets.id") || in.s.expands("referenced_tweets.id.author_id")) {
			continue
		}
		if ref.removed {
			in.missing = append(in.missing, notFoundPartial("tweet", "referenced_tweets.id", ref.idString()))
			continue
		}
		if !slices.Contains(in.tweets, ref) {
			in.tweets = append(in.tweets, ref)
		}
		if in.s.expands("referenced_tweets.id.author_id") {
			in.addUser(ref.author)
		}
	}
}

// into puts what was collected into an answer.
func (in *includes) into(body values) {
	o := values{}
	if len(in.users) > 0 {
		list := make([]values, len(in.users))
		for i, u := range in.users {
			list[i] = userObject(u, in.s)
		}
		o["users"] = list
	}
	if len(in.tweets) > 0 {
		list := make([]values, len(in.tweets))
		for i, p := range in.tweets {
			list[i] = tweetObject(p, in.s)
		}
		o["tweets"] = list
	}
	if len(in.media) > 0 {
		o["media"] = in.media
	}
	if len(o) > 0 {
		body["includes"] = o
	}
	if len(in.missing) > 0 {
		have, _ := body["errors"].([]partial)
		body["errors"] = append(have, in.missing...)
	}
}

// language guesses as badly as X does on short texts: Danish letters and small words, else English, else undetermined.
func language(text string) string {
	score := 0
	for _, word := range wordPattern.FindAllString(text, -1) {
		switch word {
		case "og", "i", "er", "det", "ikke", "jeg", "på", "til", "der", "en", "af", "at", "kan", "hvor", "hvornår", "med", "har", "så":
			score++
		case "the", "is", "and", "to", "you", "of", "for", "my", "do", "how", "i'm", "it", "in", "can":
			score--
		}
	}
	switch {
	case score > 0:
		return "da"
	case score < 0:
		return "en"
	case world.Share("lang", text) < 0.5:
		return "und"
	}
	return "da"
}
