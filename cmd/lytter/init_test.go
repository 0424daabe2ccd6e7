package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/strict"
)

// Whatever is answered, the configuration can be used at once; its examples are keys that are known, and its comments are in its language.
func TestInitWritesWhatCanBeUsed(t *testing.T) {
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	all := []inbox.Channel{inbox.Facebook, inbox.Instagram, inbox.X}
	for i := range 1 << (len(all) + 3) {
		f := founding{language: []string{"da", "en"}[i>>3&1], name: "Havneborg \x1b[2J \"Kommune\"\n[evil]"}
		for n, c := range all {
			if i>>n&1 == 1 {
				f.channels = append(f.channels, c)
			}
		}
		if i>>4&1 == 1 {
			f.public = "https://lytter.havneborg.dk"
		}
		if i>>5&1 == 1 {
			f.ssh = ":2222"
		}
		p := &program{catalog: cat, env: func(string) string { return "" }, out: &bytes.Buffer{}, err: &bytes.Buffer{}}
		p.speak("en")
		name := "" // by the question, which makes it fit for a comment
		if err := f.questions(p, &name, &name, &name, &name, &name, &name)[0].set(f.name); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "new", "lytter.toml")
		if err := p.found(file, f); err != nil {
			t.Fatal(err)
		}
		c, err := readConfig(file)
		if err != nil {
			t.Errorf("%+v: %v", f, err)
			continue
		}
		if c.Language != f.language || c.Web.Public != f.public || c.SSH.Listen != f.ssh {
			t.Errorf("%+v: read as %+v", f, c)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if danish := strings.Contains(string(text), "datamappen"); danish != (f.language == "da") || strings.Contains(string(text), "[init.") {
			t.Errorf("%+v: the language is wrong:\n%s", f, text)
		}
		awake := regexp.MustCompile(`(?m)^# (\[\[|[a-z0-9_]+ +=)`).ReplaceAllString(string(text), "$1")
		var se *strict.Error
		var full config
		if err := strict.Decode([]byte(awake), &full); errors.As(err, &se) {
			t.Errorf("%+v: an example is none: %v\n%s", f, err, awake)
		}
		if len(full.Accounts) != len(f.channels) {
			t.Errorf("%+v: %d accounts are shown", f, len(full.Accounts))
		}
		for _, a := range full.Accounts {
			if !slices.Contains(f.channels, inbox.Channel(a.Channel)) {
				t.Errorf("%+v: an account of %s is shown", f, a.Channel)
			}
		}
		checkModes(t, filepath.Dir(file))
	}
}

// checkModes sees that nobody else can read secrets.
func checkModes(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "secrets"), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err == nil && !onWindows() && st.Mode().Perm()&0o077 != 0 {
			err = fmt.Errorf("%s: others can read it", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
