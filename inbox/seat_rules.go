package inbox

import (
	"bytes"
	"cmp"
	"context"
	"slices"
)

// Publishing is a rule file that is to become the rules.
type Publishing struct {
	Bytes   []byte
	Comment string
	Base    int64 // the version that it was written from; 0: there were no rules
}

// Published is what became of it.
type Published struct {
	Version int64        // the new version; 0: it waits for a second lead
	Waiting int64        // as this
	Changes []RuleChange // against the version before
}

// settingSecondLead is set where rules that route or propose hiding take a second lead.
const settingSecondLead = "rules.second_lead"

// PublishRules checks a rule file and makes it the rules in force, at once and without a pause. An Error of code Invalid if something is
// wrong with it, and of code Conflict if another version was published meanwhile. Where a second lead is needed it waits for one.
func (s *Seat) PublishRules(ctx context.Context, p Publishing) (Published, error) {
	return s.publish(ctx, p, false)
}

func (s *Seat) publish(ctx context.Context, p Publishing, again bool) (out Published, err error) {
	const op = "seat.PublishRules"
	if err := s.may(op, DoRules); err != nil {
		return out, err
	}
	d := s.desk
	set := &RuleSet{Bytes: p.Bytes, Comment: p.Comment, By: s.User.ID}
	if _, err := d.Config.Rules.Compile(set, d.Directory()); err != nil {
		return out, err
	}
	err = d.setup(ctx, func(tx Tx) error {
		out = Published{}
		now, err := s.based(tx, op, p.Base)
		if err != nil {
			return err
		}
		if now != nil && bytes.Equal(now.Bytes, p.Bytes) {
			return E(Conflict, op, "rules.same", "Version", now.Version)
		}
		out.Changes = d.Config.Rules.Diff(now, set)
		second, err := tx.Setting(settingSecondLead)
		if err != nil {
			return err
		}
		if second == "" || again || !weighty(out.Changes) {
			err = d.publish(tx, set)
			out.Version = set.Version
			return err
		}
		w := &WaitingRules{Base: p.Base, Bytes: p.Bytes, By: s.User.ID, Comment: p.Comment}
		if err := tx.AddWaiting(w); err != nil {
			return err
		}
		out.Waiting = w.ID
		return s.toldRules(tx, w.ID, RulesWaiting, p.Comment)
	})
	return out, err
}

// based gives the version in force, which must be the one that something was written from.
func (s *Seat) based(tx Tx, op string, base int64) (*RuleSet, error) {
	now, err := tx.Rules()
	if err != nil {
		return nil, err
	}
	version, by := int64(0), UserID(0)
	if now != nil {
		version, by = now.Version, now.By
	}
	if version != base {
		return nil, E(Conflict, op, "rules.newer", "Version", version, "Base", base, "Name", s.desk.Directory().UserName(by))
	}
	return now, nil
}

// weighty reports whether a change of rules is one that takes a second lead, where that is asked for.
func weighty(cs []RuleChange) bool {
	return slices.ContainsFunc(cs, func(c RuleChange) bool { return c.Routes || c.Hides })
}

func (s *Seat) toldRules(tx Tx, ref int64, word, detail string) error {
	return tx.Append(&Change{Kind: ChangeRules, Actor: ActorUser, User: s.User.ID, Ref: ref, Word: word, Detail: detail})
}

// RollbackRules makes the bytes of an earlier version the rules again, as a new version. It takes no second lead: it was in force before.
func (s *Seat) RollbackRules(ctx context.Context, version int64, comment string) (Published, error) {
	old, err := s.RuleVersion(ctx, version)
	if err != nil {
		return Published{}, err
	}
	base := int64(0)
	if now := s.desk.Directory().Rules; now != nil {
		base = now.Version
	}
	return s.publish(ctx, Publishing{Bytes: old.Bytes, Comment: comment, Base: base}, true)
}

// RuleVersions lists all versions without their bytes, newest first.
func (s *Seat) RuleVersions(ctx context.Context) (out []RuleSet, err error) {
	if err := s.may("seat.RuleVersions", DoRules); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.RuleVersions()
		return err
	})
	return out, err
}

// RuleVersion gives a version with its bytes; 0 is the one in force. An Error of code NotFound if there is none.
func (s *Seat) RuleVersion(ctx context.Context, version int64) (out *RuleSet, err error) {
	const op = "seat.RuleVersion"
	if err := s.may(op, DoRules); err != nil {
		return nil, err
	}
	if version == 0 {
		if out = s.desk.Directory().Rules; out == nil {
			return nil, E(NotFound, op, "rules.none")
		}
		return out, nil
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.RuleVersion(version)
		return err
	})
	return out, err
}

// DiffRules tells what became of each rule between two versions; 0 is the one in force.
func (s *Seat) DiffRules(ctx context.Context, before, after int64) ([]RuleChange, error) {
	a, err := s.RuleVersion(ctx, before)
	if err != nil {
		return nil, err
	}
	b, err := s.RuleVersion(ctx, after)
	if err != nil {
		return nil, err
	}
	return s.desk.Config.Rules.Diff(a, b), nil
}

