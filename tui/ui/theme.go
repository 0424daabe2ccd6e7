package ui

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Token says what a piece of text means; the theme decides how that looks.
type Token uint8

// The tokens. Mark1 to Mark3 tell three sources apart (the caller decides which), always beside a word or letters that say the same.
const (
	Text Token = iota
	Dim
	Strong
	Title
	Accent
	Key
	Link
	Match
	Unread
	Own
	Note
	Warning
	Danger
	Success
	Border
	Mark1
	Mark2
	Mark3
	tokens
)

// Ground is what a piece of text stands on.
type Ground uint8

// The grounds. Resting is the chosen row of a list that has not the focus.
const (
	Plain Ground = iota
	Chosen
	Resting
	Bar
	grounds
)

// Name names a theme.
type Name string

// The themes. None has no colours, only bold, underline and reverse.
const (
	Dark     Name = "dark"
	Light    Name = "light"
	Contrast Name = "contrast"
	None     Name = "none"
)

// Names lists the themes in the order to offer them.
func Names() []Name { return []Name{Dark, Light, Contrast, None} }

// Look is what one session's terminal can show and its user likes.
type Look struct {
	Name Name
	// Profile is the terminal's colours, from tea.ColorProfileMsg. Below 16 colours every theme looks like None.
	Profile colorprofile.Profile
	// ASCII replaces lines, arrows and the ellipsis with ASCII. It does not touch the caller's text.
	ASCII bool
	// Method is how the renderer counts cells. Bubble Tea starts with ansi.WcWidth and changes to ansi.GraphemeWidth when the terminal
	// answers that it has mode 2027; the model sees the same tea.ModeReportMsg and then builds a new theme (see [MethodFrom]). Without
	// that mode terminals disagree about emoji of several parts, so those are drawn as their parts and without skin tone: then all count
	// the same.
	Method ansi.Method
}

// Glyphs are the few signs that widgets draw themselves, each one cell wide.
type Glyphs struct {
	Ellipsis, VLine, HLine                        string
	TopLeft, TopRight, BottomLeft, BottomRight    string
	Pointer, Mark, Guide, Up, Down, Bullet, Caret string
}

// Theme draws tokens. It is immutable; a change of look is a new theme, and what was remembered for the old one is forgotten by itself.
type Theme struct {
	Look
	Glyphs Glyphs
	latin  bool // æ is one cell (it is not where RUNEWIDTH_EASTASIAN is set)
	pens   [tokens][grounds]pen
	styles [tokens][grounds]lipgloss.Style
}

// pen is the bytes that switch a style on and off.
type pen struct{ on, off string }

// ink is the look of one token: its colour with millions, with 256 and with 16 (own: the terminal's own foreground), and attributes. The
// 256 are chosen by hand: the nearest of a fixed palette to a quiet colour is often a loud one.
type ink struct {
	hex       string
	cube      int
	basic     int
	bold      bool
	faint     bool // where there is no colour to be dim with
	underline bool
}

const own = -1

var darkInks = [tokens]ink{
	Text:    {basic: own},
	Dim:     {hex: "#8a93a3", cube: 246, basic: own, faint: true},
	Strong:  {basic: own, bold: true},
	Title:   {basic: own, bold: true},
	Accent:  {hex: "#7fb5e6", cube: 110, basic: 6},
	Key:     {hex: "#7fb5e6", cube: 110, basic: 6},
	Link:    {hex: "#7fb5e6", cube: 110, basic: 6, underline: true},
	Match:   {hex: "#e3c278", cube: 180, basic: 3, bold: true, underline: true},
	Unread:  {basic: own, bold: true},
	Own:     {hex: "#8fbfa8", cube: 108, basic: 2},
	Note:    {hex: "#d3b67c", cube: 180, basic: 3},
	Warning: {hex: "#e2ab5f", cube: 215, basic: 3, bold: true},
	Danger:  {hex: "#ee7a80", cube: 210, basic: 9, bold: true},
	Success: {hex: "#8cc48a", cube: 114, basic: 2},
	Border:  {hex: "#4a5261", cube: 240, basic: 8},
	Mark1:   {hex: "#7da2ea", cube: 111, basic: 12},
	Mark2:   {hex: "#cf8fc6", cube: 176, basic: 13},
	Mark3:   {hex: "#b5bcc8", cube: 250, basic: own},
}

