package connectors

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"lytter/inbox"
)

// opener decodes rows of the journal. The same row gives the same, whenever and how often it is opened, with the same decoders and
// accounts.
type opener struct {
	faces  map[inbox.Channel]*face
	now    func() time.Time
	panics *atomic.Int64 // contained
}

// opened is what a row holds.
type opened struct {
	account inbox.Account // whose address it came to
	items   []inbox.Incoming
	parked  []inbox.Parked
	ignored int
	stale   []inbox.AccountID // something changed: poll it at once
	revoked []inbox.AccountID // our access was taken back when the row came
	damaged bool
	err     error // why nothing of it could be read
}

// open decodes a row.
func (op opener) open(dir *inbox.Directory, row *Row) (o opened) {
	park := func(id inbox.AccountID, why inbox.Reason, bytes []byte) {
		o.parked = append(o.parked, inbox.Parked{Account: id, Journal: row.ID, At: op.now(), Reason: why, Bytes: bytes})
	}
	if row.Account == 0 && len(row.Body) == 0 {
		return o // it was asked to be forgotten
	}
	a, ok := dir.Accounts[row.Account]
	f := op.faces[a.Channel]
	if !ok || f == nil || f.hook == nil {
		park(0, *inbox.Why("parked.unknown_account", "Remote", fmt.Sprint(row.Account)), row.Body)
		return o
	}
	o.account = a
	if row.Damaged {
		o.damaged = true
		park(a.ID, *inbox.Why("parked.damaged"), row.Body)
		return o
	}
	var d Decoded
	o.err = contained(op.panics, func() (err error) {
		d, err = f.hook.Decode(row.Body)
		return err
	})
	if o.err != nil {
		park(a.ID, *inbox.Why("parked.decode", "Error", firstLine(o.err)), row.Body)
		return o
	}
	o.ignored = d.Ignored
	names := resolver{dir: dir, channel: a.Channel, own: a.ID}
	strange := map[inbox.RemoteID]bool{}
	for i := range d.Items {
		in := d.Items[i]
		if in.Account = names.find(in.AccountRemote); in.Account == 0 {
			if !strange[in.AccountRemote] {
				strange[in.AccountRemote] = true
				park(0, *inbox.Why("parked.unknown_account", "Remote", string(in.AccountRemote)), row.Body)
			}
			continue
		}
		in.Journal = row.ID
		o.items = append(o.items, in)
	}
	for _, u := range d.Unread {
		park(names.find(u.AccountRemote), u.Reason, u.Bytes)
	}
	for _, remote := range d.Stale {
		o.stale = append(o.stale, names.find(remote))
	}
	for _, remote := range d.Revoked {
		o.revoked = append(o.revoked, names.find(remote))
	}
	return o
}

// log tells of what could not be read.
func (o *opened) log(l *slog.Logger, row *Row) {
	switch {
	case o.damaged:
		l.Error("a webhook in the journal is damaged; what is left of it is kept", "account", o.account.Name, "row", row.ID)
	case o.err != nil:
		l.Warn("a webhook could not be decoded; it is kept", "account", o.account.Name, "row", row.ID, "err", o.err)
	}
}

// resolver finds accounts by the platform's ids.
type resolver struct {
	dir     *inbox.Directory
	channel inbox.Channel
	own     inbox.AccountID // where none is named
}

func (n resolver) find(remote inbox.RemoteID) inbox.AccountID {
	if remote == "" {
		return n.own
	}
	a, ok := n.dir.AccountFor(n.channel, remote)
	if !ok {
		return 0
	}
	return a.ID
}

// firstLine keeps a stack out of what is shown.
func firstLine(err error) string {
	s := err.Error()
	for i := range s {
		if s[i] == '\n' {
			return s[:i]
		}
	}
	return s
}
