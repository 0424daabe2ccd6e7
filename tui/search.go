package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// searcher is the search line: a query that is a scratch view. It lives as long as its results are on the screen; editing says whether
// the line itself is.
type searcher struct {
	*common
	input   *ui.Input
	editing bool
	n       int                // of the newest search; answers to older ones are for nobody
	cancel  context.CancelFunc // of the newest; nil: none is under way
	query   string             // that the results are of; "" before the first
	meant   []string           // queries that it may have meant, where it found hardly anything
	preview hits               // first hits, until the view is live
	from    origin             // where the person was
}

// origin is where a person was before a search.
type origin struct {
	slot, name, query string
	focus             pane
}

func newSearcher(c *common) *searcher {
	s := &searcher{common: c, input: ui.NewInput()}
	s.input.Suggest = s.suggest
	return s
}

// open shows the line.
func (s *searcher) open() {
	s.editing = true
	s.input.Prompt = ui.Line{ui.Key.Span(" / ")}
	s.input.Placeholder = s.t.T("tui.search.placeholder")
}

// offerMeant offers what the query may have meant, while it stands in the line.
func (s *searcher) offerMeant() {
	value := s.input.Value()
	if !s.editing || len(s.meant) == 0 || strings.TrimSpace(value) != s.query {
		return
	}
	out := make([]ui.Suggestion, len(s.meant))
	for i, q := range s.meant {
		out[i] = ui.Suggestion{Text: oneLine(q), To: len(value), Help: s.t.T("tui.search.meant")}
	}
	s.input.Offer(out)
}

// stop ends what is under way.
func (s *searcher) stop() {
	if s.cancel != nil {
		s.cancel()
		s.cancel = nil
	}
	s.n++
}

// wrong marks what is wrong with the query.
func (s *searcher) wrong(err error) {
	at := 0
	var q *query.Error
	if errors.As(err, &q) {
		at = q.At.Start
	}
	s.input.SetError(at, s.t.Error(err))
}

// suggestions are offered only so many at a time.
const suggestions = 8

// suggest completes the word at the cursor: a field, or a value of one.
func (s *searcher) suggest(value string, at int) []ui.Suggestion {
	word := strings.TrimLeft(lastWord(value[:at]), "-(")
	from := at - len(word)
	if word == "?" {
		return s.fields(from, at)
	}
	if i := strings.IndexByte(word, ':'); i >= 0 {
		f, ok := query.LookupField(word[:i])
		if !ok {
			return nil
		}
		if word[i+1:] == "?" {
			return s.explain(f, word[:i+1], from, at)
		}
		out := s.values(f, word[:i+1], word[i+1:], from, at)
		if len(out) == 1 && strings.TrimSpace(string(out[0].Text)) == word {
			return nil // it is there
		}
		return out[:min(len(out), suggestions)]
	}
	if utf8.RuneCountInString(word) < 2 {
		return nil
	}
	var out []ui.Suggestion
	for _, f := range query.Fields() {
		in := f.Info()
		name := s.called(in.Name, in.Danish, strings.ToLower(word))
		if strings.HasPrefix(name, strings.ToLower(word)) && len(out) < suggestions {
			out = append(out, ui.Suggestion{Text: text.CleanLine(name + ":"), From: from, To: at, Help: s.t.T("tui.field." + in.Name)})
		}
	}
	return out
}

// fields tells what can be asked for: it answers a question mark.
func (s *searcher) fields(from, at int) []ui.Suggestion {
	var out []ui.Suggestion
	for _, f := range query.Fields() {
		in := f.Info()
		name := s.called(in.Name, in.Danish, "")
		out = append(out, ui.Suggestion{Text: text.CleanLine(name + ":"), From: from, To: at, Help: s.t.T("tui.field." + in.Name)})
	}
	return out
}

// explain tells what a field asks, by an example, and which values it takes: it answers a question mark behind the field's colon.
func (s *searcher) explain(f query.Field, head string, from, at int) []ui.Suggestion {
	example := f.Info().Example
	if s.t.Lang == "da" {
		example = f.DanishExample()
	}
	out := []ui.Suggestion{{Text: text.CleanLine(example), From: from, To: at, Help: s.t.T("field." + f.String())}}
	for _, v := range s.values(f, head, "", from, at) {
		if strings.TrimSpace(string(v.Text)) != example {
			out = append(out, v)
		}
	}
	return out
}

// called is the name of something of the language that begins as typed: the person's own language first.
func (s *searcher) called(name string, danish []string, typed string) string {
	names := append([]string{name}, danish...)
	if s.t.Lang == "da" && len(danish) > 0 {
		names = append(slices.Clone(danish), name)
	}
	if i := slices.IndexFunc(names, func(n string) bool { return strings.HasPrefix(n, typed) }); i >= 0 {
		return names[i]
	}
	return names[0]
}

// values completes what follows a field's colon: behind a comma, the next of several.
func (s *searcher) values(f query.Field, head, typed string, from, at int) []ui.Suggestion {
	if i := strings.LastIndexByte(typed, ','); i >= 0 {
		head, typed = head+typed[:i+1], typed[i+1:]
	}
	in := f.Info()
	typed = strings.ToLower(strings.Trim(typed, `"`))
	var names []string
	for _, v := range in.Values {
		names = append(names, s.called(v.Name, v.Danish, typed))
	}
	if in.Type == query.TypeName {
		names = s.dir().Known(f)
	}
	if in.None {
		names = append(names, string(s.t.T("tui.search.nothing")))
	}
	if f == query.Assignee {
		names = append([]string{string(s.t.T("tui.search.me"))}, names...)
	}
	var out []ui.Suggestion
	for _, name := range names {
		if strings.HasPrefix(strings.ToLower(name), typed) {
			if strings.ContainsAny(name, " &,()") {
				name = `"` + name + `"`
			}
			out = append(out, ui.Suggestion{Text: text.Clean(head + name + " "), From: from, To: at})
		}
	}
	return out
}

// lastWord is what is being typed: from the last space that no quotation mark encloses.
func lastWord(s string) string {
	from, quoted := 0, false
	for i, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			from = i + 1
		}
	}
	return s[from:]
}
