package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"lytter/inbox/catalog"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
	"pgregory.net/rapid"
)

// cprSaid is a CPR number as somebody may write it, with words around it.
type cprSaid struct{ whole, written, digits string }

var cprTexts = rapid.Custom(func(t *rapid.T) (c cprSaid) {
	day, month := rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(1, 12).Draw(t, "month")
	day += 60 * rapid.IntRange(0, 1).Draw(t, "replacement")
	c.digits = fmt.Sprintf("%02d%02d%02d4%03d", day, month, rapid.IntRange(27, 36).Draw(t, "year"), rapid.IntRange(0, 999).Draw(t, "serial"))
	dash := rapid.SampledFrom([]string{"-", " - ", " ", "", "\u2011", "–", "－", "\u200b", "_", "\u00a0"}).Draw(t, "dash")
	dot := rapid.SampledFrom([]string{"", "", ".", "/"}).Draw(t, "dot")
	if dot != "" && (strings.TrimSpace(dash) == "" || dash == "\u200b") {
		dash = "-"
	}
	c.written = c.digits[:2] + dot + c.digits[2:4] + dot + c.digits[4:6] + dash + c.digits[6:]
	if zero := rapid.SampledFrom([]rune{'0', '0', '０', '٠', '𝟘'}).Draw(t, "script"); zero != '0' {
		c.written = strings.Map(func(r rune) rune {
			if '0' <= r && r <= '9' {
				return zero + r - '0'
			}
			return r
		}, c.written)
	}
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"Hej", "hvor", "er", "mit", "brev", "?", "cykel,", "født", "🙂", "tak!", "\n", "den 3.", "kl. 14", "og", "barn"}), 0, 6)
	c.whole = strings.TrimSpace(strings.Join(words.Draw(t, "before"), " ") +
		rapid.SampledFrom([]string{" cpr ", " CPR-nr.: ", " personnummer\n"}).Draw(t, "name") + c.written + rapid.SampledFrom([]string{"", " ", ". ", ", ", "\n", " / "}).Draw(t, "joint") +
		strings.Join(words.Draw(t, "behind"), " "))
	return c
})

// TestCPRComesOutOfNoCommand: whatever is written around a CPR number, and however the number is written: neither what any command
// prints, for people or for machines, nor what it complains of, nor what is logged has the number, but `lytter reveal`.
func TestCPRComesOutOfNoCommand(t *testing.T) {
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config{Language: "da", Data: filepath.Join(t.TempDir(), "data")}
	cfg.setDefaults()
	var said, logged bytes.Buffer
	h, err := openHouse(t.Context(), cfg, cat, houseOptions{log: textLogger(&logged, true)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	seat, err := h.desk.As(h.localUser())
	if err != nil {
		t.Fatal(err)
	}
	run := func(in string, args ...string) int {
		p := &program{in: strings.NewReader(in), out: &said, err: &said, catalog: cat, house: h, seat: seat, env: func(string) string { return "" }}
		return p.run(t.Context(), args)
	}
	var names [][]string // every command of the desk that takes something
	root := (&program{out: &said, err: &said, catalog: cat, texts: cat.For("da"), house: h, seat: seat}).root()
	var walk func(c *cobra.Command, path []string)
	walk = func(c *cobra.Command, path []string) {
		for _, sub := range c.Commands() {
			next := append(path[:len(path):len(path)], sub.Name())
			if name := sub.Name(); name != "reindex" && name != "replay" && name != "completion" && name != "reveal" {
				names = append(names, next)
				walk(sub, next)
			}
		}
	}
	walk(root, nil)
	if len(names) < 25 {
		t.Fatal(names)
	}
	const many = 30
	texts := make([]cprSaid, many)
	var lines bytes.Buffer
	for i := range texts {
		texts[i] = cprTexts.Example(i) // the same ones each time
		c := texts[i]
		if text.SureCPR(c.whole) == text.Unlikely {
			t.Fatalf("%q is not seen to hold a number", c.whole)
		}
		msg := map[string]any{
			"channel": "facebook", "account": "byen", "kind": "comment", "direction": "in", "remote_id": fmt.Sprint("c", i), "text": c.whole,
			"author": map[string]string{"id": fmt.Sprint("a", i), "name": c.whole, "handle": c.whole}, "time": "2026-11-01T10:00:00Z",
			"media": []map[string]string{{"type": "image", "name": c.whole, "alt": c.whole}}, "permalink": "https://x.example/" + c.whole,
		}
		for _, direction := range []string{"in", c.whole} { // the other one is refused, and told
			msg["direction"] = direction
			l, err := json.Marshal(msg)
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(append(l, '\n'))
		}
		lines.WriteString(strings.ReplaceAll(c.whole, "\n", " ") + "\n")
	}
	if code := run(lines.String(), "import", "-"); code != exitOK {
		t.Fatalf("import: %d, %s", code, &said)
	}
	for i, c := range texts {
		id := fmt.Sprint(i + 1)
		for _, args := range [][]string{
			{"note", id, c.whole},
			{"reply", id, c.whole},
			{"show", id},
			{"show", id, "--json"},
			{"search", "--explain", c.written},
			{"search", "--json", "--explain", "=" + c.digits + " or \"" + c.written + "\""},
			{"search", "--json", c.written + " cykle"},
			{"search", "emne:" + c.written},
			{"search", "kanal:" + c.whole},
			{"views", "add", c.whole, c.written},
			{"escalate", id, c.whole, c.whole},
			{"tag", id, c.whole},
			{"close", id, c.whole},
		} {
			run("", args...)
		}
		if i%10 != 0 {
			continue
		}
		for _, args := range names { // whatever there is, and its complaints
			run(c.whole, append(args[:len(args):len(args)], c.written)...)
			run(c.whole, append(args[:len(args):len(args)], id, c.whole)...)
		}
	}
	for _, args := range [][]string{{"search", "is:open"}, {"search", "--json", "har:cpr"}, {"search", "--csv", "har:cpr"}, {"export"}, {"searches"}, {"views"}, {"status"}} {
		run("", args...)
	}
	for what, out := range map[string]string{"said": said.String(), "logged": logged.String()} {
		bare := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("*×∗🞶\n\"", r) {
				return r
			}
			return -1
		}, out)
		for _, c := range texts {
			for _, trace := range []string{c.written, c.digits} {
				for _, in := range []string{out, bare} {
					if i := strings.Index(in, trace); i >= 0 {
						t.Errorf("%s, of %q: …%s…", what, c.whole, in[max(0, i-300):min(len(in), i+60)])
					}
				}
			}
		}
	}
	covered := 0
	for _, r := range said.String() {
		if strings.ContainsRune("*×∗🞶", r) {
			covered++
		}
	}
	if covered < 100*many {
		t.Errorf("%d digits were covered: the test is blind", covered)
	}
	if said.Reset(); run("", "reveal", "1") != exitOK || !strings.Contains(said.String(), string(text.Clean(texts[0].written))) {
		t.Errorf("revealed: %s", &said)
	}
}
