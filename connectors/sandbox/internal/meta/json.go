package meta

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Meta writes JSON as PHP does: everything beyond ASCII as \uXXXX in lower case, and "/" as "\/" (Messenger Platform, "Webhooks:
// validating payloads", which warns that the signature covers those very bytes). The encoder of the standard library cannot be told
// to, so this is one of our own, for the few kinds of values that the Graph answers with.

// object is a JSON object that keeps its keys in order.
type object []member

type member struct {
	key   string
	value any // string, bool, int, int64, nil, object, []object, []string, list, raw
}

// list is a JSON array of anything that a member may hold.
type list []any

// raw is JSON that was written already.
type raw []byte

// with returns the object with one more member.
func (o object) with(key string, value any) object { return append(o, member{key, value}) }

// appendJSON writes a value as Meta does. A kind that it does not know is a bug in this package, and becomes null.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case raw:
		return append(b, v...)
	case object:
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, m.key), ':')
			b = appendJSON(b, m.value)
		}
		return append(b, '}')
	case list:
		return appendArray(b, v)
	case []object:
		return appendArray(b, v)
	case []string:
		return appendArray(b, v)
	}
	return append(b, "null"...)
}

func appendArray[T any](b []byte, values []T) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, v)
	}
	return append(b, ']')
}

const hexDigits = "0123456789abcdef"

// appendString writes a string literal. Bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\' || r == '/':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\b':
			b = append(b, '\\', 'b')
		case r == '\f':
			b = append(b, '\\', 'f')
		case r >= 0x20 && r < utf8.RuneSelf:
			b = append(b, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			b = appendEscape(appendEscape(b, high), low)
		default:
			b = appendEscape(b, r)
		}
	}
	return append(b, '"')
}

func appendEscape(b []byte, unit rune) []byte {
	return append(b, '\\', 'u', hexDigits[unit>>12&15], hexDigits[unit>>8&15], hexDigits[unit>>4&15], hexDigits[unit&15])
}
