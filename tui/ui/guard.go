package ui

import (
	"bytes"
	"encoding/base64"
	"io"
	"sync"
	"unicode"
	"unicode/utf8"
)

// GuardOptions is what a guard lets through beyond what a frame needs.
type GuardOptions struct {
	// Link accepts the addresses that may be hyperlinks (OSC 8); nil accepts none.
	Link func(address string) bool
}

// Guard stands between a session and its terminal and lets through only what is on its list, whatever was written: text, the cursor,
// colour, erase and mode sequences that Bubble Tea's renderer uses, a window title, hyperlinks to accepted addresses, and a clipboard
// text or a bell that was permitted once. Everything else, and what only looks like one of these, is dropped and counted. It does not
// trust that a write holds whole sequences, and keeps at most guardLimit bytes of an unfinished one.
//
// It may be written to from several goroutines. Errors of the writer below are returned as they are.
type Guard struct {
	w    io.Writer
	opts GuardOptions

	mu      sync.Mutex
	state   guardState
	seq     []byte // the unfinished sequence or character
	spoilt  bool   // the sequence has something that no allowed one has
	escaped bool   // in a string: the last byte was ESC
	out     []byte
	dropped uint64
	clip    []byte // the permitted OSC 52, whole
	bell    bool
}

type guardState uint8

const (
	ground guardState = iota
	inEscape
	inCSI
	inOSC
	inString // DCS, SOS, PM or APC: never allowed
	inRune
)

const (
	// guardLimit bounds an unfinished sequence: the longest allowed is a clipboard text.
	guardLimit = 48 << 10
	csiLimit   = 64
	// keepOut is how large a buffer is kept for the next write.
	keepOut = 64 << 10
)

// NewGuard guards w.
func NewGuard(w io.Writer, opts GuardOptions) *Guard { return &Guard{w: w, opts: opts} }

// Dropped is how many sequences, controls and broken characters were not let through.
func (g *Guard) Dropped() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dropped
}

// PermitClipboard lets the next OSC 52 through if it sets the clipboard to exactly this text (tea.SetClipboard writes it). Call it from
// the key that copies. It reports whether the text is short enough.
func (g *Guard) PermitClipboard(s string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if base64.StdEncoding.EncodedLen(len(s)) > guardLimit-16 {
		return false
	}
	g.clip = base64.StdEncoding.AppendEncode([]byte("52;c;"), []byte(s))
	return true
}

// PermitBell lets the next bell through.
func (g *Guard) PermitBell() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.bell = true
}

// Write passes on what is allowed of p, in one write.
func (g *Guard) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.out = g.out[:0]
	for i := 0; i < len(p); {
		if g.state == ground {
			n := i
			for n < len(p) && p[n] >= ' ' && p[n] < 0x7f {
				n++
			}
			if n > i {
				g.out = append(g.out, p[i:n]...)
				i = n
				continue
			}
		}
		if g.step(p[i]) {
			i++
		}
	}
	if len(g.out) == 0 {
		return len(p), nil
	}
	_, err := g.w.Write(g.out)
	if cap(g.out) > keepOut {
		g.out = nil
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// step takes one byte, or ends what came before so that the byte is to be taken again: then it returns false.
func (g *Guard) step(c byte) bool {
	switch g.state {
	case inEscape:
		return g.escape(c)
	case inCSI:
		return g.csi(c)
	case inOSC, inString:
		return g.str(c)
	case inRune:
		return g.rune(c)
	}
	switch {
	case c >= utf8.RuneSelf:
		g.begin(inRune)
		g.seq = append(g.seq, c)
		g.flushRune()
	case c == '\x1b':
		g.begin(inEscape)
	case c >= ' ' && c < 0x7f, c == '\r', c == '\n', c == '\b', c == '\t':
		// The renderer moves the cursor by backspace and tab where the line discipline allows; both move within a line and print nothing.
		g.out = append(g.out, c)
	case c == '\a' && g.bell:
		g.bell = false
		g.out = append(g.out, c)
	case c == 0:
		// A NUL is padding, and nothing to count.
	default:
		g.dropped++
	}
	return true
}

func (g *Guard) begin(s guardState) { g.state, g.seq, g.spoilt, g.escaped = s, g.seq[:0], false, false }

// drop ends what was begun without letting it through.
func (g *Guard) drop() {
	g.dropped++
	g.end()
}

func (g *Guard) end() {
	g.state, g.seq = ground, g.seq[:0]
}

// pass lets the sequence through, between its introducer and its end.
func (g *Guard) pass(intro, end string) {
	g.out = append(g.out, intro...)
	g.out = append(g.out, g.seq...)
	g.out = append(g.out, end...)
	g.end()
}

// rune collects a character of several bytes.
func (g *Guard) rune(c byte) bool {
	if utf8.RuneStart(c) {
		g.broken()
		return false
	}
	g.seq = append(g.seq, c)
	g.flushRune()
	return true
}

// broken puts the replacement character where the bytes were none.
func (g *Guard) broken() {
	g.out = utf8.AppendRune(g.out, utf8.RuneError)
	g.drop()
}

func (g *Guard) flushRune() {
	if !utf8.FullRune(g.seq) {
		return
	}
	r, n := utf8.DecodeRune(g.seq)
	switch {
	case r == utf8.RuneError && n < len(g.seq), r == utf8.RuneError && n == 1:
		g.broken()
	case !printable(r):
		g.drop()
	default:
		g.out = append(g.out, g.seq...)
		g.end()
	}
}

// printable reports whether a character may be text on a terminal. Besides controls this refuses what reorders or hides text: marks of
// direction, tags, line and paragraph separators. Characters that this Unicode version does not know are new letters or emoji, not
// controls, and pass.
func printable(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029:
		return false
	case r == 0x200c, r == 0x200d: // joiners: emoji, Persian and the languages of India need them
		return true
	case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe: // noncharacters
		return false
	}
	return !unicode.Is(unicode.Cf, r)
}

