package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// importReport is what --json of import prints.
type importReport struct {
	Lines   int     `json:"lines"`
	New     int     `json:"new"`
	Changed int     `json:"changed"`
	Same    int     `json:"same"`
	Refused int     `json:"refused"`
	Bad     int     `json:"bad_lines"`
	Skipped int     `json:"skipped_lines"` // read by an earlier, interrupted run
	Seconds float64 `json:"seconds"`
}

func (p *program) importCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "import FILE", Short: p.texts.T("cli.import.short"), Long: p.texts.T("cli.import.long"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p.makes = true
			// The file is of the machine where the command is typed: it goes to the owner by standard input.
			if args[0] != "-" && p.seat == nil {
				f, err := os.Open(args[0])
				if err != nil {
					return inbox.E(inbox.Invalid, "import", "cli.no_file", "File", args[0]).With(err)
				}
				defer func() { _ = f.Close() }() // only read
				p.in = f
				p.args = fromInput(p.args, args[0])
			}
			return p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
				rep, err := p.importLines(ctx, p.in)
				if err != nil {
					return err
				}
				if asJSON {
					return p.printJSON(rep)
				}
				fmt.Fprintln(p.err, p.texts.T("cli.import.done", "Lines", p.texts.Number(int64(rep.Lines)), "New", p.texts.Number(int64(rep.New)),
					"Same", p.texts.Number(int64(rep.Same)), "Bad", p.texts.Number(int64(rep.Bad+rep.Refused)), "Seconds", fmt.Sprintf("%.1f", rep.Seconds)))
				return nil
			})(cmd, args)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	return c
}

// importBatch is how many lines go into one batch.
const importBatch = 500

// maxBadLines bounds how many bad lines are told one by one.
const maxBadLines = 20

// importLines takes in a file. A line that cannot be read costs only itself. An interrupted import goes on where it was when it is run
// again with the same file; repeating a whole one changes nothing.
func (p *program) importLines(ctx context.Context, in io.Reader) (_ *importReport, err error) {
	if r := p.seat.User.Allowed(inbox.DoImport); r != nil {
		return nil, &inbox.Error{Code: inbox.Forbidden, Op: "import", Reason: *r}
	}
	im := &importing{program: p, rep: &importReport{}, accounts: map[string]inbox.Account{}, begun: time.Now()}
	defer func() { err = errors.Join(err, im.tidy()) }()
	r, mark, err := im.resume(ctx, in)
	if err != nil {
		return nil, err
	}
	im.rep.Skipped = r.Lines()
	for {
		l, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if le, bad := corpus.IsLineError(err); bad {
			im.bad(le)
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := im.add(ctx, r.Lines(), l); err != nil {
			return nil, err
		}
		if len(im.batch) >= importBatch {
			if err := im.flush(ctx, mark, r); err != nil {
				return nil, err
			}
		}
	}
	im.rep.Lines = r.Lines()
	if err := im.flush(ctx, mark, nil); err != nil { // done: the next run of the same file begins at its start
		return nil, err
	}
	im.rep.Seconds = time.Since(im.begun).Seconds()
	return im.rep, nil
}

// importing is an import on its way.
type importing struct {
	*program
	rep      *importReport
	accounts map[string]inbox.Account
	batch    []inbox.Incoming
	begun    time.Time
	told     time.Time
	spool    *os.File // of resume; nil: none
}

func (im *importing) bad(le *corpus.LineError) {
	im.rep.Bad++
	if im.rep.Bad <= maxBadLines {
		fmt.Fprintf(im.err, "%s %d: %s\n", im.texts.T("cli.import.line"), le.Line, text.CleanLine(im.texts.Reason(&le.Reason)))
	}
}

func (im *importing) add(ctx context.Context, n int, l corpus.Line) error {
	a, ok := im.accounts[l.Account]
	if !ok {
		if r := inbox.CheckName(l.Account); r != nil {
			im.bad(&corpus.LineError{Line: n, Reason: *r})
			return nil
		}
		var err error
		if a, err = im.account(ctx, l); err != nil {
			return err
		}
		im.accounts[l.Account] = a
	}
	if a.Channel != l.Channel { // an account has one channel: what came by another is not its
		im.bad(&corpus.LineError{Line: n, Reason: *inbox.Why("import.other_channel", "Account", l.Account, "Channel", string(a.Channel), "Value", string(l.Channel))})
		return nil
	}
	if own, err := im.ownNote(ctx, l); err != nil || own {
		return err
	}
	im.batch = append(im.batch, l.Items(a.ID)...)
	return nil
}

// ownNote reports whether a line is a note that this very desk wrote: it is here, and has no id but ours.
func (im *importing) ownNote(ctx context.Context, l corpus.Line) (own bool, err error) {
	id, at, ok := noteOf(l)
	if !ok {
		return false, nil
	}
	err = im.seat.Desk().Store.View(ctx, func(tx inbox.Tx) error {
		m, err := tx.Message(id)
		if inbox.CodeOf(err) == inbox.NotFound {
			return nil
		}
		own = err == nil && m.Direction == inbox.Note && m.Remote == "" && m.At.UnixMilli() == at
		return err
	})
	if own {
		im.rep.Same++
	}
	return own, err
}

// noteName names a note in a file: it has no id but ours, which another desk may have given to another.
func noteName(m inbox.Message) inbox.RemoteID {
	return inbox.RemoteID(fmt.Sprintf("note:%d:%d", m.ID, m.At.UnixMilli()))
}

func noteOf(l corpus.Line) (id inbox.MessageID, at int64, ok bool) {
	if l.Direction != string(inbox.Note) {
		return 0, 0, false
	}
	n, err := fmt.Sscanf(string(l.Remote), "note:%d:%d", &id, &at)
	return id, at, err == nil && n == 2
}

// account finds the account that a line names, or makes one that is off: history can come before the connection.
func (im *importing) account(ctx context.Context, l corpus.Line) (inbox.Account, error) {
	desk := im.seat.Desk()
	if a, ok := desk.Directory().AccountNamed(l.Account); ok {
		return a, nil
	}
	a := &inbox.Account{Channel: l.Channel, Remote: inbox.RemoteID("import:" + l.Account), Name: l.Account, Title: l.Account, State: inbox.AccountOff}
	err := desk.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		a.Since = tx.Now()
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		return tx.Append(&inbox.Change{
			Kind: inbox.ChangeAccount, Actor: inbox.ActorUser, User: im.seat.User.ID, Account: a.ID, Word: string(a.State),
		})
	})
	if err != nil {
		return *a, err
	}
	return *a, desk.Reload(ctx)
}

