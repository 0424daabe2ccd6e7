package index

import (
	"context"
	"testing"
	"time"

	"lytter/inbox/inboxtest"
)

// No CPR number is in the index, as a word or as a part of one, nor offered as another spelling; that a conversation has one is found.
func TestCPRIsNotInTheIndex(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	a, b := d.Say("c1", "jens", "Mit cpr er 140231-4126, hvor er mit brev?"), d.Say("c2", "cpr 1402314126", "Min ordre 4126 er væk")
	d.Take(t, a, b)
	in := start(t, d, Options{})
	in.reach(t, lastSeq(t, d))
	seat, err := in.desk.As(d.Carl)
	if err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]int{
		"140231-4126": 0, "140231": 0, "1402*": 0, "*0231*": 0, "=1402314126": 0, "author:1402314126": 0, "brev": 1, "4126": 1, "has:cpr": 1, "har:cpr brev": 1,
	} {
		n, _, err := seat.Count(ctx, q, 10)
		if err != nil || n != want {
			t.Errorf("%s: %d, want %d; %v", q, n, want, err)
		}
	}
	r, err := in.Reader(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"140231", "1402314126", "1402314127", "140232"} {
		have, near, err := r.Near(in.desk.Cutter.Keys(word), time.Minute)
		if err != nil || have > 0 || len(near) > 0 {
			t.Errorf("of %s the index has %d and %+v, %v", word, have, near, err)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
