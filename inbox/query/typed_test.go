package query_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/inbox/text"
)

// A name that is not there is told in its place, with those that it may have meant, or with all where they are few.
func TestUnknownNames(t *testing.T) {
	env := querytest.Danish().Env(text.NewCutter(100))
	for q, want := range map[string]struct {
		column  int
		suggest []string
	}{
		"kø:Borgerservise":             {4, []string{"Borgerservice"}},
		"hul kø:Borgerservice,tekinik": {22, []string{"Teknik og Miljø"}},
		"-emne:cykell":                 {7, []string{"vej/cykel"}},
		`kø:"xyzzy xyzzy"`:             {4, env.Names.Known(query.Queue)},
	} {
		e, err := query.Parse(q)
		if err != nil {
			t.Fatal(err)
		}
		_, err = query.Bind(e, env)
		var qe *query.Error
		if !errors.As(err, &qe) || qe.Key != "unknown_name" || qe.Column(q) != want.column || !slices.Equal(qe.Suggest, want.suggest) {
			t.Errorf("%s: %v, want column %d, %q", q, err, want.column, want.suggest)
		}
	}
}

// The parts of a query stand where they were typed.
func TestSpan(t *testing.T) {
	q := `cykel (er:åben eller -(hul vej)) -"i går" alder:<2t`
	e, err := query.Parse(q)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range e.(query.And).Kids {
		at := query.Span(k)
		got = append(got, q[at.Start:at.End])
	}
	if want := []string{"cykel", "er:åben eller -(hul vej)", `-"i går"`, "alder:<2t"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whatever can be asked can be typed on a Danish keyboard without AltGr: the names and values of the table in both languages, the examples,
// and what a query is printed as; words, which are what they are, aside.
func TestTypedWithoutAltGr(t *testing.T) {
	free := func(what, s string) {
		t.Helper()
		if i := strings.IndexAny(s, "@£$€{[]}|\\~^´`¨"); i >= 0 {
			t.Errorf("%s: %s needs AltGr", what, s)
		}
	}
	for _, f := range query.Fields() {
		in := f.Info()
		free("names", in.Name+" "+strings.Join(in.Danish, " "))
		free("examples", in.Example+" "+f.DanishExample())
		for _, v := range in.Values {
			free("values", v.Name+" "+strings.Join(v.Danish, " "))
			if len(v.Danish) == 0 && !slices.Contains([]string{"neutral", "normal", "spam"}, v.Name) {
				t.Errorf("%s:%s has no Danish name", in.Name, v.Name)
			}
		}
		if len(in.Danish) == 0 && f != query.Person {
			t.Errorf("%s has no Danish name", in.Name)
		}
	}
	for _, q := range []string{`@navn`, `handle:@navn`, `"hul vejen"~5`, `not (a or b)`, `=hul`, `#by`, `*sti*`, `tid:>2026-11-03`} {
		e, err := query.Parse(q)
		if err != nil {
			t.Fatal(q, err)
		}
		free(q, query.Format(e))
	}
}
