package xapi

import (
	"slices"
	"strconv"

	"lytter/connectors/sandbox/internal/world"
)

// What happens is told in both families of webhooks, to whom subscribed to which: Account Activity, whose body names its events by their
// keys, and the X Activity API, whose body is one event. Each of these expects the caller to hold the lock.

// announcePost tells every account of ours that a post concerns: one copy each, and by the X Activity API one for each thing that the
// post is to it.
func (x *X) announcePost(p *post) {
	for _, u := range x.concerned(p) {
		x.announce(u, p.idString(), "add", func() any {
			return activity{ForUser: u.idString(), Blocked: blockedFlag(p, u), Create: []v1Tweet{v1Of(p, true)}}
		})
		for _, kind := range kindsOf(p, u) {
			x.tell(u, kind, "", p.idString(), "add", func() (values, values) { return postPayload(p), postIncludes(kind, p) })
		}
	}
}

// kindsOf lists what a post is to an account of ours.
func kindsOf(p *post, u *user) (kinds []string) {
	if p.author == u {
		return []string{"post.create"}
	}
	if p.names(u) {
		kinds = append(kinds, "post.mention.create")
	}
	if p.replyTo != nil && p.replyTo.author == u {
		kinds = append(kinds, "post.reply.create")
	}
	if p.quoted != nil && p.quoted.author == u {
		kinds = append(kinds, "post.quote.create")
	}
	return kinds
}

// postPayload is a post as the X Activity API writes it: with its numbers twice, once as text.
func postPayload(p *post) values {
	o := tweetObject(p, selection{tweet: []string{
		"created_at", "author_id", "conversation_id", "in_reply_to_user_id", "referenced_tweets", "entities", "note_tweet", "lang",
		"possibly_sensitive", "reply_settings", "display_text_range", "edit_controls", "attachments",
	}})
	o["public_metrics"] = values{"like_count": len(p.likes), "like_count_str": strconv.Itoa(len(p.likes))}
	if p.replyTo != nil {
		o["in_reply_to_tweet_id"] = p.replyTo.idString()
	}
	return o
}

// postIncludes is what comes along with a post: of mentions and own posts the people, at times wrapped; of the others nothing.
func postIncludes(kind string, p *post) values {
	if kind != "post.mention.create" && kind != "post.create" {
		return values{}
	}
	o := v2User(p.author)
	if p.id%2 == 0 {
		o = values{"data": o}
	}
	return values{"users": []values{o}, "tweets": []values{postPayload(p)}}
}

func v2User(u *user) values {
	return userObject(u, selection{user: []string{"created_at", "verified", "verified_type", "protected", "public_metrics"}})
}

// announceDelete tells the author that a post is removed.
func (x *X) announceDelete(p *post) {
	x.announce(p.author, p.idString(), "remove", func() any {
		return activity{ForUser: p.author.idString(), Delete: []v1Delete{{
			Status: v1Status{ID: p.idString(), User: p.author.idString()}, Timestamp: strconv.FormatInt(x.deps.Now().UnixMilli(), 10),
		}}}
	})
	x.tell(p.author, "post.delete", "", p.idString(), "remove", func() (values, values) {
		return values{"id": p.idString(), "author_id": p.author.idString()}, values{"users": []values{{"data": v2User(p.author)}}}
	})
}

// announceLike tells the author of a post that somebody likes it.
func (x *X) announceLike(p *post, by *user) {
	now := x.deps.Now()
	id := strconv.FormatUint(world.Hash("like", p.idString(), by.username), 16)
	x.announce(p.author, p.idString(), "like", func() any {
		return values{"for_user_id": p.author.idString(), "favorite_events": []values{{
			"id": id, "created_at": now.UTC().Format(v1Time), "timestamp_ms": now.UnixMilli(), "favorited_status": v1Of(p, false), "user": v1UserOf(by),
		}}}
	})
	x.tell(p.author, "like.create", "inbound", p.idString(), "like", func() (values, values) {
		return values{
			"id": id, "created_at": now.UTC().Format(isoTime), "timestamp_ms": strconv.FormatInt(now.UnixMilli(), 10),
			"liked_tweet_id": p.idString(), "liked_tweet_author_id": p.author.idString(),
		}, values{"users": []values{v2User(p.author), v2User(by)}, "tweets": []values{postPayload(p)}}
	})
}

// announceRepost tells the author of a post that somebody reposted it. The repost is a post of its own, which no list here has.
func (x *X) announceRepost(p *post, by *user) {
	again := &post{id: x.nextID(x.deps.Now()), author: by, text: "RT @" + p.author.username + ": " + p.text}
	again.created, again.conversation = timeOf(again.id), again.id
	x.announce(p.author, p.idString(), "repost", func() any {
		t := v1Of(again, false)
		t.Reposted = ref(v1Of(p, false))
		return activity{ForUser: p.author.idString(), Blocked: "false", Create: []v1Tweet{t}}
	})
	x.tell(p.author, "post.repost.create", "", p.idString(), "repost", func() (values, values) {
		o := postPayload(again)
		o["referenced_tweets"] = []reference{{"retweeted", p.idString()}}
		return o, values{}
	})
}

