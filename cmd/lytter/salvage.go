package main

import (
	"context"
	"fmt"
	"path/filepath"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/store/journal"
)

func (h *house) journalPath() string { return filepath.Join(h.cfg.Data, "journal.db") }

// settingSalvaged and a file's name say that what could be read of a damaged journal is where it belongs.
const settingSalvaged = "salvaged:"

// salvage takes over what was acknowledged and not taken in when a journal was found damaged: good rows go into the new journal, damaged
// ones and what could not be read are parked, where people see them. Where anything was lost each account has a gap, from up to when it was
// read, and polling brings what it can. It goes by the files that lie aside and not by what this start
// found, so that one that was interrupted is done again.
func (h *house) salvage(ctx context.Context) error {
	files, err := journal.Asides(h.journalPath())
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := h.salvageFile(ctx, file); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	return nil
}

func (h *house) salvageFile(ctx context.Context, file string) error {
	setting := settingSalvaged + filepath.Base(file)
	var done []inbox.Range
	var settled string
	known := map[inbox.AccountID]bool{}
	err := h.store.View(ctx, func(tx inbox.Tx) (err error) {
		if settled, err = tx.Setting(setting); err != nil {
			return err
		}
		if done, err = tx.Done(); err != nil {
			return err
		}
		accounts, err := tx.Accounts()
		for _, a := range accounts {
			known[a.ID] = true
		}
		return err
	})
	if err != nil || settled != "" {
		return err
	}
	left := undone(done)
	var parked []inbox.Parked
	var stuck error // of the new journal
	kept := 0
	found, err := journal.Salvage(ctx, file, left[0].From-1, func(e journal.Entry) error {
		if !within(left, e.Row) {
			return nil
		}
		if e.Damaged {
			if !known[e.Account] {
				e.Account = 0
			}
			parked = append(parked, inbox.Parked{Account: e.Account, At: e.At, Reason: *inbox.Why("parked.damaged"), Bytes: e.Body})
			return nil
		}
		kept++
		_, stuck = h.journal.Append(ctx, e)
		return stuck
	})
	switch {
	case stuck != nil:
		return stuck
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil: // nothing can be read of it: that is said, and the desk works
		parked = append(parked, inbox.Parked{At: h.now(), Reason: *inbox.Why("parked.journal", "File", filepath.Base(file))})
	case found.Lost != inbox.Range{}:
		for _, r := range left {
			from, to := max(r.From, found.Lost.From), min(r.To, found.Lost.To)
			switch {
			case from > to:
			case to >= lastRow-1:
				parked = append(parked, inbox.Parked{At: h.now(), Reason: *inbox.Why("parked.lost_from", "File", filepath.Base(file), "From", from)})
			default:
				parked = append(parked, inbox.Parked{
					At: h.now(), Reason: *inbox.Why("parked.lost", "File", filepath.Base(file), "From", from, "To", to),
				})
			}
		}
	}
	h.log.Error("the journal was damaged and lies aside; what was acknowledged and not taken in was salvaged", "file", file, "kept", kept,
		"parked", len(parked), "err", err)
	return h.store.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
		for i := range parked {
			if err := tx.AddParked(&parked[i]); err != nil {
				return err
			}
			if err := tx.Append(&inbox.Change{Kind: inbox.ChangeParked, Actor: inbox.ActorDesk, Account: parked[i].Account, Ref: parked[i].ID}); err != nil {
				return err
			}
		}
		if err := h.missed(tx, len(parked) > 0); err != nil {
			return err
		}
		for _, r := range left[:len(left)-1] { // what they held has other numbers now
			if err := tx.MarkDone(r); err != nil {
				return err
			}
		}
		return tx.SetSetting(setting, h.now().UTC().Format("2006-01-02T15:04:05Z"))
	})
}

// missed notes that every account may miss something of what was in a damaged journal.
func (h *house) missed(tx inbox.Tx, lost bool) error {
	accounts, err := tx.Accounts()
	if err != nil || !lost {
		return err
	}
	for _, a := range accounts {
		from, err := connectors.ReadUpTo(tx, a)
		if err != nil {
			return err
		}
		if a.State == inbox.AccountOff || from.IsZero() { // nothing came of it
			continue
		}
		g := inbox.Gap{Account: a.ID, Cause: inbox.GapDamaged, From: from, To: tx.Now()}
		if err := tx.PutGap(&g); err != nil {
			return err
		}
		if err := tx.Append(&inbox.Change{Kind: inbox.ChangeGap, Actor: inbox.ActorDesk, Account: a.ID, Ref: g.ID, Word: string(g.Cause)}); err != nil {
			return err
		}
	}
	return nil
}

// lastRow is above every row that a journal had or will have.
const lastRow = int64(1)<<62 - 1

// undone lists the rows that are not in done, which ascends; the last range has no end.
func undone(done []inbox.Range) []inbox.Range {
	var out []inbox.Range
	next := int64(1)
	for _, d := range done {
		if d.From > next {
			out = append(out, inbox.Range{From: next, To: d.From - 1})
		}
		next = d.To + 1
	}
	return append(out, inbox.Range{From: next, To: lastRow})
}

func within(ranges []inbox.Range, row int64) bool {
	for _, r := range ranges {
		if row >= r.From && row <= r.To {
			return true
		}
	}
	return false
}
