package xapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

const writeTo = "/2/dm_conversations/with/%s/messages"

func TestDirectMessages(t *testing.T) {
	f := newFixture(t, nil)
	ask := func(name, said string) string {
		return f.publish(world.Draft{Kind: world.KindDirect, Author: world.Author{Name: name, Handle: name}, Text: said})
	}
	first := ask("mette", "se havneborg.dk/hul")
	them := f.directs[f.directs0(first)].them.idString()
	for i := range 120 {
		ask(fmt.Sprintf("borger%d", i), "hej")
	}

	// Newest first, in pages of at most 100, all of them once.
	seen, token := map[string]bool{}, ""
	for range 3 {
		status, body, _ := f.call(asUser, "GET", "/2/dm_events?dm_event.fields=id,sender_id,dm_conversation_id,created_at,entities&expansions=sender_id"+token, "")
		if status != 200 {
			t.Fatalf("%d %v", status, body)
		}
		rows, _ := get(body, "data").([]any)
		for _, r := range rows {
			seen[text(r, "id")] = true
			if text(r, "id") == first && (text(r, "text") == "se havneborg.dk/hul" || text(r, "entities", "urls", 0, "expanded_url") != "http://havneborg.dk/hul") {
				t.Errorf("the link is not shortened: %v", r)
			}
		}
		if token = text(body, "meta", "next_token"); token == "" {
			break
		}
		token = "&pagination_token=" + token
	}
	if len(seen) != 121 {
		t.Errorf("%d of 121", len(seen))
	}

	// An answer, by either address, and what it leaves in the ledger.
	status, body, _ := f.call(asUser, "POST", fmt.Sprintf(writeTo, them), `{"text":"Kl. 10"}`)
	if status != 201 || text(body, "data", "dm_event_id") == "" {
		t.Fatalf("%d %v", status, body)
	}
	both := text(body, "data", "dm_conversation_id")
	if status, _, _ := f.call(asOAuth2, "POST", "/2/dm_conversations/"+both+"/messages", `{"text":"eller 11"}`); status != 201 {
		t.Errorf("by the conversation's id: %d", status)
	}
	_, body, _ = f.call(asUser, "GET", "/2/dm_conversations/"+both+"/dm_events", "")
	if n, _ := get(body, "meta", "result_count").(json.Number); n != "3" {
		t.Errorf("the conversation has %v", body)
	}
	acts := f.ledger.Acts(ledger.Filter{})
	if len(acts) != 2 || acts[0].Kind != ledger.ActDirect || acts[0].Target != them || acts[0].Text != "Kl. 10" {
		t.Errorf("the ledger has %+v", acts)
	}

	// What X refuses.
	closed := ""
	for i := 0; closed == ""; i++ {
		name := fmt.Sprintf("lukket%d", i)
		if world.Share("direct", name) >= 0.5 {
			f.publish(world.Draft{Author: world.Author{Name: name, Handle: name}})
			closed = f.names[name].idString()
		}
	}
	for what, c := range map[string]struct {
		auth, path, body string
		want             int
	}{
		"who takes none":   {asUser, fmt.Sprintf(writeTo, closed), `{"text":"hej"}`, 403},
		"nobody":           {asUser, fmt.Sprintf(writeTo, "1"), `{"text":"hej"}`, 400},
		"ourselves":        {asUser, fmt.Sprintf(writeTo, deskID), `{"text":"hej"}`, 400},
		"nothing":          {asUser, fmt.Sprintf(writeTo, them), `{"text":" "}`, 400},
		"too long":         {asUser, fmt.Sprintf(writeTo, them), `{"text":"` + strings.Repeat("a", messageChars+1) + `"}`, 400},
		"unknown media":    {asUser, fmt.Sprintf(writeTo, them), `{"text":"x","attachments":[{"media_id":"1"}]}`, 400},
		"another's thread": {asUser, "/2/dm_conversations/1-2/messages", `{"text":"hej"}`, 400},
		"app alone":        {asApp, fmt.Sprintf(writeTo, them), `{"text":"hej"}`, 403},
		"without scopes":   {"Bearer narrow", fmt.Sprintf(writeTo, them), `{"text":"hej"}`, 403},
	} {
		if status, body, _ := f.call(c.auth, "POST", c.path, c.body); status != c.want {
			t.Errorf("%s: %d %v, want %d", what, status, body, c.want)
		}
	}

	// Blocking ends it both ways, and can be taken back.
	for _, do := range []struct {
		path string
		want int
	}{{"block", 403}, {"unblock", 201}} {
		if status, _, _ := f.call(asUser, "POST", "/2/users/"+them+"/dm/"+do.path, ""); status != 200 {
			t.Errorf("%s: %d", do.path, status)
		}
		if status, _, _ := f.call(asUser, "POST", fmt.Sprintf(writeTo, them), `{"text":"hej igen"}`); status != do.want {
			t.Errorf("writing after %s: %d", do.path, status)
		}
	}

	// What is older than 30 days is not listed.
	f.advance(31 * 24 * time.Hour)
	if _, body, _ := f.call(asUser, "GET", "/2/dm_events", ""); text(body, "meta", "result_count") != "0" || get(body, "data") != nil {
		t.Errorf("after a month: %v", body)
	}
}

