package ui

import (
	"strconv"

	"lytter/inbox/text"
)

// Linear is a dialog in plain lines, for somebody who cannot see a frame.
type Linear struct {
	All []text.Safe // what it asks and how to answer: said when it opens
	At  string      // names what the cursor stands on
	Now []text.Safe // that in words: said when At has changed
	// Typed is what stands in the field that has the keyboard; Typing is false where there is none.
	Typed  string
	Typing bool
}

// few is how many items are said at once; of more the one under the cursor is, and the others as the cursor comes to them.
const few = 9

// Linear is the question, what it is about and the keys.
func (q *Question) Linear() Linear {
	out := []text.Safe{q.Title}
	for _, l := range q.Body {
		out = append(out, l.Plain())
	}
	for _, o := range q.Options {
		out = append(out, text.Safe(o.key())+": "+o.Label)
	}
	if !q.Escape.Empty() {
		out = append(out, q.Escape.Plain())
	}
	return Linear{All: out}
}

// Linear is the title, the items where they are few, and how to choose.
func (c *Choice) Linear() Linear {
	l := c.Picker.linear()
	l.All = []text.Safe{c.Title}
	if n := len(c.Picker.found); n > 1 && n <= few {
		for i := range c.Picker.found {
			l.All = append(l.All, c.Picker.spoken(i))
		}
	}
	if !c.Foot.Empty() {
		l.All = append(l.All, c.Foot.Plain())
	}
	return l
}

// Linear is the title and the keys; the cursor is the field being filled in.
func (f *Form) Linear() Linear {
	fd := f.Fields[f.at]
	var l Linear
	switch {
	case fd.Picker != nil:
		l = fd.Picker.linear()
	case fd.Input != nil:
		l.Typed, l.Typing = fd.Input.Value(), true
	case fd.Editor != nil:
		l.Typed, l.Typing = fd.Editor.Value(), true
	}
	l.All = []text.Safe{f.Title}
	if !f.Foot.Empty() {
		l.All = append(l.All, f.Foot.Plain())
	}
	label := fd.Label
	if last := label[max(len(label)-1, 0):]; last != "?" && last != ":" {
		label += ":"
	}
	l.At = strconv.Itoa(f.at) + " " + string(f.why) + " " + l.At
	if len(l.Now) > 0 {
		label += " " + l.Now[0]
	}
	l.Now = []text.Safe{label}
	if f.why != "" {
		l.Now = append(l.Now, f.why)
	}
	return l
}

// linear is the item under the cursor.
func (p *Picker) linear() Linear {
	l := Linear{Typed: p.input.Value(), Typing: true}
	if it, ok := p.Current(); ok {
		l.At, l.Now = it.ID, []text.Safe{p.spoken(p.at)}
		return l
	}
	l.At, l.Now = "\x00none", []text.Safe{p.None.Plain()}
	return l
}

// spoken is an item with its place, what it is called, its key, and why it cannot be picked.
func (p *Picker) spoken(i int) text.Safe {
	it := p.items[p.found[i].item]
	s := text.Safe(strconv.Itoa(i+1)+"/"+strconv.Itoa(len(p.found))+": ") + it.Title
	if it.Keys != "" {
		s += ", " + it.Keys
	}
	if it.Refusal != "" {
		s += ". " + it.Refusal
	}
	return s
}
