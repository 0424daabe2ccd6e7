package inbox_test

import (
	"context"
	"fmt"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/text/signal"
)

// Somebody in danger is seen at once, whatever the hour; a person's word holds against the reading, and what the desk raised for it is put
// back when no danger is left.
func TestLaw7_AlarmAndItsCorrection(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("m1", "p1", "Der lugter af gas i hele kælderen"), d.Say("m2", "p2", "Jeg brænder for sagen"))
	anna := d.Seat(t, d.Anna)
	raised, calm := d.Find(t, d.Facebook, "m1"), d.Find(t, d.Facebook, "m2")
	if raised.Priority != inbox.Urgent || calm.Priority != inbox.Normal {
		t.Fatalf("priorities %v and %v", raised.Priority, calm.Priority)
	}
	m := &raised.Msgs[0]
	why := anna.Explain(m, signal.Danger)
	if len(why) != 1 || m.Text[why[0].Start:why[0].End] != "lugter af gas" {
		t.Errorf("it is explained by %v", why)
	}
	if err := anna.Correct(ctx, raised.ID, 0, signal.Danger, 0); err != nil {
		t.Fatal(err)
	}
	edited := d.Say("m1", "p1", "Der lugter stadig af gas, ring 112")
	d.Clock.Add(1)
	edited.Event, edited.Observed = inbox.Edited, d.Clock.Now()
	d.Take(t, edited)
	got := d.Find(t, d.Facebook, "m1")
	if got.Priority != inbox.Normal || got.PrioritySet || got.Msgs[0].Signals.Has(signal.Danger) || !got.Msgs[0].Signals.Set(signal.Danger) {
		t.Errorf("after a person's word: priority %v, signals %b", got.Priority, got.Msgs[0].Signals)
	}
	if got.Msgs[0].Text != edited.Text {
		t.Errorf("the text is %q", got.Msgs[0].Text)
	}
	d.Clock.Add(1)
	again := d.Say("m3", "p1", "Det brænder i opgangen")
	again.Parent = "m1"
	d.Take(t, again)
	if c := d.Find(t, d.Facebook, "m3"); c.ID != raised.ID || c.Priority != inbox.Urgent {
		t.Errorf("the next danger: conversation %d has priority %v", c.ID, c.Priority)
	}
	if err := anna.Correct(ctx, raised.ID, 0, signal.Danger, 0); err != nil {
		t.Fatal(err)
	}
	if why := anna.Explain(&got.Msgs[0], signal.Danger); why != nil {
		t.Errorf("a person's word is explained by %v", why)
	}
	d.Read(t, func(tx inbox.Tx) error {
		ms, err := tx.Corrected(0, 10)
		if len(ms) != 2 || ms[0].ID != m.ID {
			t.Errorf("corrected are %v", ms)
		}
		return err
	})
	for q, want := range map[string]int{"har:fare": 0, "sentiment:neutral": 2, "sentiment:positive": 0, "has:danger or prioritet:haster": 0} {
		if n := found(t, anna, q); n != want {
			t.Errorf("%s finds %d, not %d", q, n, want)
		}
	}
}

func found(t *testing.T, s *inbox.Seat, q string) int {
	t.Helper()
	hits, err := s.Search(context.Background(), q, inbox.Page{Size: 100})
	if err != nil {
		t.Fatal(q, err)
	}
	return len(hits.Keys)
}

// What is passed round is one cluster from the second on, also when the desk has been started anew; what only resembles it is not.
func TestClusters(t *testing.T) {
	const say = "Vi er mange forældre på %s der er utrygge ved den nye skolevej, og vi kræver et lyskryds inden sommerferien. Venlig hilsen %s"
	file := t.TempDir() + "/desk.db"
	d := inboxtest.Open(t, file)
	places := []string{"Amager", "Amager", "Østerbro", "Valby"}
	d.Take(t, d.Say("x", "p9", "Vi er mange, der er glade for den nye park på Amager. Venlig hilsen Lise"), d.Say("y", "p8", "Tak for hjælpen"),
		d.Say("z", "p7", "Tak for hjælpen"))
	for i, place := range places {
		if i == 2 {
			d = inboxtest.Open(t, file)
		}
		d.Take(t, d.Say(fmt.Sprint("m", i), fmt.Sprint("p", i), fmt.Sprintf(say, place, []string{"Anna Holm", "Bo", "Hans Peter Lund", "Mia"}[i])))
		first := d.Find(t, d.Facebook, "m0").Msgs[0]
		if i == 0 && first.Cluster != 0 {
			t.Fatal("it is like itself")
		}
		if m := d.Find(t, d.Facebook, fmt.Sprint("m", i)).Msgs[0]; i > 0 && (m.Cluster != first.ID || first.Cluster != first.ID) {
			t.Fatalf("message %d is of cluster %d, the first of %d", i, m.Cluster, first.Cluster)
		}
	}
	cluster := d.Find(t, d.Facebook, "m0").Msgs[0].Cluster
	if n := found(t, d.Seat(t, d.Anna), fmt.Sprintf("ens:%d", cluster)); n != len(places) {
		t.Errorf("%d are found, not %d", n, len(places))
	}
	for _, m := range []string{"x", "y", "z"} {
		if c := d.Find(t, d.Facebook, m).Msgs[0].Cluster; c != 0 {
			t.Errorf("%s is of cluster %d", m, c)
		}
	}
}

