package inbox_test

import (
	"strconv"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// What a conversation's document says of who wrote, and in which language: found by a search, as everything is.
func TestPersonAndLanguage(t *testing.T) {
	d := inboxtest.New(t)
	d.Take(t, d.Say("m1", "u1", "Hvorfor bliver skraldet ikke hentet?"), d.Say("m2", "u2", "Where can I get a library card?"),
		d.Say("m3", "u3", "👍"), d.Say("m4", "u1", "The bins again. Hvad skal vi så gøre, when is it?"))
	one, two := d.Find(t, d.Facebook, "m1"), d.Find(t, d.Facebook, "m2")
	person := func(th *inbox.Thread) string {
		return "person:" + strconv.FormatInt(int64(th.Identities[th.Msgs[0].Author].Person), 10)
	}
	for q, want := range map[string][]string{
		"language:da": {"m4", "m1"}, "sprog:engelsk": {"m4", "m2"}, "language:none": {"m3"}, "language:en -language:da": {"m2"},
		"language:da,none": {"m4", "m3", "m1"}, person(one): {"m4", "m1"}, person(two): {"m2"}, person(one) + " language:en": {"m4"}, "person:999999": nil,
	} {
		hits, err := d.Seat(t, d.Anna).Search(t.Context(), q, inbox.Page{})
		if err != nil {
			t.Fatal(err)
		}
		found := map[inbox.ConversationID]bool{}
		for _, k := range hits.Keys {
			found[k.ID] = true
		}
		for _, m := range []string{"m1", "m2", "m3", "m4"} {
			wanted := false
			for _, w := range want {
				wanted = wanted || w == m
			}
			if id := d.Find(t, d.Facebook, m).ID; found[id] != wanted {
				t.Errorf("%s: %s found: %v", q, m, found[id])
			}
		}
	}
}