// directs0 is the number of a direct message.
func (f *fixture) directs0(id string) uint64 { return f.liveDirect(id).id }

func TestDirectLimits(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.MessagesDay = 20 })
	them := f.directs[f.directs0(f.publish(world.Draft{Kind: world.KindDirect, Text: "hej"}))].them.idString()
	for i := range 15 {
		if status, body, h := f.call(asUser, "POST", fmt.Sprintf(writeTo, them), `{"text":"hej"}`); status != 201 || h.Get("x-user-limit-24hour-remaining") != fmt.Sprint(19-i) {
			t.Fatalf("%d: %d %v %v", i, status, body, h)
		}
	}
	if status, _, _ := f.call(asUser, "POST", fmt.Sprintf(writeTo, them), `{"text":"hej"}`); status != 429 {
		t.Errorf("the sixteenth in 15 minutes: %d", status)
	}
	f.advance(16 * time.Minute)
	for range 5 {
		f.call(asUser, "POST", fmt.Sprintf(writeTo, them), `{"text":"hej"}`)
	}
	if status, _, h := f.call(asUser, "POST", fmt.Sprintf(writeTo, them), `{"text":"hej"}`); status != 429 || h.Get("x-user-limit-24hour-remaining") != "0" {
		t.Errorf("one more than the day has: %d %v", status, h)
	}
	for range 15 {
		f.call(asUser, "GET", "/2/dm_events", "")
	}
	if status, _, _ := f.call(asUser, "GET", "/2/dm_events", ""); status != 429 {
		t.Errorf("the sixteenth list: %d", status)
	}
	if status, _, _ := f.call(asUser, "GET", "/2/dm_conversations/with/"+them+"/dm_events", ""); status != 200 {
		t.Errorf("another list: %d", status)
	}
}

func TestCreditsAndTheMonthsCap(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Credits, c.MonthCap = 12, 3 })
	for range 4 {
		f.publish(world.Draft{})
	}
	mentions := func() (int, string) {
		status, body, _ := f.call(asApp, "GET", "/2/users/"+deskID+"/mentions?max_results=5", "")
		return status, text(body, "title")
	}
	if status, _ := mentions(); status != 200 {
		t.Fatal(status)
	}
	if status, title := mentions(); status != 429 || title != "UsageCapExceeded" {
		t.Errorf("beyond the month's cap: %d %s", status, title)
	}
	f.advance(31 * 24 * time.Hour)
	for range 10 {
		mentions()
	}
	if status, title := mentions(); status != 402 || title != "CreditsDepleted" {
		t.Errorf("without credits: %d %s", status, title)
	}
	if status, _, _ := f.call(asApp, "GET", "/2/webhooks", ""); status != 200 {
		t.Errorf("what costs nothing: %d", status)
	}
}

