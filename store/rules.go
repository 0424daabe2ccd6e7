package store

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// Rules implements inbox.SetupTx.
func (t *tx) Rules() (*inbox.RuleSet, error) {
	return find(t, readRuleSet, "SELECT "+ruleSetCols+" FROM rulesets ORDER BY version DESC LIMIT 1")
}

const ruleSetCols = "version, bytes, by_user, approved, comment, at"

func readRuleSet(r *sqlconn.Row) inbox.RuleSet {
	return inbox.RuleSet{
		Version: r.Int(), Bytes: r.Bytes(), By: inbox.UserID(r.Int()), Approved: inbox.UserID(r.Int()), Comment: r.Text(), At: r.Time(),
	}
}

// AddRules implements inbox.SetupTx.
func (t *tx) AddRules(s *inbox.RuleSet) error {
	last, err := t.number("SELECT max(version) FROM rulesets")
	if err != nil {
		return err
	}
	s.Version, s.At = last+1, t.now
	return t.do("INSERT INTO rulesets ("+ruleSetCols+") VALUES ($1, $2, $3, $4, $5, $6)", s.Version, s.Bytes, s.By, s.Approved, s.Comment, s.At)
}

// RuleVersion implements inbox.RuleTx.
func (t *tx) RuleVersion(version int64) (*inbox.RuleSet, error) {
	s, err := find(t, readRuleSet, "SELECT "+ruleSetCols+" FROM rulesets WHERE version = $1", version)
	return must(s, err, "rules.no_version", version)
}

// RuleVersions implements inbox.RuleTx.
func (t *tx) RuleVersions() ([]inbox.RuleSet, error) {
	return list(t, func(r *sqlconn.Row) inbox.RuleSet {
		return inbox.RuleSet{Version: r.Int(), By: inbox.UserID(r.Int()), Approved: inbox.UserID(r.Int()), Comment: r.Text(), At: r.Time()}
	}, "SELECT version, by_user, approved, comment, at FROM rulesets ORDER BY version DESC")
}

// WaitingRules implements inbox.RuleTx.
func (t *tx) WaitingRules() ([]inbox.WaitingRules, error) {
	return list(t, func(r *sqlconn.Row) inbox.WaitingRules {
		return inbox.WaitingRules{
			ID: r.Int(), Base: r.Int(), Bytes: r.Bytes(), By: inbox.UserID(r.Int()), Comment: r.Text(), At: r.Time(),
		}
	}, "SELECT id, base, bytes, by_user, comment, at FROM waiting_rules ORDER BY id")
}

// AddWaiting implements inbox.RuleTx.
func (t *tx) AddWaiting(w *inbox.WaitingRules) (err error) {
	w.At = t.now
	w.ID, err = t.number("INSERT INTO waiting_rules (base, bytes, by_user, comment, at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
		w.Base, w.Bytes, w.By, w.Comment, w.At)
	return err
}

// DeleteWaiting implements inbox.RuleTx. It is no error if it is gone already.
func (t *tx) DeleteWaiting(id int64) error {
	return t.do("DELETE FROM waiting_rules WHERE id = $1", id)
}

const (
	effectCols = "rule, version, conversation, message, at, seq, run, undone, handled, hits, deeds"
	effectArgs = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11"
)

func readEffect(r *sqlconn.Row) inbox.Effect {
	e := inbox.Effect{
		ID: r.Int(), Rule: r.Text(), Version: r.Int(), Conversation: inbox.ConversationID(r.Int()), Message: inbox.MessageID(r.Int()), At: r.Time(),
		Seq: inbox.Seq(r.Int()), Run: r.Int(), Undone: r.Int(), Handled: r.Bool(),
	}
	r.JSON(&e.Hits)
	r.JSON(&e.Deeds)
	return e
}

// PutEffect implements inbox.RuleTx.
func (t *tx) PutEffect(e *inbox.Effect) error {
	return put(t, &e.ID, "effect.not_found",
		"INSERT INTO effects ("+effectCols+") VALUES ("+effectArgs+") RETURNING id",
		"UPDATE effects SET ("+effectCols+") = ("+effectArgs+") WHERE id = $12",
		e.Rule, e.Version, e.Conversation, e.Message, e.At, e.Seq, e.Run, e.Undone, e.Handled, sqlconn.JSON(e.Hits), sqlconn.JSON(e.Deeds))
}