// announceDirect tells of a direct message, also one of our own.
func (x *X) announceDirect(m *direct) {
	account := m.ours
	x.announce(account, m.idString(), "add", func() any {
		body := values{
			"for_user_id": account.idString(), "direct_message_events": []values{m.v1()},
			"users": values{m.ours.idString(): v1Person(m.ours), m.them.idString(): v1Person(m.them)},
		}
		if m.viaApp {
			body["apps"] = values{x.cfg.AppID: values{"id": x.cfg.AppID, "name": "desk", "url": "https://x.com"}}
		}
		return body
	})
	kind, direction := "dm.received", "inbound"
	if m.from == account {
		kind, direction = "dm.sent", "outbound"
	}
	x.tell(account, kind, direction, m.idString(), "add", func() (values, values) {
		return values{"direct_message_events": []values{m.v1()}, "users": values{
			m.ours.idString(): values{"data": v2User(m.ours)}, m.them.idString(): values{"data": v2User(m.them)},
		}}, nil
	})
}

// v1 is a direct message as both families write it.
func (m *direct) v1() values {
	to := m.ours
	if m.from == m.ours {
		to = m.them
	}
	urls := []v1URL{}
	for _, l := range m.urls {
		urls = append(urls, v1URL{URL: l.url, Expanded: l.expanded, Display: l.display, Indices: [2]int{l.start, l.end}})
	}
	data := values{"text": m.text, "entities": v1Entities{Hashtags: []v1Hashtag{}, URLs: urls, Mentions: []v1Mention{}, Symbols: []struct{}{}}}
	if m.mediaKey != "" {
		data["attachment"] = values{"type": "media", "media": values{
			"id": rounded(m.id + 1), "id_str": decimal(m.id + 1), "type": v2Media(m.media[0]), "media_url_https": m.mediaURL(),
			"url": "https://t.co/" + code(m.mediaKey, 0), "indices": [2]int{0, 23},
		}}
	}
	return values{
		"type": "message_create", "id": m.idString(), "created_timestamp": strconv.FormatInt(m.created.UnixMilli(), 10),
		"message_create": values{"target": values{"recipient_id": to.idString()}, "sender_id": m.from.idString(), "message_data": data},
	}
}

// v1Person is a user beside direct messages, where ids are text alone.
func v1Person(u *user) values {
	return values{
		"id": u.idString(), "created_timestamp": strconv.FormatInt(u.created.UnixMilli(), 10), "name": u.name, "screen_name": u.username,
		"protected": false, "verified": u.ours, "followers_count": u.followers, "friends_count": 100, "statuses_count": len(u.posts),
		"profile_image_url_https": "https://pbs.twimg.com/profile_images/" + u.idString() + "/photo_normal.jpg",
	}
}

// announceRead tells that a citizen has read a direct message of ours, and all before it.
func (x *X) announceRead(m *direct) {
	event := values{
		"created_timestamp": strconv.FormatInt(x.deps.Now().UnixMilli(), 10), "sender_id": m.them.idString(),
		"target": values{"recipient_id": m.ours.idString()}, "last_read_event_id": m.idString(),
	}
	x.announce(m.ours, m.idString(), "read", func() any {
		return values{
			"for_user_id": m.ours.idString(), "direct_message_mark_read_events": []values{event},
			"users": values{m.them.idString(): v1Person(m.them)},
		}
	})
	x.tell(m.ours, "dm.read", "inbound", m.idString(), "read", func() (values, values) {
		return values{"direct_message_mark_read_events": []values{event}}, nil
	})
}

// announceSealed tells of a message of an encrypted chat, and returns its id. Account Activity does not know them.
func (x *X) announceSealed(account, them, from *user) string {
	now := x.deps.Now()
	id := strconv.FormatUint(world.Hash("chat", them.username, decimal(x.nextID(now))), 16) + "-8fbf-4928"
	kind := "chat.received"
	if from == account {
		kind = "chat.sent"
	}
	x.tell(account, kind, "", id, "add", func() (values, values) {
		return values{
			"id": id, "created_at_msec": strconv.FormatInt(now.UnixMilli(), 10), "sender_id": from.idString(),
			"conversation_id": them.idString() + ":" + account.idString(), "encoded_event": "CwABAAAAEzIwODA",
		}, nil
	})
	return id
}

// announce queues an event of Account Activity for an account.
func (x *X) announce(u *user, item, verb string, write func() any) {
	for _, w := range x.webhooks {
		if slices.Contains(w.users, u) {
			x.queue(w, u, item, verb, x.encode(write()))
		}
	}
}
