package tui

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// voice shows a session as plain lines, one after the other, for a screen reader or a braille display: nothing is drawn over, nothing is
// framed, no sign or colour says what a word does not. The keys are those of the screen, and so is the model: the voice only tells what
// has changed. What is typed is echoed where it is typed.
//
// It belongs to Update.
type voice struct {
	app *App
	out io.Writer

	place, at string
	below     string // place below the dialogs, as last told of: coming back to it says where one is, not all of it again
	typed     string
	half      bool // the line that the cursor is on has something
	toast     ui.Toast
	sending   inbox.OutgoingID
	trouble   string
	reading   inbox.ConversationID // and how much citizens had written in it
	heard     int
	hinted    map[where]bool
	err       error // of out: the session is about to end
}

func newVoice(a *App, out io.Writer) *voice {
	return &voice{app: a, out: out, hinted: map[where]bool{}}
}

// The screen that the model is given to keep, whatever the terminal is: nobody sees it.
const (
	unseenWidth  = 80
	unseenHeight = 45
)

// tell says what a message has changed.
func (v *voice) tell(msg tea.Msg) {
	a := v.app
	a.View() // lists and threads know where they stand when they are drawn
	key, pressed := msg.(tea.KeyPressMsg)
	if pressed && key.String() == "ctrl+l" {
		v.place, v.below = "", ""
	}
	place, now := a.scene()
	moved := place != v.place
	var lines []text.Safe
	back := moved && place == v.below
	if moved && !back {
		lines = append(lines, now.All...)
	}
	lines = append(lines, v.news()...)
	switch {
	case moved || now.At != v.at:
		lines = append(lines, now.Now...)
	case pressed && !now.Typing && len(lines) == 0 && moving(key):
		lines = append(lines, now.Now...) // it is where it was: there is no further
	}
	if here := a.here(); moved && place != offering && a.dialogs.Top() == nil && !a.lock.on && !v.hinted[here] {
		v.hinted[here] = true
		lines = append(lines, a.hintLine())
	}
	if v.place, v.at = place, now.At; place != offering && a.dialogs.Top() == nil && !a.lock.on {
		v.below = place
	}
	v.say(lines)
	v.echo(now, moved || len(lines) > 0)
}

func moving(k tea.KeyPressMsg) bool {
	switch k.String() {
	case "up", "down", "j", "k", "pgup", "pgdown", "space", "home", "end", "G", "J", "K":
		return true
	}
	return false
}

// news is what is said whatever the person is at: what just happened, a reply on its way, an account in trouble.
func (v *voice) news() []text.Safe {
	a := v.app
	var out []text.Safe
	if l, until, ok := a.toasts.Current(a.now()); ok && (until != v.toast.Until || l.Plain() != v.toast.Line.Plain()) {
		v.toast = ui.Toast{Line: l, Until: until}
		out = append(out, l.Plain())
	}
	if s, ok := a.lastSend(); ok && s.out != v.sending && !s.until.IsZero() {
		v.sending = s.out
		left := a.t.Span(ceilSecond(s.until.Sub(a.now())))
		say := a.t.T("tui.status.leaves", "Who", s.who, "Span", left)
		if !s.kind.Says() {
			say = a.t.T("tui.status.deed", "Who", s.who, "What", a.t.T("tui.doing."+string(s.kind)), "Span", left)
		}
		out = append(out, say+". "+a.keyOf("undo_send")+" "+a.t.T("tui.status.undo")+".")
	}
	if o := a.thread.shown(); o != nil && (a.focus == threadAt || a.compose != nil) {
		n := 0
		for i := range o.Msgs {
			if o.Msgs[i].Direction == inbox.In {
				n++
			}
		}
		if v.reading == o.ID && n > v.heard {
			out = append(out, a.t.N("tui.thread.fresh", n-v.heard))
		}
		v.reading, v.heard = o.ID, n
	} else {
		v.reading = 0
	}
	trouble := ""
	if w := a.worst(); w != nil && gravity(w.State) > gravity(inbox.AccountConnecting) {
		trouble = fmt.Sprint(w.ID, w.State)
	}
	if trouble != v.trouble {
		v.trouble = trouble
		out = append(out, a.health().Plain())
	}
	return out
}

// say writes lines.
func (v *voice) say(lines []text.Safe) {
	for _, s := range lines {
		s = text.Safe(strings.ReplaceAll(strings.TrimSpace(string(s)), " "+v.app.theme.Glyphs.Bullet+" ", ", "))
		if s == "" {
			continue
		}
		if v.half {
			v.write("\r\n")
		}
		v.write(string(s) + "\r\n")
		v.half = false
	}
}