func TestSearchRecent(t *testing.T) {
	f := newFixture(t, nil)
	say := func(name, said string, parent string) string {
		return f.publish(world.Draft{Author: world.Author{Name: name, Handle: name}, Text: said, Parent: parent})
	}
	a := say("anna", "@acme_desk hul i cykelsti ved havnen", "")
	b := say("bo", "@acme_desk hul i vejen, siger @anna", "")
	c := say("anna", "ja, cykelstier", b)
	find := func(query string) string {
		status, body, _ := f.call(asApp, "GET", "/2/tweets/search/recent?query="+strings.ReplaceAll(strings.ReplaceAll(query, " ", "%20"), "#", "%23"), "")
		if status != 200 {
			return fmt.Sprint(status)
		}
		var out []string
		rows, _ := get(body, "data").([]any)
		for _, r := range rows {
			out = append(out, map[string]string{a: "a", b: "b", c: "c"}[text(r, "id")])
		}
		return strings.Join(out, "")
	}
	if got := find("hul"); got != "" {
		t.Errorf("what is newer than half a minute is found: %s", got)
	}
	f.advance(time.Minute)
	for query, want := range map[string]string{
		"hul": "ba", "cykelsti": "a", `"hul i vejen"`: "b", "hul -vejen": "a", "from:anna": "ca", "to:bo": "c", "cykelsti OR vejen": "ba", "hul is:retweet": "",
		"conversation_id:" + b: "cb", "is:reply": "c", "anna": "b", "(hul)": "400", "bogus:1": "400", "hul OR": "400",
	} {
		if got := find(query); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	f.advance(8 * 24 * time.Hour)
	if got := find("hul"); got != "" {
		t.Errorf("after a week: %s", got)
	}
	if status, body, _ := f.call(asApp, "GET", "/2/tweets/search/recent?query=hul&since_id="+a, ""); status != 400 {
		t.Errorf("a since_id of last week: %d %v", status, body)
	}
}

func TestLikesAreForEnterprise(t *testing.T) {
	for tier, want := range map[string]int{SelfServe: 403, Enterprise: 200} {
		f := newFixture(t, func(c *Config) { c.Tier = tier })
		id := f.publish(world.Draft{})
		status, body, _ := f.call(asUser, "POST", "/2/users/"+deskID+"/likes", `{"tweet_id":"`+id+`"}`)
		if status != want {
			t.Errorf("%s: %d %v", tier, status, body)
		}
		if tier == Enterprise {
			if status, _, _ := f.call(asUser, "DELETE", "/2/users/"+deskID+"/likes/"+id, ""); status != 200 {
				t.Errorf("taking it back: %d", status)
			}
			if n := len(f.ledger.Acts(ledger.Filter{})); n != 2 {
				t.Errorf("%d acts", n)
			}
		}
	}
}

// The shapes of what webhooks carry are those of the published samples: nothing is invented.
func TestActivityAPIShapes(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t)
	id := f.register(c)
	for _, kind := range []string{"post.create", "post.mention.create", "post.reply.create", "post.quote.create", "post.repost.create", "post.delete", "like.create", "dm.received", "dm.sent", "chat.received"} {
		if status, body, _ := f.call(asOAuth2, "POST", "/2/activity/subscriptions", `{"event_type":"`+kind+`","filter":{"user_id":"`+deskID+`"},"tag":"t","webhook_id":"`+id+`"}`); status != 200 {
			t.Fatalf("%s: %d %v", kind, status, body)
		}
	}
	own := f.publish(world.Draft{Ours: true, Text: "We shipped a fix"})
	f.publish(world.Draft{Parent: own, Text: "still nothing"})
	f.publish(world.Draft{Quotes: own, Text: "finally"})
	someone := world.Author{Name: "Cust One", Handle: "cust_one"}
	for _, d := range []world.Draft{
		{Kind: world.KindReaction, Parent: own, Text: "like"},
		{Kind: world.KindReaction, Parent: own, Text: "repost"},
		{Kind: world.KindDirect, Text: "hej"},
		{Kind: world.KindDirect, Ours: true, Author: someone, Text: "hej"},
		{Kind: world.KindRead},
		{Kind: world.KindDirect, Media: []world.Media{{Type: "encrypted"}}},
	} {
		f.publish(d)
	}
	if err := f.Remove(own); err != nil {
		t.Fatal(err)
	}
	f.flush()
	seen := map[string]bool{}
	for _, b := range c.bodies {
		var got map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		var name string
		switch kind := text(got, "data", "event_type"); {
		case kind != "":
			name = "xaa/" + kind
		case get(got, "direct_message_events") != nil:
			name = "aaa/direct_message_events"
		case get(got, "direct_message_mark_read_events") != nil:
			name = "aaa/direct_message_mark_read_events"
		case get(got, "favorite_events") != nil:
			name = "aaa/favorite_events"
		default:
			continue // see TestActivityShapes
		}
		if seen[name] = true; name == "xaa/dm.read" {
			continue
		}
		want := anyID(members("", sample(t, name+".json")))
		for _, m := range anyID(members("", got)) {
			optional := strings.Contains(m, "includes.") || strings.Contains(m, "entities.") || strings.Contains(m, "payload.users.") ||
				strings.HasSuffix(m, "in_reply_to_tweet_id") || strings.HasSuffix(m, "in_reply_to_user_id") || strings.Contains(m, "referenced_tweets") ||
				strings.Contains(m, "edit_controls") || strings.Contains(m, "favorited_status.") || strings.Contains(m, "payload.entities")
			if !slices.Contains(want, m) && !optional {
				t.Errorf("%s has a member %s that the sample has not", name, m)
			}
		}
	}
	for _, name := range []string{"xaa/post.create", "xaa/post.mention.create", "xaa/post.reply.create", "xaa/post.quote.create", "xaa/post.repost.create", "xaa/post.delete", "xaa/like.create", "xaa/dm.received", "xaa/dm.sent", "xaa/chat.received", "aaa/direct_message_events", "aaa/direct_message_mark_read_events", "aaa/favorite_events"} {
		if !seen[name] {
			t.Errorf("no %s came", name)
		}
	}
}

