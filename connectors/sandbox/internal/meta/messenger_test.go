package meta

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// direct publishes a private message and gives its id and the id of who wrote it.
func (f *fixture) direct(d world.Draft) (id, who string) {
	f.t.Helper()
	d.Kind = world.KindDirect
	id = f.facebook(d)
	item, ok := f.ledger.Item(ledger.Facebook, pageID, id)
	if !ok {
		f.t.Fatal("a message that is not in the ledger")
	}
	return id, item.Thread
}

func messageTo(recipient, text string) string {
	return "messaging_type=RESPONSE&recipient=" + url.QueryEscape(recipient) + "&message=" + url.QueryEscape(fmt.Sprintf(`{"text":%q,"metadata":"mark"}`, text))
}

func toPerson(id string) string { return fmt.Sprintf(`{"id":%q}`, id) }

// TestMessengerErrors: what is refused is refused with the Messenger Platform's own code and subcode.
func TestMessengerErrors(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.Tokens = append(c.Tokens, Token{Value: "NARROW", Kind: PageToken, App: appID, Pages: []string{pageID}, Scopes: []string{scopeManage}})
	})
	mid, fresh := f.direct(world.Draft{Author: world.Author{Name: "Fresh"}})
	_, late := f.direct(world.Draft{Author: world.Author{Name: "Late"}, Time: f.clock().Add(-25 * time.Hour)})
	_, held := f.direct(world.Draft{Author: world.Author{Name: "Held"}, Standby: true})
	_, barred := f.direct(world.Draft{Author: world.Author{Name: "Barred"}})
	post := f.facebook(world.Draft{Ours: true})
	comment := f.facebook(world.Draft{Parent: post})
	ours := f.facebook(world.Draft{Parent: comment, Ours: true})
	old := f.facebook(world.Draft{Parent: post, Time: f.clock().Add(-8 * 24 * time.Hour)})
	for range chatDetails {
		f.direct(world.Draft{Author: world.Author{Name: "Fresh"}})
	}
	call := func(path, params string) string {
		_, body, _ := f.call("POST", "/"+pageID+path, params)
		if text(body, "error", "code") == "" {
			return "ok"
		}
		return strings.TrimSuffix(text(body, "error", "code")+"/"+text(body, "error", "error_subcode"), "/")
	}
	if got := call("/blocked", `psid=["`+barred+`"]`); got != "ok" {
		t.Fatal("blocking:", got)
	}
	private := func(id string) string { return messageTo(fmt.Sprintf(`{"comment_id":%q}`, id), "Kl. 10") }
	for _, c := range []struct{ name, params, want string }{
		{"no such person", messageTo(toPerson("1"), "x"), "100/2018001"},
		{"no recipient", "message=%7B%22text%22%3A%22x%22%7D", "100"},
		{"no message", "recipient=" + url.QueryEscape(toPerson(fresh)), "100"},
		{"empty", messageTo(toPerson(fresh), " "), "100"},
		{"longest", messageTo(toPerson(fresh), strings.Repeat("æ", 2000)), "ok"},
		{"too long", messageTo(toPerson(fresh), strings.Repeat("æ", 2001)), "100"},
		{"window closed", messageTo(toPerson(late), "x"), "10/2018278"},
		{"human agent without the feature", messageTo(toPerson(late), "x") + "&messaging_type=MESSAGE_TAG&tag=HUMAN_AGENT", "10/2018278"},
		{"a tag that ended", messageTo(toPerson(fresh), "x") + "&messaging_type=MESSAGE_TAG&tag=ACCOUNT_UPDATE", "100"},
		{"another app's thread", messageTo(toPerson(held), "x"), "10/2018300"},
		{"a person whom we blocked", messageTo(toPerson(barred), "x"), "551/1545041"},
		{"no permission", messageTo(toPerson(fresh), "x") + "&access_token=NARROW", "200"},
		{"a user's token", messageTo(toPerson(fresh), "x") + "&access_token=" + userTokenV, "210"},
		{"private", private(comment), "ok"},
		{"private again", private(comment), "10900"},
		{"private too late", private(old), "10901"},
		{"private to ourselves", private(ours), "100/33"},
		{"private to nothing", private("1_2"), "100/33"},
	} {
		t.Run(c.name, func(t *testing.T) {
			params := c.params
			if i := strings.LastIndex(params, "&messaging_type="); i > 0 { // the later word counts
				params = strings.Replace(params[:i], "messaging_type=RESPONSE&", "", 1) + params[i:]
			}
			acts := len(f.ledger.Acts(ledger.Filter{}))
			if got := call("/messages", params); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if did := len(f.ledger.Acts(ledger.Filter{})) - acts; (did == 1) != (c.want == "ok") {
				t.Errorf("%d acts in the ledger", did)
			}
		})
	}
	if _, body, _ := f.call("GET", "/"+mid, "fields=message"); text(body, "error", "error_subcode") != "33" {
		t.Errorf("a message that is not among the newest %d: %v", chatDetails, body)
	}
	if _, err := (Facebook{f.Graph}).Publish(world.Draft{Account: pageID, Kind: world.KindDirect, Text: "x", Author: world.Author{Name: "Barred"}}); err == nil {
		t.Error("a person who is blocked writes")
	}
}