var lightInks = [tokens]ink{
	Text:    {basic: own},
	Dim:     {hex: "#626c7a", cube: 242, basic: own, faint: true},
	Strong:  {basic: own, bold: true},
	Title:   {basic: own, bold: true},
	Accent:  {hex: "#1c5d9f", cube: 25, basic: 4},
	Key:     {hex: "#1c5d9f", cube: 25, basic: 4},
	Link:    {hex: "#1c5d9f", cube: 25, basic: 4, underline: true},
	Match:   {hex: "#7a4f00", cube: 94, basic: 5, bold: true, underline: true},
	Unread:  {basic: own, bold: true},
	Own:     {hex: "#22664f", cube: 23, basic: 2},
	Note:    {hex: "#75590b", cube: 94, basic: 5},
	Warning: {hex: "#945200", cube: 130, basic: 5, bold: true},
	Danger:  {hex: "#b01f2b", cube: 124, basic: 1, bold: true},
	Success: {hex: "#2a6d33", cube: 22, basic: 2},
	Border:  {hex: "#bcc4cf", cube: 250, basic: 7},
	Mark1:   {hex: "#2b55ad", cube: 26, basic: 4},
	Mark2:   {hex: "#93377f", cube: 90, basic: 5},
	Mark3:   {hex: "#474c55", cube: 239, basic: own},
}

var contrastInks = [tokens]ink{
	Text:    {hex: "#ffffff", cube: 231, basic: 15},
	Dim:     {hex: "#e4e4e4", cube: 254, basic: 15},
	Strong:  {hex: "#ffffff", cube: 231, basic: 15, bold: true},
	Title:   {hex: "#ffffff", cube: 231, basic: 15, bold: true, underline: true},
	Accent:  {hex: "#5fd7ff", cube: 81, basic: 14, bold: true},
	Key:     {hex: "#5fd7ff", cube: 81, basic: 14, bold: true},
	Link:    {hex: "#5fd7ff", cube: 81, basic: 14, underline: true},
	Match:   {hex: "#ffd700", cube: 220, basic: 11, bold: true, underline: true},
	Unread:  {hex: "#ffffff", cube: 231, basic: 15, bold: true},
	Own:     {hex: "#87ff87", cube: 120, basic: 10},
	Note:    {hex: "#ffd700", cube: 220, basic: 11},
	Warning: {hex: "#ffd700", cube: 220, basic: 11, bold: true},
	Danger:  {hex: "#ff8787", cube: 210, basic: 9, bold: true, underline: true},
	Success: {hex: "#87ff87", cube: 120, basic: 10, bold: true},
	Border:  {hex: "#bcbcbc", cube: 250, basic: 7},
	Mark1:   {hex: "#87afff", cube: 111, basic: 12, bold: true},
	Mark2:   {hex: "#ff87ff", cube: 213, basic: 13, bold: true},
	Mark3:   {hex: "#ffffff", cube: 231, basic: 15, bold: true},
}

var noInks = [tokens]ink{
	Strong: {bold: true}, Title: {bold: true}, Accent: {bold: true}, Key: {bold: true}, Link: {underline: true},
	Match: {bold: true, underline: true}, Unread: {bold: true}, Warning: {bold: true}, Danger: {bold: true, underline: true},
}

// paper is the background of each ground with millions and with 256 colours; an empty one is the terminal's own.
type paper [grounds]struct {
	hex  string
	cube int
}

var (
	darkPaper     = paper{Chosen: {"#2b3a50", 238}, Resting: {"#262c37", 236}, Bar: {"#222832", 235}}
	lightPaper    = paper{Chosen: {"#d3e3f6", 189}, Resting: {"#e7ebf1", 254}, Bar: {"#e9edf2", 254}}
	contrastPaper = paper{Plain: {"#000000", 16}, Chosen: {"#ffd700", 220}, Resting: {"#3a3a3a", 237}, Bar: {"#ffffff", 231}}
)

