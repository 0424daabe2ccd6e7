package classify

import (
	"context"
	"errors"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// Where an error in a rule means that it silently matches nothing, nobody misses what it should have found. Here the set is refused with
// the place of every fault, and the rules that were in force stay.
func TestPeer_AnErrorInARuleIsSaid(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t, func(c *inbox.Config) { c.Rules = &Rules{Cutter: c.Cutter} })
	publish := func(when string) error {
		return d.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte("[[rule]]\nid = 'hul'\nwhen = '" + when + "'\ntopics = ['vej']\n")}, d.Carl)
	}
	if err := publish("hul"); err != nil {
		t.Fatal(err)
	}
	before := d.Directory().Rules.Version
	for when, key := range map[string]string{"hul (": "query.missing_operand", "kanel:x": "query.unknown_field", "": "rules.empty"} {
		err := publish(when)
		var said *Error
		if !errors.As(err, &said) || len(said.Faults) != 1 || said.Faults[0].Reason.Key != key || said.Faults[0].Place.Line != 3 || said.Faults[0].Rule != "hul" {
			t.Errorf("%q: %v; want %s on line 3", when, err, key)
		}
		if now := d.Directory().Rules.Version; now != before {
			t.Errorf("%q is in force", when)
		}
	}
}
