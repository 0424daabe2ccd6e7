package text

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"sync/atomic"
)

// The makers of keys: what a cached text is.
type maker uint8

const (
	ofWord maker = iota // words, numbers, and the bodies of hashtags and handles
	ofHost
	ofEmoji
)

func (m maker) make(s string) Keys {
	switch m {
	case ofHost:
		return hostKeys(s)
	case ofEmoji:
		return emojiKeys(s)
	}
	return wordKeys(s)
}

// ways is how many entries share a set, and maxCached the longest text that is remembered.
const (
	ways      = 8
	maxCached = 128
)

// cache maps a text, byte for byte, to its keys. It is a table of fixed size in sets of eight, read and written without locks: keys
// are a pure function of the text, so it does not matter who fills an entry or which of two wins. In a full set the first entry goes
// that was not asked for again since the set was last swept.
type cache struct {
	seed maphash.Seed
	mask uint64
	sets []set
}

// set holds the upper halves of the hashes beside the entries, so that a look-up reads one entry, as a rule, and not eight. A tag that
// does not fit its entry (two writers at once) costs a miss.
type set struct {
	tags    [ways]atomic.Uint32
	entries [ways]atomic.Pointer[entry]
}

type entry struct {
	text  string
	maker maker
	used  atomic.Bool
	keys  Keys
}

func newCache(words int) *cache {
	n := 1 << bits.Len(uint(words-1)/ways)
	return &cache{seed: maphash.MakeSeed(), mask: uint64(n - 1), sets: make([]set, n)}
}

func (c *cache) get(s string, m maker) *Keys {
	hash := maphash.String(c.seed, s)
	set, tag := &c.sets[hash&c.mask], uint32(hash>>32)
	for i := range set.tags {
		if set.tags[i].Load() != tag {
			continue
		}
		if e := set.entries[i].Load(); e != nil && e.text == s && e.maker == m {
			if !e.used.Load() { // a plain load where it is set already: no cache line is written
				e.used.Store(true)
			}
			return &e.keys
		}
	}
	e := &entry{text: strings.Clone(s), maker: m}
	e.keys = m.make(e.text)
	if len(s) <= maxCached {
		i := set.victim()
		set.entries[i].Store(e)
		set.tags[i].Store(tag)
	}
	return &e.keys
}

// victim returns the place in the set for a new entry. Places are filled from the left and never emptied.
func (s *set) victim() int {
	unused := -1
	for i := range s.entries {
		switch e := s.entries[i].Load(); {
		case e == nil:
			return i
		case unused < 0 && !e.used.Load():
			unused = i
		}
	}
	if unused >= 0 {
		return unused
	}
	for i := range s.entries {
		s.entries[i].Load().used.Store(false)
	}
	return 0
}
