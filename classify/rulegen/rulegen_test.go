package rulegen

import (
	"bytes"
	"fmt"
	"testing"

	"lytter/classify"
	"lytter/inbox"
	"lytter/inbox/text"
)

func vocabulary() []string {
	words := make([]string, 0, 2000)
	for i := range 2000 {
		w := ""
		for n := i + 26; n > 0; n /= 26 {
			w += string(rune('a' + n%26))
		}
		words = append(words, w+"ost")
	}
	return words
}

// What is made compiles, its examples hold, and the same seed makes the same.
func TestRules(t *testing.T) {
	cutter := text.NewCutter(0)
	data, err := Rules(cutter, 7, vocabulary(), 500)
	if err != nil {
		t.Fatal(err)
	}
	var s inbox.Setup
	for i, name := range Topics() {
		s.Topics = append(s.Topics, inbox.Topic{ID: inbox.TopicID(i + 1), Name: name})
	}
	for i, name := range Queues() {
		s.Queues = append(s.Queues, inbox.Queue{ID: inbox.QueueID(i + 1), Name: name})
	}
	rep := (&classify.Rules{Cutter: cutter}).Check(data, inbox.NewDirectory(s))
	if len(rep.Faults) > 0 || rep.Enabled != 500 || rep.Examples != 1000 || len(rep.Untested) > 0 {
		t.Fatalf("%d rules, %d examples, untested %v, faults %+v", rep.Enabled, rep.Examples, rep.Untested, rep.Faults)
	}
	for _, shape := range []string{`" or `, `"/5 or `, `* or `, ` -"`, "channel:facebook,instagram (", "when = '*"} {
		if !bytes.Contains(data, []byte(shape)) {
			t.Errorf("no rule has %s", shape)
		}
	}
	again, err := Rules(cutter, 7, vocabulary(), 500)
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("the same seed made others (%v)", err)
	}
	if others, err := Rules(cutter, 8, vocabulary(), 500); err != nil || bytes.Equal(others, data) {
		t.Errorf("another seed made the same (%v)", err)
	}
	if _, err := Rules(cutter, 7, vocabulary()[:100], 1); err == nil {
		t.Error("a hundred words are enough")
	}
	fmt.Fprintln(t.Output(), string(data[:600]))
}
