package sandbox

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPageOfTheDocumentation: docs/sandbox.md names every control call, every deed with its members and every fault, and none that there is
// not; its example of a scenario can be played.
func TestPageOfTheDocumentation(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "sandbox.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, part := range strings.Split(string(data), "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		sections[title] = text
	}
	rows := func(title, form string) map[string]string {
		out := map[string]string{}
		for _, m := range regexp.MustCompile("(?m)^\\| "+form+" \\|([^|]*)").FindAllStringSubmatch(sections[title], -1) {
			out[m[1]] = strings.TrimSpace(m[2])
		}
		return out
	}
	s := start(t, nil)

	want := append(slices.Collect(maps.Keys(s.calls())), "GET /ledger")
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(rows("Control", "`((?:GET|POST) /[a-z/]+)`")))); diff != "" {
		t.Errorf("control calls: -there is +in the page\n%s", diff)
	}

	written := rows("Control", "`([a-z_]+)`")
	if diff := cmp.Diff(Deeds(), slices.Sorted(maps.Keys(written))); diff != "" {
		t.Errorf("deeds: -there is +in the page\n%s", diff)
	}
	for name, d := range deeds() {
		have := strings.FieldsFunc(written[name], func(r rune) bool { return r == ',' || r == ' ' })
		slices.Sort(have)
		if members := slices.Sorted(slices.Values(d.members)); !slices.Equal(members, have) {
			t.Errorf("%s takes %v; the page says %v", name, members, have)
		}
	}

	var rates []string
	for row := range rows("Faults of the dice", "([a-z0-9_, ]+)") {
		if row != "rate" {
			rates = append(rates, strings.Split(row, ", ")...)
		}
	}
	slices.Sort(rates)
	if diff := cmp.Diff(slices.Sorted(slices.Values(tags(reflect.TypeFor[Faults]()))), rates); diff != "" {
		t.Errorf("faults: -there is +in the page\n%s", diff)
	}

	example := regexp.MustCompile(`(?s)    \[\[step\]\].*?\n\n\S`).FindString(sections["Scenarios"])
	sc, err := ReadScenario([]byte(strings.TrimSuffix(example, example[max(0, len(example)-1):])))
	if err != nil {
		t.Fatalf("the example: %v", err)
	}
	if len(sc.steps) != 4 {
		t.Errorf("the example has %d steps", len(sc.steps))
	}
	if err := s.Foresee(sc); err != nil {
		t.Errorf("the example: %v", err)
	}
}
