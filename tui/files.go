package tui

import (
	"context"
	"slices"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// Files come from the desk's shelf: over SSH nobody's own files are within reach. `lytter attach` puts them there.

// fileLines is how many files of a reply are shown; X takes four, and no platform more.
const fileLines = 4

// shelf is what can be attached.
type shelf struct {
	id   inbox.ConversationID
	list []inbox.File
	err  error
}

func (w *worker) files(id inbox.ConversationID) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		list, err := w.seat.Files(ctx)
		return shelf{id, list, err}
	})
}

// takesNoFiles says why nothing can go along with what is being written.
func (a *App) takesNoFiles() *inbox.Reason {
	c := a.compose
	switch {
	case !c.closes():
		return inbox.Why("refused.no_files")
	case c.limit.NoFiles != nil:
		return c.limit.NoFiles
	case len(c.limit.Files) == 0:
		return inbox.Why("refused.no_files")
	}
	return nil
}

// carriesNone says why nothing can be taken off.
func (a *App) carriesNone() *inbox.Reason {
	if len(a.compose.files) == 0 {
		return inbox.Why("tui.refused.no_files_there")
	}
	return nil
}

// startAttach reads the shelf, to choose from.
func (a *App) startAttach() tea.Cmd {
	a.waiting = &waiting{}
	return a.do.files(a.compose.id)
}

// chooseFile lets the person choose from the shelf. What is attached already comes first, and is taken off by choosing it.
func (a *App) chooseFile(msg shelf) tea.Cmd {
	c := a.compose
	switch {
	case c == nil || c.id != msg.id:
		return a.resume()
	case msg.err != nil:
		a.complain(msg.err)
		return a.resume()
	case len(msg.list) == 0 && len(c.files) == 0:
		a.say(a.t.T("tui.files.none"))
		return a.resume()
	}
	var items []ui.Item
	for _, f := range c.files {
		items = append(items, ui.Item{ID: string(f.Hash), Title: c.fileTitle(f), Keys: a.t.T("tui.files.attached")})
	}
	byHash := map[string]inbox.Attachment{}
	for _, f := range msg.list {
		byHash[string(f.Hash)] = f.Attachment
		if c.attached(f.Hash) < 0 {
			it := ui.Item{ID: string(f.Hash), Title: c.fileTitle(f.Attachment)}
			if why := c.limit.Takes("", []inbox.Attachment{f.Attachment}); why != nil {
				it.Refusal = a.t.Reason(why)
			}
			items = append(items, it)
		}
	}
	return tea.Batch(a.pick("files", a.t.T("tui.files.title"), a.t.T("tui.files.ok"), items, func(pick string) tea.Cmd {
		if at := c.attached(inbox.Hash(pick)); at >= 0 {
			return a.detachAt(at)
		}
		c.files = append(slices.Clone(c.files), byHash[pick])
		return a.filed()
	}), a.resume())
}

// detach takes off what was attached last.
func (a *App) detach() tea.Cmd { return a.detachAt(len(a.compose.files) - 1) }

func (a *App) detachAt(at int) tea.Cmd {
	a.compose.files = slices.Delete(slices.Clone(a.compose.files), at, at+1)
	return a.filed()
}

// filed says whether what is attached can go so, and saves it.
func (a *App) filed() tea.Cmd {
	c := a.compose
	c.trouble = nil
	if why := c.limit.Takes(c.editor.Value(), c.files); why != nil && len(c.files) > 0 {
		c.warn(a.t.Reason(why))
	}
	c.saved = 0
	return a.keepDraft()
}

// drafted has the thread know a draft as it is being saved: a change of one that is there already wakes nobody, and who goes on with it
// must find all of it.
func (p *threadPane) drafted(d inbox.Draft) {
	if p.o == nil || p.o.ID != d.Conversation {
		return
	}
	d.At = p.now()
	p.o.Drafts = slices.DeleteFunc(slices.Clone(p.o.Drafts), func(have inbox.Draft) bool { return have.Same(d) })
	if d.Text != "" || len(d.Attachments) > 0 {
		p.o.Drafts = append(p.o.Drafts, d)
	}
}

// attached gives the place of a file among those of the reply, or -1.
func (w *composer) attached(h inbox.Hash) int {
	return slices.IndexFunc(w.files, func(f inbox.Attachment) bool { return f.Hash == h })
}

// fileTitle is a file in one line: name, size, and what it shows.
func (w *composer) fileTitle(f inbox.Attachment) text.Safe {
	s := text.CleanLine(f.Name) + "  " + w.size(f.Size)
	if f.Alt != "" {
		s += "  " + text.CleanLine(f.Alt)
	}
	return s
}

// fileCount says how many files go along, of how many that may, and the key that changes it.
func (w *composer) fileCount() ui.Line {
	most := 0
	for _, r := range w.limit.Files {
		if len(w.files) == 0 || slices.Contains(r.Types, w.files[0].Type) {
			most = max(most, r.Most)
		}
	}
	if !w.closes() || len(w.limit.Files) == 0 {
		return nil
	}
	count := w.t.T("tui.compose.count", "Count", w.t.Number(int64(len(w.files))), "Max", w.t.Number(int64(most)))
	return ui.Line{ui.Dim.Span("   " + w.t.T("tui.files.count") + " "), ui.Text.Span(count), ui.Dim.Span("  " + w.keyOf("attach"))}
}

// fileRows shows what goes along: each with its kind and size, and what it shows. Where nobody has said that, those who do not see it
// will not know.
func (w *composer) fileRows() []ui.Line {
	var out []ui.Line
	for i, f := range w.files {
		if i == fileLines {
			return append(out, ui.Dim.Line(w.t.N("tui.files.more", len(w.files)-i)))
		}
		l := ui.Line{ui.Link.Span(w.t.T("tui.media." + f.Kind)), ui.Text.Span(" " + text.CleanLine(f.Name)), ui.Dim.Span("  " + w.size(f.Size))}
		if i == len(w.files)-1 {
			l = append(l, ui.Dim.Span("  "+w.keyOf("detach")))
		}
		switch {
		case f.Alt != "":
			l = append(l, ui.Dim.Span("  "+text.CleanLine(f.Alt)))
		case f.Kind == "image":
			l = append(l, ui.Warning.Span("  "+w.t.T("tui.files.no_alt")))
		}
		out = append(out, l)
	}
	return out
}
