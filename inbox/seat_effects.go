package inbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// RuleState says what undoing an effect would meet.
type RuleState struct {
	Effect
	Kept *Reason // why it would be left; nil: it would be undone
}

const (
	runBatch = 100 // effects or conversations in a transaction
	oldRuns  = 200 // how far back an unfinished run is looked for
)

// RuleEffects lists at most n effects of a scope behind an id, with what undoing them would meet. A run that undid gives what it undid.
func (s *Seat) RuleEffects(ctx context.Context, scope EffectScope, after int64, n int) (out []RuleState, err error) {
	if err := s.may("seat.RuleEffects", DoRules); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		es, err := tx.Effects(scope, after, n)
		if err != nil {
			return err
		}
		for i := range es {
			st := RuleState{Effect: es[i]}
			c, err := tx.Conversation(es[i].Conversation)
			if err != nil {
				return err
			}
			if st.Kept, err = s.desk.keeps(tx, c, &es[i]); err != nil {
				return err
			}
			out = append(out, st)
		}
		return nil
	})
	return out, err
}

// RuleSums counts what each rule of a version did.
func (s *Seat) RuleSums(ctx context.Context, version int64) (out []EffectSum, err error) {
	if err := s.may("seat.RuleSums", DoRules); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.EffectSums(version)
		return err
	})
	return out, err
}

// RuleRuns lists the newest n runs, newest first.
func (s *Seat) RuleRuns(ctx context.Context, n int) (out []RuleRun, err error) {
	if err := s.may("seat.RuleRuns", DoRules); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.RuleRuns(n)
		return err
	})
	return out, err
}

// Walk is how a run is walked.
type Walk struct {
	Dry  bool          // only tells what would be: nothing is written, and there is no run
	Tell func(RuleRun) // called after each batch; nil: nobody asks
}

// UndoRules takes back what a rule of a version did, or what a run did, wherever no person has the conversation or has done anything with
// it since; the rest is counted in Kept and stays (RuleEffects lists it). Undoing a run that undid does it again. It works in batches, each
// a transaction; interrupted, the same call goes on where it was.
func (s *Seat) UndoRules(ctx context.Context, scope EffectScope, w Walk) (RuleRun, error) {
	const op = "seat.UndoRules"
	if scope.Run == 0 && (scope.Rule == "" || scope.Version == 0) {
		return RuleRun{}, E(Invalid, op, "rules.no_scope")
	}
	run := RuleRun{Kind: RunUndo, Scope: scope}
	return s.walk(ctx, op, run, w, func(tx Tx, run *RuleRun) (more bool, err error) {
		es, err := tx.Effects(run.Scope, run.Cursor, runBatch)
		for i := range es {
			e := &es[i]
			c, err := tx.Conversation(e.Conversation)
			if err != nil {
				return false, err
			}
			kept, err := s.desk.keeps(tx, c, e)
			if err != nil {
				return false, err
			}
			run.Cursor = e.ID
			run.Seen++
			if kept != nil {
				run.Kept++
				continue
			}
			run.Done++
			if w.Dry {
				continue
			}
			if err := s.desk.undo(tx, c, e, run); err != nil {
				return false, err
			}
		}
		return len(es) == runBatch, err
	})
}

