package fault

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"
)

// Dialect writes an injected fault as the platform would.
type Dialect interface {
	// Unavailable answers with a 5xx. The roll in [0, 1) picks one of the forms that the platform has for it.
	Unavailable(w http.ResponseWriter, r *http.Request, roll float64)
	// Throttled answers that the caller has asked too often.
	Throttled(w http.ResponseWriter, r *http.Request)
	// Unknown answers a write that has taken effect as one of which nobody knows it. The roll in [0, 1) picks one of the forms that the
	// platform has for it; false is that it has none for this roll, and the connection breaks.
	Unknown(w http.ResponseWriter, r *http.Request, roll float64) bool
}

// Page is what a gateway shows when the API behind it is ill: HTML where JSON is expected.
const Page = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1>" +
	"<p>We're working on it and we'll get it fixed as soon as we can.</p></body></html>\n"

type lostKey struct{}

// AnswerLost reports whether the answer to this request will not reach its caller. The handler notes it in the ledger.
func AnswerLost(ctx context.Context) bool { return ctx.Value(lostKey{}) != nil }

// Handler wraps an API with the faults of its calls. The stream names the API in the dice.
func (i *Injector) Handler(stream string, speak Dialect, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := i.api(stream, r.Method != http.MethodGet && r.Method != http.MethodHead)
		if c.slow > 0 && !sleep(r.Context(), c.slow) {
			return
		}
		switch c.fault {
		case APIThrottled:
			speak.Throttled(w, r)
		case API5xx:
			speak.Unavailable(w, r, c.roll)
		case APIHTML:
			status := http.StatusOK // a reader meets the worst form; a writer must not take the page for a success
			if r.Method != http.MethodGet {
				status = http.StatusBadGateway
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(Page)) // the caller may be gone
		case APIAnswerLost:
			next.ServeHTTP(&recorder{}, r.WithContext(context.WithValue(r.Context(), lostKey{}, true)))
			if !speak.Unknown(w, r, c.roll) {
				panic(http.ErrAbortHandler) // net/http's way to break the connection off without an answer
			}
		case APITruncated:
			var rec recorder
			next.ServeHTTP(&rec, r.WithContext(context.WithValue(r.Context(), lostKey{}, true)))
			rec.breakOff(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// breakOff sends the first half of the answer, promises all of it, and breaks the connection.
func (r *recorder) breakOff(w http.ResponseWriter) {
	for name, values := range r.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(r.body.Len()))
	w.WriteHeader(max(r.status, http.StatusOK))
	_, _ = w.Write(r.body.Bytes()[:r.body.Len()/2]) // the caller may be gone
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// sleep waits, or returns false when the caller goes away first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
