package meta

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"

	"pgregory.net/rapid"
)

// TestErrors: what is refused is refused with the Graph's own code, subcode and status.
func TestErrors(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.Tokens = append(c.Tokens,
			Token{Value: "EXPIRED", Kind: PageToken, App: appID, Pages: []string{pageID}, Scopes: Scopes(), Expires: time.Unix(1, 0)},
			Token{Value: "DEAD", Kind: PageToken, App: appID, Pages: []string{pageID}, Scopes: Scopes(), Dead: 460},
			Token{Value: "NARROW", Kind: PageToken, App: appID, Pages: []string{pageID}, Scopes: []string{scopePages}},
		)
	})
	post := f.facebook(world.Draft{Ours: true})
	comment := f.facebook(world.Draft{Parent: post})
	gone := f.facebook(world.Draft{Parent: post})
	if err := (Facebook{f.Graph}).Remove(gone); err != nil {
		t.Fatal(err)
	}
	media := f.instagram(world.Draft{Ours: true})
	igComment := f.instagram(world.Draft{Parent: media})
	long := strings.Repeat("x", 8001)
	for _, c := range []struct {
		name, method, path, params, want string // status code/subcode type
	}{
		{"no token", "GET", "/" + post, "access_token=", "400 104/ OAuthException"},
		{"no token for me", "GET", "/me", "access_token=", "400 2500/ OAuthException"},
		{"unknown token", "GET", "/" + post, "access_token=x", "400 190/ OAuthException"},
		{"expired token", "GET", "/" + post, "access_token=EXPIRED", "400 190/463 OAuthException"},
		{"dead token", "GET", "/" + post, "access_token=DEAD", "400 190/460 OAuthException"},
		{"wrong app secret", "GET", "/" + appID, "access_token=" + appID + "%7Cwrong", "400 190/ OAuthException"},
		{"wrong proof", "GET", "/" + post, "appsecret_proof=00", "400 100/ GraphMethodException"},
		{"removed", "GET", "/" + gone, "", "400 100/33 GraphMethodException"},
		{"never was", "GET", "/1_2", "", "400 100/33 GraphMethodException"},
		{"another page's comment", "GET", "/" + comment, "access_token=" + otherToken, "400 100/33 GraphMethodException"},
		{"another page", "GET", "/" + pageID, "access_token=" + otherToken, "403 10/ OAuthException"},
		{"no permission to read", "GET", "/" + pageID + "/feed", "access_token=NARROW", "403 10/ OAuthException"},
		{"no permission to write", "POST", "/" + comment + "/comments", "message=x&access_token=NARROW", "403 200/ OAuthException"},
		{"no permission on instagram", "GET", "/" + media + "/comments", "access_token=NARROW", "403 10/ OAuthException"},
		{"a user's token writing", "POST", "/" + comment + "/comments", "message=x&access_token=" + userTokenV, "403 210/ OAuthException"},
		{"unknown field", "GET", "/" + post, "fields=id,nonsense", "400 100/ OAuthException"},
		{"unknown edge", "GET", "/" + post + "/nonsense", "", "400 100/ OAuthException"},
		{"unknown edge to write", "POST", "/" + post + "/nonsense", "", "400 100/33 GraphMethodException"},
		{"malformed fields", "GET", "/" + post, "fields=id,comments{id", "400 2500/ OAuthException"},
		{"unknown version", "GET", "/v27.0/" + post, "", "400 2500/ OAuthException"},
		{"too deep a path", "GET", "/" + post + "/comments/x", "", "400 2500/ OAuthException"},
		{"too many posts", "GET", "/" + pageID + "/feed", "limit=101", "400 100/ OAuthException"},
		{"no limit", "GET", "/" + pageID + "/feed", "limit=0", "400 100/ OAuthException"},
		{"no cursor", "GET", "/" + post + "/comments", "after=zzz", "400 2642/ OAuthException"},
		{"unknown order", "GET", "/" + post + "/comments", "order=best", "400 100/ OAuthException"},
		{"empty text", "POST", "/" + comment + "/comments", "message=+", "400 100/ OAuthException"},
		{"long text", "POST", "/" + comment + "/comments", "message=" + long, "400 100/ OAuthException"},
		{"another's text", "POST", "/" + comment, "message=changed", "403 200/ OAuthException"},
		{"own post without the permission", "DELETE", "/" + post, "", "403 200/ OAuthException"},
		{"answering the removed", "POST", "/" + gone + "/comments", "message=x", "400 100/33 GraphMethodException"},
		{"ratings", "GET", "/" + pageID + "/ratings", "", "400 12/ OAuthException"},
		{"hide in the body", "POST", "/" + igComment, "hide=true", "400 100/ OAuthException"},
		{"app edges with a page token", "GET", "/" + appID + "/subscriptions", "", "400 15/ OAuthException"},
		{"debugging with a page token", "GET", "/debug_token", "input_token=x", "400 100/ OAuthException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body, _ := f.call(c.method, c.path, c.params)
			got := fmt.Sprintf("%d %s/%s %s", status, text(body, "error", "code"), text(body, "error", "error_subcode"), text(body, "error", "type"))
			if got != c.want {
				t.Errorf("got %s, want %s: %v", got, c.want, body)
			}
			if text(body, "error", "message") == "" || text(body, "error", "fbtrace_id") == "" {
				t.Errorf("the error has no message or trace: %v", body)
			}
		})
	}
}

