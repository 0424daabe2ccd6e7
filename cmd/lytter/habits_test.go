package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestHabits holds what no linter does: files of one thing, a doc.go in every package, no init, and nothing that writes to a package
// variable. Tables and sentinels may be package variables; state may not.
func TestHabits(t *testing.T) {
	root := filepath.Join("..", "..")
	packages := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (name == "testdata" || strings.HasPrefix(name, ".") || name == "tools" || name == "bin" || name == "dist") {
				return filepath.SkipDir
			}
			if path == filepath.Join(root, "bench") {
				return filepath.SkipDir // a module of its own
			}
			return nil
		}
		if strings.HasSuffix(path, ".go") {
			packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 20 {
		t.Fatalf("only %d packages found: the search is blind", len(packages))
	}
	for dir, files := range packages {
		checkPackage(t, dir, files)
	}
}

const maxLines = 600

func checkPackage(t *testing.T, dir string, files []string) {
	t.Helper()
	documented, vars := false, map[string]bool{}
	var parsed []*ast.File
	fset := token.NewFileSet()
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(data), "\n"); n > maxLines {
			t.Errorf("%s has %d lines: is it still one thing?", path, n)
		}
		f, err := parser.ParseFile(fset, path, data, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		documented = documented || f.Doc != nil && len(f.Doc.Text()) > 60
		parsed = append(parsed, f)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s has an init", path)
				}
			case *ast.GenDecl:
				if d.Tok != token.VAR {
					continue
				}
				for _, s := range d.Specs {
					for _, n := range s.(*ast.ValueSpec).Names {
						vars[n.Name] = true
					}
				}
			}
		}
	}
	if len(parsed) > 0 && !documented {
		t.Errorf("%s says nowhere what it is", dir)
	}
	for _, f := range parsed {
		for _, w := range writes(f, vars) {
			t.Errorf("%s writes to the package variable %s", fset.Position(w.Pos()), w.Name)
		}
	}
}

// writes finds assignments to package variables, or into them.
func writes(f *ast.File, vars map[string]bool) (out []*ast.Ident) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		local := locals(fn)
		note := func(e ast.Expr) {
			if id := rootOf(e); id != nil && id.Name != "_" && vars[id.Name] && !local[id.Name] {
				out = append(out, id)
			}
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						note(e)
					}
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
					note(n.Args[0])
				}
			}
			return true
		})
	}
	return out
}

// locals lists the names that a function declares itself: they hide package variables.
func locals(fn *ast.FuncDecl) map[string]bool {
	out := map[string]bool{}
	add := func(fl *ast.FieldList) {
		if fl == nil {
			return
		}
		for _, f := range fl.List {
			for _, n := range f.Names {
				out[n.Name] = true
			}
		}
	}
	add(fn.Recv)
	add(fn.Type.Params)
	add(fn.Type.Results)
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, e := range n.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						out[id.Name] = true
					}
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
					out[id.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				out[id.Name] = true
			}
		case *ast.FuncLit:
			add(n.Type.Params)
			add(n.Type.Results)
		}
		return true
	})
	return out
}

func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// The table of laws in ARCHITECTURE.md names every law test there is, and none that there is not.
func TestLawsAreListed(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	err = filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "TestLaw") && strings.Contains(fn.Name.Name, "_") {
				there[fn.Name.Name] = true
				if !strings.Contains(string(page), "`"+fn.Name.Name+"`") {
					t.Errorf("ARCHITECTURE.md does not list %s", fn.Name.Name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile("`(TestLaw\\w+)`").FindAllStringSubmatch(string(page), -1) {
		if !there[name[1]] {
			t.Errorf("ARCHITECTURE.md lists %s, which is not there", name[1])
		}
	}
	for n := 1; n <= 12; n++ {
		if !strings.Contains(string(page), "\n| "+strconv.Itoa(n)+" | ") {
			t.Errorf("ARCHITECTURE.md has no law %d", n)
		}
	}
}

// TestDependenciesEarnTheirLine: ARCHITECTURE.md says of each module that the program or its tests import what it is for.
func TestDependenciesEarnTheirLine(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1)
	if len(direct) < 20 {
		t.Fatalf("only %d direct dependencies found: the search is blind", len(direct))
	}
	for _, m := range direct {
		if !strings.Contains(string(page), m[1]) {
			t.Errorf("ARCHITECTURE.md does not say what %s is for", m[1])
		}
	}
}
