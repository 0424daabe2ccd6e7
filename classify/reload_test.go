package classify

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// pair is a version of two rules that strike the same messages, among many others.
func pair(n int) *inbox.RuleSet {
	var b strings.Builder
	for i, topic := range []string{"vej", "vej/cykel"} {
		fmt.Fprintf(&b, "[[rule]]\nid = 'r%d-%d'\nwhen = 'hul'\ntopics = ['%s']\n", n, i, topic)
		for j := range 150 {
			fmt.Fprintf(&b, "[[rule]]\nid = 'x%d-%d'\nwhen = 'nej%d-%d \"ikke nu\"'\ntopics = ['vej']\n", i, j, n, j)
		}
	}
	return &inbox.RuleSet{Bytes: []byte(b.String())}
}

// Rules are published again and again while messages come: none is lost, each is decided by one version, whole, and the last one holds.
func TestReloadInTraffic(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t, func(c *inbox.Config) { c.Rules = &Rules{Cutter: c.Cutter} })
	byVersion := map[int64]int{}
	publish := func(n int) error {
		set := pair(n)
		err := d.PublishRules(ctx, set, d.Carl)
		byVersion[set.Version] = n
		return err
	}
	if err := publish(0); err != nil {
		t.Fatal(err)
	}
	const versions = 12
	done := make(chan error, 1)
	go func() {
		var err error
		for n := 1; n <= versions && err == nil; n++ {
			err = publish(n)
		}
		done <- err
	}()
	taken, running := 0, true
	for running || taken == 0 {
		select {
		case err := <-done:
			if running = false; err != nil {
				t.Fatal(err)
			}
		default:
		}
		var batch []inbox.Incoming
		for range 5 {
			batch = append(batch, d.Say(fmt.Sprint("m", taken), "jens", "et hul"))
			taken++
		}
		if rep := d.Take(t, batch...); rep.New != len(batch) {
			t.Fatalf("%+v", rep)
		}
	}
	used := map[int]bool{}
	last := -1
	for i := range taken {
		th := d.Find(t, d.Facebook, fmt.Sprint("m", i))
		if th == nil {
			t.Fatalf("message %d is lost", i)
		}
		n, known := byVersion[th.Topics[0].Version]
		for j, tag := range th.Topics {
			if want := fmt.Sprintf("r%d-%d", n, j); !known || len(th.Topics) != 2 || tag.Rule != want || tag.Version != th.Topics[0].Version {
				t.Fatalf("message %d, decided by version %d, bears %+v", i, th.Topics[0].Version, th.Topics)
			}
		}
		if n < last {
			t.Fatalf("message %d is decided by version %d, one before it by %d", i, n, last)
		}
		used[n], last = true, n
	}
	if last != versions {
		t.Errorf("the last message is decided by version %d", last)
	}
	t.Logf("%d messages, %d versions", taken, len(used))
}

// slow compiles when it is let.
type slow struct {
	*Rules
	begun, let chan struct{}
}

func (s *slow) Compile(set *inbox.RuleSet, dir *inbox.Directory) (inbox.Classifier, error) {
	s.begun <- struct{}{}
	<-s.let
	return s.Rules.Compile(set, dir)
}

// However long rules take to be compiled, messages are taken in meanwhile, and decided by those before.
func TestIngestWaitsForNoReload(t *testing.T) {
	ctx := context.Background()
	begun, let := make(chan struct{}), make(chan struct{})
	d := inboxtest.New(t, func(c *inbox.Config) { c.Rules = &slow{&Rules{Cutter: c.Cutter}, begun, let} })
	n := 0
	tags := func() int {
		t.Helper()
		n++
		remote := fmt.Sprint("m", n)
		d.Take(t, d.Say(remote, "jens", "et hul"))
		return len(d.Find(t, d.Facebook, remote).Topics)
	}
	done := make(chan error, 1)
	go func() { done <- d.PublishRules(ctx, pair(0), d.Carl) }()
	for published := false; !published; {
		select {
		case <-begun: // to be checked, and to be put in force
			if got := tags(); got != 0 {
				t.Errorf("%d tags by rules that are being compiled", got)
			}
			let <- struct{}{}
		case err := <-done:
			if published = true; err != nil {
				t.Fatal(err)
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("it hangs")
		}
	}
	if got := tags(); got != 2 || n < 2 {
		t.Errorf("%d tags of message %d", got, n)
	}
}

// A rule that costs too much with a message costs that message its tag, no other, and is named where people look.
func TestCostlyRuleHurtsNobody(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t, func(c *inbox.Config) { c.Rules = &Rules{Cutter: c.Cutter} })
	words := ""
	for i := range 40 {
		words += fmt.Sprintf("w%d ", i)
	}
	file := fmt.Sprintf("[[rule]]\nid='tung'\nwhen='\"%szz\"/100'\ntopics=['vej/cykel']\n[[rule]]\nid='let'\nwhen='hul w0'\ntopics=['vej']\n", words)
	if err := d.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte(file)}, d.Carl); err != nil {
		t.Fatal(err)
	}
	d.Take(t, d.Say("light", "jens", words+" zz"))
	if err := d.RulesFault(); err != nil {
		t.Errorf("a fault before there is one: %v", err)
	}
	d.Take(t, d.Say("heavy", "jens", strings.Repeat(words, 80)+"hul"), d.Say("after", "jens", words+"zz"))
	for remote, want := range map[string]string{"light": "tung", "heavy": "let", "after": "tung"} {
		th := d.Find(t, d.Facebook, remote)
		if th == nil || len(th.Topics) != 1 || th.Topics[0].Rule != want || !th.Live() {
			t.Errorf("%s: %+v, want %s", remote, th, want)
		}
	}
	if e := inbox.ReasonOf(d.RulesFault()); e == nil || e.Key != "rules.costly" || fmt.Sprint(e.Args) != "map[Rule:tung]" {
		t.Errorf("the fault is %+v", e)
	}
}
