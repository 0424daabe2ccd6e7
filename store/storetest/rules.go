package storetest

import (
	"time"

	"lytter/inbox"
)

func ruleVersions(s *suite) {
	one := inbox.RuleSet{Bytes: []byte("# one\r\n"), By: s.ann.ID, Comment: "first"}
	two := inbox.RuleSet{Bytes: []byte("\x00two"), By: s.ann.ID, Approved: s.bob.ID}
	w := inbox.WaitingRules{Base: 2, Bytes: []byte("# three"), By: s.bob.ID, Comment: "later"}
	s.update(func(tx inbox.Tx) error {
		for _, err := range []error{tx.AddRules(&one), tx.AddRules(&two), tx.AddWaiting(&w)} {
			if err != nil {
				return err
			}
		}
		same(s, "when", two.At, tx.Now())
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.RuleVersion(1)
		if err != nil {
			return err
		}
		same(s, "a version", got, &one)
		all, err := tx.RuleVersions()
		if err != nil {
			return err
		}
		short := []inbox.RuleSet{two, one}
		short[0].Bytes, short[1].Bytes = nil, nil
		same(s, "versions, newest first", all, short)
		waiting, err := tx.WaitingRules()
		same(s, "what waits", waiting, []inbox.WaitingRules{w})
		_, missing := tx.RuleVersion(3)
		s.code("a version that is not there", missing, inbox.NotFound)
		return err
	})
	for range 2 {
		s.update(func(tx inbox.Tx) error { return tx.DeleteWaiting(w.ID) })
	}
	s.view(func(tx inbox.Tx) error {
		waiting, err := tx.WaitingRules()
		same(s, "nothing waits", waiting, []inbox.WaitingRules{})
		return err
	})
}

// effect makes one of a rule.
func effect(rule string, version int64, c inbox.ConversationID, run int64) inbox.Effect {
	return inbox.Effect{
		Rule: rule, Version: version, Conversation: c, Message: 7, At: at(1), Seq: 9, Run: run, Hits: []inbox.RuleHit{{Clause: [2]int{0, 3}, Start: 1, End: 2}},
		Deeds: []inbox.Deed{{Set: inbox.SetQueue, To: 2, Was: 1}, {Set: inbox.SetProposal, To: 7, Name: "hide"}},
	}
}

func effects(s *suite) {
	es := []inbox.Effect{effect("a", 1, 1, 0), effect("a", 1, 2, 5), effect("b", 1, 1, 5), effect("a", 2, 1, 0)}
	s.update(func(tx inbox.Tx) error {
		for i := range es {
			if err := tx.PutEffect(&es[i]); err != nil {
				return err
			}
		}
		es[0].Undone, es[0].Seq = 6, 11
		return tx.PutEffect(&es[0])
	})
	ghost := effect("a", 1, 1, 0)
	ghost.ID = 4711
	s.code("an effect that is not there", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutEffect(&ghost) }),
		inbox.NotFound)
	s.view(func(tx inbox.Tx) error {
		for _, tc := range []struct {
			what  string
			scope inbox.EffectScope
			after int64
			n     int
			want  []inbox.Effect
		}{
			{"of a rule, those that stand", inbox.EffectScope{Rule: "a", Version: 1}, 0, 9, es[1:2]},
			{"of another version", inbox.EffectScope{Rule: "a", Version: 2}, 0, 9, es[3:]},
			{"that a run did", inbox.EffectScope{Run: 5}, 0, 9, es[1:3]},
			{"the first of them", inbox.EffectScope{Run: 5}, 0, 1, es[1:2]},
			{"those behind it", inbox.EffectScope{Run: 5}, es[1].ID, 9, es[2:3]},
			{"that a run undid", inbox.EffectScope{Run: 6}, 0, 9, es[:1]},
			{"of no rule", inbox.EffectScope{Rule: "c", Version: 1}, 0, 9, nil},
		} {
			got, err := tx.Effects(tc.scope, tc.after, tc.n)
			if err != nil {
				return err
			}
			same(s, tc.what, got, tc.want)
		}
		in, err := tx.EffectsIn(1)
		if err != nil {
			return err
		}
		same(s, "of a conversation", in, []inbox.Effect{es[0], es[2], es[3]})
		sums, err := tx.EffectSums(1)
		same(s, "sums", sums, []inbox.EffectSum{{Rule: "a", Effects: 2, Undone: 1}, {Rule: "b", Effects: 1}})
		return err
	})
}

// effectsMove: of conversations that become one the effects move along, and a person's act on either is not forgotten.
func effectsMove(s *suite) {
	var from, to, quiet *inbox.Conversation
	var es []inbox.Effect
	s.update(func(tx inbox.Tx) error {
		for i, c := range []**inbox.Conversation{&from, &to, &quiet} {
			var err error
			if *c, err = s.conversation(tx, inbox.RemoteID(rune('a'+i)), day); err != nil {
				return err
			}
		}
		for _, c := range []*inbox.Conversation{from, from, to, quiet} {
			es = append(es, effect("a", 1, c.ID, 0))
		}
		act := inbox.Change{Kind: inbox.ChangeNoted, Actor: inbox.ActorUser, User: s.ann.ID, Conversation: from.ID}
		if err := tx.Append(&act); err != nil {
			return err
		}
		es[0].Seq, es[1].Seq, es[2].Seq = act.Seq-1, act.Seq, act.Seq-1
		for i := range es {
			if err := tx.PutEffect(&es[i]); err != nil {
				return err
			}
		}
		for c, want := range map[*inbox.Conversation][2]bool{from: {true, false}, quiet: {false, false}} {
			for i, after := range []inbox.Seq{act.Seq - 1, act.Seq} {
				got, err := tx.HandledSince(c.ID, after)
				if err != nil {
					return err
				}
				same(s, "handled", got, want[i])
			}
		}
		return tx.MoveMessages(from.ID, to.ID)
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.EffectsIn(to.ID)
		if err != nil {
			return err
		}
		want := []inbox.Effect{es[0], es[1], es[2]}
		for i := range want {
			want[i].Conversation, want[i].Handled = to.ID, i != 1
		}
		same(s, "effects of one that was two", got, want)
		ids, err := tx.ConversationsAfter(from.ID, 1)
		same(s, "conversations behind one", ids, []inbox.ConversationID{to.ID})
		return err
	})
}

