package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"lytter/inbox/text"

	"github.com/charmbracelet/x/ansi"
)

// buffer is text under editing with a cursor and what is needed to undo. Positions are bytes and always stand between two grapheme
// clusters, so a cursor never splits an emoji or parts a letter from its accent.
type buffer struct {
	value   string
	at      int
	limit   int // most bytes
	oneLine bool
	version uint64 // another one after every change of the value
	undo    []edit
	weight  int // bytes that undo holds
	redo    []edit
	typing  bool // the last edit was typing and the next may join it
}

// edit is a change that can be undone: at position at, gone was replaced by came.
type edit struct {
	at         int
	gone, came string
	before     int // cursor
}

// undoLimit and undoWeight are how many edits and bytes are kept to undo; the oldest are forgotten.
const (
	undoLimit  = 500
	undoWeight = 1 << 20
)

// clean makes text from outside fit for the buffer behind what it follows: a mark may belong to the last sign before.
func (b *buffer) clean(before, s string) string {
	out := string(text.Clean(s))
	if joined, ok := strings.CutPrefix(string(text.Clean(before+s)), before); ok && before != "" {
		out = joined
	}
	if b.oneLine {
		out = strings.ReplaceAll(out, "\n", " ")
	}
	return out
}

// set replaces everything and forgets what could be undone.
func (b *buffer) set(s string) {
	s, _ = shorten(b.clean("", s), b.limit)
	*b = buffer{value: s, at: len(s), limit: b.limit, oneLine: b.oneLine, version: b.version + 1}
}

// shorten cuts s to at most limit bytes, between two characters.
func shorten(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit], true
}

// insert puts text at the cursor and reports whether something had to be left out because the buffer is full. Typing joins the previous
// typing, up to the end of a word, in what one undo takes back.
func (b *buffer) insert(s string, typed bool) (full bool) {
	s, over := shorten(s, b.limit) // a paste may be of any size
	s, full = shorten(b.clean(b.value[b.prev(b.at):b.at], s), b.limit-len(b.value))
	full = full || over
	if s == "" {
		return full
	}
	join := typed && b.typing && len(b.undo) > 0 && !(startsWord(s) && endsInSpace(b.undo[len(b.undo)-1].came))
	b.replace(b.at, b.at, s, join)
	b.typing = typed && s != "\n"
	return full
}

func startsWord(s string) bool { return strings.TrimLeft(s, " \n") != "" }

func endsInSpace(s string) bool { return strings.HasSuffix(s, " ") }

// replace replaces the text between two positions and puts the cursor behind it. With join it is typing, and part of the last edit if it
// is right behind that: it is not where what was typed has met what follows, and the cursor stands behind both.
func (b *buffer) replace(from, to int, came string, join bool) {
	if from == to && came == "" {
		return
	}
	e := edit{at: from, gone: b.value[from:to], came: came, before: b.at}
	if last := len(b.undo) - 1; join && b.undo[last].at+len(b.undo[last].came) == from {
		b.undo[last].came += came
	} else {
		b.undo = append(b.undo, e)
	}
	b.weight += len(e.gone) + len(e.came)
	for len(b.undo) > undoLimit || b.weight > undoWeight {
		b.weight -= len(b.undo[0].gone) + len(b.undo[0].came)
		b.undo = b.undo[1:]
	}
	b.redo = b.redo[:0]
	b.value = b.value[:from] + came + b.value[to:]
	b.at = from + len(came)
	b.version++
	b.typing = false
	b.at = b.snap(b.at)
}

// snap moves a position that came to be inside a cluster (an accent was typed, two halves of an emoji met) to the cluster's end.
func (b *buffer) snap(at int) int {
	start := b.lineStart(at)
	for start < at {
		start += len(first(b.value[start:]))
	}
	return start
}

// first is the first grapheme cluster of s; where it ends does not depend on how cells are counted.
func first(s string) string {
	if len(s) == 1 || s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf && s[0] != '\r' {
		return s[:1]
	}
	c, _ := ansi.FirstGraphemeCluster(s, ansi.WcWidth)
	return c
}

