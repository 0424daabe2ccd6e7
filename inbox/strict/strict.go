// Package strict reads TOML and refuses what nobody asked for: an unknown key is an error with its line, its column and the nearest
// known name. Configuration and rules are read through it, so that a misspelt key never passes as a default.
package strict

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lytter/inbox/query"

	"github.com/BurntSushi/toml"
)

// MaxBytes bounds a file. Nothing that people write by hand is as long.
const MaxBytes = 4 << 20

// Fault is one thing wrong with a file. Key and Args are for the catalogue.
type Fault struct {
	Line, Column int // from 1; column in characters
	Key          string
	Args         map[string]any
}

// Error lists the faults of a file, in order of line.
type Error struct{ Faults []Fault }

func (e *Error) Error() string {
	var b strings.Builder
	for i, f := range e.Faults {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "line %d, column %d: %s %v", f.Line, f.Column, f.Key, f.Args)
	}
	return b.String()
}

// Decode reads a document into v, a pointer to a struct. The error is an *Error and names all faults; v is then not to be used.
func Decode(data []byte, v any) error {
	if len(data) > MaxBytes {
		return &Error{Faults: []Fault{{Line: 1, Column: 1, Key: "config.too_long", Args: map[string]any{"Max": MaxBytes}}}}
	}
	if TooDeep(data) {
		return &Error{Faults: []Fault{{Line: 1, Column: 1, Key: "config.nested"}}}
	}
	md, err := toml.Decode(string(data), v)
	if err == nil {
		return asError(unknown(md, Keys(data), v))
	}
	// The library stops at the first value that does not fit. It is told, and the rest is read without it.
	var anything map[string]any
	if _, serr := toml.Decode(string(data), &anything); serr != nil {
		return asError([]Fault{notTOML(data, serr)}) // nothing more can be said
	}
	places, rest := Keys(data), slices.Clone(data)
	faults := []Fault{fault(err, places)}
	for range maxFaults {
		if !without(rest, places, err) {
			break
		}
		into := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		if md, err = toml.Decode(string(rest), into); err == nil {
			faults = append(faults, unknown(md, Keys(rest), v)...)
			break
		}
		faults = append(faults, fault(err, places))
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return asError(faults)
}

// maxFaults bounds how many values that do not fit are told.
const maxFaults = 50

func asError(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &Error{Faults: faults}
}

// without blanks the key of an error with its value, everywhere: of a key of several tables the library does not tell which. It reports
// whether there was anything to blank.
func without(data []byte, places []Place, err error) (found bool) {
	at := whereIs(err)
	for _, p := range places {
		if p.Header || strings.Join(p.Path, ".") != at.key && p.Line != at.line {
			continue
		}
		end := valueEnd(string(data), p.Offset+assign(string(data[p.Offset:]))+1)
		for i := p.Offset; i < end; i++ {
			if data[i] != '\n' && data[i] != '\r' && data[i] != ' ' {
				data[i], found = ' ', true
			}
		}
	}
	return found
}

// unknown lists the keys that v has no place for.
func unknown(md toml.MetaData, places []Place, v any) (faults []Fault) {
	missed := map[string]bool{}
	undecoded := slices.DeleteFunc(md.Undecoded(), func(k toml.Key) bool { return free(reflect.TypeOf(v), k) })
	for _, k := range undecoded {
		missed[strings.Join(k, "\x00")] = true
	}
	for _, k := range places {
		path := strings.Join(k.Path, "\x00")
		if !missed[path] {
			continue
		}
		parent := strings.Join(k.Path[:len(k.Path)-1], "\x00")
		if missed[parent] { // the whole table is unknown, and named already
			continue
		}
		name := k.Path[len(k.Path)-1]
		f := Fault{Line: k.Line, Column: k.Column, Key: "config.unknown_key", Args: map[string]any{"Name": name}}
		if near := query.Nearest(name, known(reflect.TypeOf(v), k.Path[:len(k.Path)-1])); len(near) > 0 {
			f.Key, f.Args["Near"] = "config.unknown_key_near", near[0]
		}
		faults = append(faults, f)
	}
	if len(faults) == 0 { // written in a way that Keys does not see, such as an inline table
		for _, k := range undecoded {
			name := k[len(k)-1]
			faults = append(faults, Fault{Line: 1, Column: 1, Key: "config.unknown_key", Args: map[string]any{"Name": name}})
		}
	}
	return faults
}

// RefusedError is how a value's UnmarshalText says in words of the catalogue why it is refused. The library hands on no more of an error than
// its text.
type RefusedError struct{ Key, Value string }

func (r *RefusedError) Error() string { return r.Key + "\x00" + r.Value }

// located is an error of the library, taken apart.
type located struct {
	line, column int
	key, message string
}

// whereIs takes an error of the library apart. Most have a type; that of a value which does not fit says all in its text.
func whereIs(err error) located {
	var pe toml.ParseError
	if errors.As(err, &pe) {
		return located{max(1, pe.Position.Line), max(1, pe.Position.Col), pe.LastKey, pe.Message}
	}
	m := regexp.MustCompile(`^toml: line (\d+) \(last key "(.*?)"\): (.*)$`).FindStringSubmatch(err.Error())
	if m == nil {
		return located{1, 1, "", err.Error()}
	}
	line, _ := strconv.Atoi(m[1]) // digits
	return located{max(1, line), 1, m[2], m[3]}
}

// fault words an error of the library.
func fault(err error, places []Place) Fault {
	at := whereIs(err)
	for _, p := range places {
		if p.Line == at.line && !p.Header {
			at.column = p.Column
		}
	}
	f := Fault{Line: at.line, Column: at.column, Key: "config.syntax", Args: map[string]any{"Message": at.message}}
	if key, value, ok := strings.Cut(at.message, "\x00"); ok {
		f.Key, f.Args = key, map[string]any{"Value": value}
	} else if kinds, ok := strings.CutPrefix(at.message, "incompatible types: TOML value has type "); ok {
		have, want, _ := strings.Cut(kinds, "; destination has type ")
		f.Key, f.Args = "config.wrong_type", map[string]any{"Have": have, "Want": want}
	}
	return f
}

// free reports whether a path leads into a value that takes anything: the library does not count what is in there as decoded.
func free(t reflect.Type, path []string) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Interface:
		return true
	case len(path) == 0:
		return false
	case t.Kind() == reflect.Map:
		return free(t.Elem(), path[1:])
	case t.Kind() != reflect.Struct:
		return false
	}
	for f := range fields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if strings.EqualFold(cmp.Or(name, f.Name), path[0]) && name != "-" {
			return free(f.Type, path[1:])
		}
	}
	return false
}

// known lists the names that a struct takes below a path.
func known(t reflect.Type, path []string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for f := range fields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if len(path) > 0 && strings.EqualFold(name, path[0]) {
			return known(f.Type, path[1:])
		}
		names = append(names, name)
	}
	if len(path) > 0 {
		return nil
	}
	slices.Sort(names)
	return names
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && !yield(f) {
				return
			}
		}
	}
}
