package ui

import (
	"strings"

	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"
)

// Item is something to pick: a command, a queue, a template.
type Item struct {
	ID    string
	Title text.Safe
	// Also are other names by which it is found, in another language, say.
	Also []text.Safe
	// Keys is how to get there without picking, shown on the right.
	Keys text.Safe
	// Refusal says why it cannot be picked now; such an item is shown grey with its reason.
	Refusal text.Safe
}

// Picker finds one of many items by a few letters of their names. It is the command palette, and the body of dialogs that let choose.
type Picker struct {
	// None is shown when nothing matches.
	None Line

	input *Input
	items []Item
	found []hit
	at    int
	top   int
}

// hit is an item that matches: by which name, and at which bytes of it.
type hit struct {
	item, name int // name 0 is the title
	at         []int
}

// NewPicker makes a picker over items, which come in the order given until something is typed.
func NewPicker(items []Item, prompt Line, placeholder text.Safe) *Picker {
	p := &Picker{input: NewInput(), items: items}
	p.input.Prompt, p.input.Placeholder = prompt, placeholder
	p.filter()
	return p
}

// filter finds the items for what is typed, best first.
func (p *Picker) filter() {
	p.found, p.at, p.top = p.found[:0], 0, 0
	pattern := p.input.Value()
	if pattern == "" {
		for i := range p.items {
			p.found = append(p.found, hit{item: i})
		}
		return
	}
	var names []string
	var of []hit
	for i, it := range p.items {
		names, of = append(names, string(it.Title)), append(of, hit{item: i})
		for j, also := range it.Also {
			names, of = append(names, string(also)), append(of, hit{item: i, name: j + 1})
		}
	}
	var ranked [fuzzily + 1][]hit
	have := make(map[int]bool, len(p.items))
	for pass := range ranked {
		for i, name := range names {
			if h := of[i]; !have[h.item] && rank(name, pattern) == pass {
				have[h.item] = true
				h.at = run(name, pattern, pass)
				ranked[pass] = append(ranked[pass], h)
			}
		}
	}
	for _, m := range fuzzy.Find(pattern, names) {
		h := of[m.Index]
		if !have[h.item] {
			have[h.item] = true
			h.at = append([]int(nil), m.MatchedIndexes...)
			ranked[fuzzily] = append(ranked[fuzzily], h)
		}
	}
	for _, hits := range ranked {
		p.found = append(p.found, hits...)
	}
}

// How well a name answers what is typed: it begins so, a word of it does, it is somewhere in it, or only its letters are there in that
// order.
const (
	beginning = iota
	wordwise
	within
	fuzzily
)

func rank(name, pattern string) int {
	name, pattern = strings.ToLower(name), strings.ToLower(pattern)
	switch {
	case strings.HasPrefix(name, pattern):
		return beginning
	case strings.Contains(name, " "+pattern):
		return wordwise
	case strings.Contains(name, pattern):
		return within
	}
	return -1
}

// run is the bytes of a name that are the pattern, one after the other.
func run(name, pattern string, how int) []int {
	low, pattern := strings.ToLower(name), strings.ToLower(pattern)
	if len(low) != len(name) {
		return nil // a letter whose lower case is of another length: then nothing is marked
	}
	from := strings.Index(low, pattern)
	if how == wordwise {
		from = strings.Index(low, " "+pattern) + 1
	}
	at := make([]int, len(pattern))
	for i := range at {
		at[i] = from + i
	}
	return at
}

// Current is the item under the cursor, and false when nothing matches.
func (p *Picker) Current() (Item, bool) {
	if len(p.found) == 0 {
		return Item{}, false
	}
	return p.items[p.found[p.at].item], true
}

// Select puts the cursor on an item and reports whether it is among those found.
func (p *Picker) Select(id string) bool {
	for i, h := range p.found {
		if p.items[h.item].ID == id {
			p.at = i
			return true
		}
	}
	return false
}

// Update takes a key or a paste. Submitted means that [Picker.Current] is picked; an item with a refusal cannot be.
func (p *Picker) Update(msg tea.Msg) Outcome {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "up", "ctrl+p":
			p.at = max(p.at-1, 0)
			return Handled
		case "down", "ctrl+n":
			p.at = max(min(p.at+1, len(p.found)-1), 0)
			return Handled
		case "pgup":
			p.at = max(p.at-5, 0)
			return Handled
		case "pgdown":
			p.at = max(min(p.at+5, len(p.found)-1), 0)
			return Handled
		}
	}
	before := p.input.Value()
	out := p.input.Update(msg)
	if p.input.Value() != before {
		p.filter()
	}
	if it, ok := p.Current(); out == Submitted && (!ok || it.Refusal != "") {
		return Handled
	}
	return out
}

// View draws the input and the items below it, in at least one line.
func (p *Picker) View(t *Theme, width, height int, focus bool) Lines {
	out := Lines{p.input.View(t, width, Plain)}
	height = max(height-1, 0)
	p.top = max(min(p.top, p.at, len(p.found)-height), p.at-height+1, 0)
	if len(p.found) == 0 {
		out = append(out, t.empty(p.None, width, height)...)
	}
	for i := p.top; i < len(p.found) && len(out) <= height; i++ {
		out = append(out, p.row(t, p.found[i], width, rowState{cursor: i == p.at, focus: focus}))
	}
	for len(out) <= height {
		out = append(out, t.Blank(width, Plain))
	}
	return out
}

func (p *Picker) row(t *Theme, h hit, width int, st rowState) string {
	it := p.items[h.item]
	key := Key
	title := Line{Text.Span(it.Title)}
	switch {
	case it.Refusal != "":
		key = Dim
		title = Line{Dim.Span(it.Title), Dim.Span(text.Safe(" " + t.Glyphs.Bullet + " ")), Dim.Span(it.Refusal)}
	case h.name > 0:
		title = append(title, Dim.Span(text.Safe(" "+t.Glyphs.Bullet+" ")))
		title = append(title, matched(it.Also[h.name-1], h.at, Dim)...)
	default:
		title = matched(it.Title, h.at, Text)
	}
	pointer := Text.Span("  ")
	if st.cursor {
		pointer = Accent.Span(glyph(t.Glyphs.Pointer) + " ")
	}
	keys := min(t.Width(it.Keys), width/3)
	var pt painter
	pt.init(t, st.ground())
	pt.line(append(Line{pointer}, title...), max(width-keys-1, 0), false)
	pt.blank(1)
	pt.line(key.Line(it.Keys), keys, true)
	return pt.String()
}

// matched marks the bytes at which a name was found, each with all of its character.
func matched(s text.Safe, at []int, rest Token) Line {
	var l Line
	from := 0
	for _, i := range at {
		if i < from || i >= len(s) {
			continue
		}
		n := len(first(string(s[i:])))
		if i > from {
			l = append(l, rest.Span(s[from:i]))
		}
		l = append(l, Match.Span(s[i:i+n]))
		from = i + n
	}
	if from < len(s) {
		l = append(l, rest.Span(s[from:]))
	}
	return l
}

// Cursor is where the cursor stands in the last view.
func (p *Picker) Cursor() (x, y int) { return p.input.Cursor(), 0 }
