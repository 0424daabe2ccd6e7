package strict_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"lytter/inbox/strict"

	"github.com/BurntSushi/toml"
)

type file struct {
	Data  string `toml:"data"`
	Store struct {
		DSN string `toml:"dsn"`
	} `toml:"store"`
	Account []struct {
		Name  string   `toml:"name"`
		Token string   `toml:"token"`
		Pages []string `toml:"pages"`
	} `toml:"account"`
}

func TestUnknownKeys(t *testing.T) {
	for _, tc := range []struct {
		in, key, near string
		line, col     int
	}{
		{"data = \"x\"\ndatta = 1\n", "datta", "data", 2, 1},
		{"[store]\n  dns = \"x\"\n", "dns", "dsn", 2, 3},
		{"[[account]]\nname = \"a\"\n\n[[account]]\nname = \"b\"\ntokne = \"x\"\n", "tokne", "token", 6, 1},
		{"[stroe]\ndsn = \"x\"\n", "stroe", "store", 1, 2},
		{"data = \"\"\"\nfake = 1\n[nope]\n\"\"\"\nxyzzy = 1", "xyzzy", "", 5, 1},
		{"\ufeff[stroe]\ndsn = \"x\"\n", "stroe", "store", 1, 2},
		{"[[account]]\r\nname = \"a\"\r\ntokne = \"x\"\r\n", "tokne", "token", 3, 1},
		{"[[account]]\npages = [\n  \"a = 1\", # comment = 2\n  \"b\",\n]\n\"pagse\" = 2", "pagse", "pages", 6, 1},
	} {
		var f file
		err := strict.Decode([]byte(tc.in), &f)
		var se *strict.Error
		if !errors.As(err, &se) || len(se.Faults) != 1 {
			t.Errorf("%q: %v", tc.in, err)
			continue
		}
		got := se.Faults[0]
		near, _ := got.Args["Near"].(string)
		if got.Line != tc.line || got.Column != tc.col || got.Args["Name"] != tc.key || near != tc.near {
			t.Errorf("%q: %+v", tc.in, got)
		}
	}
}

// TestAllFaults: a value of the wrong kind hides nothing behind it or before it.
func TestAllFaults(t *testing.T) {
	in := "dta = 1\ndata = 5\n[store]\ndsn = [\n 1,\n 2 ]\ndns = 1\n[[account]]\nname = \"a\"\n[[account]]\nname = 7\ntokne = \"x\"\n"
	var f file
	err := strict.Decode([]byte(in), &f)
	var se *strict.Error
	if !errors.As(err, &se) {
		t.Fatal(err)
	}
	var got []string
	for _, f := range se.Faults {
		got = append(got, fmt.Sprint(f.Line, " ", f.Key))
	}
	want := "1 config.unknown_key_near; 2 config.wrong_type; 4 config.wrong_type; 7 config.unknown_key_near; 11 config.wrong_type; 12 config.unknown_key_near"
	if strings.Join(got, "; ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, "; "), want)
	}
}

// TestAnything: what is read into a value that takes anything is known, and its surroundings are still checked.
func TestAnything(t *testing.T) {
	var f struct {
		Step []map[string]any `toml:"step"`
		Free any              `toml:"free"`
	}
	in := "[[step]]\nat = 1\nauthor.name = \"x\"\nother = { a = { b = 1 } }\n[step.more.still]\nc = 1\n[free]\na.b = 1\n"
	if err := strict.Decode([]byte(in), &f); err != nil || len(f.Step) != 1 || f.Free == nil {
		t.Errorf("%v: %v", f, err)
	}
	var se *strict.Error
	if err := strict.Decode([]byte(in+"[fre]\na = 1\n"), &f); !errors.As(err, &se) || len(se.Faults) != 1 || se.Faults[0].Line != 9 {
		t.Errorf("%v", err)
	}
}

func TestSyntax(t *testing.T) {
	var f file
	err := strict.Decode([]byte("data = \"x\"\nstore = = 1\n"), &f)
	var se *strict.Error
	if !errors.As(err, &se) || se.Faults[0].Line != 2 || se.Faults[0].Key != "config.no_value" {
		t.Errorf("%v", err)
	}
	err = strict.Decode([]byte("data = 12\n"), &f)
	if !errors.As(err, &se) || se.Faults[0].Key != "config.wrong_type" {
		t.Errorf("a number for a text: %v", err)
	}
	if err := strict.Decode([]byte("data = \"x\"\n[store]\ndsn = 'y'\n"), &f); err != nil {
		t.Error(err)
	}
}