// Waiting is a rule file that waits for a second lead, with what there is to know before one says yes.
type Waiting struct {
	WaitingRules
	Changes []RuleChange // against the version that it was written from
	Stale   bool         // another version is in force by now: it can only be withdrawn
	// Expected is how many messages a day the added and changed rules would match; nil: not known.
	Expected map[string]float64
}

// WaitingRules lists what waits for a second lead, oldest first.
func (s *Seat) WaitingRules(ctx context.Context) (out []Waiting, err error) {
	if err := s.may("seat.WaitingRules", DoRules); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out = nil
		ws, err := tx.WaitingRules()
		if err != nil {
			return err
		}
		now, err := tx.Rules()
		if err != nil {
			return err
		}
		for _, w := range ws {
			base := now
			stale := now == nil && w.Base != 0 || now != nil && now.Version != w.Base
			if stale && w.Base != 0 {
				if base, err = tx.RuleVersion(w.Base); err != nil {
					return err
				}
			}
			out = append(out, Waiting{WaitingRules: w, Stale: stale, Changes: s.desk.Config.Rules.Diff(base, &RuleSet{Bytes: w.Bytes})})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Expected, err = s.ExpectRules(ctx, out[i].Bytes, out[i].Changes); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ExpectRules tells how many messages a day what was added or changed would match, by rule; nil where the desk cannot tell.
func (s *Seat) ExpectRules(ctx context.Context, rules []byte, changes []RuleChange) (map[string]float64, error) {
	if err := s.may("seat.ExpectRules", DoRules); err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range changes {
		if c.Kind == RuleAdded || c.Kind == RuleChanged {
			ids = append(ids, c.ID)
		}
	}
	if s.desk.Lab == nil || len(ids) == 0 {
		return nil, nil
	}
	return s.desk.Lab.Expect(ctx, s.desk, rules, ids)
}

// ApproveRules makes what waits the rules in force. It takes another lead than the one who wrote it.
func (s *Seat) ApproveRules(ctx context.Context, id int64) (out Published, err error) {
	const op = "seat.ApproveRules"
	if err := s.may(op, DoRules); err != nil {
		return out, err
	}
	d := s.desk
	err = d.setup(ctx, func(tx Tx) error {
		w, err := waiting(tx, op, id)
		if err != nil {
			return err
		}
		if w.By == s.User.ID {
			return E(Forbidden, op, "rules.own")
		}
		now, err := s.based(tx, op, w.Base)
		if err != nil {
			return err
		}
		set := &RuleSet{Bytes: w.Bytes, Comment: w.Comment, By: w.By, Approved: s.User.ID}
		if _, err := d.Config.Rules.Compile(set, d.Directory()); err != nil {
			return err
		}
		out.Changes = d.Config.Rules.Diff(now, set)
		if err := cmp.Or(tx.DeleteWaiting(id), d.publish(tx, set)); err != nil {
			return err
		}
		out.Version = set.Version
		return nil
	})
	return out, err
}

// WithdrawRules takes back what waits: whoever wrote it thought better of it, or another lead says no.
func (s *Seat) WithdrawRules(ctx context.Context, id int64) error {
	const op = "seat.WithdrawRules"
	if err := s.may(op, DoRules); err != nil {
		return err
	}
	return s.desk.setup(ctx, func(tx Tx) error {
		if _, err := waiting(tx, op, id); err != nil {
			return err
		}
		return cmp.Or(tx.DeleteWaiting(id), s.toldRules(tx, id, RulesWithdrawn, ""))
	})
}

func waiting(tx Tx, op string, id int64) (*WaitingRules, error) {
	ws, err := tx.WaitingRules()
	if err != nil {
		return nil, err
	}
	for i := range ws {
		if ws[i].ID == id {
			return &ws[i], nil
		}
	}
	return nil, E(NotFound, op, "rules.not_waiting", "ID", id)
}

// SecondLead reports whether rules that route or propose hiding take a second lead.
func (s *Seat) SecondLead(ctx context.Context) (on bool, err error) {
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		v, err := tx.Setting(settingSecondLead)
		on = v != ""
		return err
	})
	return on, err
}

// SetSecondLead says whether they do.
func (s *Seat) SetSecondLead(ctx context.Context, on bool) error {
	if err := s.may("seat.SetSecondLead", DoSetup); err != nil {
		return err
	}
	value := ""
	if on {
		value = "on"
	}
	return s.desk.setup(ctx, func(tx Tx) error {
		return cmp.Or(tx.SetSetting(settingSecondLead, value), s.toldRules(tx, 0, cmp.Or(value, "off"), ""))
	})
}

// RuleDays lists how often rules struck on the days [from, to], as RuleDay.Day counts them: by rule, then day.
func (s *Seat) RuleDays(ctx context.Context, from, to int) (out []RuleDay, err error) {
	if err := s.may("seat.RuleDays", DoRules); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.RuleDays(from, to)
		return err
	})
	return out, err
}

// Corrections lists at most n of persons' words against what a rule set, behind an id; "" is all rules.
func (s *Seat) Corrections(ctx context.Context, rule string, after int64, n int) (out []Correction, err error) {
	if err := s.may("seat.Corrections", DoRules); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.Corrections(rule, after, n)
		return err
	})
	return out, err
}
