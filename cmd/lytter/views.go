package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// savedView is a view: what `lytter views --json` prints.
type savedView struct {
	ID     inbox.ViewID `json:"id"`
	Name   string       `json:"name"`
	Query  string       `json:"query"`
	For    inbox.Scope  `json:"for"`
	Queue  string       `json:"queue,omitempty"` // whose team sees it
	Pinned bool         `json:"pinned,omitempty"`
	Count  int          `json:"count"` // what is in it for this person
	More   bool         `json:"more,omitempty"`
	Fault  string       `json:"fault,omitempty"` // why nothing can be: a name in it is gone
}

// viewCount is how far the command counts: a list is to be there at once.
const viewCount = 1000

func (p *program) viewsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "views", Short: p.texts.T("cli.views.short"), Long: p.texts.T("cli.views.long"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			list, err := p.savedViews(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(list)
			}
			for _, v := range list {
				p.printView(v)
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	c.AddCommand(p.saveViewCommand())
	on := func(use, what string, args int, do func(ctx context.Context, v inbox.View, args []string) error) {
		c.AddCommand(&cobra.Command{
			Use: use, Short: p.texts.T("cli.views." + what), Args: cobra.ExactArgs(args),
			RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
				v, err := p.viewNamed(args[0])
				if err != nil {
					return err
				}
				return do(ctx, v, args[1:])
			}),
		})
	}
	on("rename VIEW NAME", "rename", 2, func(ctx context.Context, v inbox.View, args []string) error {
		v.Name = args[0]
		_, err := p.seat.SaveView(ctx, v)
		return err
	})
	on("delete VIEW", "delete", 1, func(ctx context.Context, v inbox.View, _ []string) error { return p.seat.DeleteView(ctx, v.ID) })
	on("up VIEW", "up", 1, func(ctx context.Context, v inbox.View, _ []string) error { return p.seat.MoveView(ctx, v.ID, -1) })
	on("down VIEW", "down", 1, func(ctx context.Context, v inbox.View, _ []string) error { return p.seat.MoveView(ctx, v.ID, 1) })
	on("pin VIEW", "pin", 1, func(ctx context.Context, v inbox.View, _ []string) error { return p.seat.PinView(ctx, v.ID, true) })
	on("unpin VIEW", "unpin", 1, func(ctx context.Context, v inbox.View, _ []string) error { return p.seat.PinView(ctx, v.ID, false) })
	return c
}

// saveViewCommand saves a view; one of the same name and for the same people gets another query, so that a script may be run again.
func (p *program) saveViewCommand() *cobra.Command {
	var team string
	var shared bool
	c := &cobra.Command{
		Use: "save NAME QUERY", Short: p.texts.T("cli.views.save"), Long: p.texts.T("cli.views.save_long"), Args: cobra.MinimumNArgs(2),
		Example: `  lytter views save 'Cykler, venter' 'cykel* er:venter' --team 'Teknik og Miljø'`,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			v := inbox.View{Name: strings.TrimSpace(args[0]), Query: strings.Join(args[1:], " "), Owner: p.seat.User.ID}
			switch {
			case shared:
				v.Owner = 0
			case team != "":
				dir := p.seat.Desk().Directory()
				q := dir.QueueNamed(team)
				if q == nil {
					return inbox.E(inbox.Invalid, "views", "cli.no_queue", "Value", team, "Near", near(team, dir.Known(query.Queue)))
				}
				v.Owner, v.Queue = 0, q.ID
			}
			for _, have := range p.seat.Views() {
				if have.Owner == v.Owner && have.Queue == v.Queue && strings.EqualFold(have.Name, v.Name) {
					v.ID = have.ID
				}
			}
			saved, err := p.seat.SaveView(ctx, v)
			if err != nil {
				return p.placed(v.Query, err)
			}
			fmt.Fprintln(p.out, saved.ID)
			return nil
		}),
	}
	c.Flags().StringVar(&team, "team", "", p.texts.T("cli.flag.team"))
	c.Flags().BoolVar(&shared, "shared", false, p.texts.T("cli.flag.shared"))
	c.MarkFlagsMutuallyExclusive("team", "shared")
	return c
}

// savedViews lists what the seat sees, with how much is in each.
func (p *program) savedViews(ctx context.Context) ([]savedView, error) {
	dir := p.seat.Desk().Directory()
	out := []savedView{}
	for _, l := range p.seat.Views() {
		v := savedView{ID: l.ID, Name: l.Name, Query: l.Query, For: l.Scope(), Pinned: l.Pinned}
		if q := dir.Queue(l.Queue); q != nil {
			v.Queue = q.Name
		}
		var err error
		v.Count, v.More, err = p.seat.Count(ctx, l.Query, viewCount)
		switch {
		case isQuery(err):
			v.Fault = p.explain(err)
		case err != nil:
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// printView prints a view on a line: its number, how much is in it, who sees it, its name and what it asks.
func (p *program) printView(v savedView) {
	t := p.texts
	count := t.Number(int64(v.Count))
	switch {
	case v.Fault != "":
		count = t.T("tui.views.broken")
	case v.More:
		count += "+"
	}
	who := t.T("cli.views.for." + string(v.For))
	if v.Queue != "" {
		who = t.T("cli.views.for_team", "Queue", v.Queue)
	}
	if v.Pinned {
		who += ", " + t.T("cli.views.pinned")
	}
	line := fmt.Sprintf("%4d  %7s  ", v.ID, count) + pad(text.CleanLine(who), 24) + "  " + pad(text.CleanLine(v.Name), 28) + "  "
	fmt.Fprintln(p.out, strings.TrimRight(line+string(text.CleanLine(v.Query)), " "))
}

// viewNamed finds a view of the seat's by its number or its name.
func (p *program) viewNamed(s string) (inbox.View, error) {
	views := p.seat.Views()
	n, _ := strconv.ParseInt(s, 10, 64) // a name is no number: then only the names count
	if i := slices.IndexFunc(views, func(l inbox.Listed) bool { return l.ID == inbox.ViewID(n) }); n > 0 && i >= 0 {
		return views[i].View, nil
	}
	var found []inbox.View
	var ids, names []string
	for _, l := range views {
		names = append(names, l.Name)
		if strings.EqualFold(l.Name, strings.TrimSpace(s)) {
			found, ids = append(found, l.View), append(ids, strconv.FormatInt(int64(l.ID), 10))
		}
	}
	switch len(found) {
	case 0:
		return inbox.View{}, inbox.E(inbox.NotFound, "views", "cli.no_view", "Value", s, "Near", near(s, names))
	case 1:
		return found[0], nil
	}
	return inbox.View{}, inbox.E(inbox.Invalid, "views", "cli.many_views", "Value", s, "IDs", strings.Join(ids, ", "))
}

// searchesCommand is a person's own memory of what was searched for.
func (p *program) searchesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "searches", Short: p.texts.T("cli.searches.short"), Long: p.texts.T("cli.searches.long", "Max", inbox.MaxSearches), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			list, err := p.seat.Searches(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(append([]string{}, list...))
			}
			for _, q := range list {
				fmt.Fprintln(p.out, text.CleanLine(q))
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	c.AddCommand(&cobra.Command{
		Use: "forget [QUERY]", Short: p.texts.T("cli.searches.forget"), Args: cobra.ArbitraryArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return p.seat.ForgetSearches(ctx)
			}
			return p.seat.ForgetSearch(ctx, strings.Join(args, " "))
		}),
	})
	return c
}
