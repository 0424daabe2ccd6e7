package query

import "lytter/inbox/text"

// Passage is the cut text of one message, or one author's name. Phrases and nearness never cross it.
type Passage struct {
	Ref    int64 // the message it belongs to; carried into hits
	Tokens []text.Token
}

// Doc is what a query is decided on: an arrival or a conversation, cut and resolved. It is built by inbox and not changed after.
type Doc struct {
	ID      int64
	Texts   [numText][]Passage
	Handles []string // exact keys of the authors' handles

	words [numKeyword][]int64
	nums  [numNumber][]int64
}

// Reset empties the document and keeps its room.
func (d *Doc) Reset() {
	d.ID = 0
	for f := range d.Texts {
		d.Texts[f] = d.Texts[f][:0]
	}
	d.Handles = d.Handles[:0]
	for i := range d.words {
		d.words[i] = d.words[i][:0]
	}
	for i := range d.nums {
		d.nums[i] = d.nums[i][:0]
	}
}

// Room is what Reset has kept of the passage that stood where the next one of a field will: its tokens, none of them left.
func (d *Doc) Room(f Field) []text.Token {
	ps := d.Texts[f]
	if len(ps) == cap(ps) {
		return nil
	}
	return ps[:len(ps)+1][len(ps)].Tokens[:0]
}

// AddText adds a passage to a text field.
func (d *Doc) AddText(f Field, p Passage) { d.Texts[f] = append(d.Texts[f], p) }

// AddWord adds a value to a keyword field: an id, or a code of the table. Adding it twice does no harm.
func (d *Doc) AddWord(f Field, v int64) {
	i := f - firstWord
	for _, have := range d.words[i] {
		if have == v {
			return
		}
	}
	d.words[i] = append(d.words[i], v)
}

// AddNum adds a value to a number field.
func (d *Doc) AddNum(f Field, v int64) {
	d.nums[f-firstNum] = append(d.nums[f-firstNum], v)
}

// Words returns the values of a keyword field. Read only.
func (d *Doc) Words(f Field) []int64 { return d.words[f-firstWord] }

// Nums returns the values of a number field. Read only.
func (d *Doc) Nums(f Field) []int64 { return d.nums[f-firstNum] }
