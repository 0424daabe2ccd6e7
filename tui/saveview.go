package tui

import (
	"strconv"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// nothingToSave refuses to save what is no search.
func (a *App) nothingToSave() *inbox.Reason {
	if a.search.query == "" {
		return inbox.Why("tui.refused.no_search")
	}
	return nil
}

// askSaveView saves the search as a view.
func (a *App) askSaveView() tea.Cmd {
	return a.askView("save_view", inbox.View{Query: a.search.query, Owner: a.seat.User.ID})
}

// askEditView changes the name of the view under the cursor, what it asks, and who sees it.
func (a *App) askEditView() tea.Cmd {
	v, _ := a.underView()
	return a.askView("edit_view", v.View)
}

// askView asks for the name of a view and who sees it, and of one that is there for its query too.
func (a *App) askView(id string, v inbox.View) tea.Cmd {
	name := ui.NewInput()
	name.Placeholder = a.t.T("tui.view.name_placeholder")
	name.SetValue(v.Name)
	who, audience := a.audience(v)
	f := &ui.Form{ID: id, Title: a.t.T("act." + id), Foot: a.formFoot(a.t.T("tui.dialog.ok")), Fields: []ui.Field{{Label: a.t.T("tui.view.name"), Input: name}}}
	if v.ID != 0 {
		q := ui.NewInput()
		q.SetValue(v.Query)
		f.Fields = append(f.Fields, ui.Field{Label: a.t.T("tui.view.query"), Input: q})
	}
	f.Fields = append(f.Fields, ui.Field{Label: a.t.T("tui.view.who"), Picker: who, Height: 4})
	given := func(values []string) inbox.View {
		out := audience[values[len(values)-1]]
		out.ID, out.Name, out.Query = v.ID, strings.TrimSpace(values[0]), v.Query
		if v.ID != 0 {
			out.Query = strings.TrimSpace(values[1])
		}
		return out
	}
	f.Check = func(values []string) (int, text.Safe) {
		v := given(values)
		if r := a.nameTaken(v); r != nil {
			return 0, a.t.Reason(r)
		}
		if _, err := a.seat.Bind(v.Query); err != nil {
			return 1, a.t.Error(err)
		}
		return 0, ""
	}
	return a.ask(f.ID, f, func(an ui.Answer) tea.Cmd {
		v := given(an.Values)
		return a.do.saveView(v, a.t.T("tui.view.saved", "Name", text.CleanLine(v.Name)))
	})
}

// nameTaken says why a view cannot be called so, while it can still be put right; the desk has the last word.
func (a *App) nameTaken(v inbox.View) *inbox.Reason {
	if v.Name == "" {
		return inbox.Why("view.no_name")
	}
	for _, o := range a.seat.Views() {
		if o.ID != v.ID && o.Owner == v.Owner && o.Queue == v.Queue && strings.EqualFold(o.Name, v.Name) {
			return inbox.Why("view.name_taken", "Name", o.Name)
		}
	}
	return nil
}

// audience lets choose who sees a view: oneself, the members of one of one's queues, everybody. By the id of each it gives a view of
// those. It begins at whom v is for.
func (a *App) audience(v inbox.View) (*ui.Picker, map[string]inbox.View) {
	var items []ui.Item
	views := map[string]inbox.View{}
	at := ""
	add := func(id string, title text.Safe, of inbox.View) {
		it := ui.Item{ID: id, Title: title}
		if r := a.seat.ViewRefusal(of); r != nil {
			it.Refusal = a.t.Reason(r)
		}
		if of.Owner == v.Owner && of.Queue == v.Queue {
			at = id
		}
		items, views[id] = append(items, it), of
	}
	add("me", a.t.T("tui.view.me"), inbox.View{Owner: a.seat.User.ID})
	queues := a.me().Queues
	for _, q := range queues {
		add("queue "+strconv.FormatInt(int64(q), 10), a.t.T("tui.view.team", "Queue", a.queue(q)), inbox.View{Queue: q})
	}
	if len(queues) == 0 {
		items = append(items, ui.Item{ID: "team", Title: a.t.T("tui.view.a_team"), Refusal: a.t.T("tui.view.no_team")})
	}
	add("all", a.t.T("tui.view.all"), inbox.View{})
	p := ui.NewPicker(items, ui.Line{ui.Key.Span("> ")}, "")
	p.Select(at)
	return p, views
}

// underView is the view under the cursor, where the views have the keyboard.
func (a *App) underView() (inbox.Listed, bool) {
	slot, ok := a.views.list.Cursor()
	if !ok || a.focus != viewsAt {
		return inbox.Listed{}, false
	}
	return a.views.named(slot)
}

// noViewHere refuses what is done with a view where the cursor stands on none.
func (a *App) noViewHere() *inbox.Reason {
	if _, ok := a.underView(); !ok {
		return inbox.Why("tui.refused.not_own_view")
	}
	return nil
}

// notMyView refuses to change what is no view, or not this person's to change.
func (a *App) notMyView() *inbox.Reason {
	v, ok := a.underView()
	if !ok {
		return inbox.Why("tui.refused.not_own_view")
	}
	return a.seat.ViewRefusal(v.View)
}

// deleteView deletes the view under the cursor. It can be taken back.
func (a *App) deleteView() tea.Cmd {
	v, _ := a.underView()
	return a.do.deleteView(v, a.t.T("tui.view.deleted", "Name", text.CleanLine(v.Name), "Key", a.keyOf("undo_send")))
}

// restoreView puts the view that was deleted back where it was.
func (a *App) restoreView() tea.Cmd {
	v := *a.deleted
	a.deleted = nil
	return a.do.restoreView(v, a.t.T("tui.view.restored", "Name", text.CleanLine(v.Name)))
}

// pinView puts the view under the cursor before all others, for this person alone, or back.
func (a *App) pinView() tea.Cmd {
	v, _ := a.underView()
	say := a.t.T("tui.view.pinned", "Name", text.CleanLine(v.Name))
	if v.Pinned {
		say = a.t.T("tui.view.unpinned", "Name", text.CleanLine(v.Name))
	}
	return a.do.pinView(v.ID, !v.Pinned, say)
}

// cannotMove refuses to move a view that is not this person's to move, or has nowhere to go.
func cannotMove(by int) func(*App) *inbox.Reason {
	return func(a *App) *inbox.Reason {
		v, ok := a.underView()
		switch {
		case !ok:
			return inbox.Why("tui.refused.not_own_view")
		case !a.views.together(v, by):
			return inbox.Why("tui.refused.no_further")
		case v.Pinned:
			return nil
		}
		return a.seat.ViewRefusal(v.View)
	}
}

func moveView(by int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		v, _ := a.underView()
		return a.do.moveView(v.ID, by)
	}
}
