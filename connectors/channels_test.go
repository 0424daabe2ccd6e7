package connectors_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestChannelsPageIsTrue holds docs/channels.md against what it is about: the goldens of the decoders, the streams of the connectors, the
// kinds of the sandbox and the tests. No cell is blank.
func TestChannelsPageIsTrue(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "channels.md"))
	if err != nil {
		t.Fatal(err)
	}
	for title, folder := range map[string]string{"Facebook": "facebook", "Instagram": "instagram", "X": "twitter"} {
		t.Run(folder, func(t *testing.T) { heard(t, rowsBelow(t, string(page), title+": heard", 6), folder) })
	}
	rowsBelow(t, string(page), "What an editor does", 4)
}

// rowsBelow gives the rows of the table below a heading.
func rowsBelow(t *testing.T, page, heading string, columns int) (rows [][]string) {
	t.Helper()
	_, below, ok := strings.Cut(page, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("there is no heading %q", heading)
	}
	below, _, _ = strings.Cut(below, "\n## ")
	for line := range strings.Lines(below) {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| what |") || strings.HasPrefix(line, "| act |") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i := range cells {
			if cells[i] = strings.TrimSpace(cells[i]); cells[i] == "" {
				t.Errorf("a blank cell: %s", line)
			}
		}
		if len(cells) != columns {
			t.Fatalf("%d cells: %s", len(cells), line)
		}
		rows = append(rows, cells)
	}
	if len(rows) < 5 {
		t.Fatalf("only %d rows below %s", len(rows), heading)
	}
	return rows
}

var quoted = regexp.MustCompile("`([^`]+)`")

func names(cell string) (out []string) {
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// notOffered matches a cell that says that there is nothing, and why.
var notOffered = regexp.MustCompile(`(not offered|not simulated|every stream)[^:]*: .{10}`)

func heard(t *testing.T, rows [][]string, folder string) {
	t.Helper()
	code := source(t, folder, false)
	tests := source(t, folder, true) + source(t, "connectortest", false)
	kinds := source(t, filepath.Join("sandbox", "internal", "world"), false) + source(t, filepath.Join("sandbox", "ledger"), false)
	told := map[string]bool{}
	for _, row := range rows {
		what, events, webhook, poll, simulated, proof := row[0], names(row[1]), row[2], row[3], row[4], row[5]
		decoded := ""
		for _, name := range names(webhook) {
			decoded += read(t, folder, name)
		}
		if len(names(webhook)) == 0 && (len(events) > 0 || !notOffered.MatchString(webhook)) {
			t.Errorf("%s: no webhook, and no reason: %s", what, webhook)
		}
		for _, e := range events {
			told[strings.TrimSpace(e)] = true
			if !slices.Contains(kindsIn(decoded), strings.TrimSpace(e)) {
				t.Errorf("%s: none of %s decodes to %q", what, webhook, e)
			}
		}
		for _, s := range names(poll) {
			if !strings.Contains(code, `"`+s+`"`) {
				t.Errorf("%s: there is no stream %s", what, s)
			}
		}
		if len(names(poll)) == 0 && !notOffered.MatchString(poll) {
			t.Errorf("%s: not polled, and no reason: %s", what, poll)
		}
		for _, k := range names(simulated) {
			if !strings.Contains(kinds, `"`+k+`"`) {
				t.Errorf("%s: the sandbox has no %s", what, k)
			}
		}
		if len(names(simulated)) == 0 && !notOffered.MatchString(simulated) {
			t.Errorf("%s: not simulated, and no reason: %s", what, simulated)
		}
		for _, name := range names(proof) {
			if !strings.Contains(tests, "func "+name+"(") {
				t.Errorf("%s: there is no test %s", what, name)
			}
		}
		if len(names(proof)) == 0 {
			t.Errorf("%s is not tested", what)
		}
	}
	for _, kind := range kindsIn(all(t, folder)) {
		if !told[kind] {
			t.Errorf("the decoder tells %q, and no row has it", kind)
		}
	}
}

// kindsIn lists the events and kinds that goldens begin their items with.
func kindsIn(golden string) (out []string) {
	event := regexp.MustCompile(`^(posted|edited|deleted|hidden|unhidden|reacted|unreacted|context|seen|revoked)\b ?([a-z]*)`)
	for line := range strings.Lines(golden) {
		if m := event.FindStringSubmatch(line); m != nil {
			if kind := strings.TrimSpace(m[1] + " " + m[2]); !slices.Contains(out, kind) {
				out = append(out, kind)
			}
		}
	}
	return out
}

// read gives a golden: by its name, or with a path below testdata.
func read(t *testing.T, folder, name string) string {
	t.Helper()
	if !strings.Contains(name, "/") {
		name = "webhook/" + name
	}
	data, err := os.ReadFile(filepath.Join(folder, "testdata", filepath.FromSlash(name)+".golden"))
	if err != nil {
		t.Error(err)
	}
	return string(data)
}

// all gives all goldens of a connector.
func all(t *testing.T, folder string) string {
	t.Helper()
	return files(t, filepath.Join(folder, "testdata"), func(name string) bool { return strings.HasSuffix(name, ".golden") })
}

// source gives the code of a package, or of its tests.
func source(t *testing.T, folder string, tests bool) string {
	t.Helper()
	return files(t, folder, func(name string) bool {
		return strings.HasSuffix(name, ".go") && strings.HasSuffix(name, "_test.go") == tests
	})
}

func files(t *testing.T, root string, want func(name string) bool) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !want(d.Name()) {
			return err
		}
		data, err := os.ReadFile(path)
		b.Write(data)
		b.WriteByte('\n')
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.Len() == 0 {
		t.Fatalf("nothing found in %s: the search is blind", root)
	}
	return b.String()
}