// What people get wrong most is told in words of ours, and where it stands.
func TestWhatIsWrongIsTold(t *testing.T) {
	for in, want := range map[string]string{
		"a = 1\nb = \"x\nc = 2\n":    "2:7 config.no_quote",
		"a = 'x\n":                   "1:7 config.no_quote",
		"a = \"x":                    "1:6 config.no_quote",
		"a = \"\"\"x\n":              "1:9 config.no_quote",
		"a = 'x":                     "1:6 config.no_quote",
		"a\n":                        "1:2 config.no_equals",
		"a b = 1\n":                  "1:3 config.no_equals",
		"a":                          "1:1 config.no_equals",
		"a: 1\n":                     "1:2 config.no_equals",
		"a = 1\n= 2\n":               "2:1 config.no_key",
		".a = 1\n":                   "1:1 config.no_key",
		"a = 1\na = 2\n":             "2:1 config.twice",
		"[t]\na = 1\n[t]\n":          "3:2 config.twice",
		"[a]\n[[a]]\n":               "2:3 config.twice",
		"[[a]]\n[a]\n":               "2:2 config.twice",
		"[t\na = 1\n":                "1:3 config.no_bracket",
		"[[t]\na = 1\n":              "1:4 config.no_bracket",
		"\ufeff[t\n":                 "1:3 config.no_bracket",
		"[]\n":                       "1:2 config.no_table",
		"a = [1, 2\nb = 3\n":         "2:1 config.no_array_end",
		"a = [1 2]\n":                "1:8 config.no_array_end",
		"a = [1, 2":                  "1:9 config.no_array_end",
		"a = {b = 1":                 "1:10 config.no_brace",
		"[t] x\n":                    "1:4 config.rest",
		"a = \"æ\" y\n":              "1:8 config.rest",
		"a = hello\n":                "1:5 config.no_value",
		"a = \n":                     "1:5 config.no_value",
		"a =":                        "1:3 config.no_value",
		"a = “x”\n":                  "1:5 config.no_value",
		"a = 01\n":                   "1:5 config.bad_number",
		"a = 1.\n":                   "1:5 config.bad_number",
		"a = 0x\n":                   "1:5 config.bad_number",
		"a = 99999999999999999999\n": "1:5 config.bad_number",
		"a = 2026-13-01\n":           "1:5 config.bad_date",
		"a = \"C:\\Users\"\n":        "1:6 config.bad_escape",
		"a = \"\\q\"\n":              "1:6 config.bad_escape",
		"a = \"\xff\"\n":             "1:5 config.bad_text",
		"a = \"\x01\"\n":             "1:5 config.bad_text",
		"a = [1,,2]\n":               "1:8 config.comma",
	} {
		var v map[string]any
		var se *strict.Error
		if err := strict.Decode([]byte(in), &v); !errors.As(err, &se) || len(se.Faults) != 1 {
			t.Errorf("%q: %v", in, err)
		} else if f := se.Faults[0]; fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Key) != want {
			t.Errorf("%q: %d:%d %s, want %s", in, f.Line, f.Column, f.Key, want)
		}
	}
}

// The TOML library recurs; a file of brackets must not exhaust the stack, which nothing can recover from.
func TestNested(t *testing.T) {
	var f file
	for in, want := range map[string]bool{
		"x = " + strings.Repeat("[", 3_000_000):                                        true,
		"x = " + strings.Repeat("{a=", 1_000_000):                                      true,
		"x = '''\n" + strings.Repeat("[", 3000) + "''' # " + strings.Repeat("[", 3000): false,
		"x = [[[['a']]]]": false,
	} {
		if got := strict.TooDeep([]byte(in)); got != want {
			t.Errorf("%.20q: %v", in, got)
		}
		if err := strict.Decode([]byte(in), &f); err == nil {
			t.Errorf("%.20q: no error", in)
		}
	}
}

// Whatever parses as TOML, an unknown key is refused and never panics.
func FuzzDecode(f *testing.F) {
	f.Add("a = 1\n[b]\nc = [1,\n2]\n[[d]]\ne = '''x\n'''")
	f.Add("data = \"x\"")
	f.Add("[account]\n\"a.b\".c = 1")
	f.Fuzz(func(t *testing.T, in string) {
		var v file
		err := strict.Decode([]byte(in), &v)
		var v2 file
		md, terr := toml.Decode(in, &v2)
		want := terr != nil || len(md.Undecoded()) > 0
		if (err != nil) != want {
			t.Fatalf("%q: %v, but toml says %v and %v", in, err, terr, md.Undecoded())
		}
	})
}