func ruleRuns(s *suite) {
	undo := inbox.RuleRun{
		Kind: inbox.RunUndo, Scope: inbox.EffectScope{Rule: "a", Version: 3, Run: 4}, By: s.ann.ID, At: at(1), Cursor: 5, Seen: 3, Done: 2, Kept: 1,
	}
	apply := inbox.RuleRun{Kind: inbox.RunApply, Rules: []string{"a", "b"}, Version: 3, By: s.bob.ID, At: at(2), Ended: at(3)}
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutRun(&undo); err != nil {
			return err
		}
		if err := tx.PutRun(&apply); err != nil {
			return err
		}
		undo.Cursor, undo.Ended = 6, at(9)
		return tx.PutRun(&undo)
	})
	s.view(func(tx inbox.Tx) error {
		all, err := tx.RuleRuns(9)
		if err != nil {
			return err
		}
		same(s, "runs, newest first", all, []inbox.RuleRun{apply, undo})
		one, err := tx.RuleRuns(1)
		same(s, "the newest", one, []inbox.RuleRun{apply})
		return err
	})
}

func ruleCounts(s *suite) {
	for _, days := range [][]inbox.RuleDay{
		{{Rule: "a", Day: 20261103, Hits: 2, LastAt: at(5)}, {Rule: "b", Day: 20261103, Shadow: 1, LastAt: at(1)}},
		{{Rule: "a", Day: 20261103, Hits: 1, Shadow: 4, LastAt: at(2)}, {Rule: "a", Day: 20261104, Hits: 1, LastAt: at(9)}},
	} {
		s.update(func(tx inbox.Tx) error { return tx.CountRules(days) })
	}
	s.view(func(tx inbox.Tx) error {
		all, err := tx.RuleDays(20261103, 20261104)
		if err != nil {
			return err
		}
		same(s, "counts", all, []inbox.RuleDay{
			{Rule: "a", Day: 20261103, Hits: 3, Shadow: 4, LastAt: at(5)},
			{Rule: "a", Day: 20261104, Hits: 1, LastAt: at(9)},
			{Rule: "b", Day: 20261103, Shadow: 1, LastAt: at(1)},
		})
		last, err := tx.RuleDays(20261104, 20261105)
		same(s, "of a day", last, all[1:2])
		return err
	})
}

func corrections(s *suite) {
	cs := []inbox.Correction{
		{Rule: "a", Version: 1, Conversation: 1, Message: 2, Set: inbox.SetTopic, Ref: 3, By: s.ann.ID},
		{Rule: "b", Version: 1, Conversation: 1, Message: 2, Set: inbox.SetQueue, Ref: 3, By: s.ann.ID},
		{Rule: "a", Version: 2, Conversation: 2, Message: 4, Set: inbox.SetTopic, Ref: 3, By: s.bob.ID},
	}
	s.update(func(tx inbox.Tx) error {
		for i := range cs {
			if err := tx.AddCorrection(&cs[i]); err != nil {
				return err
			}
			same(s, "when", cs[i].At, tx.Now())
		}
		return nil
	})
	check := func(what, rule string, after int64, n int, want ...inbox.Correction) {
		s.Helper()
		s.view(func(tx inbox.Tx) error {
			got, err := tx.Corrections(rule, after, n)
			same(s, what, got, want)
			return err
		})
	}
	old := effect("a", 1, 2, 0)
	old.At = cs[0].At.Add(-time.Hour)
	done := []inbox.Effect{old, effect("a", 1, 1, 0), effect("a", 2, 1, 0), effect("b", 1, 3, 0)} // in the order of time
	s.update(func(tx inbox.Tx) error {
		for i := range done {
			if i > 0 {
				done[i].At = cs[0].At
			}
			if err := tx.PutEffect(&done[i]); err != nil {
				return err
			}
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.CountDeeds(cs[0].At)
		same(s, "conversations on which rules did something since, and people's words against it", got, []inbox.DeedCount{
			{Rule: "a", N: 1}, {Rule: "a", Against: inbox.SetTopic, N: 2}, {Rule: "b", N: 1}, {Rule: "b", Against: inbox.SetQueue, N: 1},
		})
		return err
	})
	check("all", "", 0, 9, cs...)
	check("of a rule", "a", 0, 9, cs[0], cs[2])
	check("behind one", "a", cs[0].ID, 9, cs[2])
	check("the first", "", 0, 1, cs[0])
	s.update(func(tx inbox.Tx) error { return tx.DropCorrections(1, inbox.SetTopic, 3) })
	check("one was taken back", "", 0, 9, cs[1], cs[2])
}
