package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"
)

// filled gives the folder of a desk that holds the corpus; it is made if it is not there yet. Who changes it works on a copy.
func (r *run) filled(ctx context.Context) (dir string, err error) {
	name, err := r.corpusName()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(r.Dir, name)
	done := filepath.Join(dir, "complete")
	if _, err := os.Stat(done); err == nil {
		return dir, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return "", err
	}
	if err := errors.Join(r.fill(ctx, h), h.Close()); err != nil {
		return "", err
	}
	return dir, os.WriteFile(done, nil, 0o600)
}

// corpusName names a corpus by what it is made of.
func (r *run) corpusName() (string, error) {
	if r.Corpus == "" {
		return fmt.Sprintf("corpus-%d-%d", r.Messages, r.Seed), nil
	}
	f, err := os.Open(r.Corpus)
	if err != nil {
		return "", inbox.E(inbox.Invalid, "bench", "cli.no_file", "File", r.Corpus).With(err)
	}
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return fmt.Sprintf("corpus-%d-%s", r.Messages, hex.EncodeToString(sum.Sum(nil)[:8])), errors.Join(err, f.Close())
}

// clock runs from the end of a made corpus on, so that a desk sees it as its own present; a file's is the machine's.
func (r *run) clock() func() time.Time {
	if r.Corpus != "" {
		return time.Now
	}
	until, begun := corpus.DefaultShape(1, 1).Until, time.Now()
	return func() time.Time { return until.Add(time.Since(begun)) }
}

// fill takes the corpus in as an import does.
func (r *run) fill(ctx context.Context, h *House) error {
	accounts := map[string]inbox.AccountID{}
	var batch []inbox.Incoming
	n, told := 0, time.Now()
	flush := func() error {
		rep, err := h.Desk.Ingest(ctx, inbox.Batch{Items: batch})
		if err == nil && rep.Refused > 0 {
			err = fmt.Errorf("bench: %d messages of the corpus were refused", rep.Refused)
		}
		n += len(batch)
		if batch = batch[:0]; time.Since(told) > 2*time.Second {
			told = time.Now()
			r.Tell("cli.bench.fill", "N", n)
		}
		return err
	}
	r.Tell("cli.bench.fill", "N", 0)
	err := r.lines(ctx, func(l corpus.Line) error {
		id, ok := accounts[l.Account]
		if !ok {
			var err error
			if id, err = off(ctx, h.Desk, l); err != nil {
				return err
			}
			accounts[l.Account] = id
		}
		if batch = append(batch, l.Items(id)...); len(batch) >= 500 {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// off makes an account that is not connected.
func off(ctx context.Context, desk *inbox.Desk, l corpus.Line) (inbox.AccountID, error) {
	a := &inbox.Account{Channel: l.Channel, Remote: inbox.RemoteID("import:" + l.Account), Name: l.Account, Title: l.Account, State: inbox.AccountOff}
	err := desk.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		a.Since = tx.Now()
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		return tx.Append(&inbox.Change{Kind: inbox.ChangeAccount, Actor: inbox.ActorDesk, Account: a.ID, Word: string(a.State)})
	})
	if err != nil {
		return 0, err
	}
	return a.ID, desk.Reload(ctx)
}

// copied makes a copy of a closed desk's folder.
func copied(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// each gives all conversations of a desk to f, the newest first or the oldest, some at a time.
func each(ctx context.Context, h *House, oldestFirst bool, f func([]document) error) error {
	return h.Desk.Store.View(ctx, func(tx inbox.Tx) error {
		var all []inbox.ConversationID
		for before := (inbox.Key{}); ; {
			stamps, err := tx.Newest(before, 1000)
			if err != nil {
				return err
			}
			if len(stamps) == 0 {
				break
			}
			for _, s := range stamps {
				all = append(all, s.ID)
			}
			before = stamps[len(stamps)-1].Key
		}
		if oldestFirst {
			for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
				all[i], all[j] = all[j], all[i]
			}
		}
		for len(all) > 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			n := min(len(all), 500)
			docs, keys, err := h.Desk.Documents(tx, all[:n])
			if err != nil {
				return err
			}
			out := make([]document, len(docs))
			for i, d := range docs {
				out[i] = document{Key: keys[i], Doc: d}
			}
			if err := f(out); err != nil {
				return err
			}
			all = all[n:]
		}
		return nil
	})
}
