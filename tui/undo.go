package tui

import (
	"context"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// keptShown is how many conversations that an undo would leave are named.
const keptShown = 8

// ruleDid is what a rule of a version did, and what undoing it would meet.
type ruleDid struct {
	run  inbox.RuleRun // as it would be
	kept []inbox.RuleState
	rows []inbox.Row // of kept
}

// offerUndo tells what a rule of a version did, and offers to take it back wherever no person has been since. Where it did nothing that
// stands, nothing is asked.
func (a *App) offerUndo(rule string, version int64) tea.Cmd {
	scope := inbox.EffectScope{Rule: rule, Version: version}
	return fetch(a.do, func(ctx context.Context) (d ruleDid, err error) {
		if d.run, err = a.seat.UndoRules(ctx, scope, inbox.Walk{Dry: true}); err != nil || d.run.Kept == 0 {
			return d, err
		}
		if d.kept, err = a.keptOf(ctx, scope); err != nil {
			return d, err
		}
		ids := make([]inbox.ConversationID, len(d.kept))
		for i := range d.kept {
			ids[i] = d.kept[i].Conversation
		}
		d.rows, err = a.seat.Rows(ctx, ids)
		return d, err
	}, func(d ruleDid, err error) tea.Cmd {
		if err != nil || d.run.Done == 0 {
			return nil
		}
		return a.askUndo(scope, &d)
	})
}

// keptOf lists the first of what an undo would leave.
func (a *App) keptOf(ctx context.Context, scope inbox.EffectScope) (out []inbox.RuleState, err error) {
	const chunk = 200
	for after, more := int64(0), true; more && len(out) < keptShown; {
		es, err := a.seat.RuleEffects(ctx, scope, after, chunk)
		if err != nil {
			return nil, err
		}
		more = len(es) == chunk
		for _, e := range es {
			if after = e.ID; e.Kept != nil && len(out) < keptShown {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

func (a *App) askUndo(scope inbox.EffectScope, d *ruleDid) tea.Cmd {
	body := []ui.Line{ui.Text.Line(a.t.N("tui.undo.would", d.run.Done))}
	if d.run.Kept > 0 {
		body = append(body, ui.Text.Line(a.t.N("tui.undo.kept", d.run.Kept)))
	}
	for _, k := range d.kept {
		who := text.Safe("")
		for i := range d.rows {
			if d.rows[i].ID == k.Conversation {
				who = a.personShort(d.rows[i].Author)
			}
		}
		body = append(body, ui.Dim.Line("  "+who+": "+a.t.Reason(k.Kept)))
	}
	q := &ui.Question{
		ID: "undo_rule", Title: a.t.T("tui.undo.title", "Rule", a.ruleName(scope.Rule), "N", scope.Version), Body: body,
		Options: []ui.Option{
			{Pick: "undo", Keys: []string{string(a.t.T("tui.undo.yes_key"))}, Label: a.t.T("tui.undo.yes")},
			{Pick: "leave", Keys: []string{string(a.t.T("tui.undo.no_key"))}, Label: a.t.T("tui.undo.no")},
		},
		Escape: ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel"))},
	}
	return a.ask(q.ID, q, func(an ui.Answer) tea.Cmd {
		if an.Pick != "undo" {
			return nil
		}
		return fetch(a.do, func(ctx context.Context) (inbox.RuleRun, error) {
			return a.seat.UndoRules(ctx, scope, inbox.Walk{})
		}, func(run inbox.RuleRun, err error) tea.Cmd {
			if err == nil {
				a.say(a.t.N("tui.undo.done", run.Done, "Kept", a.t.Number(int64(run.Kept))))
			}
			return nil
		})
	})
}
