package main

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// newEncoder writes JSON that a terminal may be shown: what would command it, reorder or hide text stands as \u escapes, and reads back
// as it was.
func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(escaping{w})
	enc.SetEscapeHTML(false)
	return enc
}

// escaping escapes what encoding/json leaves. All of it can only stand in strings. An Encoder writes whole values.
type escaping struct{ w io.Writer }

func (e escaping) Write(p []byte) (int, error) {
	from, out := 0, []byte(nil)
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRune(p[i:])
		if r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			out = append(out, p[from:i]...)
			for _, u := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, "\\u%04x", u)
			}
			from = i + n
		}
		i += n
	}
	if from > 0 {
		if _, err := e.w.Write(append(out, p[from:]...)); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	return e.w.Write(p)
}