// echo shows what is typed: what came at the end is added to the line, what went from it is rubbed out; after any other change, or when
// something was said, the line is written anew below.
func (v *voice) echo(now ui.Linear, anew bool) {
	before := v.typed
	v.typed = now.Typed
	if !now.Typing {
		v.typed = ""
		if v.half {
			v.write("\r\n")
		}
		v.half = false
		return
	}
	came, more := strings.CutPrefix(now.Typed, before)
	gone, less := strings.CutPrefix(before, now.Typed)
	switch {
	case anew || !v.half:
		v.prompt(now.Typed)
	case more:
		v.write(strings.ReplaceAll(came, "\n", "\r\n"))
	case less && !strings.Contains(gone, "\n"):
		v.write(strings.Repeat("\b \b", v.app.theme.Width(text.Clean(gone))))
	default:
		v.write("\r\n")
		v.prompt(now.Typed)
	}
}

// prompt begins the line that is typed on, with what stands there.
func (v *voice) prompt(typed string) {
	v.write("> " + typed[strings.LastIndexByte(typed, '\n')+1:])
	v.half = true
}

func (v *voice) write(s string) {
	if v.err == nil {
		_, v.err = io.WriteString(v.out, s)
	}
}

// offering is the place between two keys.
const offering = "offering"

// scene is where the person is, in plain lines. place is another for each place, dialog, view and conversation.
func (a *App) scene() (place string, l ui.Linear) {
	switch d := a.dialogs.Top(); {
	case a.lock.on:
		for _, s := range a.lockSays() {
			l.All = append(l.All, s.Plain())
		}
		return "lock " + strconv.FormatBool(a.lock.asked), l
	case d != nil:
		return fmt.Sprintf("dialog %p", d), d.Linear()
	case a.offered() != nil:
		return offering, a.offered().Linear()
	case a.search.editing:
		return "search", a.searchScene()
	case a.compose != nil:
		return fmt.Sprintf("compose %p", a.compose), a.compose.scene()
	case a.onPage().page != nil:
		return fmt.Sprintf("page %p", a.onPage().page), a.onPage().scene()
	case a.focus == viewsAt:
		return "views", a.views.scene()
	case a.focus == threadAt:
		return fmt.Sprint("thread ", a.thread.id, a.thread.shown() == nil, a.thread.unfolded, a.thread.post), a.thread.scene()
	}
	return "list " + strconv.Itoa(a.list.gen), a.list.scene()
}

// hintLine is the keys that matter most here, and the one that tells of the others.
func (a *App) hintLine() text.Safe {
	const most = 5
	var out []string
	hints := a.hints()
	for i, h := range hints {
		if h.Refusal == "" && (len(out) < most || i == len(hints)-1) {
			out = append(out, string(h.Keys+": "+h.Label))
		}
	}
	return text.Safe(strings.Join(out, ", "))
}

func (l *listPane) scene() ui.Linear {
	s := ui.Linear{All: []text.Safe{text.CleanLine(l.name)}}
	if n := l.list.Above(); n > 0 {
		s.All = append(s.All, l.t.N("tui.list.above", n))
	}
	at, of := l.list.Position()
	d := l.rows[l.cursor()]
	if d == nil {
		s.At, s.Now = fmt.Sprint("none ", l.win.known), []text.Safe{l.empty().Plain()}
		return s
	}
	r := &d.row
	s.At = fmt.Sprint(r.ID)
	parts := []string{string(l.person(r.Author)), string(l.t.Word(string(r.Channel)))}
	head := text.Safe(strings.Join(parts, ", ")) + ": " + oneLine(r.Text)
	var how []string
	for _, p := range l.standing(d) {
		how = append(how, string(p.Plain()))
	}
	for _, tag := range r.Topics {
		if !tag.Removed {
			how = append(how, string(l.topic(tag.Topic)))
		}
	}
	s.Now = []text.Safe{l.placed(at, of) + head, text.Safe(strings.Join(how, ", "))}
	return s
}

// placed begins a line with its place among others.
func (c *common) placed(at, of int) text.Safe {
	return text.Safe(strconv.Itoa(at+1) + "/" + strconv.Itoa(of) + ": ")
}

func (v *viewsPane) scene() ui.Linear {
	s := ui.Linear{All: []text.Safe{v.t.T("tui.views.title")}}
	if slot, ok := v.list.Cursor(); ok {
		i, _ := v.Index(slot)
		var cells []string
		for _, c := range v.Cells(i) {
			if w := strings.TrimSpace(string(c.Plain())); w != "" {
				cells = append(cells, w)
			}
		}
		if l, ok := v.named(slot); ok && len(v.rows) > len(v.slots) {
			cells = append(cells, "("+string(v.groupName(l))+")")
		}
		s.At, s.Now = slot, []text.Safe{text.Safe(strings.Join(cells, " "))}
	}
	return s
}

