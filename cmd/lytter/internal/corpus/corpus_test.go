package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"
)

// The made corpus is what it claims to be, the same for the same seed, and reads back through the format.
func TestMake(t *testing.T) {
	const n = 20_000
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	m := Make(DefaultShape(n, 7))
	sizes := map[string]int{}
	var lengths []int
	out := 0
	for l, ok := m.Next(); ok; l, ok = m.Next() {
		conv, _, _ := strings.Cut(string(l.Remote), "_")
		sizes[conv]++
		lengths = append(lengths, utf8.RuneCountInString(l.Text))
		if l.Direction == "out" {
			out++
		}
		if err := enc.Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	if len(lengths) != n {
		t.Fatalf("%d messages", len(lengths))
	}
	sort.Ints(lengths)
	if med := lengths[n/2]; med < 90 || med > 130 {
		t.Errorf("median length %d", med)
	}
	var ss []int
	single := 0
	for _, s := range sizes {
		ss = append(ss, s)
		if s == 1 {
			single++
		}
	}
	sort.Ints(ss)
	if share := float64(single) / float64(len(ss)); share < 0.67 || share > 0.73 {
		t.Errorf("%.2f of the conversations are single", share)
	}
	if p99 := ss[len(ss)*99/100]; p99 < 15 || p99 > 30 {
		t.Errorf("p99 of conversation length %d", p99)
	}
	if out == 0 {
		t.Error("nothing of ours")
	}
	again := Make(DefaultShape(n, 7))
	r := NewReader(&buf, 0, 0)
	for {
		l, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		want, ok := again.Next()
		a, _ := json.Marshal(l)
		b, _ := json.Marshal(want)
		if !ok || !bytes.Equal(a, b) {
			t.Fatalf("line %d: %s, the second time %s", r.Lines(), a, b)
		}
	}
	if r.Lines() != n {
		t.Errorf("read %d lines", r.Lines())
	}
}

func TestBadLines(t *testing.T) {
	good := `{"channel":"x","account":"a","kind":"mention","direction":"in","remote_id":"1","text":"hej","time":"2026-11-01T10:00:00Z"}`
	in := strings.Join([]string{
		good, `{"channel":"x"`, strings.Replace(good, `"x"`, `"telegram"`, 1), strings.Replace(good, `"1"`, `""`, 1),
		strings.Replace(good, `"text"`, `"tekst"`, 1), strings.Replace(good, `"mention"`, `"tale"`, 1), "", good,
		strings.Replace(good, `"in"`, `""`, 1), strings.Replace(good, `"kind":"mention",`, "", 1), strings.Replace(good, `"1"`, `1`, 1),
		strings.Replace(good, "2026-11-01T10:00:00Z", "i går", 1), `[]`, "hej",
	}, "\n")
	r := NewReader(strings.NewReader(in), 0, 0)
	var keys []string
	ok := 0
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if le, bad := IsLineError(err); bad {
			keys = append(keys, le.Reason.Key)
		} else if err != nil {
			t.Fatal(err)
		} else {
			ok++
		}
	}
	if got := strings.Join(keys, " "); got != "import.not_json import.not_one import.needs import.unknown_key import.not_one "+
		"import.needs import.needs import.wrong_type import.time import.not_json import.not_json" || ok != 2 {
		t.Errorf("%d good, %s", ok, got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add([]byte(`{"channel":"x","account":"a","kind":"mention","direction":"in","remote_id":"1","text":"hej","time":"2026-11-01T10:00:00Z"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := NewReader(bytes.NewReader(in), 0, 0)
		for {
			l, err := r.Next()
			if _, bad := IsLineError(err); bad {
				continue
			}
			if err != nil {
				return
			}
			if len(l.Items(1)) == 0 || l.Remote == "" {
				t.Fatalf("%+v", l)
			}
		}
	})
}