func TestHumanAgent(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.HumanAgent = true })
	tagged := func(who string) string {
		return strings.Replace(messageTo(toPerson(who), "x"), "=RESPONSE", "=MESSAGE_TAG&tag=HUMAN_AGENT", 1)
	}
	_, days := f.direct(world.Draft{Author: world.Author{Name: "Days"}, Time: f.clock().Add(-6 * 24 * time.Hour)})
	_, weeks := f.direct(world.Draft{Author: world.Author{Name: "Weeks"}, Time: f.clock().Add(-8 * 24 * time.Hour)})
	for _, c := range []struct {
		params string
		want   int
	}{{messageTo(toPerson(days), "x"), 403}, {tagged(days), 200}, {tagged(weeks), 403}} {
		if status, body, _ := f.call("POST", "/"+pageID+"/messages", c.params); status != c.want {
			t.Errorf("%d %v, want %d", status, body, c.want)
		}
	}
}

// TestMessengerWebhooks: each event of a thread is an entry of its own, in milliseconds, under the field that was asked for; standby has
// its own list and tells less.
func TestMessengerWebhooks(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t, goodShake)
	fields := "feed,messages,message_echoes,message_reads,message_reactions,message_edits,messaging_postbacks,standby"
	params := "object=page&fields=" + fields + "&verify_token=v&callback_url=" + url.QueryEscape(c.URL) + "&access_token=" + url.QueryEscape(appID+"|"+appSecret)
	if status, body, _ := f.call("POST", "/"+appID+"/subscriptions", params); status != 200 {
		t.Fatal(status, body)
	}
	if status, body, _ := f.call("POST", "/"+pageID+"/subscribed_apps", "subscribed_fields="+fields); status != 200 {
		t.Fatal(status, body)
	}
	mid, who := f.direct(world.Draft{Text: "hej", Media: []world.Media{{Type: "fallback", URL: "https://x.example", Title: "x"}}})
	if status, body, _ := f.call("POST", "/"+pageID+"/messages", messageTo(toPerson(who), "Kl. 10")); status != 200 || text(body, "recipient_id") != who {
		t.Fatal(status, body)
	}
	f.facebook(world.Draft{Kind: world.KindRead})
	f.facebook(world.Draft{Kind: world.KindReaction, Parent: mid, Text: "love"})
	f.facebook(world.Draft{Kind: world.KindPostback, Text: "Start"})
	if err := (Facebook{f.Graph}).Edit(mid, "rettet"); err != nil {
		t.Fatal(err)
	}
	f.facebook(world.Draft{Kind: world.KindPostback, Text: "Start", Standby: true})
	f.flush()
	var got []string
	for i, body := range c.bodies {
		if c.sigs[i] != Signature(appSecret, body) {
			t.Errorf("body %d is signed %s", i, c.sigs[i])
		}
		got = append(got, string(body))
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		`"messaging":[{"sender":{"id":"` + who + `"},"recipient":{"id":"` + pageID + `"},"timestamp":`,
		`"message":{"mid":"` + mid + `","text":"hej","attachments":[{"type":"fallback","title":"x","payload":null,"url":"https:\/\/x.example"}]}`,
		`"message":{"is_echo":true,"mid":"m_`, `"app_id":` + appID + `,"metadata":"mark","text":"Kl. 10"`,
		`"read":{"watermark":17`, `"reaction":{"mid":"` + mid + `","action":"react","reaction":"love"`,
		`"postback":{"mid":"m_`, `"message_edit":{"mid":"` + mid + `","text":"rettet","num_edit":1}`,
		`"standby":[{`, `"postback":{"title":"Start"}}`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
	if len(c.bodies) != 7 {
		t.Errorf("%d bodies", len(c.bodies))
	}
}