func TestWaysToAsk(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Apps[0].RequireProof = true })
	post := f.facebook(world.Draft{Ours: true, Text: "Opslag"})
	proof := Proof(appSecret, pageTokenV)
	if _, body, _ := f.call("GET", "/"+post, ""); !strings.Contains(text(body, "error", "message"), "require an appsecret_proof") {
		t.Errorf("without a proof: %v", body)
	}
	for _, path := range []string{"/", "/v26.0/", "/v21.0/", "/v3.1/"} {
		if status, body, h := f.call("GET", path+post, "appsecret_proof="+proof); status != 200 || text(body, "message") != "Opslag" {
			t.Errorf("%s: %d %v", path, status, body)
		} else if want := map[string]string{"/v3.1/": "v21.0", "/v21.0/": "v21.0"}[path]; want != "" && h.Get("facebook-api-version") != want {
			t.Errorf("%s is answered as %s", path, h.Get("facebook-api-version"))
		}
	}
	r := httptest.NewRequest("GET", "/v26.0/me?fields=name&appsecret_proof="+proof, nil)
	r.Header.Set("Authorization", "Bearer "+pageTokenV)
	if status, body, h := f.do(r); status != 200 || text(body, "id") != pageID || h.Get("X-App-Usage") == "" || h.Get("X-Page-Usage") == "" ||
		!strings.Contains(h.Get("X-Business-Use-Case-Usage"), `"`+pageID+`":[{"type":"pages"`) {
		t.Errorf("with a bearer token: %d %v %v", status, body, h)
	}
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	for name, value := range map[string]string{"message": "Svar", "access_token": pageTokenV, "appsecret_proof": proof} {
		if err := m.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	m.Close()
	r = httptest.NewRequest("POST", "/"+post+"/comments", &form)
	r.Header.Set("Content-Type", m.FormDataContentType())
	status, body, _ := f.do(r)
	if status != 200 || !strings.HasPrefix(text(body, "id"), strings.Split(post, "_")[1]+"_") {
		t.Fatalf("as multipart: %d %v", status, body)
	}
	r = httptest.NewRequest("POST", "/"+text(body, "id")+"?access_token="+pageTokenV+"&appsecret_proof="+proof, strings.NewReader(`{"message":"Bedre svar"}`))
	r.Header.Set("Content-Type", "application/json")
	if status, body, _ := f.do(r); status != 200 || get(body, "success") != true {
		t.Errorf("as JSON: %d %v", status, body)
	}
	id := text(body, "id")
	if _, body, _ := f.call("GET", "/"+id, "appsecret_proof="+proof); text(body, "message") != "Bedre svar" {
		t.Errorf("the comment is %v", body)
	}
	if status, _, _ := f.call("POST", "/"+id, "method=delete&appsecret_proof="+proof); status != 200 {
		t.Errorf("DELETE as POST: %d", status)
	}
	if _, body, _ := f.call("GET", "/"+id, "appsecret_proof="+proof); text(body, "error", "error_subcode") != "33" {
		t.Errorf("the deleted comment is %v", body)
	}
}