// Effects implements inbox.RuleTx. A run either does or undoes: of one that undid, both halves never meet.
func (t *tx) Effects(s inbox.EffectScope, after int64, n int) ([]inbox.Effect, error) {
	const from = "SELECT id, " + effectCols + " FROM effects WHERE "
	if s.Run == 0 {
		return list(t, readEffect, from+"version = $1 AND rule = $2 AND undone = 0 AND id > $3 ORDER BY id LIMIT $4",
			s.Version, s.Rule, after, n)
	}
	did, err := list(t, readEffect, from+"run = $1 AND run <> 0 AND undone = 0 AND id > $2 ORDER BY id LIMIT $3", s.Run, after, n)
	if err != nil || len(did) > 0 {
		return did, err
	}
	return list(t, readEffect, from+"undone = $1 AND undone <> 0 AND id > $2 ORDER BY id LIMIT $3", s.Run, after, n)
}

// EffectsIn implements inbox.RuleTx.
func (t *tx) EffectsIn(id inbox.ConversationID) ([]inbox.Effect, error) {
	return list(t, readEffect, "SELECT id, "+effectCols+" FROM effects WHERE conversation = $1 ORDER BY id", id)
}

// EffectSums implements inbox.RuleTx.
func (t *tx) EffectSums(version int64) ([]inbox.EffectSum, error) {
	return list(t, func(r *sqlconn.Row) inbox.EffectSum {
		return inbox.EffectSum{Rule: r.Text(), Effects: int(r.Int()), Undone: int(r.Int())}
	}, `SELECT rule, count(*), sum(CASE WHEN undone <> 0 THEN 1 ELSE 0 END) FROM effects WHERE version = $1 GROUP BY rule ORDER BY rule`, version)
}

// HandledSince implements inbox.RuleTx.
func (t *tx) HandledSince(id inbox.ConversationID, after inbox.Seq) (bool, error) {
	n, err := t.number(`SELECT seq FROM changes WHERE conversation = $1 AND conversation <> 0 AND seq > $2 AND actor = 'user'
		ORDER BY seq LIMIT 1`, id, after)
	return n != 0, err
}

// ConversationsAfter implements inbox.RuleTx.
func (t *tx) ConversationsAfter(id inbox.ConversationID, n int) ([]inbox.ConversationID, error) {
	return list(t, readID[inbox.ConversationID], "SELECT id FROM conversations WHERE id > $1 ORDER BY id LIMIT $2", id, n)
}

// moveEffects puts the effects of one conversation into another. What a person did to either stands in the logs of both, of which
// only one is read from now on.
func (t *tx) moveEffects(from, to inbox.ConversationID) error {
	return t.do(`UPDATE effects SET conversation = $1, handled = CASE WHEN handled = 1 OR EXISTS (SELECT 1 FROM changes h
		WHERE h.conversation IN ($1, $2) AND h.conversation <> 0 AND h.seq > effects.seq AND h.actor = 'user') THEN 1 ELSE 0 END
		WHERE conversation IN ($1, $2)`, to, from)
}

const (
	runCols = "kind, rule, version, of_run, rules, by_user, at, place, seen, done, kept, ended"
	runArgs = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12"
)

// PutRun implements inbox.RuleTx.
func (t *tx) PutRun(r *inbox.RuleRun) error {
	version := r.Version
	if r.Kind == inbox.RunUndo {
		version = r.Scope.Version
	}
	return put(t, &r.ID, "rules.no_run",
		"INSERT INTO rule_runs ("+runCols+") VALUES ("+runArgs+") RETURNING id",
		"UPDATE rule_runs SET ("+runCols+") = ("+runArgs+") WHERE id = $13",
		r.Kind, r.Scope.Rule, version, r.Scope.Run, sqlconn.JSON(r.Rules), r.By, r.At, r.Cursor, r.Seen, r.Done, r.Kept, r.Ended)
}

// RuleRuns implements inbox.RuleTx.
func (t *tx) RuleRuns(n int) ([]inbox.RuleRun, error) {
	return list(t, func(r *sqlconn.Row) inbox.RuleRun {
		run := inbox.RuleRun{ID: r.Int(), Kind: inbox.RunKind(r.Text()), Scope: inbox.EffectScope{Rule: r.Text(), Version: r.Int(), Run: r.Int()}}
		r.JSON(&run.Rules)
		if run.Kind == inbox.RunApply {
			run.Version, run.Scope.Version = run.Scope.Version, 0
		}
		run.By, run.At, run.Cursor, run.Seen, run.Done = inbox.UserID(r.Int()), r.Time(), r.Int(), int(r.Int()), int(r.Int())
		run.Kept, run.Ended = int(r.Int()), r.Time()
		return run
	}, "SELECT id, "+runCols+" FROM rule_runs ORDER BY id DESC LIMIT $1", n)
}

