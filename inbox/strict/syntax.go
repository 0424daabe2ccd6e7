package strict

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// syntax says which words of the library's mean which sentence of the catalogue. Its errors have no types; the first that is found counts.
var syntax = []struct{ words, key string }{
	{"strings cannot contain newlines", "config.no_quote"},
	{`unexpected EOF; expected '"`, "config.no_quote"},
	{`unexpected EOF; expected "'`, "config.no_quote"},
	{"expected '.' or '='", "config.no_equals"},
	{"expected key separator '='", "config.no_equals"},
	{"key name appears blank", "config.no_key"},
	{"keys cannot start with", "config.no_key"},
	{"has already been defined", "config.twice"},
	{"was already created", "config.twice"},
	{"expected end of table array name", "config.no_bracket"},
	{"to end table name", "config.no_bracket"},
	{"table names cannot be empty", "config.no_table"},
	{"array terminator", "config.no_array_end"},
	{"inline table terminator", "config.no_brace"},
	{"expected a top-level item to end", "config.rest"},
	{"expected value but found", "config.no_value"},
	{"unexpected EOF; expected value", "config.no_value"},
	{"expected a digit", "config.bad_number"},
	{"nvalid float", "config.bad_number"},
	{"nvalid integer", "config.bad_number"},
	{"is out of range", "config.bad_number"},
	{"number: '", "config.bad_number"},
	{"invalid datetime", "config.bad_date"},
	{"hexadecimal digits after", "config.bad_escape"},
	{"invalid escape", "config.bad_escape"},
	{"invalid UTF-8", "config.bad_text"},
	{"control characters", "config.bad_text"},
	{"unexpected comma", "config.comma"},
}

// Syntax gives the sentence of the catalogue for what the TOML library says of a document that is not TOML. ok is false where there is
// none.
func Syntax(message string) (key string, ok bool) {
	for _, s := range syntax {
		if strings.Contains(message, s.words) {
			return s.key, true
		}
	}
	return "", false
}

// notTOML words the library's error of a document that is not TOML.
func notTOML(data []byte, err error) Fault {
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return fault(err, nil)
	}
	text := strings.TrimPrefix(string(data), "\ufeff") // the library does not count it
	f := Fault{Key: "config.syntax", Args: map[string]any{"Message": pe.Message}}
	f.Line, f.Column = place(text, pe.Position.Start)
	if key, ok := Syntax(pe.Message); ok {
		f.Key, f.Args = key, nil
	}
	return f
}

// place is the line of a byte, and where in it that stands, in characters: both from 1. The library's own columns count bytes, and at the
// beginning of a line they count from the line before.
func place(s string, at int) (line, column int) {
	before := s[:max(0, min(at, len(s)))]
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}
