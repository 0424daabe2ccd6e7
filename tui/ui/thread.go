package ui

import (
	tea "charm.land/bubbletea/v2"
)

// Block is a piece of a thread, some lines high: a message, a note, an event.
type Block[K comparable] struct {
	Key K
	// Version is another one when the block would be drawn differently.
	Version uint64
	// Depth is how far the block is indented below what it answers.
	Depth int
	// Body draws the block for a width; lines that are too long are cut ([Theme.Wrap] breaks them). It is called only for blocks near the
	// screen and remembered.
	Body func(t *Theme, width int) []Line
}

// Thread scrolls over blocks of different heights, one of which is under the cursor. What comes, goes or changes its height above the
// block that the reader looks at does not move that block.
type Thread[K comparable] struct {
	// Empty is shown when there are no blocks.
	Empty Line

	blocks []Block[K]
	at     int // block under the cursor
	// The anchor is the block that stays where it is, and the screen line its first line is on, which may be above the screen (negative).
	anchor int
	line   int
	fresh  map[K]struct{} // came after the first Show and not seen yet
	began  bool
	theme  *Theme
	w, h   int
	memo   map[K]drawnBlock
}

type drawnBlock struct {
	version uint64
	depth   int
	theme   *Theme
	width   int
	lines   []string
}

// NewThread makes an empty thread.
func NewThread[K comparable]() *Thread[K] {
	return &Thread[K]{memo: map[K]drawnBlock{}, fresh: map[K]struct{}{}}
}

// Show sets the blocks of another thread: the cursor goes to the first block, the screen to the top.
func (th *Thread[K]) Show(blocks []Block[K]) {
	th.blocks, th.at, th.anchor, th.line, th.began = blocks, 0, 0, 0, true
	clear(th.fresh)
	clear(th.memo)
}

// Change sets the blocks of the same thread after something happened in it.
func (th *Thread[K]) Change(blocks []Block[K]) {
	if !th.began {
		th.Show(blocks)
		return
	}
	old := th.blocks
	was := make(map[K]struct{}, len(old))
	for _, b := range old {
		was[b.Key] = struct{}{}
	}
	now := make(map[K]int, len(blocks))
	for i, b := range blocks {
		now[b.Key] = i
		if _, ok := was[b.Key]; !ok {
			th.fresh[b.Key] = struct{}{}
		}
	}
	for k := range th.fresh {
		if _, ok := now[k]; !ok {
			delete(th.fresh, k)
		}
	}
	th.at = survivor(old, now, th.at)
	th.anchor = survivor(old, now, th.anchor)
	th.blocks = blocks
}

// survivor is where block i of the old ones is now, or the next that is still there, or the nearest before.
func survivor[K comparable](old []Block[K], now map[K]int, i int) int {
	for j := i; j < len(old); j++ {
		if at, ok := now[old[j].Key]; ok {
			return at
		}
	}
	for j := min(i, len(old)) - 1; j >= 0; j-- {
		if at, ok := now[old[j].Key]; ok {
			return at
		}
	}
	return 0
}

// Cursor is the key of the block under the cursor, and false when there are none.
func (th *Thread[K]) Cursor() (key K, ok bool) {
	if len(th.blocks) == 0 {
		return key, false
	}
	return th.blocks[th.at].Key, true
}

// Current is the block under the cursor, whole, in lines of at most width cells, with its place among all; of is 0 when there are none.
func (th *Thread[K]) Current(t *Theme, width int) (key K, lines []Line, at, of int) {
	if len(th.blocks) == 0 {
		return key, []Line{th.Empty}, 0, 0
	}
	b := th.blocks[th.at]
	return b.Key, b.Body(t, width), th.at, len(th.blocks)
}

// Fresh is how many blocks came since [Thread.Show] and have not been on the screen.
func (th *Thread[K]) Fresh() int { return len(th.fresh) }

// Select puts the cursor on a block and reports whether there is such a block.
func (th *Thread[K]) Select(key K) bool {
	for i := range th.blocks {
		if th.blocks[i].Key == key {
			th.moveTo(i)
			return true
		}
	}
	return false
}

// Move moves the cursor by blocks. A block that is higher than the screen is first read to its end: one step then scrolls.
func (th *Thread[K]) Move(blocks int) {
	if th.theme != nil && len(th.blocks) > 0 && (blocks == 1 || blocks == -1) {
		top := th.lineOf(th.at)
		below := top + th.height(th.at) - 1 - th.h
		if blocks > 0 && below > 0 && top < th.h {
			th.Scroll(min(below, max(th.h-2, 1)))
			return
		}
		if blocks < 0 && top < 0 {
			th.Scroll(max(top, -max(th.h-2, 1)))
			return
		}
	}
	th.moveTo(th.at + blocks)
}

