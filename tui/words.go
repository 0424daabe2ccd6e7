package tui

import (
	"time"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/text"
)

// words speaks the session's language in text that may go to a terminal. Sentences without names are remembered: a frame says many.
type words struct {
	*catalog.Texts
	said map[string]text.Safe
}

func newWords(c *catalog.Catalog, lang string) *words {
	return &words{Texts: c.For(lang), said: map[string]text.Safe{}}
}

// T gives the sentence of a key; args are pairs of name and value, and may be outside text.
func (w *words) T(key string, args ...any) text.Safe {
	if len(args) > 0 {
		return text.CleanLine(w.Texts.T(key, args...))
	}
	s, ok := w.said[key]
	if !ok {
		s = text.CleanLine(w.Texts.T(key))
		w.said[key] = s
	}
	return s
}

// N is T for a number of things.
func (w *words) N(key string, n int, args ...any) text.Safe {
	return text.CleanLine(w.Texts.N(key, n, args...))
}

// Word translates a word of the desk: a role, a state, a channel.
func (w *words) Word(s string) text.Safe {
	key := "\x00" + s
	out, ok := w.said[key]
	if !ok {
		out = text.CleanLine(w.Texts.Word(s))
		w.said[key] = out
	}
	return out
}

// Reason gives the sentence of a reason.
func (w *words) Reason(r *inbox.Reason) text.Safe { return text.CleanLine(w.Texts.Reason(r)) }

// Error gives what to say about an error, with the next step behind it.
func (w *words) Error(err error) text.Safe {
	what, hint := w.Texts.Error(err)
	if hint != "" {
		what += " " + hint
	}
	return text.CleanLine(what)
}

// When is a moment as short as can be told from now.
func (w *words) When(at, now time.Time) text.Safe { return text.CleanLine(w.Texts.When(at, now)) }

// Span is a length of time.
func (w *words) Span(d time.Duration) text.Safe { return text.CleanLine(w.Texts.Span(d)) }

// Clock is a time of day.
func (w *words) Clock(at time.Time) text.Safe { return text.CleanLine(w.Texts.Clock(at)) }

// Number is a count.
func (w *words) Number(n int64) text.Safe { return text.CleanLine(w.Texts.Number(n)) }

// Bytes writes a size.
func (w *words) Bytes(n int64) text.Safe { return text.CleanLine(w.Texts.Bytes(n)) }
