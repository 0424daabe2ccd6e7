package meta

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

const (
	ownTokenV = "IG-TOKEN"
	ownID     = "17841400000000002"
)

// withOwn adds a profile of Instagram Login beside that of the page.
func withOwn(c *Config) {
	c.Apps[0].InstagramSecret = "instagram secret"
	c.Profiles = append(c.Profiles, Profile{ID: ownID, Username: "acme.own", Page: otherPage, Login: InstagramLogin})
	c.Tokens = append(c.Tokens, Token{Value: ownTokenV, Kind: InstagramToken, App: appID, Profile: ownID, Scopes: InstagramScopes()})
}

func sendTo(to, text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // of a string, never
	}
	return "recipient=" + url.QueryEscape(to) + "&message=" + url.QueryEscape(`{"text":`+string(b)+`}`)
}

// Each of the two hosts knows its own tokens and its own profiles.
func TestLoginsAreApart(t *testing.T) {
	f := newFixture(t, withOwn)
	for _, c := range []struct {
		path, token string
		code        string
	}{
		{"/instagram/v26.0/me", ownTokenV, ""},
		{"/instagram/v26.0/" + ownID, ownTokenV, ""},
		{"/instagram/v26.0/me/media", ownTokenV, ""},
		{"/instagram/v26.0/me", pageTokenV, "190"},
		{"/v26.0/me", ownTokenV, "190"},
		{"/v26.0/" + ownID, otherToken, "100"},
		{"/instagram/v26.0/" + profileID, ownTokenV, "100"},
		{"/instagram/v26.0/me/tags", ownTokenV, "100"},
	} {
		_, body, _ := f.call(http.MethodGet, c.path, "access_token="+c.token)
		if got := text(body, "error", "code"); got != c.code {
			t.Errorf("%s with %s: code %q, want %q", c.path, c.token, got, c.code)
		}
	}
	_, body, _ := f.call(http.MethodGet, "/instagram/v26.0/me", "fields=id,user_id,username&access_token="+ownTokenV)
	if text(body, "user_id") != ownID || text(body, "id") == ownID || text(body, "id") == "" {
		t.Errorf("me is %v", body)
	}
}

// Private messages keep the platform's windows and measures.
func TestInstagramMessagesAreBounded(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.HumanAgent = true })
	mid := f.instagram(world.Draft{Kind: world.KindDirect, Text: "hej"})
	item, _ := f.ledger.Item(ledger.Instagram, profileID, mid)
	to := `{"id":"` + item.Thread + `"}`
	human := "&messaging_type=MESSAGE_TAG&tag=HUMAN_AGENT"
	try := func(what, params, code, subcode string) {
		t.Helper()
		_, body, _ := f.call(http.MethodPost, "/v26.0/"+pageID+"/messages", params)
		if got, sub := text(body, "error", "code"), text(body, "error", "error_subcode"); got != code || sub != subcode {
			t.Errorf("%s: %v; want code %s/%s", what, body, code, subcode)
		}
	}
	try("1,000 bytes", sendTo(to, strings.Repeat("å", 500)), "", "")
	try("1,001 bytes", sendTo(to, strings.Repeat("å", 500)+"a"), "100", "")
	try("nobody", sendTo(`{"id":"1559"}`, "hej"), "100", "2018001") // nobody on either platform
	f.advance(25 * time.Hour)
	try("a day later", sendTo(to, "hej"), "10", "2534022")
	try("a day later, as a person", sendTo(to, "hej")+human, "", "")
	try("a retired tag", sendTo(to, "hej")+"&messaging_type=MESSAGE_TAG&tag=ACCOUNT_UPDATE", "100", "")
	f.advance(6 * 24 * time.Hour)
	try("a week later", sendTo(to, "hej")+human, "10", "2534022")

	post := f.instagram(world.Draft{Ours: true, Text: "nyt"})
	comment := f.instagram(world.Draft{Parent: post, Text: "hvornår?"})
	private := `{"comment_id":"` + comment + `"}`
	try("a private answer", sendTo(private, "hej"), "", "")
	try("a second one", sendTo(private, "hej"), "10900", "")
	late := f.instagram(world.Draft{Parent: post, Text: "og nu?"})
	f.advance(8 * 24 * time.Hour)
	try("a private answer too late", sendTo(`{"comment_id":"`+late+`"}`, "hej"), "10", "2534022")
	kinds := ""
	for _, a := range f.ledger.Acts(ledger.Filter{}) {
		kinds += a.Kind + " "
	}
	if kinds != "direct direct private " {
		t.Errorf("the ledger has %s", kinds)
	}
}

// Only the twenty newest messages of a thread can be read; older ones answer as if they were deleted.
func TestOldMessagesAreNoMoreThanTheirID(t *testing.T) {
	f := newFixture(t, nil)
	var ids []string
	for i := range 25 {
		f.advance(time.Second)
		ids = append(ids, f.instagram(world.Draft{Kind: world.KindDirect, Text: fmt.Sprint("hej ", i)}))
	}
	_, body, _ := f.call(http.MethodGet, "/v26.0/"+pageID+"/conversations", "platform=instagram&fields=messages.limit(50){id,message}")
	rows, _ := get(body, "data", 0, "messages", "data").([]any)
	told := 0
	for _, r := range rows {
		if text(r, "message") != "" {
			told++
		}
	}
	if len(rows) != 25 || told != 20 {
		t.Errorf("%d messages, %d with their text", len(rows), told)
	}
	for i, want := range map[int]string{0: "33", 24: ""} {
		if _, body, _ := f.call(http.MethodGet, "/v26.0/"+ids[i], "fields=id,message"); text(body, "error", "error_subcode") != want {
			t.Errorf("message %d: %v", i, body)
		}
	}
}

// Thirty hashtags in seven days, and what is below them for a day.
func TestHashtagQuota(t *testing.T) {
	f := newFixture(t, nil)
	id := f.instagram(world.Draft{Kind: world.KindTag, Text: "et hul #tag0"})
	search := func(i int) map[string]any {
		_, body, _ := f.call(http.MethodGet, "/v26.0/ig_hashtag_search", fmt.Sprintf("user_id=%s&q=tag%d", profileID, i))
		return body
	}
	for i := range 30 {
		if body := search(i); text(body, "data", 0, "id") == "" {
			t.Fatalf("hashtag %d: %v", i, body)
		}
	}
	if body := search(30); text(body, "error", "code") != "18" {
		t.Errorf("one too many: %v", body)
	}
	tag := text(search(0), "data", 0, "id") // asked for again it costs nothing
	recent := func() string {
		_, body, _ := f.call(http.MethodGet, "/v26.0/"+tag+"/recent_media", "fields=id,caption&user_id="+profileID)
		return text(body, "data", 0, "id")
	}
	if got := recent(); got != id {
		t.Errorf("below the hashtag is %q", got)
	}
	if _, body, _ := f.call(http.MethodGet, "/v26.0/"+tag+"/recent_media", "fields=id,username&user_id="+profileID); text(body, "error", "code") != "100" {
		t.Errorf("who wrote it is told: %v", body)
	}
	f.advance(25 * time.Hour)
	if got := recent(); got != "" {
		t.Errorf("a day later %q is there", got)
	}
	f.advance(6 * 24 * time.Hour)
	if body := search(30); text(body, "data", 0, "id") == "" {
		t.Errorf("a week later: %v", body)
	}
}
