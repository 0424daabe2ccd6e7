package catalog

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

func TestLanguagesAgree(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	hole := regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	all, err := fs.Glob(files, "en/*.toml")
	if err != nil || len(all) < 10 {
		t.Fatal(all, err)
	}
	for _, name := range all {
		name = path.Base(name)
		da, en := keysOf(t, "da/"+name), keysOf(t, "en/"+name)
		for k, v := range en {
			if a, b := names(hole, v), names(hole, da[k]); a != b {
				t.Errorf("%s: English names %s, Danish %s", k, a, b)
			}
		}
	}
	if len(c.Keys()) < 100 {
		t.Fatalf("only %d keys", len(c.Keys()))
	}
	_, err = load(fstest.MapFS{"da/a.toml": {Data: []byte(`x = "y"`)}, "en/a.toml": {Data: []byte(`z = "y"`)}})
	if err == nil || !strings.Contains(err.Error(), "x (en)") || !strings.Contains(err.Error(), "z (da)") {
		t.Errorf("languages that differ: %v", err)
	}
}

func keysOf(t *testing.T, file string) map[string]string {
	t.Helper()
	data, err := fs.ReadFile(files, file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	table := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			table = strings.Trim(line, "[]")
		} else if k, v, ok := strings.Cut(line, " = "); ok {
			out[table+"."+k] = v
		}
	}
	return out
}

func names(re *regexp.Regexp, s string) string {
	seen := map[string]bool{}
	var out []string
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			out = append(out, m[1])
		}
	}
	sortStrings(out)
	return strings.Join(out, ",")
}

func sortStrings(s []string) {
	for i := range s {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
}

// Every key that the program names has a sentence: the keys of Why and E, of query errors, and of T and N.
func TestEveryKeyHasASentence(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	en := c.For("en")
	root := "../.."
	found := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || path != root && strings.HasSuffix(d.Name(), "test")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, k := range keysIn(f) {
			found++
			if !en.Has(k) {
				t.Errorf("%s: no sentence for %q", path, k)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 50 {
		t.Fatalf("only %d keys found in the source: the search is blind", found)
	}
}

// keysIn finds the literal keys of a file.
func keysIn(f *ast.File) []string {
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch fn := n.Fun.(type) {
			case *ast.Ident:
				name = fn.Name
			case *ast.SelectorExpr:
				name = fn.Sel.Name
			}
			arg, prefix := -1, ""
			switch {
			case name == "Why":
				arg = 0
			case name == "E" && len(n.Args) >= 3:
				arg = 2
			case (name == "T" || name == "N") && len(n.Args) >= 1:
				arg = 0
			case name == "fail" && f.Name.Name == "query":
				arg, prefix = 0, "query."
			}
			if arg >= 0 && arg < len(n.Args) {
				if k, ok := literal(n.Args[arg]); ok {
					out = append(out, prefix+k)
				}
			}
		case *ast.CompositeLit:
			name := ""
			switch tp := n.Type.(type) {
			case *ast.Ident:
				name = tp.Name
			case *ast.SelectorExpr:
				name = tp.Sel.Name
			}
			for _, el := range n.Elts {
				kv, ok := el.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "Key" {
					if k, ok := literal(kv.Value); ok {
						switch {
						case name == "Reason":
							out = append(out, k)
						case name == "Error" && f.Name.Name == "query":
							out = append(out, "query."+k)
						}
					}
				}
			}
		}
		return true
	})
	return out
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil && regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`).MatchString(s)
}

func TestSentences(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	da, en := c.For("da"), c.For("en")
	e := inbox.E(inbox.Forbidden, "x", "refused.role", "Role", "viewer", "Needs", "editor")
	if got, _ := da.Error(e); got != "Som læser kan du ikke det; det kræver redaktør." {
		t.Error(got)
	}
	if got, hint := en.Error(errors.New("secret detail")); strings.Contains(got+hint, "secret") {
		t.Errorf("an unknown error tells its inside: %s %s", got, hint)
	}
	_, qerr := query.Parse("chanel:x")
	if text, hint := da.Error(qerr); text != "Feltet chanel findes ikke. Er det tekst, så sæt det i anførselstegn." || hint != "Mente du channel?" {
		t.Error(text, hint)
	}
	for q, want := range map[string]string{
		"kanal:hest":       "kanal kan ikke være hest. Mente du facebook, instagram, x?",
		"channel:facebouk": "kanal kan ikke være facebouk. Mente du facebook?",
		"is:opne":          "er kan ikke være opne. Mente du åben?",
		"prioritet:z":      "prioritet kan ikke være z. Mente du lav, normal, høj, haster?",
	} {
		_, qerr := query.Parse(q)
		if text, hint := da.Error(qerr); text+" "+hint != want {
			t.Errorf("%s: %s %s", q, text, hint)
		}
	}
	now := time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)
	for _, tc := range [][2]string{
		{da.When(now.Add(-time.Hour), now), "13.05"},
		{en.When(now.Add(-time.Hour), now), "13:05"},
		{da.When(now.AddDate(0, 0, -20), now), "tirs. 3. nov. 14.05"},
		{en.When(now.AddDate(-1, 0, 0), now), "Sun 23 Nov 2025 14:05"},
		{da.Number(1234567), "1.234.567"},
		{en.Number(-1234), "-1,234"},
		{da.Ago(now.Add(-90*time.Minute), now), "for 1 t siden"},
		{da.T("nope.nothing"), "[nope.nothing]"},
	} {
		if tc[0] != tc[1] {
			t.Errorf("got %q, want %q", tc[0], tc[1])
		}
	}
}

// A Danish sentence about a query names fields as a Dane types them.
func TestDanishQueryErrors(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	_, err = query.Parse("alder:snart")
	for lang, want := range map[string]string{"da": "alder:<2t", "en": "age:<2h"} {
		if text, _ := c.For(lang).Error(err); !strings.Contains(text, want) {
			t.Errorf("%s: %s", lang, text)
		}
	}
	_, err = query.Parse("age")
	if err != nil {
		t.Fatal(err)
	}
	_, err = query.Parse("age:2h")
	if text, _ := c.For("da").Error(err); !strings.HasPrefix(text, "alder ") {
		t.Error(text)
	}
}
