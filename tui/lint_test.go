package tui

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// No sentence stands in the code: whatever becomes text for the screen as a constant holds no word.
func TestNoSentenceOutsideTheCatalogue(t *testing.T) {
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, n := range names {
		if strings.HasSuffix(n, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, n, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	found, checked := screenWords(t, fset, files)
	if checked < 20 {
		t.Fatalf("only %d constants of text.Safe: the search is blind", checked)
	}
	for at, s := range found {
		t.Errorf("%s: %q goes to the screen without the catalogue", at, s)
	}

	bad, err := parser.ParseFile(fset, "bad.go", "package tui\nimport \"lytter/tui/ui\"\nvar bad = ui.Text.Line(\"Et ord\")", parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if found, _ := screenWords(t, fset, append(files, bad)); len(found) != 1 {
		t.Errorf("a sentence in the code is not found: %v", found)
	}
}

// allowed are constants that are names of keys or channels, the same in every language.
var allowed = map[string]bool{"FB": true, "IG": true, "X": true, "Esc": true, "Ctrl+S": true, "Tab": true}

func screenWords(t *testing.T, fset *token.FileSet, files []*ast.File) (found map[string]string, checked int) {
	t.Helper()
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: exported(t, fset)}
	if _, err := conf.Check("lytter/tui", fset, files, info); err != nil {
		t.Fatal(err)
	}
	found = map[string]string{}
	for e, tv := range info.Types {
		if tv.Value == nil || tv.Value.Kind() != constant.String || tv.Type.String() != "lytter/inbox/text.Safe" {
			continue
		}
		checked++
		s := constant.StringVal(tv.Value)
		letters := strings.IndexFunc(s, unicode.IsLetter) >= 0
		if letters && !allowed[s] {
			found[fset.Position(e.Pos()).String()] = s
		}
	}
	return found, checked
}

// exported imports packages from what the compiler left of them.
func exported(t *testing.T, fset *token.FileSet) types.Importer {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export", ".")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
	}
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
}

// Every name that a sentence has a hole for is the same in both languages.
func TestSentencesNameTheSame(t *testing.T) {
	read := func(lang string) map[string]string {
		data, err := os.ReadFile("../inbox/catalog/" + lang + "/tui.toml")
		if err != nil {
			t.Fatal(err)
		}
		out, table := map[string]string{}, ""
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
	holes := func(s string) map[string]bool {
		out := map[string]bool{}
		for _, part := range strings.Split(s, "{{.")[1:] {
			name, _, _ := strings.Cut(part, "}}")
			out[name] = true
		}
		return out
	}
	da, en := read("da"), read("en")
	if len(da) < 300 {
		t.Fatalf("only %d sentences", len(da))
	}
	for k, v := range en {
		a, b := holes(v), holes(da[k])
		for name := range a {
			if !b[name] {
				t.Errorf("%s: Danish does not name %s", k, name)
			}
		}
		for name := range b {
			if !a[name] {
				t.Errorf("%s: English does not name %s", k, name)
			}
		}
	}
}
