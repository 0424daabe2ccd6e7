// Package relevance measures how well the language finds what people mean: Danish questions, typed as words, over texts as citizens
// write them, both written by hand, with a judgement by meaning of what each question wants.
//
// By law 6 a search finds what the matcher finds; so the matcher is asked here, of each text as a conversation of its own.
package relevance

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

//go:embed testdata/texts.txt
var texts string

//go:embed testdata/questions.txt
var questions string

// Text is a text and what it is about.
type Text struct {
	About []string
	Text  string
}

// Question is what somebody types and what they want: texts about any of Wants.
type Question struct {
	Query   string
	Meaning string
	Wants   []string
}

// Texts gives the texts.
func Texts() []Text {
	var out []Text
	for _, f := range rows(texts) {
		out = append(out, Text{About: strings.Fields(f[0]), Text: f[1]})
	}
	return out
}

// Questions gives the questions.
func Questions() []Question {
	var out []Question
	for _, f := range rows(questions) {
		out = append(out, Question{Query: f[0], Meaning: f[1], Wants: strings.Fields(f[2])})
	}
	return out
}

// rows cuts a file into lines and these at " | "; lines that begin with # are comments.
func rows(file string) (out [][]string) {
	for line := range strings.SplitSeq(file, "\n") {
		if line != "" && line[0] != '#' {
			out = append(out, strings.Split(line, " | "))
		}
	}
	return out
}

// Result is what a question found.
type Result struct {
	Query    string   `json:"query"`
	Meaning  string   `json:"meaning"`
	Relevant int      `json:"relevant"` // texts that were wanted
	Found    int      `json:"found"`
	Right    int      `json:"right"` // found and wanted
	Missed   []string `json:"missed,omitempty"`
	Wrong    []string `json:"wrong,omitempty"`
}

// Precision is the share of what was found that was wanted, 1 where nothing was found; Recall the share of what was wanted that was found.
func (r Result) Precision() float64 { return share(r.Right, r.Found) }

// Recall is the share of what was wanted that was found.
func (r Result) Recall() float64 { return share(r.Right, r.Relevant) }

func share(part, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(part) / float64(of)
}

// Total is the mean over questions of precision and recall, and of all questions together the share of right among found (Hits) and of
// found among wanted.
type Total struct {
	Questions     int     `json:"questions"`
	Texts         int     `json:"texts"`
	Precision     float64 `json:"precision"`
	Recall        float64 `json:"recall"`
	F1            float64 `json:"f1"` // the harmonic mean of the two
	AllPrecision  float64 `json:"precision_of_all"`
	AllRecall     float64 `json:"recall_of_all"`
	FoundNothing  int     `json:"found_nothing"` // questions that found nothing; they count as precise
	FoundRelevant int     `json:"found_relevant"`
}

// Measure asks all questions. Without parts, bare words are asked for as they would be in quotes: compounds are left out.
func Measure(parts bool) ([]Result, Total, error) {
	cutter := text.NewCutter(10_000)
	all := Texts()
	docs := make([]*query.Doc, len(all))
	for i, t := range all {
		docs[i] = &query.Doc{ID: int64(i + 1)}
		docs[i].AddText(query.Text, query.Passage{Ref: int64(i + 1), Tokens: cutter.Cut(nil, t.Text)})
	}
	var out []Result
	for _, q := range Questions() {
		e, err := query.Parse(q.Query)
		if err != nil {
			return nil, Total{}, fmt.Errorf("%s: %w", q.Query, err)
		}
		if !parts {
			e = quoted(e)
		}
		b, err := query.Bind(e, query.Env{Now: time.Unix(0, 0).UTC(), Cutter: cutter})
		if err != nil {
			return nil, Total{}, fmt.Errorf("%s: %w", q.Query, err)
		}
		r := Result{Query: q.Query, Meaning: q.Meaning}
		for i, t := range all {
			wanted := slices.ContainsFunc(t.About, func(s string) bool { return slices.Contains(q.Wants, s) })
			found := b.Match(docs[i])
			switch {
			case wanted && found:
				r.Right++
			case wanted:
				r.Missed = append(r.Missed, t.Text)
			case found:
				r.Wrong = append(r.Wrong, t.Text)
			}
			if wanted {
				r.Relevant++
			}
			if found {
				r.Found++
			}
		}
		out = append(out, r)
	}
	return out, total(out, len(all)), nil
}

func total(rs []Result, n int) Total {
	t := Total{Questions: len(rs), Texts: n}
	relevant, found := 0, 0
	for _, r := range rs {
		t.Precision += r.Precision() / float64(len(rs))
		t.Recall += r.Recall() / float64(len(rs))
		relevant, found, t.FoundRelevant = relevant+r.Relevant, found+r.Found, t.FoundRelevant+r.Right
		if r.Found == 0 {
			t.FoundNothing++
		}
	}
	t.AllPrecision, t.AllRecall = share(t.FoundRelevant, found), share(t.FoundRelevant, relevant)
	t.F1 = 2 * t.Precision * t.Recall / (t.Precision + t.Recall)
	return t
}

// quoted puts the bare words of a query in quotes.
func quoted(e query.Expr) query.Expr {
	each := func(kids []query.Expr) []query.Expr {
		out := make([]query.Expr, len(kids))
		for i, k := range kids {
			out[i] = quoted(k)
		}
		return out
	}
	switch e := e.(type) {
	case query.And:
		return query.And{Kids: each(e.Kids)}
	case query.Or:
		return query.Or{Kids: each(e.Kids)}
	case query.Not:
		e.Kid = quoted(e.Kid)
		return e
	case query.Phrase:
		if e.Op == query.Word {
			e.Op = query.Adjacent
		}
		return e
	case query.Term, query.Range:
	}
	return e
}
