package index

import (
	"encoding/binary"
	"slices"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// A track says where a document's words stand, in two bytes a word, so that phrases need neither the store nor positions of Bleve's,
// which would take more than twice as much. It stands behind the key in what Bleve keeps as the document's name: the one value that a
// segment gives without copying or unpacking.
//
// A word is a mark there: a part of its main key's hash, which says of words known to be in the document which is which, and above it
// englishBits of its English stem's. A main part that two words of a document share is told beforehand, so that one which is not shared,
// of a word that is in the document, is that word.
//
// Of each field: the field's number, the length of the rest, how many bytes a mark has, how many main parts are shared, those as
// numbers, and then the marks in order.
type track struct {
	width         int // bytes of a mark
	shared, marks []byte
}

// The widths of marks: of a text of few words, and of one of many, where few would be alone in having their main part.
const (
	narrow, wide = 2, 3
	fewWords     = 128
	englishBits  = 4
)

// Marks that are no words: their main part is 0.
const (
	markPassage = iota // what comes is in another passage
	markSame           // the next word stands where the one before it does
)

// mainKey is what the main part of a word's mark is of. Words that have it in common meet; so do some that have only their English stem
// in common.
func mainKey(k *text.Keys) string {
	if k.Danish != "" {
		return k.Danish
	}
	return "\x00" + k.Exact // no stem
}

// mainPart gives the main part of a mark of some width.
func mainPart(key string, width int) uint32 { return 1 + hashOf(key)%(1<<(8*width-englishBits)-1) }

// englishPart is 0 of a word whose English stem is its main key, too.
func englishPart(k *text.Keys) uint32 {
	if k.English == k.Danish {
		return 0
	}
	return englishMark(k.English)
}

func englishMark(stem string) uint32 { return 1 + hashOf(stem)%(1<<englishBits-1) }

// hashOf is FNV-1a, mixed. It is part of what an index is made by: see mappingVersion.
func hashOf(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h ^ h>>15
}

// appendTrack adds where the words of a document stand.
func appendTrack(dst []byte, d *query.Doc) []byte {
	for f := range wordFields {
		if body := fieldTrack(d.Texts[f]); body != nil {
			dst = append(dst, byte(f))
			dst = binary.AppendUvarint(dst, uint64(len(body)))
			dst = append(dst, body...)
		}
	}
	return dst
}

// fieldTrack gives the track of one field; nil if it has none.
func fieldTrack(ps []query.Passage) []byte {
	keys := map[string]bool{}
	for i := range ps {
		at := int32(-1)
		for _, t := range ps[i].Tokens {
			if t.Pos-at != 0 && t.Pos-at != 1 {
				return nil // it would take more than markSame to tell: such a text is looked up
			}
			at = t.Pos
			keys[mainKey(t.Keys)] = true
		}
	}
	width := narrow
	if len(keys) > fewWords {
		width = wide
	}
	parts := make([]uint32, 0, len(keys))
	for k := range keys {
		parts = append(parts, mainPart(k, width))
	}
	slices.Sort(parts)
	var shared []uint32
	for i := 1; i < len(parts); i++ {
		if p := parts[i]; p == parts[i-1] && (len(shared) == 0 || shared[len(shared)-1] != p) {
			shared = append(shared, p)
		}
	}
	body := binary.AppendUvarint([]byte{byte(width)}, uint64(len(shared)))
	add := func(v uint32) {
		for b := range width {
			body = append(body, byte(v>>(8*b)))
		}
	}
	for _, p := range shared {
		add(p)
	}
	for i := range ps {
		if i > 0 {
			add(markPassage)
		}
		at := int32(-1)
		for _, t := range ps[i].Tokens {
			if t.Pos == at {
				add(markSame)
			}
			at = t.Pos
			add(mainPart(mainKey(t.Keys), width)<<englishBits | englishPart(t.Keys))
		}
	}
	return body
}

// trackOf finds a field's track behind a key; false if it has none.
func trackOf(b []byte, f query.Field) (track, bool) {
	for len(b) > 0 {
		n, used := binary.Uvarint(b[1:])
		if used <= 0 || n > uint64(len(b)-1-used) {
			break
		}
		field, body := b[0], b[1+used:][:n]
		if b = b[1+used:][n:]; field != byte(f) || len(body) == 0 {
			continue
		}
		t := track{width: int(body[0])}
		shared, used := binary.Uvarint(body[1:])
		rest := body[1+max(used, 0):]
		if used <= 0 || t.width != narrow && t.width != wide || shared > uint64(len(rest)/t.width) {
			break
		}
		n = shared * uint64(t.width)
		t.shared, t.marks = rest[:n], rest[n:]
		return t, true
	}
	return track{}, false
}

// next takes a number off some.
func (t *track) next(b []byte) (v uint32, rest []byte) {
	if t.width == narrow {
		return uint32(b[0]) | uint32(b[1])<<8, b[narrow:]
	}
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16, b[wide:]
}

// isShared tells whether a main part is that of several words.
func (t *track) isShared(main uint32) bool {
	for s := t.shared; len(s) >= t.width; {
		var v uint32
		if v, s = t.next(s); v == main {
			return true
		}
	}
	return false
}