// TestConversations: threads go by their newest message, and each tells its newest messages.
func TestConversations(t *testing.T) {
	f := newFixture(t, nil)
	_, first := f.direct(world.Draft{Author: world.Author{Name: "First"}, Text: "en"})
	f.advance(time.Minute)
	f.direct(world.Draft{Author: world.Author{Name: "Second"}, Text: "to"})
	f.advance(time.Minute)
	for i := range chatDetails + 5 {
		f.direct(world.Draft{Author: world.Author{Name: "First"}, Text: fmt.Sprint("nr. ", i)})
		f.advance(time.Second)
	}
	const fields = "fields=" + "id,updated_time,participants,messages.limit(25)" + "%7Bid,from,to,message,created_time%7D"
	_, body, _ := f.call("GET", "/"+pageID+"/conversations", "platform=messenger&limit=1&"+fields)
	if text(body, "data", 0, "participants", "data", 0, "id") != first || text(body, "paging", "next") == "" {
		t.Fatalf("the newest thread is %v", body)
	}
	if text(body, "data", 0, "messages", "data", 0, "message") != fmt.Sprint("nr. ", chatDetails+4) ||
		text(body, "data", 0, "messages", "data", chatDetails-1, "message") == "" || text(body, "data", 0, "messages", "data", chatDetails, "message") != "" {
		t.Errorf("messages %v", get(body, "data", 0, "messages"))
	}
	_, body, _ = f.call("GET", "/"+pageID+"/conversations", "limit=1&"+fields+"&after="+text(body, "paging", "cursors", "after"))
	if text(body, "data", 0, "messages", "data", 0, "message") != "to" || text(body, "paging", "next") != "" {
		t.Errorf("the second thread is %v", body)
	}
	_, body, _ = f.call("GET", "/"+pageID+"/conversations", "user_id="+first)
	if text(body, "data", 0, "id") == "" || text(body, "data", 1, "id") != "" {
		t.Errorf("of one person %v", body)
	}
}

// TestElsewhere: what stands on others' walls may be answered where it names the page, and neither moderated nor read without the feature.
func TestElsewhere(t *testing.T) {
	f := newFixture(t, nil)
	post := f.facebook(world.Draft{Ours: true})
	mention := f.facebook(world.Draft{Kind: world.KindMention, Text: "@Acme"})
	share := f.facebook(world.Draft{Kind: world.KindShare, Parent: post, Text: "se"})
	review := f.facebook(world.Draft{Kind: world.KindReview, Text: "langsomt"})
	for _, c := range []struct {
		method, path, params string
		want                 int
	}{
		{"GET", "/" + mention, "fields=message", 200},
		{"GET", "/" + mention + "/comments", "", 403},
		{"GET", "/" + share, "", 403},
		{"GET", "/" + review, "", 400},
		{"POST", "/" + mention + "/comments", "message=tak", 200},
		{"POST", "/" + review + "/comments", "message=tak", 200},
		{"POST", "/" + share + "/comments", "message=tak", 403},
		{"POST", "/" + mention + "/likes", "", 200},
		{"POST", "/" + review + "/likes", "", 400},
		{"DELETE", "/" + mention, "", 403},
		{"POST", "/" + mention, "is_hidden=true", 400},
	} {
		if status, body, _ := f.call(c.method, c.path, c.params); status != c.want {
			t.Errorf("%s %s: %d %v, want %d", c.method, c.path, status, body, c.want)
		}
	}
	if _, body, _ := f.call("GET", "/"+pageID+"/tagged", "fields=message"); text(body, "data", 0, "id") != mention || text(body, "data", 1, "id") != "" {
		t.Errorf("tagged: %v", body)
	}
	if _, body, _ := f.call("GET", "/"+pageID+"/feed", ""); text(body, "data", 1, "id") != "" {
		t.Errorf("the feed holds what stands elsewhere: %v", body)
	}
}
