package relevance

import (
	"slices"
	"strings"
	"testing"
)

// The floor of TestRelevance, a little below what is measured.
const (
	floorPrecision = 0.85
	floorRecall    = 0.42
	leastGain      = 0.12
)

// The floor: what compounds bring must not be lost, and what they cost not grow. The figures of the day stand in docs/benchmarks.md.
func TestRelevance(t *testing.T) {
	_, without, err := Measure(false)
	if err != nil {
		t.Fatal(err)
	}
	results, with, err := Measure(true)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("without compounds %+v", without)
	t.Logf("with compounds    %+v", with)
	for _, r := range results {
		if len(r.Missed) != r.Relevant-r.Right || len(r.Wrong) != r.Found-r.Right {
			t.Errorf("%s: %d missed and %d wrong do not fit %d wanted, %d found and %d right",
				r.Query, len(r.Missed), len(r.Wrong), r.Relevant, r.Found, r.Right)
		}
	}
	if with.Precision < floorPrecision || with.Recall < floorRecall {
		t.Errorf("precision %.3f and recall %.3f; the floor is %.3f and %.3f", with.Precision, with.Recall, floorPrecision, floorRecall)
	}
	if with.Recall < without.Recall+leastGain {
		t.Errorf("compounds bring recall from %.3f to %.3f only", without.Recall, with.Recall)
	}
}

// The set is what it says it is.
func TestTheSetIsWhole(t *testing.T) {
	texts, questions := Texts(), Questions()
	if len(texts) < 500 || len(questions) < 60 {
		t.Errorf("%d texts and %d questions", len(texts), len(questions))
	}
	seen := map[string]bool{}
	subjects := map[string]bool{}
	for _, x := range texts {
		if seen[x.Text] || x.Text == "" || len(x.About) == 0 {
			t.Errorf("the text %q is there twice, is empty or is about nothing", x.Text)
		}
		seen[x.Text] = true
		for _, s := range x.About {
			subjects[s] = true
		}
	}
	for _, q := range questions {
		if q.Meaning == "" || len(q.Wants) == 0 || slices.ContainsFunc(q.Wants, func(s string) bool { return !subjects[s] }) {
			t.Errorf("%q wants nothing that there is: %v", q.Query, q.Wants)
		}
	}
	if english := strings.Count(strings.ToLower(strings.Join(keys(seen), " ")), " the "); english < 20 {
		t.Errorf("hardly any English: %d", english)
	}
}

func keys(m map[string]bool) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}