func (g *Guard) escape(c byte) bool {
	switch {
	case c == '[':
		g.begin(inCSI)
	case c == ']':
		g.begin(inOSC)
	case c == 'P' || c == 'X' || c == '^' || c == '_':
		g.begin(inString)
	case c == 'M' && len(g.seq) == 0: // reverse index
		g.pass("\x1b", "M")
	case c == '\\' && len(g.seq) == 0: // the end of a string that was dropped already
		g.end()
	case c >= ' ' && c < '0' && len(g.seq) < csiLimit:
		g.seq = append(g.seq, c) // an intermediate byte; no allowed sequence has one
	case c < ' ' || c >= 0x7f:
		g.drop()
		return false
	default:
		g.drop()
	}
	return true
}

func (g *Guard) csi(c byte) bool {
	switch {
	case c >= 0x40 && c < 0x7f:
		if g.spoilt || !allowedCSI(g.seq, c) {
			g.drop()
			return true
		}
		g.seq = append(g.seq, c)
		g.pass("\x1b[", "")
	case c == '\x1b' || c == 0x18 || c == 0x1a || c >= utf8.RuneSelf:
		g.drop()
		return c == 0x18 || c == 0x1a
	case c < ' ' || c == 0x7f || len(g.seq) >= csiLimit:
		g.spoilt = true // read on to its end, so that the rest is not taken for text
	default:
		g.seq = append(g.seq, c)
	}
	return true
}

// str collects an OSC, or passes over another string, up to BEL or ESC \. A string that is never ended is ended by the next escape
// sequence.
func (g *Guard) str(c byte) bool {
	if g.escaped {
		g.escaped = false
		if c == '\\' {
			g.osc("\x1b\\")
			return true
		}
		g.drop()
		g.begin(inEscape)
		return false
	}
	switch {
	case c == '\x1b':
		g.escaped = true
	case c == '\a' && g.state == inOSC:
		g.osc("\a")
	case c == 0x18 || c == 0x1a:
		g.drop()
	case c < ' ' || c == 0x7f || len(g.seq) >= guardLimit || g.state == inString:
		g.spoilt = true
	default:
		g.seq = append(g.seq, c)
	}
	return true
}

// osc decides on a complete string.
func (g *Guard) osc(end string) {
	switch {
	case g.spoilt || g.state != inOSC:
	case string(g.seq) == "11;?", bytes.HasPrefix(g.seq, []byte("8;")) && g.link(), g.title():
		g.pass("\x1b]", end)
		return
	case g.clip != nil && bytes.Equal(g.seq, g.clip):
		g.clip = nil
		g.pass("\x1b]", end)
		return
	}
	g.drop()
	if cap(g.seq) > csiLimit*8 {
		g.seq = nil // a long one was an attack or a copy: rare, and not to be kept by every session
	}
}

// link reports whether the sequence is the end of a hyperlink, or the beginning of an accepted one. Parameters are not let through.
func (g *Guard) link() bool {
	params, address, ok := bytes.Cut(g.seq[2:], []byte(";"))
	if !ok || len(params) > 0 {
		return false
	}
	if len(address) == 0 {
		return true
	}
	for _, c := range address {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return g.opts.Link != nil && g.opts.Link(string(address))
}

// title reports whether the sequence is a window title that is plain text.
func (g *Guard) title() bool {
	if len(g.seq) < 2 || len(g.seq) > 256 || g.seq[0] != '0' && g.seq[0] != '2' || g.seq[1] != ';' || !utf8.Valid(g.seq) {
		return false
	}
	for _, r := range string(g.seq) {
		if !printable(r) {
			return false
		}
	}
	return true
}
