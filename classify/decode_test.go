package classify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// However a file is cut, what is read is what is read of it whole; what looks like the header of a rule may stand in texts and arrays.
func TestDecodeInParts(t *testing.T) {
	inParts, whole := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for i := range rapid.IntRange(1, 12).Draw(t, "rules") {
			fmt.Fprintf(&b, "[[rule]]\nid = \"r%d\"\n", i)
			for j := range rapid.IntRange(0, 4).Draw(t, "keys") {
				switch rapid.IntRange(0, 40).Draw(t, "what") {
				default:
					fmt.Fprintf(&b, "k%d = 'x'\n", j)
				case 1, 2, 3, 4:
					fmt.Fprintf(&b, "[[rule.example]]\nid = %d\n", j)
				case 5, 6:
					fmt.Fprintf(&b, "k%d = \"\"\"\n[[rule]]\nid = \"no\"\n\"\"\"\n", j)
				case 7, 8:
					fmt.Fprintf(&b, "k%d = [\n[[rule]]\n]\n", j)
				case 9, 10:
					fmt.Fprintf(&b, "# \"\"\"\n")
				case 11:
					fmt.Fprintf(&b, "[other]\n")
				case 12:
					fmt.Fprintf(&b, "no TOML\n")
				case 13:
					fmt.Fprintf(&b, "k%d = '''\n", j)
				}
			}
		}
		s := b.String()
		want := table{}
		_, wantErr := toml.Decode(s, &want)
		n := rapid.IntRange(2, 6).Draw(t, "parts")
		if parts := cutFile(s, n); strings.Join(parts, "") != s || len(parts) > n {
			t.Fatalf("cut into %q", parts)
		}
		got, ok := decodeParts(cutFile(s, n))
		if !ok {
			whole++
			return
		}
		inParts++
		if diff := cmp.Diff(want, got); wantErr != nil || diff != "" {
			t.Fatalf("%s\n%v %s", s, wantErr, diff)
		}
	})
	if inParts == 0 || whole == 0 {
		t.Errorf("%d were read in parts, %d whole", inParts, whole)
	}
}

// What panics in one of many panics where they are waited for.
func TestEachPanics(t *testing.T) {
	defer func() {
		if v := recover(); v != "at 500" {
			t.Errorf("recovered %v", v)
		}
	}()
	each(1000, func(i int) {
		if i == 500 {
			panic("at 500")
		}
	})
}