// TestDepth: by API a reply to a reply nests deeper; people's replies nest two deep; Instagram has two levels for everybody.
func TestDepth(t *testing.T) {
	f := newFixture(t, nil)
	post := f.facebook(world.Draft{Ours: true})
	top := f.facebook(world.Draft{Parent: post})
	reply := f.facebook(world.Draft{Parent: top})
	parent := func(id string) string {
		t.Helper()
		_, body, _ := f.call("GET", "/"+id, "fields=parent{id}")
		return text(body, "parent", "id")
	}
	if got := parent(f.facebook(world.Draft{Parent: reply})); got != top {
		t.Errorf("a citizen's answer to a reply is below %s, want the top comment %s", got, top)
	}
	_, body, _ := f.call("POST", "/"+reply+"/comments", "message=Svar")
	if got := parent(text(body, "id")); got != reply {
		t.Errorf("our answer to a reply is below %s, want %s", got, reply)
	}
	if parent(top) != "" {
		t.Errorf("a top comment has the parent %s", parent(top))
	}
	_, body, _ = f.call("GET", "/"+post+"/comments", "filter=stream&order=chronological&summary=true&fields=id")
	if n := len(get(body, "data").([]any)); n != 4 || text(body, "summary", "total_count") != "4" {
		t.Errorf("the stream has %d comments: %v", n, body)
	}
	extra := f.facebook(world.Draft{Parent: top})
	if err := (Facebook{f.Graph}).Remove(extra); err != nil {
		t.Fatal(err)
	}
	_, body, _ = f.call("GET", "/"+post, "fields=comments.limit(1).order(chronological){id,comment_count,comments.order(chronological){id}}")
	if text(body, "comments", "data", 0, "id") != top || text(body, "comments", "data", 0, "comment_count") != "2" ||
		text(body, "comments", "data", 0, "comments", "data", 0, "id") != reply {
		t.Errorf("nested: %v", body)
	}

	media := f.instagram(world.Draft{Ours: true})
	igTop := f.instagram(world.Draft{Parent: media})
	igReply := f.instagram(world.Draft{Parent: igTop})
	_, body, _ = f.call("POST", "/"+igReply+"/replies", "message=Svar")
	own := text(body, "id")
	_, body, _ = f.call("GET", "/"+igTop+"/replies", "fields=id,parent_id,username")
	if text(body, "data", 1, "id") != own || text(body, "data", 1, "parent_id") != igTop || text(body, "data", 1, "username") != "acme" {
		t.Errorf("the replies are %v, want %s last", body, own)
	}
	// A caller without the query string hides nothing; with it the comment is hidden, our own stays as it is.
	for id, want := range map[string]bool{igReply: true, own: false} {
		r := httptest.NewRequest("POST", "/v26.0/"+id+"?hide=true", strings.NewReader("access_token="+pageTokenV))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if status, body, _ := f.do(r); status != 200 || get(body, "success") != true {
			t.Fatalf("hiding %s: %d %v", id, status, body)
		}
		if _, body, _ := f.call("GET", "/"+id, "fields=hidden"); get(body, "hidden") != want {
			t.Errorf("%s is %v", id, body)
		}
	}
}

func TestDuplicate(t *testing.T) {
	f := newFixture(t, nil)
	post := f.facebook(world.Draft{Ours: true})
	say := func(to, what string) string {
		t.Helper()
		_, body, _ := f.call("POST", "/"+to+"/comments", "message="+what)
		return text(body, "error", "code")
	}
	comment := f.facebook(world.Draft{Parent: post})
	for i, step := range []struct{ to, text, want string }{
		{comment, "Tak", ""}, {comment, "Tak", "506"}, {post, "Tak", ""}, {comment, "Tak!", ""}, {comment, "Tak", "506"},
	} {
		if got := say(step.to, step.text); got != step.want {
			t.Errorf("step %d: code %q, want %q", i, got, step.want)
		}
	}
	f.advance(11 * time.Minute)
	if got := say(comment, "Tak"); got != "" {
		t.Errorf("much later: code %q", got)
	}
}

