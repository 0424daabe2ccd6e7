package classify

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// TestLaw11_RulesThatNameWhatIsGone: a rule that names a topic, a queue or an account that is no longer there stands out, as a fault with its
// place; the other rules go on; and it is back when what it names is. So it is in a running desk and in one that is started.
func TestLaw11_RulesThatNameWhatIsGone(t *testing.T) {
	const rules = `[[rule]]
id = "cykel"
when = "cykel"
topics = ["vej/cykel"]
[[rule]]
id = "vej"
when = "vej"
topics = ["vej"]
[[rule]]
id = "bog"
when = "bog"
queue = "Fremtidens bibliotek"
  [[rule.example]]
  text = "en bog"
  match = true
  account = "byen"
[[rule]]
id = "under"
when = "hul -account:byen-x"
topics = ["vej"]
priority = "high"
`
	ctx := context.Background()
	d := inboxtest.New(t, func(c *inbox.Config) { c.Rules = &Rules{Cutter: c.Cutter} })
	if err := d.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte(rules)}, d.Carl); err != nil {
		t.Fatal(err)
	}
	n := 0
	check := func(what, hit, faults string) {
		t.Helper()
		restarted, err := inbox.NewDesk(ctx, d.Config)
		if err != nil {
			t.Fatal(err)
		}
		for name, desk := range map[string]*inbox.Desk{"running": d.Desk, "started": restarted} {
			var told []string
			var ce *Error
			if errors.As(desk.RulesFault(), &ce) {
				for _, f := range ce.Faults {
					told = append(told, f.Rule+" "+f.Reason.Key)
				}
			}
			if got := strings.Join(told, ", "); got != faults {
				t.Errorf("%s, %s: faults %q, want %q", what, name, got, faults)
			}
			n++
			remote := "m" + strings.Repeat("x", n)
			in := d.Say(remote, "jens", "en bog om en cykel på vej ned i et hul")
			if _, err := desk.Ingest(ctx, inbox.Batch{Items: []inbox.Incoming{in}}); err != nil {
				t.Fatal(err)
			}
			th := d.Find(t, d.Facebook, remote)
			var by []string
			for _, tag := range th.Topics {
				by = append(by, tag.Rule)
			}
			if th.Queue == d.Bibliotek {
				by = append(by, "bog")
			}
			if th.Priority == inbox.High {
				by = append(by, "under")
			}
			if got := strings.Join(by, " "); got != hit {
				t.Errorf("%s, %s: decided by %q, want %q", what, name, got, hit)
			}
		}
	}
	change := func(f func(tx inbox.Tx) error) {
		t.Helper()
		if err := d.Store.Update(ctx, inbox.Persons, f); err != nil {
			t.Fatal(err)
		}
		if err := d.Reload(ctx); err != nil {
			t.Fatal(err)
		}
	}
	rename := func(name string) {
		change(func(tx inbox.Tx) error {
			return tx.PutTopic(&inbox.Topic{ID: d.Cykel, Parent: d.Vej, Name: name})
		})
	}
	queue := func(name string) {
		change(func(tx inbox.Tx) error {
			qs, err := tx.Queues()
			if err != nil {
				return err
			}
			qs[2].Name = name
			return tx.PutQueue(&qs[2])
		})
	}
	account := func(i int, name string) {
		change(func(tx inbox.Tx) error {
			as, err := tx.Accounts()
			if err != nil {
				return err
			}
			as[i].Name, as[i].Title = name, name
			return tx.PutAccount(&as[i])
		})
	}
	check("as published", "vej cykel bog under", "")
	rename("cyklisme")
	check("a topic has another name", "vej bog under", "cykel rules.unknown_topic")
	queue("Hovedbiblioteket")
	check("a queue has, too", "vej under", "cykel rules.unknown_topic, bog rules.unknown_queue")
	rename("cykel")
	check("the topic is back", "vej cykel under", "bog rules.unknown_queue")
	queue("Fremtidens bibliotek")
	account(1, "byen-paa-x")
	check("a query names an account that is gone", "vej cykel bog", "under query.unknown_name")
	account(1, "byen-x")
	account(0, "kommunen")
	check("an example does", "vej cykel bog under", "bog rules.unknown_account")
	account(0, "byen")
	check("all is as it was", "vej cykel bog under", "")
}
