// Package strict reads TOML and refuses what nobody asked for: an unknown key is an error with its line, its column and the nearest
// known name. Configuration and rules are read through it, so that a misspelt key never passes as a default.
package strict

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
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

// Decode reads a document into v, a pointer to a struct. The error is an *Error.
func Decode(data []byte, v any) error {
	if len(data) > MaxBytes {
		return &Error{Faults: []Fault{{Line: 1, Column: 1, Key: "config.too_long", Args: map[string]any{"Max": MaxBytes}}}}
	}
	if TooDeep(data) {
		return &Error{Faults: []Fault{{Line: 1, Column: 1, Key: "config.syntax", Args: map[string]any{"Message": "brackets nested too deep"}}}}
	}
	md, err := toml.Decode(string(data), v)
	if err != nil {
		return &Error{Faults: []Fault{syntax(err)}}
	}
	unknown := map[string]bool{}
	for _, k := range md.Undecoded() {
		unknown[strings.Join(k, "\x00")] = true
	}
	if len(unknown) == 0 {
		return nil
	}
	e := &Error{}
	for _, k := range Keys(data) {
		path := strings.Join(k.Path, "\x00")
		if !unknown[path] {
			continue
		}
		parent := strings.Join(k.Path[:len(k.Path)-1], "\x00")
		if unknown[parent] { // the whole table is unknown, and named already
			continue
		}
		name := k.Path[len(k.Path)-1]
		f := Fault{Line: k.Line, Column: k.Column, Key: "config.unknown_key", Args: map[string]any{"Name": name}}
		if near := query.Nearest(name, known(reflect.TypeOf(v), k.Path[:len(k.Path)-1])); len(near) > 0 {
			f.Key, f.Args["Near"] = "config.unknown_key_near", near[0]
		}
		e.Faults = append(e.Faults, f)
	}
	if len(e.Faults) == 0 { // written in a way that Keys does not see, such as an inline table
		for _, k := range md.Undecoded() {
			name := k[len(k)-1]
			e.Faults = append(e.Faults, Fault{Line: 1, Column: 1, Key: "config.unknown_key", Args: map[string]any{"Name": name}})
		}
	}
	return e
}

func syntax(err error) Fault {
	var pe toml.ParseError
	if errors.As(err, &pe) {
		return Fault{Line: max(1, pe.Position.Line), Column: max(1, pe.Position.Col), Key: "config.syntax", Args: map[string]any{"Message": pe.Message}}
	}
	return Fault{Line: 1, Column: 1, Key: "config.syntax", Args: map[string]any{"Message": err.Error()}}
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