// moveTo moves the cursor and shows as much of the block as there is room for.
func (th *Thread[K]) moveTo(i int) {
	if len(th.blocks) == 0 {
		return
	}
	th.at = min(max(i, 0), len(th.blocks)-1)
	y := 0
	if th.theme != nil {
		y = max(min(th.lineOf(th.at), th.h-th.height(th.at)), 0)
	}
	th.anchor, th.line = th.at, y
	th.settle()
}

// lineOf is the screen line of the first line of block i.
func (th *Thread[K]) lineOf(i int) int {
	y := th.line
	for j := th.anchor; j < i; j++ {
		y += th.height(j)
	}
	for j := i; j < th.anchor; j++ {
		y -= th.height(j)
	}
	return y
}

// Scroll moves the text by lines; the cursor goes along when its block leaves the screen.
func (th *Thread[K]) Scroll(lines int) {
	th.line -= lines
	th.settle()
	th.follow()
}

// Page scrolls by screens, keeping two lines in sight.
func (th *Thread[K]) Page(screens int) { th.Scroll(screens * max(th.h-2, 1)) }

// Home goes to the first block.
func (th *Thread[K]) Home() { th.moveTo(0) }

// End goes to the last block.
func (th *Thread[K]) End() { th.moveTo(len(th.blocks) - 1) }

// Click puts the cursor on the block at a line of the screen and reports whether there is one.
func (th *Thread[K]) Click(y int) bool {
	if th.theme == nil {
		return false
	}
	if len(th.blocks) == 0 {
		return false
	}
	first, last := th.visible()
	top := th.lineOf(first)
	for i := first; i <= last; i++ {
		if top += th.height(i); y < top {
			th.at = i
			return true
		}
	}
	return false
}

// Update moves by the keys that mean nothing else anywhere and reports whether the key was one.
func (th *Thread[K]) Update(msg tea.KeyPressMsg) bool {
	switch msg.String() {
	case "up":
		th.Move(-1)
	case "down":
		th.Move(1)
	case "pgup":
		th.Page(-1)
	case "pgdown":
		th.Page(1)
	case "home":
		th.Home()
	case "end":
		th.End()
	default:
		return false
	}
	return true
}

// follow moves the cursor to the nearest block of which something is on the screen.
func (th *Thread[K]) follow() {
	if th.theme == nil || len(th.blocks) == 0 {
		return
	}
	first, last := th.readable()
	th.at = min(max(th.at, first), last)
}

// readable is the first and last block of which there is text on the screen, not only the empty line after it.
func (th *Thread[K]) readable() (first, last int) {
	first, last = th.visible()
	if first < last && th.lineOf(first)+th.height(first) <= 1 {
		first++
	}
	return first, last
}

// visible is the first and last block of which something is on the screen; settle has run.
func (th *Thread[K]) visible() (first, last int) {
	first, y := th.anchor, th.line
	for first > 0 && y > 0 {
		first--
		y -= th.height(first)
	}
	for first < len(th.blocks)-1 && y+th.height(first) <= 0 {
		y += th.height(first)
		first++
	}
	last = first
	for y += th.height(first); last < len(th.blocks)-1 && y < th.h; last++ {
		y += th.height(last + 1)
	}
	return first, last
}

// settle keeps the text on the screen: no empty lines above the first block, and none below the last while there is text above the
// screen. Then it chooses the anchor.
func (th *Thread[K]) settle() {
	if th.theme == nil || len(th.blocks) == 0 {
		return
	}
	// Walk up until the top of the screen is covered.
	for i, y := th.anchor, th.line; ; i-- {
		if y <= 0 {
			break
		}
		if i == 0 {
			th.line -= y
			break
		}
		y -= th.height(i - 1)
	}
	// Walk down until the bottom is.
	end := th.line
	for i := th.anchor; i < len(th.blocks) && end < th.h; i++ {
		end += th.height(i)
	}
	if room := th.h - end; room > 0 {
		// Text above the screen fills the room below.
		hidden := -th.line
		for i := th.anchor - 1; i >= 0 && hidden < room; i-- {
			hidden += th.height(i)
		}
		th.line += min(room, max(hidden, 0))
	}
	th.choose()
}

// choose makes the block that the reader most likely looks at the anchor: the one under the cursor if there is any of it on the screen,
// else the first that begins on it, else the one that fills it.
func (th *Thread[K]) choose() {
	first, last := th.readable()
	anchor := first
	switch {
	case th.at >= first && th.at <= last:
		anchor = th.at
	case first < last && th.lineOf(first) < 0:
		anchor = first + 1
	}
	th.anchor, th.line = anchor, th.lineOf(anchor)
}