// CountRules implements inbox.RuleTx.
func (t *tx) CountRules(days []inbox.RuleDay) error {
	for _, d := range days {
		err := t.do(`INSERT INTO rule_days (rule, day, hits, shadow, last_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (day, rule) DO UPDATE SET hits = rule_days.hits + excluded.hits, shadow = rule_days.shadow + excluded.shadow,
			last_at = CASE WHEN excluded.last_at > rule_days.last_at THEN excluded.last_at ELSE rule_days.last_at END`,
			d.Rule, d.Day, d.Hits, d.Shadow, d.LastAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// RuleDays implements inbox.RuleTx.
func (t *tx) RuleDays(from, to int) ([]inbox.RuleDay, error) {
	return list(t, func(r *sqlconn.Row) inbox.RuleDay {
		return inbox.RuleDay{Rule: r.Text(), Day: int(r.Int()), Hits: r.Int(), Shadow: r.Int(), LastAt: r.Time()}
	}, "SELECT rule, day, hits, shadow, last_at FROM rule_days WHERE day >= $1 AND day <= $2 ORDER BY rule, day", from, to)
}

// AddCorrection implements inbox.RuleTx.
func (t *tx) AddCorrection(c *inbox.Correction) (err error) {
	c.At = t.now
	c.ID, err = t.number(`INSERT INTO corrections (rule, version, conversation, message, aspect, ref, by_user, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`, c.Rule, c.Version, c.Conversation, c.Message, c.Set, c.Ref, c.By, c.At)
	return err
}

// DropCorrections implements inbox.RuleTx.
func (t *tx) DropCorrections(id inbox.ConversationID, set inbox.Aspect, ref int64) error {
	return t.do("DELETE FROM corrections WHERE conversation = $1 AND aspect = $2 AND ref = $3", id, set, ref)
}

// Corrections implements inbox.RuleTx.
func (t *tx) Corrections(rule string, after int64, n int) ([]inbox.Correction, error) {
	read := func(r *sqlconn.Row) inbox.Correction {
		return inbox.Correction{
			ID: r.Int(), Rule: r.Text(), Version: r.Int(), Conversation: inbox.ConversationID(r.Int()), Message: inbox.MessageID(r.Int()),
			Set: inbox.Aspect(r.Text()), Ref: r.Int(), By: inbox.UserID(r.Int()), At: r.Time(),
		}
	}
	const from = "SELECT id, rule, version, conversation, message, aspect, ref, by_user, at FROM corrections WHERE "
	if rule == "" {
		return list(t, read, from+"id > $1 ORDER BY id LIMIT $2", after, n)
	}
	return list(t, read, from+"rule = $1 AND id > $2 ORDER BY id LIMIT $3", rule, after, n)
}

// CountDeeds implements inbox.RuleTx.
func (t *tx) CountDeeds(since time.Time) ([]inbox.DeedCount, error) {
	read := func(r *sqlconn.Row) inbox.DeedCount {
		return inbox.DeedCount{Rule: r.Text(), Against: inbox.Aspect(r.Text()), N: r.Int()}
	}
	var out []inbox.DeedCount
	for table, q := range map[string]string{
		"effects":     "SELECT rule, '', count(DISTINCT conversation) FROM effects WHERE id >= $1 GROUP BY rule",
		"corrections": "SELECT rule, aspect, count(DISTINCT conversation) FROM corrections WHERE id >= $1 GROUP BY rule, aspect",
	} {
		first, err := t.firstSince(table, since)
		if err != nil {
			return nil, err
		}
		some, err := list(t, read, q, first)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortFunc(out, func(a, b inbox.DeedCount) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Against, b.Against))
	})
	return out, nil
}

// firstSince finds the least id that a row of a table has which was written since a time: rows are written in the order of their ids.
func (t *tx) firstSince(table string, since time.Time) (int64, error) {
	last, err := t.number("SELECT coalesce(max(id), 0) FROM " + table)
	if err != nil {
		return 0, err
	}
	var failed error
	first := sort.Search(int(last)+1, func(id int) bool {
		if failed != nil {
			return true
		}
		var at int64
		at, failed = t.number("SELECT at FROM "+table+" WHERE id >= $1 ORDER BY id LIMIT 1", id)
		return at >= since.UnixMilli() || at == 0
	})
	return int64(first), failed
}
