package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// Binding ties keys to an action. Keys are one or several presses parted by spaces: "z", "ctrl+s", "g q", "space". Letters stand for what
// they type, so "Z" is Shift and z.
type Binding struct {
	ID   string
	Keys string
}

// Keymap is the bindings of one context. It is immutable.
type Keymap struct {
	root *node
}

type node struct {
	id   string
	next map[string]*node
}

// Chord is the presses of a sequence that is not complete. The zero value has none.
type Chord struct {
	at     *node
	keys   []string
	keymap *Keymap
}

// Reach is how far a press came.
type Reach uint8

// Unbound means nothing and is for others; Pending began or went on with a sequence; Hit completed one; Broken ended one without meaning
// anything, and the press is spent: half a command must not become another.
const (
	Unbound Reach = iota
	Pending
	Hit
	Broken
)

// altGr are the signs that a Danish keyboard has only with AltGr, or only as dead keys.
const altGr = "@£$€{[]}|\\~^´`¨"

// ErrKeys is what is wrong with the keys of a binding.
var ErrKeys = errors.New("ui: keys")

// NewKeymap makes a keymap. All that is wrong is reported at once: an unknown key, a sign that needs AltGr, two actions on the same keys,
// or keys that are the beginning of others.
func NewKeymap(bindings []Binding) (*Keymap, error) {
	k := &Keymap{root: &node{}}
	var errs []error
	for _, b := range bindings {
		if err := k.add(b); err != nil {
			errs = append(errs, fmt.Errorf("%w: %q for %s: %w", ErrKeys, b.Keys, b.ID, err))
		}
	}
	return k, errors.Join(errs...)
}

func (k *Keymap) add(b Binding) error {
	keys := strings.Fields(b.Keys)
	if len(keys) == 0 {
		return errors.New("none")
	}
	n := k.root
	for _, key := range keys {
		if err := checkKey(key); err != nil {
			return err
		}
		if n.id != "" {
			return fmt.Errorf("begins like %s", n.id)
		}
		if n.next == nil {
			n.next = map[string]*node{}
		}
		if n.next[key] == nil {
			n.next[key] = &node{}
		}
		n = n.next[key]
	}
	switch {
	case n.id != "":
		return fmt.Errorf("already %s", n.id)
	case n.next != nil:
		return errors.New("is the beginning of others")
	}
	n.id = b.ID
	return nil
}

// named are the keys that have names, as Bubble Tea spells them.
var named = []string{
	"enter", "tab", "space", "esc", "backspace", "delete", "insert", "up", "down", "left", "right", "home", "end", "pgup", "pgdown",
	"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
}

func checkKey(key string) error {
	base, mods := key, ""
	for {
		i := strings.IndexByte(base, '+')
		if i <= 0 || i == len(base)-1 {
			break
		}
		mod := base[:i]
		if !slices.Contains([]string{"ctrl", "alt", "shift"}, mod) {
			return fmt.Errorf("no modifier %q", mod)
		}
		mods, base = mods+mod, base[i+1:]
	}
	if slices.Contains(named, base) {
		return nil
	}
	r, n := utf8.DecodeRuneInString(base)
	switch {
	case n != len(base) || !unicode.IsPrint(r) || r == ' ':
		return fmt.Errorf("no key %q", base)
	case strings.ContainsRune(altGr, r):
		return fmt.Errorf("%q needs AltGr or a dead key", base)
	case mods == "shift":
		return fmt.Errorf("write %q for Shift and %s", strings.ToUpper(base), base)
	case mods != "" && unicode.IsUpper(r):
		return fmt.Errorf("write %q in lower case", base)
	}
	return nil
}

// Press follows a key press. id is the action when the sequence is complete. Esc ends a sequence.
func (c *Chord) Press(k *Keymap, msg tea.KeyPressMsg) (id string, how Reach) {
	if c.keymap != k {
		c.Cancel() // the context is another one now
	}
	n := c.at
	if n == nil {
		n = k.root
	}
	key := msg.String()
	to := n.next[key]
	switch {
	case to == nil && c.at == nil:
		return "", Unbound
	case to == nil:
		c.Cancel()
		return "", Broken
	case to.id != "":
		c.Cancel()
		return to.id, Hit
	}
	c.keymap, c.at, c.keys = k, to, append(c.keys, key)
	return "", Pending
}

// Cancel forgets an incomplete sequence.
func (c *Chord) Cancel() { *c = Chord{keys: c.keys[:0]} }

// Pending are the keys pressed so far.
func (c *Chord) Pending() []string { return c.keys }

// Next are the keys that go on from here and where each leads: an action, or "" for more keys. For showing what a prefix offers.
func (c *Chord) Next() []Binding {
	if c.at == nil {
		return nil
	}
	var out []Binding
	for key, n := range c.at.next {
		out = append(out, Binding{ID: n.id, Keys: key})
	}
	slices.SortFunc(out, func(a, b Binding) int { return strings.Compare(a.Keys, b.Keys) })
	return out
}

// KeyNames are what keys are called in the user's language: "space" is "Mellemrum". Keys without an entry have their international names.
type KeyNames map[string]text.Safe

// Show is how keys are written for people: "ctrl+s" is "Ctrl+S", "g q" is "g q".
func (names KeyNames) Show(keys string) text.Safe {
	var out []string
	for _, key := range strings.Fields(keys) {
		var parts []string
		base := key
		for {
			i := strings.IndexByte(base, '+')
			if i <= 0 || i == len(base)-1 {
				break
			}
			parts = append(parts, names.name(base[:i]))
			base = base[i+1:]
		}
		if len(parts) > 0 && utf8.RuneCountInString(base) == 1 {
			base = strings.ToUpper(base)
		}
		out = append(out, strings.Join(append(parts, names.name(base)), "+"))
	}
	return text.Safe(strings.Join(out, " "))
}

func (names KeyNames) name(key string) string {
	if s, ok := names[key]; ok {
		return string(s)
	}
	switch {
	case key == "pgup":
		return "PgUp"
	case key == "pgdown":
		return "PgDn"
	case utf8.RuneCountInString(key) < 2:
		return key
	}
	return strings.ToUpper(key[:1]) + key[1:]
}