// TestUsage: the last call of a bucket tells that it was, the next is refused with the minutes to wait, and other buckets go on.
func TestUsage(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Limits = Limits{Page: 10, Instagram: 3} })
	post := f.facebook(world.Draft{Ours: true})
	media := f.instagram(world.Draft{Ours: true})
	for i := range 10 {
		if status, body, _ := f.call("GET", "/"+post, ""); status != 200 {
			t.Fatalf("call %d: %v", i+1, body)
		}
	}
	status, body, h := f.call("GET", "/"+post, "")
	if status != 400 || text(body, "error", "code") != "80001" || !strings.Contains(h.Get("X-Business-Use-Case-Usage"), `"call_count":100`) ||
		strings.Contains(h.Get("X-Business-Use-Case-Usage"), `"estimated_time_to_regain_access":0`) {
		t.Errorf("one too many: %d %v %v", status, body, h)
	}
	for range 3 {
		f.call("GET", "/"+media, "")
	}
	if _, body, _ := f.call("GET", "/"+media, ""); text(body, "error", "code") != "80002" {
		t.Errorf("one too many on Instagram: %v", body)
	}
	f.advance(25 * time.Hour)
	if status, body, _ := f.call("GET", "/"+post, ""); status != 200 {
		t.Errorf("a day later: %v", body)
	}
}

func TestTokens(t *testing.T) {
	f := newFixture(t, nil)
	app := "access_token=" + url.QueryEscape(appID+"|"+appSecret)
	_, body, _ := f.call("GET", "/debug_token", app+"&input_token="+pageTokenV)
	if get(body, "data", "is_valid") != true || text(body, "data", "profile_id") != pageID || text(body, "data", "app_id") != appID ||
		!slices.Contains(get(body, "data", "scopes").([]any), any(scopeManage)) {
		t.Errorf("debug_token: %v", body)
	}
	_, body, _ = f.call("GET", "/debug_token", app+"&input_token=nonsense")
	if get(body, "data", "is_valid") != false || text(body, "data", "error", "code") != "190" {
		t.Errorf("debug_token of nonsense: %v", body)
	}
	_, body, _ = f.call("GET", "/me/accounts", "access_token="+userTokenV)
	if text(body, "data", 0, "access_token") != pageTokenV || text(body, "data", 1, "access_token") != otherToken {
		t.Errorf("me/accounts: %v", body)
	}
	_, body, _ = f.call("GET", "/me", "fields=name,instagram_business_account{id,username}")
	if text(body, "name") != "Acme Page" || text(body, "instagram_business_account", "username") != "acme" {
		t.Errorf("me: %v", body)
	}
}

func TestProfiles(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.ProfileAccess = true })
	post := f.facebook(world.Draft{Ours: true})
	comment := f.facebook(world.Draft{Parent: post, Author: world.Author{Name: "Mette Holm Jensen"}})
	_, body, _ := f.call("GET", "/"+comment, "fields=from")
	id := text(body, "from", "id")
	if _, body, _ := f.call("GET", "/"+id, "fields=first_name,last_name,profile_pic"); text(body, "last_name") != "Holm Jensen" {
		t.Errorf("the profile is %v", body)
	}
	if _, body, _ := f.call("GET", "/"+id, "access_token="+otherToken); text(body, "error", "error_subcode") != "33" {
		t.Errorf("another page sees %v", body)
	}
	f.cfg.ProfileAccess = false
	if _, body, _ := f.call("GET", "/"+id, ""); len(body) != 0 {
		t.Errorf("without the feature the profile is %v", body)
	}
	media := f.instagram(world.Draft{Ours: true})
	igComment := f.instagram(world.Draft{Parent: media})
	_, body, _ = f.call("GET", "/"+igComment, "fields=from")
	if _, body, _ := f.call("GET", "/"+text(body, "from", "id"), ""); text(body, "error", "code") != "230" {
		t.Errorf("a commenter on Instagram: %v", body)
	}
}