func (p *accountsPane) scene() ui.Linear {
	s := ui.Linear{All: []text.Safe{p.t.T("tui.accounts.title")}}
	if id, ok := p.list.Cursor(); ok {
		i, _ := p.Index(id)
		titles := p.columns()
		var cells []string
		for j, c := range p.Cells(i) {
			if w := strings.TrimSpace(string(c.Plain())); w != "" {
				cells = append(cells, strings.TrimSpace(string(titles[j].Title)+" "+w))
			}
		}
		s.At, s.Now = fmt.Sprint(id), []text.Safe{p.placed(i, p.Len()) + text.Safe(strings.Join(cells, ", "))}
	}
	for _, l := range p.detail() {
		s.Now = append(s.Now, l.Plain())
	}
	return s
}

// scene is how the conversation stands and, at the cursor, what was said.
func (p *threadPane) scene() ui.Linear {
	if p.shown() == nil {
		return ui.Linear{All: []text.Safe{p.empty().Plain()}}
	}
	var s ui.Linear
	s.All = append(s.All, append(ui.Line{ui.Text.Span(p.person(p.opener()))}, p.kind()...).Plain())
	var how []string
	for _, l := range p.standing() {
		how = append(how, string(l.Plain()))
	}
	s.All = append(s.All, text.Safe(strings.Join(how, ", ")))
	if post := p.postLine(); post != nil {
		s.All = append(s.All, post.Plain())
	}
	key, lines, at, of := p.thread.Current(p.theme, unseenWidth)
	s.At = fmt.Sprint(key, len(p.bare))
	for i, l := range lines {
		if i == 0 {
			s.Now = append(s.Now, p.placed(at, of)+l.Plain())
			continue
		}
		s.Now = append(s.Now, l.Plain())
	}
	return s
}

func (w *composer) scene() ui.Linear {
	s := ui.Linear{Typing: true, Typed: w.editor.Value()}
	s.All = []text.Safe{w.heading.Plain()}
	for _, l := range w.until(w.limit) {
		s.All = append(s.All, l.Plain())
	}
	s.All = append(s.All, w.editor.Placeholder)
	if l := w.fileCount(); l != nil {
		s.Now = append(s.Now, l.Plain())
	}
	for _, l := range w.fileRows() {
		s.Now = append(s.Now, l.Plain())
	}
	covered := w.covered()
	for _, l := range append(covered, w.trouble...) {
		s.Now = append(s.Now, l.Plain())
	}
	if c := w.counter(); !c.Empty() && w.limit.Measured(w.editor.Value())*10 > w.limit.MaxText*9 {
		s.Now = append(s.Now, c.Plain())
		s.At = strconv.FormatBool(w.limit.Measured(w.editor.Value()) > w.limit.MaxText) // said when it is crossed
	}
	if w.closes() {
		s.Now = append(s.Now, w.closing().Plain())
	}
	s.At += fmt.Sprint(w.close, w.files, w.trouble, covered)
	return s
}

func (a *App) searchScene() ui.Linear {
	in := a.search.input
	s := ui.Linear{All: []text.Safe{a.name(a.actions.by["search"])}, Typing: true, Typed: in.Value()}
	switch why := in.Wrong(); {
	case why != "":
		s.At, s.Now = string(why), []text.Safe{why}
	case in.Chosen() != "":
		s.At, s.Now = "offer "+string(in.Chosen()), []text.Safe{in.Chosen()}
	case in.Open() && strings.HasSuffix(in.Value(), "?"):
		s.At, s.Now = "asked "+in.Value(), told(in.Offers())
	case a.list.slot == slotSearch && a.list.win.known:
		_, of := a.list.list.Position()
		s.At, s.Now = fmt.Sprint(a.search.query, of), []text.Safe{a.t.N("tui.search.hits", of)}
		if len(a.search.meant) > 0 && in.Open() {
			s.At, s.Now = s.At+" meant", append(s.Now, told(in.Offers())...)
		}
	}
	return s
}

// told says suggestions with what they are for.
func told(list []ui.Suggestion) []text.Safe {
	out := make([]text.Safe, len(list))
	for i, x := range list {
		if out[i] = x.Text; x.Help != "" {
			out[i] += " " + x.Help
		}
	}
	return out
}
