package text

import (
	"encoding/binary"
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
	ways      = 7
	maxCached = 128
)

// cache maps a text, byte for byte, to its keys. It is a table of fixed size in sets of seven, read and written without locks: keys
// are a pure function of the text, so it does not matter who fills an entry or which of two wins. In a full set the first entry goes
// that was not asked for again since the set was last swept.
type cache struct {
	seed maphash.Seed
	mask uint64
	sets []set
}

// set holds a byte of each hash beside the entries, so that a look-up reads one entry, as a rule, and not seven; it is as large as what
// processors fetch at a time. A tag that does not fit its entry (two writers at once) costs a miss.
type set struct {
	tags    atomic.Uint64 // a byte for each entry, the first is the lowest
	entries [ways]atomic.Pointer[entry]
}

type entry struct {
	head  [2]uint64 // of the text
	text  string
	maker maker
	used  atomic.Bool
	keys  Keys
}

// headOf is the first 16 bytes of a text, and so nearly always all: it is compared without going to where the text lies.
func headOf(s string) (head [2]uint64) {
	var b [16]byte
	copy(b[:], s)
	return [2]uint64{binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])}
}

func (e *entry) is(s string, head [2]uint64, m maker) bool {
	return e.head == head && len(e.text) == len(s) && e.maker == m && (len(s) <= 16 || e.text == s)
}

func newCache(words int) *cache {
	n := 1 << bits.Len(uint(words-1)/ways)
	return &cache{seed: maphash.MakeSeed(), mask: uint64(n - 1), sets: make([]set, n)}
}

func (c *cache) get(s string, m maker) *Keys {
	hash := maphash.String(c.seed, s)
	at, tag := hash&c.mask, hash>>56
	set, head := &c.sets[at], headOf(s)
	for like := bytesLike(set.tags.Load(), tag); like != 0; like &= like - 1 {
		i := bits.TrailingZeros64(like) / 8
		if i == ways {
			break
		}
		if e := set.entries[i].Load(); e != nil && e.is(s, head, m) {
			if !e.used.Load() { // a plain load where it is set already: no cache line is written
				e.used.Store(true)
			}
			return &e.keys
		}
	}
	e := &entry{head: head, text: strings.Clone(s), maker: m}
	e.keys = m.make(e.text)
	if len(s) <= maxCached {
		i := set.victim()
		e.keys.Slot = uint32(at)*(ways+1) + uint32(i)
		set.entries[i].Store(e)
		set.tag(i, tag)
	}
	return &e.keys
}

// bytesLike sets the upper bit of each byte that is b; bytes above one of them may be set as well.
func bytesLike(bytes, b uint64) uint64 {
	const ones = 0x0101010101010101
	differ := bytes ^ b*ones
	return (differ - ones) &^ differ & (ones << 7)
}

func (s *set) tag(i int, tag uint64) {
	for {
		old := s.tags.Load()
		if s.tags.CompareAndSwap(old, old&^(0xFF<<(8*i))|tag<<(8*i)) {
			return
		}
	}
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
