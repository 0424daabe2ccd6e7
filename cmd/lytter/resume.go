package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"
)

// An import that was interrupted goes on where it was. The mark is a setting: its name says how the file begins, its value how many lines
// were taken in and the hash of all that was read of them. Only a file that is the same up to there is gone on with.

func readMark(r *corpus.Reader) string { return strconv.Itoa(r.Lines()) + ":" + r.Sum() }

// resume gives a reader that stands behind what an earlier import of the same file took in, or at the beginning, and the name of the mark.
func (im *importing) resume(ctx context.Context, in io.Reader) (_ *corpus.Reader, mark string, err error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, "", err
	}
	sum := sha256.Sum256(head[:n])
	mark = "import:" + hex.EncodeToString(sum[:12])
	in = io.MultiReader(bytes.NewReader(head[:n]), in)
	var value string
	if err := im.seat.Desk().Store.View(ctx, func(tx inbox.Tx) (err error) {
		value, err = tx.Setting(mark)
		return err
	}); err != nil {
		return nil, "", err
	}
	count, _, _ := strings.Cut(value, ":")
	lines, _ := strconv.Atoi(count) // none: never interrupted
	if lines < 1 {
		return corpus.NewReader(in, 0, 0), mark, nil
	}
	r, err := im.skipTo(ctx, in, lines, value)
	return r, mark, err
}

// skipTo reads up to a mark. If what was read is something else, reading begins anew: what can be read only once is kept in a file
// meanwhile.
func (im *importing) skipTo(ctx context.Context, in io.Reader, lines int, value string) (*corpus.Reader, error) {
	spool, err := os.CreateTemp(im.house.cfg.Data, ".import-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	im.spool = spool
	tee := &spooled{from: in, to: spool}
	r := corpus.NewReader(tee, 0, 0)
	for r.Lines() < lines && err == nil {
		if err = r.Skip(); err == nil {
			err = ctx.Err()
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err == nil && readMark(r) == value {
		tee.to = nil
		return r, nil
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return corpus.NewReader(io.MultiReader(spool, in), 0, 0), nil
}

// tidy removes what resume kept.
func (im *importing) tidy() error {
	if im.spool == nil {
		return nil
	}
	return errors.Join(im.spool.Close(), os.Remove(im.spool.Name()))
}

// spooled copies what is read, as long as to is set.
type spooled struct {
	from io.Reader
	to   io.Writer
}

func (s *spooled) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if s.to != nil && n > 0 {
		if _, werr := s.to.Write(p[:n]); werr != nil {
			return 0, fmt.Errorf("import: %w", werr)
		}
	}
	return n, err
}

// fromInput names standard input instead of a file in a command line, where the file stands: it is the last that is called so and is not
// the value of a flag.
func fromInput(args []string, file string) []string {
	out := slices.Clone(args)
	for i := len(out) - 1; i >= 0; i-- {
		if out[i] == file && (i == 0 || !slices.Contains([]string{"--config", "--data", "--identity", "--lang"}, out[i-1])) {
			out[i] = "-"
			break
		}
	}
	return out
}