// NewTheme builds the theme of a session. An unknown name is Dark.
func NewTheme(l Look) *Theme {
	t := &Theme{Look: l, Glyphs: unicodeGlyphs, latin: l.Method.StringWidth("æ") == 1}
	if l.ASCII || l.Method.StringWidth("…│▌") != 3 {
		t.Glyphs = asciiGlyphs
	}
	for tok := range tokens {
		for g := range grounds {
			s := t.style(tok, g)
			t.styles[tok][g] = s
			// lipgloss knows the sequences; a sample tells them once, so that drawing a span is two appends.
			if on, off, ok := strings.Cut(s.Render("x"), "x"); ok {
				t.pens[tok][g] = pen{on, off}
			}
		}
	}
	return t
}

// Style is the style of a token for those who draw with lipgloss themselves (charts).
func (t *Theme) Style(tok Token, g Ground) lipgloss.Style { return t.styles[tok][g] }

// Colourless reports whether the theme has no colours in effect, by choice or by terminal.
func (t *Theme) Colourless() bool { return t.Name == None || t.Profile < colorprofile.ANSI }

func (t *Theme) style(tok Token, g Ground) lipgloss.Style {
	inks, papers := darkInks, darkPaper
	switch t.Name {
	case Light:
		inks, papers = lightInks, lightPaper
	case Contrast:
		inks, papers = contrastInks, contrastPaper
	}
	if t.Colourless() {
		s := attributes(lipgloss.NewStyle(), noInks[tok])
		if g == Chosen || g == Bar {
			s = s.Reverse(true)
		}
		return s
	}
	in := inks[tok]
	s := attributes(lipgloss.NewStyle(), in)
	if t.Profile < colorprofile.ANSI256 {
		// With 16 colours nobody knows what a background will look like under a colour: reverse is right on every terminal.
		if g == Chosen || g == Bar {
			return attributes(lipgloss.NewStyle(), ink{bold: in.bold, underline: in.underline}).Reverse(true)
		}
		if in.basic != own {
			s = s.Foreground(ansi.BasicColor(in.basic))
		}
		if t.Name == Contrast {
			s = s.Background(ansi.Black)
		}
		return s
	}
	s = attributes(lipgloss.NewStyle(), ink{bold: in.bold, underline: in.underline})
	shade := func(hex string, cube int) color.Color {
		if t.Profile < colorprofile.TrueColor {
			return lipgloss.ANSIColor(cube)
		}
		return lipgloss.Color(hex)
	}
	switch {
	case t.Name == Contrast && (g == Chosen || g == Bar):
		s = s.Foreground(shade("#000000", 16))
	case in.hex != "":
		s = s.Foreground(shade(in.hex, in.cube))
	}
	if papers[g].hex != "" {
		s = s.Background(shade(papers[g].hex, papers[g].cube))
	}
	return s
}

// attributes sets those that are on: a lipgloss style that says "not bold" is a longer sequence than one that says nothing.
func attributes(s lipgloss.Style, in ink) lipgloss.Style {
	if in.bold {
		s = s.Bold(true)
	}
	if in.faint {
		s = s.Faint(true)
	}
	if in.underline {
		s = s.Underline(true)
	}
	return s
}

// MethodFrom tells how the renderer counts cells after the terminal reported a mode, and whether the report says anything about it: only
// mode 2027 (Unicode core) does.
func MethodFrom(mode ansi.Mode, setting ansi.ModeSetting) (ansi.Method, bool) {
	if mode != ansi.ModeUnicodeCore {
		return ansi.WcWidth, false
	}
	// The very test by which Bubble Tea decides.
	if setting == ansi.ModeReset || setting == ansi.ModeSet || setting == ansi.ModePermanentlySet {
		return ansi.GraphemeWidth, true
	}
	return ansi.WcWidth, true
}

var unicodeGlyphs = Glyphs{
	Ellipsis: "…", VLine: "│", HLine: "─", TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯",
	Pointer: "▌", Mark: "✓", Guide: "│", Up: "↑", Down: "↓", Bullet: "·", Caret: "^",
}

var asciiGlyphs = Glyphs{
	Ellipsis: "~", VLine: "|", HLine: "-", TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
	Pointer: ">", Mark: "x", Guide: "|", Up: "^", Down: "v", Bullet: "-", Caret: "^",
}