// anyID puts one word for ids that are names of members.
func anyID(names []string) []string {
	for i, n := range names {
		parts := strings.Split(n, ".")
		for j, p := range parts {
			if numberPattern.MatchString(p) {
				parts[j] = "ID"
			}
		}
		names[i] = strings.Join(parts, ".")
	}
	return names
}

func TestActivitySubscriptions(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.MaxActivity = 2 })
	c := newCallback(t)
	id := f.register(c)
	ask := func(auth, kind, user, more string) int {
		status, _, _ := f.call(auth, "POST", "/2/activity/subscriptions", `{"event_type":"`+kind+`","filter":{"user_id":"`+user+`"`+more+`},"webhook_id":"`+id+`"}`)
		return status
	}
	for _, c := range []struct {
		what             string
		auth, kind, user string
		more             string
		want             int
	}{
		{"an unknown type", asOAuth2, "post.levitate", deskID, "", 400},
		{"an old name", asOAuth2, "FollowFollow", deskID, "", 400},
		{"nobody", asOAuth2, "post.create", "1", "", 400},
		{"a direction of a post", asOAuth2, "post.create", deskID, `,"direction":"inbound"`, 400},
		{"a private one by the app", asApp, "dm.received", deskID, "", 403},
		{"by OAuth 1.0a", asUser, "dm.received", deskID, "", 403},
		{"of another account", asOAuth2, "dm.received", otherID, "", 403},
		{"without the scope", "Bearer narrow", "dm.received", otherID, "", 403},
		{"a public one by the app", asApp, "post.create", deskID, "", 200},
		{"the same again", asApp, "post.create", deskID, "", 409},
		{"a private one", asOAuth2, "dm.received", deskID, "", 200},
		{"one too many", asOAuth2, "dm.sent", deskID, "", 403},
	} {
		if got := ask(c.auth, c.kind, c.user, c.more); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
	_, body, _ := f.call(asApp, "GET", "/2/activity/subscriptions?max_results=1", "")
	if text(body, "meta", "total_subscriptions") != "2" || text(body, "meta", "next_token") == "" {
		t.Errorf("%v", body)
	}
}

// A replay brings what was sent, with the very bytes, and then says so; only of the last day, and not of the last half hour.
func TestReplay(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t)
	id := f.register(c)
	f.publish(world.Draft{})
	f.flush()
	ask := func(from, to time.Duration) int {
		now := f.clock().UTC()
		body := fmt.Sprintf(`{"webhook_id":%q,"from_date":%q,"to_date":%q}`, id, now.Add(-from).Format("200601021504"), now.Add(-to).Format("200601021504"))
		status, _, _ := f.call(asApp, "POST", "/2/webhooks/replay", body)
		return status
	}
	if status := ask(20*time.Minute, 11*time.Minute); status != 400 {
		t.Errorf("of a moment ago: %d", status)
	}
	f.advance(time.Hour)
	if status := ask(25*time.Hour, time.Hour); status != 400 {
		t.Errorf("of more than a day: %d", status)
	}
	if status := ask(2*time.Hour, 30*time.Minute); status != 200 {
		t.Fatalf("%d", status)
	}
	f.flush()
	if len(c.bodies) != 3 || string(c.bodies[0]) != string(c.bodies[1]) || !strings.Contains(string(c.bodies[2]), `"replay_job_status"`) {
		t.Errorf("%d bodies came", len(c.bodies))
	}
}
