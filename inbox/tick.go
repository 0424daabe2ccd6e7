package inbox

import (
	"context"
	"strconv"
	"time"
)

// settingTick is when the clock worker last looked.
const settingTick = "tick"

// Tick does what time does by itself: snoozed conversations wake, leases end, due times pass. Each happens once, however long the
// process was away. Call it every second.
func (d *Desk) Tick(ctx context.Context) error {
	type crossing struct {
		field TimeField
		ids   []ConversationID
		do    func(Tx, *Conversation) error
	}
	now := d.now()
	var last time.Time
	cs := []crossing{{field: BySnooze, do: d.wake}, {field: ByTaken, do: d.lapse}, {field: ByDue, do: d.overdue}}
	err := d.Store.View(ctx, func(tx Tx) error {
		s, err := tx.Setting(settingTick)
		if err != nil {
			return err
		}
		if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
			last = time.UnixMilli(ms)
		}
		for i := range cs {
			from := time.UnixMilli(1) // whatever is past and still stands is over
			if cs[i].field == ByDue {
				from = last
			}
			if cs[i].ids, err = tx.Between(cs[i].field, from, now.Add(time.Millisecond), 500); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	work := len(cs[0].ids) + len(cs[1].ids) + len(cs[2].ids)
	if work == 0 && now.Sub(last) < time.Minute && !last.IsZero() {
		return nil // nothing crossed: the mark need not move every second
	}
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		for _, cr := range cs {
			for _, id := range cr.ids {
				c, err := tx.Conversation(id)
				if CodeOf(err) == NotFound {
					continue
				}
				if err != nil {
					return err
				}
				if err := cr.do(tx, c); err != nil {
					return err
				}
			}
		}
		if len(cs[2].ids) == 500 {
			return nil // more are due than fit: the mark stays, and what was told is not told again
		}
		return tx.SetSetting(settingTick, strconv.FormatInt(now.UnixMilli()+1, 10))
	})
}

func (d *Desk) wake(tx Tx, c *Conversation) error {
	if c.Status != Snoozed || c.SnoozeUntil.After(tx.Now()) {
		return nil
	}
	c.Status, c.SnoozeUntil = Open, time.Time{}
	return d.clockChange(tx, c, Change{Kind: ChangeWoke})
}

func (d *Desk) lapse(tx Tx, c *Conversation) error {
	if c.TakenBy == 0 || c.TakenUntil.After(tx.Now()) {
		return nil
	}
	had := c.TakenBy
	c.TakenBy, c.TakenUntil = 0, time.Time{}
	return d.clockChange(tx, c, Change{Kind: ChangeReleased, Ref: int64(had)})
}

func (d *Desk) overdue(tx Tx, c *Conversation) error {
	if c.DueAt.IsZero() || c.DueAt.After(tx.Now()) || !c.Live() {
		return nil
	}
	last, err := tx.History(c.ID, 20)
	if err != nil {
		return err
	}
	for _, h := range last {
		if h.Kind == ChangeOverdue && !h.At.Before(c.DueAt) {
			return nil // told already
		}
	}
	return d.clockChange(tx, c, Change{Kind: ChangeOverdue})
}

func (d *Desk) clockChange(tx Tx, c *Conversation, ch Change) error {
	if err := tx.PutConversation(c); err != nil {
		return err
	}
	ch.Actor, ch.Account, ch.Conversation = ActorClock, c.Account, c.ID
	return tx.Append(&ch)
}