// ApplyRules applies rules of the version in force to what there is: each message is decided as if it arrived now, and what the named rules
// say of it is set where no person has said otherwise. Of closed conversations only topics are set. It works in batches, each a
// transaction; interrupted, the same call goes on where it was.
func (s *Seat) ApplyRules(ctx context.Context, ids []string, w Walk) (RuleRun, error) {
	const op = "seat.ApplyRules"
	dir := s.desk.Directory()
	if dir.Rules == nil || len(ids) == 0 {
		return RuleRun{}, E(Invalid, op, "rules.no_scope")
	}
	rules := make([]string, len(ids))
	for i, id := range ids {
		at := slices.IndexFunc(dir.rules, func(r string) bool { return strings.EqualFold(r, id) })
		if at < 0 {
			return RuleRun{}, E(NotFound, op, "rules.no_rule", "ID", id)
		}
		rules[i] = dir.rules[at]
	}
	slices.Sort(rules)
	run := RuleRun{Kind: RunApply, Rules: slices.Compact(rules), Version: dir.Rules.Version}
	return s.walk(ctx, op, run, w, func(tx Tx, run *RuleRun) (more bool, err error) {
		c := s.desk.rules.Load()
		if c.version != run.Version {
			return false, E(Conflict, op, "rules.changed_meanwhile", "Version", run.Version)
		}
		ids, err := tx.ConversationsAfter(ConversationID(run.Cursor), runBatch)
		if err != nil {
			return false, err
		}
		ts, err := tx.Threads(ids)
		if err != nil {
			return false, err
		}
		for _, t := range ts {
			changed, err := s.desk.applyTo(tx, t, c, run)
			if err != nil {
				return false, err
			}
			run.Seen++
			if changed {
				run.Done++
			}
		}
		if len(ids) > 0 {
			run.Cursor = int64(ids[len(ids)-1])
		}
		return len(ids) == runBatch, nil
	})
}

// applyTo decides each message of a conversation again, as if it arrived.
func (d *Desk) applyTo(tx Tx, t *Thread, c *compiled, run *RuleRun) (changed bool, err error) {
	for i := range t.Msgs {
		m := &t.Msgs[i]
		if m.Direction != In || m.Aside || !m.DeletedAt.IsZero() {
			continue
		}
		v := c.Classify(d.Document(t.Arrived(m))).only(run.Rules)
		if !t.Live() {
			v = Verdict{Version: v.Version, Tags: v.Tags, Struck: v.Struck}
		}
		did, err := d.applyVerdict(tx, &t.Conversation, &v, m.ID, run.ID)
		if err != nil {
			return false, err
		}
		changed = changed || did
	}
	if !changed {
		return false, nil
	}
	d.setDue(&t.Conversation)
	return true, tx.PutConversation(&t.Conversation)
}

// walk runs a run batch by batch to its end, from where it was left.
func (s *Seat) walk(ctx context.Context, op string, run RuleRun, w Walk, batch func(Tx, *RuleRun) (bool, error)) (RuleRun, error) {
	if err := s.may(op, DoRules); err != nil {
		return run, err
	}
	if !w.Dry {
		if err := s.begin(ctx, &run); err != nil {
			return run, err
		}
	}
	for more := true; more; {
		begun := time.Now() // how long a batch holds up others is real time
		next := run
		err := s.desk.Store.Update(ctx, Machines, func(tx Tx) (err error) {
			next = run
			if more, err = batch(tx, &next); err != nil {
				return err
			}
			if w.Dry {
				return errTrial
			}
			if !more {
				next.Ended = tx.Now()
			}
			return tx.PutRun(&next)
		})
		if err != nil && !errors.Is(err, errTrial) {
			return run, err
		}
		run = next
		if w.Tell != nil {
			w.Tell(run)
		}
		if more {
			if err := s.desk.pace(ctx, begun); err != nil {
				return run, err
			}
		}
	}
	return run, nil
}

// pace waits until a batch that began then is no more than the desk's rate allows.
func (d *Desk) pace(ctx context.Context, begun time.Time) error {
	t := time.NewTimer(runBatch*time.Second/time.Duration(d.Settings.RuleRate) - time.Since(begun))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin finds the run that was left unfinished, or begins one.
func (s *Seat) begin(ctx context.Context, run *RuleRun) error {
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error {
		old, err := tx.RuleRuns(oldRuns)
		if err != nil {
			return err
		}
		for _, o := range old {
			if o.Ended.IsZero() && o.Kind == run.Kind && o.Scope == run.Scope && o.Version == run.Version && slices.Equal(o.Rules, run.Rules) {
				*run = o
				return nil
			}
		}
		run.By, run.At = s.User.ID, tx.Now()
		if err := tx.PutRun(run); err != nil {
			return err
		}
		return tx.Append(&Change{Kind: ChangeRuleRun, Actor: ActorUser, User: s.User.ID, Ref: run.ID, Word: string(run.Kind)})
	})
}
