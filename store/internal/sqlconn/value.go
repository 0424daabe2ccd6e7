package sqlconn

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// Millis is how an instant is stored: milliseconds of UTC since 1970, and 0 for the zero time.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Instant is the opposite of Millis.
func Instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Clean is a text as it is stored: NUL and what is not UTF-8 become U+FFFD, because PostgreSQL takes neither and both databases are to
// hold the same.
func Clean(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// jsonArg is an argument that is stored as JSON.
type jsonArg struct{ v any }

// JSON makes an argument of something small: a list or a struct. An empty list and a nil pointer are stored as "".
func JSON(v any) any { return jsonArg{v} }

func (a jsonArg) value() (driver.Value, error) {
	rv := reflect.ValueOf(a.v)
	switch rv.Kind() {
	case reflect.Invalid:
		return "", nil
	case reflect.Slice, reflect.Map:
		if rv.Len() == 0 {
			return "", nil
		}
	case reflect.Pointer:
		if rv.IsNil() {
			return "", nil
		}
	}
	b, err := json.Marshal(a.v)
	return string(b), err
}

// value turns an argument into what drivers take: int64, string or bytes.
func value(a any) (driver.Value, error) {
	switch v := a.(type) {
	case int64:
		return v, nil
	case string:
		return Clean(v), nil
	case []byte:
		if v == nil {
			return []byte{}, nil
		}
		return v, nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case time.Time:
		return Millis(v), nil
	case jsonArg:
		return v.value()
	}
	switch rv := reflect.ValueOf(a); rv.Kind() {
	case reflect.Int, reflect.Int64, reflect.Int32:
		return rv.Int(), nil
	case reflect.String:
		return Clean(rv.String()), nil
	}
	return nil, fmt.Errorf("%T cannot be stored", a)
}

// Row is one row of a result. Its columns are taken in order, each once. The first that is not what it is taken for fails the query.
type Row struct {
	vals []driver.Value
	next int
	err  error
}

func (r *Row) take() driver.Value {
	if r.next >= len(r.vals) {
		r.Fail(fmt.Errorf("a row of %d columns has no %d", len(r.vals), r.next+1))
		return nil
	}
	v := r.vals[r.next]
	r.next++
	return v
}

// Fail fails the query with what its reader makes of a column.
func (r *Row) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Int takes a number; NULL is 0.
func (r *Row) Int() int64 {
	switch v := r.take().(type) {
	case int64:
		return v
	case nil:
		return 0
	default:
		r.Fail(fmt.Errorf("column %d is a %T, not a number", r.next, v))
		return 0
	}
}

// Text takes a text; NULL is "".
func (r *Row) Text() string {
	switch v := r.take().(type) {
	case string:
		return v
	case nil:
		return ""
	default:
		r.Fail(fmt.Errorf("column %d is a %T, not a text", r.next, v))
		return ""
	}
}

// Bytes takes bytes; none are nil.
func (r *Row) Bytes() []byte {
	switch v := r.take().(type) {
	case []byte:
		if len(v) == 0 {
			return nil
		}
		return v
	case nil:
		return nil
	default:
		r.Fail(fmt.Errorf("column %d is a %T, not bytes", r.next, v))
		return nil
	}
}

// Bool takes a number as yes or no.
func (r *Row) Bool() bool { return r.Int() != 0 }

// Time takes an instant.
func (r *Row) Time() time.Time { return Instant(r.Int()) }

// JSON takes a text written by [JSON] into v, which must be a pointer. "" leaves v as it is.
func (r *Row) JSON(v any) {
	s := r.Text()
	if s == "" {
		return
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		r.Fail(fmt.Errorf("column %d: %w", r.next, err))
	}
}