// TestPagingIsComplete: in whatever order and stretch of time an edge is read, with whatever page size, walking it forwards gives every
// row that was there at the start, once; and walking back from the end gives the same pages.
func TestPagingIsComplete(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t, nil)
		post := f.facebook(world.Draft{Ours: true, Time: f.now.Add(-time.Hour)})
		comments := rapid.SliceOfN(rapid.IntRange(0, 600), 0, 40).Draw(rt, "seconds before now")
		var ids []string
		for i, seconds := range comments {
			d := world.Draft{Parent: post, Time: f.now.Add(-time.Duration(seconds) * time.Second), Text: fmt.Sprint(i)}
			if len(ids) > 0 && rapid.Bool().Draw(rt, "reply") {
				d.Parent = rapid.SampledFrom(ids).Draw(rt, "to")
			}
			ids = append(ids, f.facebook(d))
		}
		for _, id := range ids {
			if rapid.IntRange(0, 9).Draw(rt, "remove") == 0 && f.live(id) != nil {
				if err := (Facebook{f.Graph}).Remove(id); err != nil {
					rt.Fatal(err)
				}
			}
		}
		filter := rapid.SampledFrom([]string{"toplevel", "stream"}).Draw(rt, "filter")
		order := rapid.SampledFrom([]string{"", "chronological", "reverse_chronological"}).Draw(rt, "order")
		q := url.Values{"filter": {filter}, "fields": {"id,created_time"}, "limit": {fmt.Sprint(rapid.IntRange(1, 12).Draw(rt, "limit"))}}
		if order != "" {
			q.Set("order", order)
		}
		since, until := time.Time{}, f.now.Add(time.Hour)
		if rapid.Bool().Draw(rt, "narrow") {
			since = f.now.Add(-time.Duration(rapid.IntRange(0, 600).Draw(rt, "since")) * time.Second)
			until = since.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "length")) * time.Second)
			q.Set("since", fmt.Sprint(since.Unix()))
			q.Set("until", fmt.Sprint(until.Unix()))
		}
		var want []string
		for _, id := range ids {
			c, ok := f.live(id).(*comment)
			if ok && (filter == "stream" || c.parent == nil) && !c.created.Before(since) && !c.created.After(until) {
				want = append(want, id)
			}
		}
		var pages [][]string
		var times []string
		var last string
		for range 100 {
			_, body, _ := f.call("GET", "/"+post+"/comments", q.Encode())
			var page []string
			for i := range get(body, "data").([]any) {
				page = append(page, text(body, "data", i, "id"))
				times = append(times, text(body, "data", i, "created_time"))
			}
			if len(page) > 0 {
				pages = append(pages, page)
				last = text(body, "paging", "cursors", "before")
			}
			if get(body, "paging", "next") == nil {
				break
			}
			q.Set("after", text(body, "paging", "cursors", "after"))
		}
		got := slices.Concat(pages...)
		sorted := slices.Sorted(slices.Values(got))
		slices.Sort(want)
		if !slices.Equal(sorted, want) {
			rt.Fatalf("walking gave %v, want %v", got, want)
		}
		if (order == "chronological" && !slices.IsSorted(times)) || (order == "reverse_chronological" && !slices.IsSortedFunc(times, func(a, b string) int {
			return strings.Compare(b, a)
		})) {
			rt.Fatalf("%s gave %v", order, times)
		}
		// Back again: the rows before the last page, in the same order.
		q.Del("after")
		q.Set("limit", "100")
		if len(pages) > 1 {
			q.Set("before", last)
			_, body, _ := f.call("GET", "/"+post+"/comments", q.Encode())
			var back []string
			for i := range get(body, "data").([]any) {
				back = append(back, text(body, "data", i, "id"))
			}
			if front := slices.Concat(pages[:len(pages)-1]...); !slices.Equal(back, front) {
				rt.Fatalf("before the last page: %v, want %v", back, front)
			}
		}
	})
}

// TestPagingWhilePublishing: what was there at the start is found, once, while others write.
func TestPagingWhilePublishing(t *testing.T) {
	f := newFixture(t, nil)
	post := f.facebook(world.Draft{Ours: true})
	var want []string
	for range 200 {
		want = append(want, f.facebook(world.Draft{Parent: post}))
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				f.facebook(world.Draft{Parent: post})
			}
		}
	})
	seen := map[string]int{}
	q := url.Values{"order": {"reverse_chronological"}, "limit": {"7"}}
	for {
		_, body, _ := f.call("GET", "/"+post+"/comments", q.Encode())
		for i := range get(body, "data").([]any) {
			seen[text(body, "data", i, "id")]++
		}
		if get(body, "paging", "next") == nil {
			break
		}
		q.Set("after", text(body, "paging", "cursors", "after"))
	}
	close(stop)
	wg.Wait()
	for _, id := range want {
		if seen[id] != 1 {
			t.Errorf("%s was found %d times", id, seen[id])
		}
	}
}

// TestCursorDies: a cursor is worth no more than the row that it points at.
func TestCursorDies(t *testing.T) {
	f := newFixture(t, nil)
	post := f.facebook(world.Draft{Ours: true})
	for range 5 {
		f.facebook(world.Draft{Parent: post})
	}
	_, body, _ := f.call("GET", "/"+post+"/comments", "limit=2&order=chronological")
	after := text(body, "paging", "cursors", "after")
	if err := (Facebook{f.Graph}).Remove(text(body, "data", 1, "id")); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := f.call("GET", "/"+post+"/comments", "limit=2&order=chronological&after="+after); text(body, "error", "code") != "2642" {
		t.Errorf("a dead cursor gives %v", body)
	}
}

