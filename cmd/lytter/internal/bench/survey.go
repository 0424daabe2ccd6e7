package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"
	"unicode"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"
	"lytter/inbox/text"
)

// lines gives the corpus to f, message by message: the file's, or the one that the seed makes.
func (r *run) lines(ctx context.Context, f func(corpus.Line) error) (err error) {
	var next func() (corpus.Line, error)
	if r.Corpus == "" {
		m := corpus.Make(shape(r.Messages, r.Seed))
		next = func() (corpus.Line, error) {
			l, ok := m.Next()
			if !ok {
				return l, io.EOF
			}
			return l, nil
		}
	} else {
		file, err := os.Open(r.Corpus)
		if err != nil {
			return inbox.E(inbox.Invalid, "bench", "cli.no_file", "File", r.Corpus).With(err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		next = corpus.NewReader(file, 0, 0).Next
	}
	for n := 0; r.Messages == 0 || n < r.Messages; n++ {
		l, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if le, bad := corpus.IsLineError(err); bad {
			return &inbox.Error{Code: inbox.Invalid, Op: fmt.Sprint("bench: line ", le.Line), Reason: le.Reason, Err: err}
		}
		if err != nil {
			return err
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := f(l); err != nil {
			return err
		}
	}
	return nil
}

// shape is that of a made corpus. Of a small one more is open: a screen needs rows.
func shape(messages int, seed uint64) corpus.Shape {
	s := corpus.DefaultShape(messages, seed)
	s.OpenLast = max(s.OpenLast, s.Over*300/time.Duration(max(300, messages)))
	return s
}

// survey is what a corpus is like.
type survey struct {
	messages int // that come by webhook
	accounts []Account
	words    []string // of letters alone, as text.Fold makes them, the commonest first
	texts    []string // of the first citizens
	channels []inbox.Channel
}

// ruleWords are the words that rules are about: those that people really write.
func (s *survey) ruleWords() []string { return s.words[:min(len(s.words), 20_000)] }

// manyTexts is how many texts of a corpus rules are tried on.
const manyTexts = 20_000

// survey reads the corpus once.
func (r *run) survey(ctx context.Context) (*survey, error) {
	s := &survey{}
	count := map[string]int{}
	known := map[string]bool{}
	cutter := text.NewCutter(0)
	var toks []text.Token
	err := r.lines(ctx, func(l corpus.Line) error {
		if !known[l.Account] {
			known[l.Account] = true
			s.accounts = append(s.accounts, account(l, len(s.accounts)))
		}
		if l.Direction == "in" || l.Direction == "out" {
			s.messages++
		}
		if l.Direction != "in" {
			return nil
		}
		if len(s.texts) < manyTexts {
			s.texts, s.channels = append(s.texts, l.Text), append(s.channels, l.Channel)
		}
		toks = cutter.Cut(toks[:0], l.Text)
		for i := range toks {
			if toks[i].Kind == text.Word && letters(toks[i].Keys.Exact) {
				count[toks[i].Keys.Exact]++
			}
		}
		return nil
	})
	s.words = slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	return s, err
}

// account makes the connection of an account that a corpus names.
func account(l corpus.Line, n int) Account {
	a := Account{Name: l.Account, Channel: l.Channel}
	switch l.Channel {
	case inbox.Facebook:
		a.ID = fmt.Sprintf("1088240173%05d", n)
	case inbox.Instagram:
		a.ID, a.Page = fmt.Sprintf("178414000000%05d", n), fmt.Sprintf("1088240173%05d", n)
	default:
		a.ID = fmt.Sprintf("22449%05d", n)
	}
	return a
}

func letters(w string) bool {
	for _, r := range w {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}
