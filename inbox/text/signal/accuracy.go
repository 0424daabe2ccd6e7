package signal

import (
	"slices"

	"lytter/inbox/text"
)

// Accuracy is how often readings of texts were right, by the labels that somebody gave them.
type Accuracy struct {
	Labels []string // in the order of the table: those given, and those read
	Texts  int
	Right  int
	// Table counts texts by the label given and the label read, both by their place in Labels.
	Table [][]int
}

// Of measures a reading: labelled texts, and what reads one.
func Of(texts, labels []string, read func(string) string) Accuracy {
	var a Accuracy
	got := make([]string, len(texts))
	for i, s := range texts {
		got[i] = read(s)
		for _, l := range []string{labels[i], got[i]} {
			if !slices.Contains(a.Labels, l) {
				a.Labels = append(a.Labels, l)
			}
		}
	}
	slices.Sort(a.Labels)
	a.Table = make([][]int, len(a.Labels))
	for i := range a.Table {
		a.Table[i] = make([]int, len(a.Labels))
	}
	for i := range texts {
		given, _ := slices.BinarySearch(a.Labels, labels[i])
		was, _ := slices.BinarySearch(a.Labels, got[i])
		a.Table[given][was]++
		a.Texts++
		if given == was {
			a.Right++
		}
	}
	return a
}

// Share is the part of all texts that was read as labelled; 0 of none.
func (a *Accuracy) Share() float64 { return ratio(a.Right, a.Texts) }

// Label is how well one label was read.
type Label struct {
	Label             string
	Given, Read, Both int // texts that have it, that were read as it, and that are both
	Precision         float64
	Recall            float64
	F1                float64
}

// Each tells of each label, in order.
func (a *Accuracy) Each() []Label {
	out := make([]Label, 0, len(a.Labels))
	for i, name := range a.Labels {
		l := Label{Label: name, Both: a.Table[i][i]}
		for j := range a.Labels {
			l.Given += a.Table[i][j]
			l.Read += a.Table[j][i]
		}
		l.Precision, l.Recall = ratio(l.Both, l.Read), ratio(l.Both, l.Given)
		if sum := l.Precision + l.Recall; sum > 0 {
			l.F1 = 2 * l.Precision * l.Recall / sum
		}
		out = append(out, l)
	}
	return out
}

// Macro is the mean of F1 over the labels that were given.
func (a *Accuracy) Macro() float64 {
	sum, n := 0.0, 0
	for _, l := range a.Each() {
		if l.Given > 0 {
			sum += l.F1
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// What can be measured.
const (
	OfSentiment = "sentiment"
	OfLanguage  = "language"
	OfDanger    = "danger"
	OfQuestion  = "question"
)

// Measures lists what can be measured, by name.
func Measures() []string { return []string{OfSentiment, OfLanguage, OfDanger, OfQuestion} }

// Labeller gives what reads a text's label: its sentiment, the language that most of it is in, the danger that it tells of, or whether it
// asks. nil of a name that is none of Measures.
func Labeller(c *text.Cutter, r *Reader, what string) func(string) string {
	var pick func(s string, toks []text.Token) string
	switch what {
	case OfSentiment:
		pick = func(s string, toks []text.Token) string { return r.Read(s, toks).Tone() }
	case OfLanguage:
		pick = func(_ string, toks []text.Token) string { return first(text.Languages(toks)) }
	case OfDanger:
		pick = func(s string, toks []text.Token) string { return first((r.Read(s, toks) & Danger).Names()) }
	case OfQuestion:
		pick = func(s string, toks []text.Token) string {
			if r.Read(s, toks).Has(Question) {
				return "question"
			}
			return "none"
		}
	default:
		return nil
	}
	return func(s string) string { return pick(s, c.Cut(nil, s)) }
}

func first(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return names[0]
}
