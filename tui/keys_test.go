package tui

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lytter/inbox/catalog"
	"lytter/tui/ui"
)

// TestKeyReferenceIsTrue: docs/keys.md is the action table. LYTTER_UPDATE=1 writes it anew.
func TestKeyReferenceIsTrue(t *testing.T) {
	const file = "../docs/keys.md"
	page := keysPage(t)
	if os.Getenv("LYTTER_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page {
		t.Error("docs/keys.md is not the action table: run LYTTER_UPDATE=1 go test ./tui -run Reference")
	}
}

const keysIntro = `# The keys

This page is made from the table that the program itself runs on. In the desk ` + "`?`" + ` shows the keys of the place one is in, with the reason
where one does nothing just now, and ` + "`:`" + ` finds any of them by name, in Danish or English. The same letter means the same everywhere, every
key can be typed on a Danish keyboard without AltGr, and nothing that the public sees is on a letter alone.

Dialogs: arrows choose, letters find, Enter picks. Forms: Tab goes on, Ctrl+S submits. Esc or Ctrl+C gets out of anything.

With ` + "`--linear`" + ` (over SSH ` + "`LYTTER_LINEAR=1`" + `) the desk speaks in plain lines, for a screen reader or a braille display: the same keys, every
change said once, and ` + "`Ctrl+L`" + ` says again where one is.
`

// keysPage is the action table as a page: by place, with the name in both languages.
func keysPage(t *testing.T) string {
	t.Helper()
	c, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	en, da := c.For("en"), c.For("da")
	var b strings.Builder
	b.WriteString(keysIntro)
	section := func(title string, want func(where) bool) {
		fmt.Fprintf(&b, "\n## %s\n\n| keys | does | Danish |\n|---|---|---|\n", title)
		for _, ac := range actionTable() {
			if !want(ac.in) || strings.HasPrefix(ac.id, "view_") && ac.id != "view_1" {
				continue
			}
			keys := []string{"by name only"}
			if len(ac.keys) > 0 {
				keys = keys[:0]
				for _, k := range ac.keys {
					keys = append(keys, "`"+shownKey(k)+"`")
				}
			}
			name, dansk := en.T("act."+ac.id), da.T("act."+ac.id)
			if ac.id == "view_1" {
				keys, name, dansk = []string{"`1` to `9`"}, strings.TrimSuffix(name, " 1")+" 1 to 9", strings.TrimSuffix(dansk, " 1")+" 1 til 9"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.Join(keys, ", "), name, dansk)
		}
	}
	only := func(places where) func(where) bool {
		return func(in where) bool { return in&^places == 0 }
	}
	section("On a conversation, in the list and in the thread", func(in where) bool { return in&onOne != 0 && in&inViews == 0 })
	section("In list, thread and views, and on the pages", func(in where) bool { return in&inViews != 0 && in != everywhere })
	for i, k := range pageKinds() {
		if len(k.acts) > 0 {
			section("On the page of "+strings.ToLower(en.T("act."+k.id)), only(pageAt(i)))
		}
	}
	section("While writing a reply or a note", func(in where) bool { return in&inWriting != 0 && in != everywhere })
	section("While searching", only(inSearch))
	section("Everywhere", func(in where) bool { return in == everywhere })
	return b.String()
}

// shownKey is a key as the desk shows it in English.
func shownKey(k string) string { return string(ui.KeyNames{}.Show(k)) }

// TestTheReferenceHasEveryAction: an action that stands in no section would be missing from the page.
func TestTheReferenceHasEveryAction(t *testing.T) {
	page := keysPage(t)
	c, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, ac := range actionTable() {
		if name := c.For("en").T("act." + ac.id); !strings.HasPrefix(ac.id, "view_") && !strings.Contains(page, "| "+name+" |") {
			t.Errorf("%s is not on the page", ac.id)
		}
	}
}

// TestReadmeNamesRealKeys: each row of the README's table has keys of the action table, and says what they do in its words.
func TestReadmeNamesRealKeys(t *testing.T) {
	data, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(data), "| key | does |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")
	if len(rows) < 8 {
		t.Fatalf("%d rows:\n%s", len(rows), table)
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, row := range rows {
		cells := strings.SplitN(strings.Trim(row, "| "), " | ", 2)
		keys := quoted.FindAllStringSubmatch(cells[0], -1)
		if len(keys) == 0 || len(cells) != 2 {
			t.Errorf("no key in %q", row)
			continue
		}
		for _, k := range keys {
			if !slices.ContainsFunc(actionTable(), func(ac action) bool {
				name := c.For("en").T("act." + ac.id)
				return slices.ContainsFunc(ac.keys, func(key string) bool { return shownKey(key) == k[1] }) && saysSo(cells[1], name)
			}) {
				t.Errorf("%s does not do this: %s", k[1], cells[1])
			}
		}
	}
}

// saysSo reports whether a cell begins with the name of an action, or has it as one of several.
func saysSo(cell, name string) bool {
	for part := range strings.SplitSeq(cell, "; ") {
		if rest, ok := strings.CutPrefix(part, name); ok && (rest == "" || name[len(name)-1] == '?' || strings.ContainsAny(rest[:1], ":,.")) {
			return true
		}
	}
	return false
}