// Of those that are alike an agent is told only what they may see; everybody else of all.
func TestLaw10_Alike(t *testing.T) {
	const say = "Vi er mange forældre på Amager der er utrygge ved den nye skolevej, og vi kræver et lyskryds"
	ctx := context.Background()
	d := inboxtest.New(t)
	for i := range 3 {
		d.Take(t, d.Say(fmt.Sprint("m", i), fmt.Sprint("p", i), say))
	}
	mine, other := d.Find(t, d.Facebook, "m0").ID, d.Find(t, d.Facebook, "m1").ID
	anna, dorte := d.Seat(t, d.Anna), d.Seat(t, d.Dorte)
	for _, id := range []inbox.ConversationID{mine, other} {
		if err := anna.Assign(ctx, id, d.Dorte); err != nil {
			t.Fatal(err)
		}
	}
	for who, want := range map[*inbox.Seat]int{anna: 3, dorte: 2} {
		o, err := who.Open(ctx, mine)
		if err != nil {
			t.Fatal(err)
		}
		if o.Alike.Count != want || o.Alike.More || o.Alike.Cluster != o.Msgs[0].Cluster {
			t.Errorf("%s is told of %+v, not of %d", who.User.Name, o.Alike, want)
		}
		rows, err := who.Rows(ctx, []inbox.ConversationID{mine})
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		if who == anna && rows[0].Alike != o.Alike || who == dorte && rows[0].Alike.Count != 0 {
			t.Errorf("the row of %s says %+v", who.User.Name, rows[0].Alike)
		}
	}
}

// A language that a person says is the one that is found, also when the text is edited; and it may be none that the desk knows.
func TestLanguageCorrected(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("m1", "p1", "Is the bus over there"), d.Say("m2", "p2", "Tak for det"))
	anna := d.Seat(t, d.Anna)
	for _, step := range []struct {
		value  signal.Signals
		da, en int
		none   int
	}{{signal.InEnglish, 0, 2, 0}, {0, 0, 1, 1}, {signal.InDanish, 1, 1, 0}} {
		if err := anna.Correct(ctx, d.Find(t, d.Facebook, "m2").ID, 0, signal.Language, step.value); err != nil {
			t.Fatal(err)
		}
		for q, want := range map[string]int{"sprog:dansk": step.da, "language:en": step.en, "language:none": step.none} {
			if n := found(t, anna, q); n != want {
				t.Errorf("a person says %s: %s finds %d, not %d", signal.Word(signal.Language, step.value), q, n, want)
			}
		}
	}
	edited := d.Say("m2", "p2", "Thank you so much for that")
	d.Clock.Add(1)
	edited.Event, edited.Observed = inbox.Edited, d.Clock.Now()
	d.Take(t, edited)
	if n := found(t, anna, "language:da"); n != 1 {
		t.Errorf("after an edit %d are in Danish", n)
	}
}

// The organisation's own words go before the lexicon, from then on.
func TestOwnWords(t *testing.T) {
	d := inboxtest.New(t)
	tone := func(remote string) string {
		d.Take(t, d.Say(remote, "p", "Så er der Letbane igen, letbanen er på vej"))
		return d.Find(t, d.Facebook, remote).Msgs[0].Signals.Tone()
	}
	if got := tone("m1"); got != "neutral" {
		t.Fatal(got)
	}
	if err := d.SetWords(context.Background(), map[string]int{"letbane": -2}, d.Carl); err != nil {
		t.Fatal(err)
	}
	if got := tone("m2"); got != "negative" {
		t.Error(got)
	}
	if got := d.Find(t, d.Facebook, "m1").Msgs[0].Signals.Tone(); got != "neutral" {
		t.Errorf("what had come is %s", got)
	}
}