func TestInhabitants(t *testing.T) {
	f := newFixture(t, nil)
	post := f.facebook(world.Draft{Ours: true})
	media := f.instagram(world.Draft{Ours: true})
	fb, ig := Facebook{f.Graph}, Instagram{f.Graph}
	who := world.Author{Name: "A"}
	for name, err := range map[string]error{
		"no text":                 second(fb.Publish(world.Draft{Account: pageID, Author: who})),
		"no author":               second(fb.Publish(world.Draft{Account: pageID, Text: "x"})),
		"no page":                 second(fb.Publish(world.Draft{Account: "1", Author: who, Text: "x"})),
		"the future":              second(fb.Publish(world.Draft{Account: pageID, Author: who, Text: "x", Time: f.now.Add(time.Hour)})),
		"another page's post":     second(fb.Publish(world.Draft{Account: otherPage, Parent: post, Author: who, Text: "x"})),
		"posting on Instagram":    second(ig.Publish(world.Draft{Account: profileID, Author: who, Text: "x"})),
		"editing on Instagram":    ig.Edit(media, "x"),
		"hiding a post":           fb.Hide(post, true),
		"removing what never was": fb.Remove("1_2"),
		"commenting across":       second(ig.Publish(world.Draft{Account: profileID, Parent: post, Author: who, Text: "x"})),
		"quoting":                 second(fb.Publish(world.Draft{Account: pageID, Quotes: post, Author: who, Text: "x"})),
		"editing into nothing":    fb.Edit(post, ""),
	} {
		if err == nil {
			t.Errorf("%s is possible", name)
		}
	}
	one := f.facebook(world.Draft{Parent: post, Author: world.Author{Name: "Mette"}})
	two := f.facebook(world.Draft{Parent: post, Author: world.Author{Name: "Mette"}})
	if a, b := f.nodes[one].(*comment), f.nodes[two].(*comment); a.author != b.author || a.id == b.id {
		t.Errorf("the same name is not the same person, or two comments are one")
	}
	item, ok := f.ledger.Item(ledger.Facebook, pageID, one)
	if !ok || item.Kind != ledger.Comment || item.Parent != post || item.Context != post || item.AuthorName != "Mette" {
		t.Errorf("the ledger has %+v", item)
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzFields(f *testing.F) {
	f.Add("id,comments.limit(3).order(chronological){id,from{name}}")
	f.Fuzz(func(t *testing.T, s string) {
		fields, err := parseFields(s)
		if err != nil {
			return
		}
		again, err := parseFields(fieldString(fields))
		if err != nil || fieldString(again) != fieldString(fields) {
			t.Fatalf("%q is written as %q, which reads as %q, %v", s, fieldString(fields), fieldString(again), err)
		}
	})
}

// TestInjectedErrors: what the dice inject looks like the Graph's own, and names the account that the call is about.
func TestInjectedErrors(t *testing.T) {
	f := newFixture(t, nil)
	post, media := f.facebook(world.Draft{Ours: true}), f.instagram(world.Draft{Ours: true})
	for path, want := range map[string][3]string{
		"/v26.0/" + post + "/comments": {"80001", pageID, "pages"}, "/" + media + "/comments": {"80002", profileID, "instagram"}, "/1": {"80001", "", ""},
	} {
		w := httptest.NewRecorder()
		f.Throttled(w, httptest.NewRequest("GET", path, nil))
		header := w.Header().Get("X-Business-Use-Case-Usage")
		if !strings.Contains(w.Body.String(), `"code":`+want[0]) || !strings.Contains(header, want[1]) || !strings.Contains(header, want[2]) {
			t.Errorf("%s is throttled with %s and %s", path, w.Body, header)
		}
	}
	codes := map[string]bool{}
	for roll := 0.0; roll < 1; roll += 0.05 {
		w := httptest.NewRecorder()
		f.Unavailable(w, nil, roll)
		if w.Code < 500 {
			t.Errorf("a broken server answers %d", w.Code)
		}
		codes[fmt.Sprint(w.Code, w.Header().Get("Content-Type"))] = true
	}
	if len(codes) < 2 {
		t.Errorf("a broken server has one face only: %v", codes)
	}
}
