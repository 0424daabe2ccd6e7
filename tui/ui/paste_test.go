package ui

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestPasteLimitCutsPastesOnly(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, c := range []struct{ in, want string }{
		{"abc\x1b[A" + long, "abc\x1b[A" + long},
		{"\x1b[200~hej\x1b[201~q", "\x1b[200~hej\x1b[201~q"},
		{"a\x1b[200~" + long + "\x1b[201~b", "a\x1b[200~" + long[:20] + "\x1b[201~b"},
		{"\x1b[200~\x1b[201\x1b[20\x1b[201~" + long, "\x1b[200~\x1b[201\x1b[20\x1b[201~" + long},
		{
			"\x1b[200~" + long + "\x1b[20\x1b[201~q\x1b[200~" + long + "\x1b[201~",
			"\x1b[200~" + long[:20] + "\x1b[201~q\x1b[200~" + long[:20] + "\x1b[201~",
		},
		{"\x1b[200~" + long, "\x1b[200~" + long[:20]},
	} {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(c.in),
			"bytes": iotest.OneByteReader(strings.NewReader(c.in)), "halves": iotest.HalfReader(strings.NewReader(c.in)),
		} {
			l := NewPasteLimit(r, 20)
			got, err := io.ReadAll(l)
			if err != nil || string(got) != c.want {
				t.Errorf("%s: %q: got %q, want %q (%v)", name, c.in, got, c.want, err)
			}
			if len(c.in)-len(c.want) != int(l.Cut()) {
				t.Errorf("%s: %q: %d cut", name, c.in, l.Cut())
			}
		}
	}
}

// TestPasteLimitIsTransparentBelowIt: with a limit that nothing reaches, every byte passes in order, ended marks and all.
func TestPasteLimitIsTransparentBelowIt(t *testing.T) {
	atom := rapid.SampledFrom([]string{"\x1b", "[", "2", "0", "1", "~", "\x1b[200~", "\x1b[201~", "x", "æ"})
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(atom, 0, 40).Draw(t, "in"), "") + "\x1b[201~." // an end, so that nothing waits
		got, err := io.ReadAll(iotest.OneByteReader(NewPasteLimit(strings.NewReader(in), 1<<20)))
		if err != nil || string(got) != in {
			t.Fatalf("got %q, want %q (%v)", got, in, err)
		}
	})
}

func TestPasteLimitHoldsLittle(t *testing.T) {
	big := io.MultiReader(strings.NewReader("\x1b[200~"), io.LimitReader(zeros{}, 10<<20), strings.NewReader("\x1b[201~"),
		iotest.ErrReader(io.ErrUnexpectedEOF))
	l := NewPasteLimit(big, EditorLimit)
	var got bytes.Buffer
	if _, err := io.Copy(&got, l); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	if got.Len() != EditorLimit+12 || cap(l.spare) > 4*EditorLimit {
		t.Errorf("%d bytes, %d held", got.Len(), cap(l.spare))
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
