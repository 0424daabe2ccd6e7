package xapi

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

func TestWeight(t *testing.T) {
	for s, want := range map[string]int{
		"":                       0,
		"Hej æøå":                7,
		"a\u030a e\u0301":        3, // composed: å é
		"日本":                     4,
		"…":                      2, // U+2026 is outside of the light ranges
		"– “x”":                  5,
		"😀":                      2,
		"👨\u200d👩\u200d👧\u200d👦": 2,
		"👍🏽":                     2,
		"🇩🇰🇩🇰":                   4,
		"1\ufe0f\u20e3":          2,
		"❤\ufe0f":                2,
		"#1 *2":                  5,
	} {
		if got := weight(s); got != want {
			t.Errorf("weight(%q) = %d, want %d", s, got, want)
		}
	}
	short, links := shorten("Se borger.dk/pas, og https://havneborg.example/a?b=c. Skriv til a@b.dk")
	if len(links) != 2 || links[0].expanded != "http://borger.dk/pas" || links[1].display != "havneborg.example/a?b=c" || !strings.HasSuffix(short, "a@b.dk") {
		t.Errorf("shorten gave %q and %+v", short, links)
	}
	for _, l := range links {
		if got := string([]rune(short)[l.start:l.end]); got != l.url || len(got) != 23 {
			t.Errorf("the link %+v is %q", l, got)
		}
	}
}

// TestIdsGrow: ids are those of their time, never repeat, and what happens now is newer than all before.
func TestIdsGrow(t *testing.T) {
	f := newFixture(t, nil)
	var last uint64
	for i := range 5000 {
		id, err := strconv.ParseUint(f.publish(world.Draft{Text: fmt.Sprintf("@acme_desk %d", i)}), 10, 64)
		if err != nil || id <= last {
			t.Fatalf("id %d after %d (%v)", id, last, err)
		}
		last = id
	}
	f.advance(-time.Minute) // the clock is put right
	if id, err := strconv.ParseUint(f.publish(world.Draft{}), 10, 64); err != nil || id <= last {
		t.Errorf("id %d after %d (%v)", id, last, err)
	} else {
		last = id
	}
	past := f.now.Add(-48 * time.Hour)
	id, err := strconv.ParseUint(f.publish(world.Draft{Time: past}), 10, 64)
	if err != nil || !timeOf(id).Equal(past) || id >= last {
		t.Errorf("a post of %s has the id %d, of %s", past, id, timeOf(id))
	}
}

func TestInhabitants(t *testing.T) {
	f := newFixture(t, nil)
	mention := f.publish(world.Draft{})
	who := world.Author{Name: "A"}
	for name, err := range map[string]error{
		"no text":               second(f.Publish(world.Draft{Account: deskID, Author: who})),
		"no account":            second(f.Publish(world.Draft{Account: "1", Author: who, Text: "x"})),
		"no author":             second(f.Publish(world.Draft{Account: deskID, Text: "x"})),
		"a handle that is none": second(f.Publish(world.Draft{Account: deskID, Text: "x", Author: world.Author{Name: "A", Handle: "a.b"}})),
		"in our name":           second(f.Publish(world.Draft{Account: deskID, Text: "x", Author: world.Author{Name: "A", Handle: "Acme_Desk"}})),
		"the future":            second(f.Publish(world.Draft{Account: deskID, Author: who, Text: "x", Time: f.now.Add(time.Hour)})),
		"an unknown parent":     second(f.Publish(world.Draft{Account: deskID, Author: who, Text: "x", Parent: "1"})),
		"an unknown quote":      second(f.Publish(world.Draft{Account: deskID, Author: who, Text: "x", Quotes: "1"})),
		"editing":               f.Edit(mention, "x"),
		"hiding a mention":      f.Hide(mention, true),
		"removing nothing":      f.Remove("1"),
	} {
		if err == nil {
			t.Errorf("%s is possible", name)
		}
	}
	plain := f.publish(world.Draft{Text: "hello", Author: world.Author{Name: "Bo Bach"}})
	if p := f.live(plain); p.text != "@acme_desk hello" || p.author.username == "" || !validUsername(p.author.username) {
		t.Errorf("it became %q by %q", p.text, p.author.username)
	}
}

func FuzzText(f *testing.F) {
	f.Add("@acme_desk #hej se https://borger.dk/æ 👨‍👩‍👧", "@cust_one ja")
	x := newFixture(f, nil)
	f.Fuzz(func(t *testing.T, first, reply string) {
		id, err := x.Publish(world.Draft{Account: deskID, Author: world.Author{Name: "Cust One"}, Text: first})
		if err != nil {
			return
		}
		p := x.live(id)
		for _, m := range p.entities.mentions {
			if got := string([]rune(p.text)[m.start:m.end]); !strings.EqualFold(got, "@"+m.user.username) {
				t.Fatalf("in %q the mention of %s is %q", p.text, m.user.username, got)
			}
		}
		for _, h := range p.entities.hashtags {
			if got := string([]rune(p.text)[h.start:h.end]); got != "#"+h.tag {
				t.Fatalf("in %q the tag %s is %q", p.text, h.tag, got)
			}
		}
		if !p.names(x.userByID(deskID)) {
			t.Skip() // the handle sits where X sees no mention
		}
		weight(p.text)
		if reply != "" {
			if _, err := x.Publish(world.Draft{Account: deskID, Author: world.Author{Name: "Two"}, Parent: id, Text: reply}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
