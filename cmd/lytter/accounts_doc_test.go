package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lytter/connectors"
	"lytter/connectors/facebook"
	"lytter/connectors/instagram"
	"lytter/connectors/twitter"
	"lytter/inbox"
	"lytter/inbox/catalog"
)

// docs/accounts.md names the permissions and webhook fields that the code asks for: all of them, no others, and which there must be.
// The doctor has a sentence for each permission.
func TestAccountsPageIsTrue(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "accounts.md"))
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	part := func(from, to string) string {
		t.Helper()
		_, rest, ok := strings.Cut(page, from)
		text, _, ok2 := strings.Cut(rest, to)
		if !ok || !ok2 {
			t.Fatalf("the page has no part from %q to %q", from, to)
		}
		return text
	}
	fb, err := facebook.New(facebook.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ig, err := instagram.New(instagram.Config{})
	if err != nil {
		t.Fatal(err)
	}
	classic, err := twitter.New(twitter.Config{})
	if err != nil {
		t.Fatal(err)
	}
	active, err := twitter.New(twitter.Config{Accounts: map[inbox.RemoteID]twitter.Account{"1": {Activity: true}}})
	if err != nil {
		t.Fatal(err)
	}
	type asks struct {
		name, text   string
		must, should []string
		events       []string
	}
	events := func(cs ...connectors.Asker) (out []string) {
		for _, c := range cs {
			out = append(out, c.Events(inbox.Account{Remote: "1"})...)
		}
		return out
	}
	var all []asks
	add := func(name, text string, must, should, events []string) {
		all = append(all, asks{name, text, must, should, events})
	}
	must, should := facebook.Permissions()
	add("Facebook", part("## Facebook\n", "## Instagram\n"), must, should, events(fb))
	must, should = instagram.Permissions(instagram.FacebookLogin, true)
	add("Instagram, Facebook Login", part("**With Facebook Login**", "**With Instagram Login**"), must, should, nil)
	must, should = instagram.Permissions(instagram.InstagramLogin, true)
	add("Instagram, Instagram Login", part("**With Instagram Login**", "## X\n"), must, should, events(ig))
	must, should = twitter.Permissions(twitter.Enterprise, true)
	add("X", part("## X\n", "## When an account"), must, should, events(classic, active))

	row := regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| (must|) ?\\| (.+) \\|$")
	for _, a := range all {
		var named, needed []string
		for _, m := range row.FindAllStringSubmatch(a.text, -1) {
			named = append(named, m[1])
			if m[2] == "must" {
				needed = append(needed, m[1])
			}
		}
		same := func(what string, have, want []string) {
			t.Helper()
			have, want = slices.Sorted(slices.Values(have)), slices.Sorted(slices.Values(want))
			if !slices.Equal(have, want) {
				t.Errorf("%s: the page names %s %v, the code %v", a.name, what, have, want)
			}
		}
		same("permissions", named, slices.Concat(a.must, a.should))
		same("what there must be", needed, a.must)
		for _, e := range a.events {
			if !strings.Contains(a.text, "`"+e+"`") {
				t.Errorf("%s: the page does not name the webhook field %s", a.name, e)
			}
		}
		for _, name := range slices.Concat(a.must, a.should) {
			for _, lang := range catalog.Languages() {
				if !cat.For(lang).Has(permissionKey(name)) {
					t.Errorf("the doctor does not say in %s what %s is for", lang, name)
				}
			}
		}
		if len(named) < 3 {
			t.Errorf("%s: only %v found: the search is blind", a.name, named)
		}
	}
}