// flush ingests what is gathered and notes how far the file is read; at its end, where r is nil, it forgets it.
func (im *importing) flush(ctx context.Context, mark string, r *corpus.Reader) error {
	rep, err := im.seat.Desk().Ingest(ctx, inbox.Batch{Items: im.batch})
	if err != nil {
		return err
	}
	im.batch = im.batch[:0]
	im.rep.New += rep.New
	im.rep.Changed += rep.Changed
	im.rep.Same += rep.Same
	im.rep.Refused += rep.Refused
	value := ""
	if r != nil {
		value = readMark(r)
	}
	if err := im.seat.Desk().Store.Update(ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.SetSetting(mark, value) }); err != nil {
		return err
	}
	if time.Since(im.told) > time.Second && r != nil {
		im.told = time.Now()
		rate := float64(im.rep.New+im.rep.Same+im.rep.Changed) / time.Since(im.begun).Seconds()
		fmt.Fprintln(im.err, im.texts.T("cli.import.progress", "Lines", im.texts.Number(int64(r.Lines())), "Rate", im.texts.Number(int64(rate))))
	}
	return nil
}

func (p *program) exportCommand() *cobra.Command {
	var q string
	c := &cobra.Command{
		Use: "export", Short: p.texts.T("cli.export.short"), Long: p.texts.T("cli.export.long"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error { return p.export(ctx, q) }),
	}
	c.Flags().StringVar(&q, "query", "", p.texts.T("cli.flag.query"))
	return c
}

// export writes the messages of all conversations that match, oldest conversation last, in the format of import.
func (p *program) export(ctx context.Context, q string) error {
	if r := p.seat.User.Allowed(inbox.DoExport); r != nil {
		return &inbox.Error{Code: inbox.Forbidden, Op: "export", Reason: *r}
	}
	enc := newEncoder(p.machineOut())
	posts := map[inbox.ContextID]bool{}
	var before inbox.Key
	n, told := 0, time.Now()
	for {
		hits, err := p.seat.Search(ctx, q, inbox.Page{Before: before, Size: 500, MaxScan: 1 << 30})
		if err != nil {
			return p.placed(q, err)
		}
		for _, k := range hits.Keys {
			o, err := p.seat.Open(ctx, k.ID)
			if inbox.CodeOf(err) == inbox.NotFound {
				continue // it was merged away meanwhile
			}
			if err != nil {
				return err
			}
			for _, l := range p.lines(o, posts) {
				if err := enc.Encode(l); err != nil {
					return err
				}
				n++
			}
		}
		if time.Since(told) > time.Second {
			told = time.Now()
			fmt.Fprintln(p.err, p.texts.T("cli.export.progress", "N", p.texts.Number(int64(n))))
		}
		if len(hits.Keys) < 500 {
			return nil
		}
		before = hits.Keys[len(hits.Keys)-1]
	}
}

// lines turns a conversation into lines; a post of ours comes before the first conversation that hangs on it.
func (p *program) lines(o *inbox.Opened, posts map[inbox.ContextID]bool) []corpus.Line {
	dir := p.seat.Desk().Directory()
	a := dir.Accounts[o.Account]
	var out []corpus.Line
	base := corpus.Line{Channel: a.Channel, Account: a.Name}
	var context inbox.RemoteID
	if o.Post != nil {
		context = o.Post.Remote
		if !posts[o.Post.ID] && o.Post.Fetched {
			posts[o.Post.ID] = true
			l := base
			l.Direction, l.Remote, l.Text, l.Permalink, l.Time = "context", o.Post.Remote, o.Post.Text, o.Post.Permalink, o.Post.At
			l.Deleted = !o.Post.DeletedAt.IsZero()
			out = append(out, l)
		}
	}
	for _, m := range o.Msgs {
		l := base
		l.Kind, l.Direction, l.Remote, l.Parent, l.Thread, l.Context = m.Kind, string(m.Direction), m.Remote, m.Parent, o.Conversation.Thread, context
		l.Text, l.Media, l.Permalink, l.Time, l.Hidden, l.Deleted = m.Text, m.Media, m.Permalink, m.At, m.Hidden, !m.DeletedAt.IsZero()
		l.By = dir.Users[m.By].Login
		if o.Status == inbox.Closed {
			l.Status = inbox.Closed
		}
		if l.Remote == "" { // a note: it has no id but ours
			l.Remote = noteName(m)
		}
		if !m.EditedAt.IsZero() {
			at := m.EditedAt
			l.Edited = &at
		}
		if id, ok := o.Identities[m.Author]; ok && m.Direction == inbox.In {
			l.Author = &corpus.Author{ID: id.Remote, Name: id.Name, Handle: id.Handle, Followers: id.Followers, Verified: id.Verified}
		}
		out = append(out, l)
	}
	return out
}
