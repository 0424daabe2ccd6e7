package inbox

import (
	"context"
	"slices"
)

// correct notes a person's word against what a rule set: it is what tells a good rule from a bad one. Nothing is noted where no rule that
// is known of has set it.
func (s *Seat) correct(tx Tx, t *Thread, set Aspect, ref int64) error {
	all, err := tx.EffectsIn(t.ID)
	if err != nil {
		return err
	}
	for i := len(all) - 1; i >= 0; i-- {
		e := &all[i]
		if e.Undone != 0 || !e.sets(set, ref) {
			continue
		}
		return tx.AddCorrection(&Correction{
			Rule: e.Rule, Version: e.Version, Conversation: t.ID, Message: e.Message, Set: set, Ref: ref, By: s.User.ID,
		})
	}
	return nil
}

// Settle settles a proposal: what was proposed is done (taken), or it is declined, and not proposed again for that message. To hide and to
// close are done here; a private reply and a standard answer are written by the person, who takes the proposal by it. why is what an act of
// moderation needs.
func (s *Seat) Settle(ctx context.Context, id ConversationID, p Proposal, taken bool, why string) error {
	const op = "seat.Settle"
	if err := s.settles(ctx, id, p, taken, why); err != nil {
		return err
	}
	return s.act(ctx, op, id, DoNote, func(tx Tx, t *Thread) error {
		have := t.Proposal(&p)
		if have == nil || !have.Open() {
			return nil // a colleague was first
		}
		have.By, have.Taken = s.User.ID, taken
		done := int64(0)
		if taken {
			done = 1
		} else if have.Rule != "" {
			err := tx.AddCorrection(&Correction{
				Rule: have.Rule, Version: have.Version, Conversation: t.ID, Message: have.Message, Set: SetProposal, Ref: int64(have.Message), By: s.User.ID,
			})
			if err != nil {
				return err
			}
		}
		return s.tell(tx, t, Change{Kind: ChangeSettled, Message: have.Message, Word: string(have.Do), Ref: done})
	})
}

// settles does what is proposed, where it is not for the person to write.
func (s *Seat) settles(ctx context.Context, id ConversationID, p Proposal, taken bool, why string) error {
	const op = "seat.Settle"
	o, err := s.Open(ctx, id)
	if err != nil {
		return err
	}
	have := o.Proposal(&p)
	if have == nil || !have.Open() {
		return E(NotFound, op, "proposal.not_found")
	}
	switch {
	case !taken:
		return s.may(op, DoModerate)
	case p.Do == ProposeHide:
		_, err = s.Moderate(ctx, Moderation{Conversation: id, Message: p.Message, Do: ActHide, Why: why})
	case p.Do == ProposeNoAnswer && o.Live():
		err = s.Close(ctx, id, NoAnswer)
	}
	return err
}

// OpenProposals lists what a person is asked to confirm.
func (c *Conversation) OpenProposals() []Proposal {
	return slices.DeleteFunc(slices.Clone(c.Proposals), func(p Proposal) bool { return !p.Open() })
}
