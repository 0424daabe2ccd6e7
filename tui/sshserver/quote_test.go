package sshserver

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"lytter/inbox"

	"pgregory.net/rapid"
)

// arguments are any bytes, with those that quoting is about more often than not.
func arguments(most int) *rapid.Generator[[]string] {
	one := rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 20), func(b []byte) string { return string(b) }),
		rapid.StringOfN(rapid.RuneFrom([]rune("a'\"\\ \t\n$`!*~#;|&<>(){}[]?=-æ\x00")), 0, 12, -1),
		rapid.SampledFrom([]string{"", "search", "hul i vejen", "-x", "kø:\"Teknik og Miljø\"", "it's", `\`, `\'`, "'", "''", "\r\n"}),
	)
	return rapid.SliceOfN(one, 0, most)
}

func TestQuoteSplitsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := arguments(8).Draw(t, "args")
		got, err := Split(Quote(args))
		if err != nil || !slices.Equal(got, args) {
			t.Fatalf("%q became %q by %q: %v", args, got, Quote(args), err)
		}
	})
}

// A shell cuts what Quote writes as Split does, so that a line can be pasted into one.
func TestQuoteIsAShellsToo(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	var all []string
	for i := range 60 {
		for _, a := range arguments(8).Example(i) {
			all = append(all, strings.ReplaceAll(a, "\x00", "")) // no argument of a process can hold it
		}
	}
	out, err := exec.CommandContext(t.Context(), sh, "-c", `printf '%s\0' `+Quote(all)).Output()
	must(t, err)
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, all) {
		t.Errorf("a shell cuts it as %q, not %q", got, all)
	}
}

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		"":                             nil,
		" \t\r\n ":                     nil,
		"search hul":                   {"search", "hul"},
		`search "hul i vejen"`:         {"search", "hul i vejen"},
		`search '"hul i vejen"'`:       {"search", `"hul i vejen"`},
		`a\ b`:                         {"a b"},
		`a"b"'c'\d`:                    {"abcd"},
		`"" ''`:                        {"", ""},
		`"\a\"\\\$\` + "`" + `"`:       {`\a"\$` + "`"},
		`'a\'b`:                        {`a\b`},
		`$HOME *.toml ~ #x; rm -rf /|`: {"$HOME", "*.toml", "~", "#x;", "rm", "-rf", "/|"},
	} {
		if got, err := Split(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{`"`, `'`, `a "b`, `a 'b`, `\`, `a\`, `"\`, `"\"`} {
		if got, err := Split(line); inbox.CodeOf(err) != inbox.Invalid {
			t.Errorf("%q: %q, %v", line, got, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{`search "hul i vejen" -x 'it'\''s'`, `"`, `\`, "a\x00b \xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args, err := Split(line)
		if err != nil {
			return
		}
		again, err := Split(Quote(args))
		if err != nil || !slices.Equal(again, args) {
			t.Errorf("%q is %q, and then %q: %v", line, args, again, err)
		}
	})
}