func (b *buffer) takeBack() bool {
	if len(b.undo) == 0 {
		return false
	}
	e := b.undo[len(b.undo)-1]
	b.undo = b.undo[:len(b.undo)-1]
	b.weight -= len(e.gone) + len(e.came)
	b.value = b.value[:e.at] + e.gone + b.value[e.at+len(e.came):]
	b.at = b.snap(e.before)
	b.redo = append(b.redo, e)
	b.version++
	b.typing = false
	return true
}

func (b *buffer) again() bool {
	if len(b.redo) == 0 {
		return false
	}
	e := b.redo[len(b.redo)-1]
	b.redo = b.redo[:len(b.redo)-1]
	b.weight += len(e.gone) + len(e.came)
	b.value = b.value[:e.at] + e.came + b.value[e.at+len(e.gone):]
	b.at = b.snap(e.at + len(e.came))
	b.undo = append(b.undo, e)
	b.version++
	b.typing = false
	return true
}

// move puts the cursor somewhere; what is typed next is undone by itself.
func (b *buffer) move(to int) {
	if to != b.at {
		b.typing = false
	}
	b.at = to
}

// next and prev are the positions one cluster on and back.
func (b *buffer) next(at int) int {
	if at >= len(b.value) {
		return len(b.value)
	}
	return at + len(first(b.value[at:]))
}

func (b *buffer) prev(at int) int {
	if at <= 0 {
		return 0
	}
	start := b.lineStart(at)
	if start == at {
		return at - 1 // the line break
	}
	for {
		n := start + len(first(b.value[start:]))
		if n >= at {
			return start
		}
		start = n
	}
}

// lineStart and lineEnd are the ends of the line (between line breaks) that the position is on.
func (b *buffer) lineStart(at int) int { return strings.LastIndexByte(b.value[:at], '\n') + 1 }

func (b *buffer) lineEnd(at int) int {
	if i := strings.IndexByte(b.value[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(b.value)
}

// wordRight is the end of the next word, wordLeft the beginning of the previous one.
func (b *buffer) wordRight(at int) int {
	for at < len(b.value) && !wordAt(b.value[at:]) {
		at = b.next(at)
	}
	for at < len(b.value) && wordAt(b.value[at:]) {
		at = b.next(at)
	}
	return at
}

func (b *buffer) wordLeft(at int) int {
	// All beginnings at once: going back one by one would walk the line again for each.
	var starts []int
	for i := 0; i < at; i = b.next(i) {
		starts = append(starts, i)
	}
	i := len(starts)
	for i > 0 && !wordAt(b.value[starts[i-1]:]) {
		i--
	}
	for i > 0 && wordAt(b.value[starts[i-1]:]) {
		i--
	}
	if i == len(starts) {
		return at
	}
	return starts[i]
}

func wordAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r > unicode.MaxLatin1 && !unicode.IsSpace(r) && !unicode.IsPunct(r)
}

// key does what a key means in every text field and reports whether it means anything.
func (b *buffer) key(k string) bool {
	at := b.at
	switch k {
	case "left", "ctrl+b":
		b.move(b.prev(at))
	case "right", "ctrl+f":
		b.move(b.next(at))
	case "ctrl+left", "alt+left", "alt+b":
		b.move(b.wordLeft(at))
	case "ctrl+right", "alt+right", "alt+f":
		b.move(b.wordRight(at))
	case "ctrl+home":
		b.move(0)
	case "ctrl+end":
		b.move(len(b.value))
	case "backspace", "ctrl+h", "shift+backspace":
		b.replace(b.prev(at), at, "", false)
	case "delete", "ctrl+d":
		b.replace(at, b.next(at), "", false)
	case "ctrl+backspace", "alt+backspace", "ctrl+w":
		b.replace(b.wordLeft(at), at, "", false)
	case "ctrl+delete", "alt+delete", "alt+d":
		b.replace(at, b.wordRight(at), "", false)
	case "ctrl+u":
		b.replace(b.lineStart(at), at, "", false)
	case "ctrl+k":
		b.replace(at, b.lineEnd(at), "", false)
	case "ctrl+z", "ctrl+_":
		b.takeBack()
	case "ctrl+y", "ctrl+shift+z":
		b.again()
	default:
		return false
	}
	return true
}
