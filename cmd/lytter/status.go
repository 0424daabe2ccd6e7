package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// statusReport is how the desk is doing: what `lytter status --json` prints and screens show.
type statusReport struct {
	Accounts      []accountReport `json:"accounts"`
	Conversations int64           `json:"conversations"`
	Seq           inbox.Seq       `json:"seq"`
	Index         indexReport     `json:"index"`
	RulesFault    *faultReport    `json:"rules_fault,omitempty"` // rules stand out
	Pending       int64           `json:"pending_fetches"`
	Parked        int64           `json:"parked"`
	Unread        []unreadReport  `json:"unread,omitempty"` // the newest of the parked, one for each account and reason
	Backlog       int64           `json:"journal_backlog"`
}

// unreadReport is something that came in and could not be used.
type unreadReport struct {
	Account string    `json:"account,omitempty"` // empty: of none of ours
	Time    time.Time `json:"time"`
	Why     string    `json:"why"`
}

// parkedSeen is among how many of the newest parked things those are chosen that are shown with their reasons.
const parkedSeen = 10

// newestParked gives the newest thing that is parked of each account and reason, without its bytes.
func newestParked(tx inbox.Tx) (out []inbox.Parked, err error) {
	list, err := tx.Parkeds(parkedSeen)
	for _, p := range list {
		same := func(o inbox.Parked) bool { return o.Account == p.Account && o.Reason.String() == p.Reason.String() }
		if p.Bytes = nil; !slices.ContainsFunc(out, same) {
			out = append(out, p)
		}
	}
	return out, err
}

type accountReport struct {
	Name       string             `json:"name"`
	Channel    inbox.Channel      `json:"channel"`
	State      inbox.AccountState `json:"state"`
	Since      time.Time          `json:"since"`
	Advice     string             `json:"advice,omitempty"`
	Webhooks   bool               `json:"webhooks"`
	LastHook   *time.Time         `json:"last_webhook,omitempty"`
	CatchingUp bool               `json:"catching_up,omitempty"`
	Done       int                `json:"done,omitempty"` // of what is being caught up with
	Total      int                `json:"total,omitempty"`
}

type indexReport struct {
	Seq         inbox.Seq `json:"seq"`
	Rebuilding  bool      `json:"rebuilding,omitempty"`
	Done        int64     `json:"done,omitempty"`
	Total       int64     `json:"total,omitempty"`
	Fault       string    `json:"fault,omitempty"`
	Hint        string    `json:"hint,omitempty"` // what to do about the fault
	Quarantined int       `json:"quarantined,omitempty"`
}

// faultReport is something that is wrong, and what to do about it.
type faultReport struct {
	Fault string `json:"fault"`
	Hint  string `json:"hint,omitempty"`
}

func (p *program) statusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: p.texts.T("cli.status.short"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			if p.house.runner == nil { // nothing else is running: let the index say how it is
				wait, cancel := context.WithTimeout(ctx, 2*time.Second)
				defer cancel()
				_ = p.house.index.Await(wait, 0) // still building is an answer too
			}
			st, err := p.house.status(ctx, p.texts)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(st)
			}
			p.printStatus(st)
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	return c
}

// status asks everything how it is, and says it in a language.
func (h *house) status(ctx context.Context, t *catalog.Texts) (*statusReport, error) {
	st := &statusReport{Accounts: []accountReport{}}
	dir := h.desk.Directory()
	err := h.store.View(ctx, func(tx inbox.Tx) (err error) {
		if st.Conversations, err = tx.CountConversations(); err != nil {
			return err
		}
		if st.Seq, err = tx.LastSeq(); err != nil {
			return err
		}
		if st.Pending, err = tx.CountPending(); err != nil {
			return err
		}
		if st.Parked, err = tx.CountParked(); err != nil {
			return err
		}
		unread, err := newestParked(tx)
		for _, u := range unread {
			st.Unread = append(st.Unread, unreadReport{Account: dir.Accounts[u.Account].Name, Time: u.At, Why: t.Reason(&u.Reason)})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	running := map[inbox.AccountID]connectors.AccountStatus{}
	if h.runner != nil {
		rs := h.runner.Status()
		st.Backlog = rs.Backlog
		for _, a := range rs.Accounts {
			running[a.Account.ID] = a
		}
	}
	for _, c := range h.cfg.Accounts {
		a, ok := dir.AccountNamed(c.Name)
		if !ok {
			continue
		}
		rep := accountReport{Name: a.Name, Channel: a.Channel, State: a.State, Since: a.Since, Advice: advice(t, a.Advice)}
		if r, ok := running[a.ID]; ok {
			rep.Webhooks, rep.CatchingUp = r.Hooked, r.CatchingUp
			if !r.LastHook.IsZero() {
				at := r.LastHook
				rep.LastHook = &at
			}
			for _, s := range r.Streams {
				if s.CatchingUp {
					rep.Done += s.Done
					rep.Total += s.Total
				}
			}
		}
		st.Accounts = append(st.Accounts, rep)
	}
	is := h.index.Status()
	st.Index = indexReport{
		Seq: is.Seq, Rebuilding: is.Rebuilding, Done: is.Done, Total: is.Total, Fault: t.Reason(is.Fault), Hint: t.Hint(is.Fault),
		Quarantined: len(is.Quarantined),
	}
	if err := h.desk.RulesFault(); err != nil {
		fault, hint := t.Error(err)
		st.RulesFault = &faultReport{Fault: fault, Hint: hint}
	}
	return st, nil
}

func (p *program) printStatus(st *statusReport) {
	t := p.texts
	now := p.seat.Desk().Now().In(p.seat.Desk().Location)
	for _, a := range st.Accounts {
		line := fmt.Sprintf("%-24s %-10s %s", a.Name, t.Word(string(a.Channel)), t.T("cli.status.since", "State", t.Word(string(a.State)), "When",
			t.When(a.Since, now)))
		if a.CatchingUp && a.Total > 0 {
			line += ", " + t.T("cli.status.catching", "Done", a.Done, "Total", a.Total)
		}
		if a.Advice != "" {
			line += ": " + a.Advice
		}
		fmt.Fprintln(p.out, line)
	}
	fmt.Fprintln(p.out, t.N("cli.status.conversations", int(st.Conversations)))
	switch ix := st.Index; {
	case ix.Fault != "":
		fmt.Fprintln(p.out, sentence(t.T("cli.status.index_fault", "Fault", ix.Fault), ix.Hint))
	case ix.Rebuilding:
		fmt.Fprintln(p.out, t.T("cli.status.index_building", "Done", t.Number(ix.Done), "Total", t.Number(ix.Total)))
	}
	if f := st.RulesFault; f != nil {
		fmt.Fprintln(p.out, sentence(f.Fault, f.Hint))
	}
	if st.Parked > 0 {
		fmt.Fprintln(p.out, t.N("cli.status.parked", int(st.Parked)))
	}
	for _, u := range st.Unread {
		fmt.Fprintln(p.out, "  "+text.CleanLine(strings.TrimSpace(t.When(u.Time, now)+" "+u.Account)+": "+u.Why))
	}
}

// advice words a reason with what to do about it.
func advice(t *catalog.Texts, r *inbox.Reason) string { return sentence(t.Reason(r), t.Hint(r)) }

// sentence is what is wrong and, if there is something, what to do.
func sentence(fault, hint string) string { return strings.TrimSpace(fault + " " + hint) }
