package inbox

import (
	"context"
	"slices"

	"lytter/inbox/text"
)

// ActivityOf says whose activity is asked for, or that on what.
type ActivityOf struct {
	User         UserID         // 0: of everybody
	Conversation ConversationID // 0: on all, and on the desk's own things
	Before       Seq            // 0: from the newest on
}

// Did is one thing that somebody of the desk did. CPR numbers in it are covered.
type Did struct {
	Change
	Row      *Row      // the conversation that it was done to; nil: none, or it is there no more
	Outgoing *Outgoing // what was decided to go out; nil: nothing
}

// Activity lists at most n things that people of the desk did, newest first, those of the changes of the log that Change.Actor says so of.
// What was done to a conversation that this seat may not see is left out. next is what to ask for Before to go on; 0: that was all.
func (s *Seat) Activity(ctx context.Context, of ActivityOf, n int) (list []Did, next Seq, err error) {
	var changes []Change
	out := map[OutgoingID]*Outgoing{}
	err = s.desk.Store.View(ctx, func(tx Tx) (err error) {
		if changes, err = tx.Activity(of, n); err != nil {
			return err
		}
		for i := range changes {
			changes[i].Detail = text.Masked(changes[i].Detail)
			if id := changes[i].Outgoing; id != 0 && out[id] == nil {
				o, err := tx.Outgoing(id)
				if ignoreNotFound(err) != nil {
					return err
				}
				if o != nil {
					o.mask()
				}
				out[id] = o
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	var ids []ConversationID
	for i := range changes {
		if id := changes[i].Conversation; id != 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	rows, err := s.Rows(ctx, ids) // of those that it may see
	if err != nil {
		return nil, 0, err
	}
	row := make(map[ConversationID]*Row, len(rows))
	for i := range rows {
		row[rows[i].ID] = &rows[i]
	}
	all := s.user().filter(s.desk.Directory()) == nil
	for _, c := range changes {
		if d := (Did{c, row[c.Conversation], out[c.Outgoing]}); d.Row != nil || c.Conversation == 0 || all {
			list = append(list, d)
		}
	}
	if len(changes) == n {
		next = changes[n-1].Seq
	}
	return list, next, nil
}
