package index

import (
	"fmt"

	"lytter/inbox"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	seg "github.com/blevesearch/scorch_segment_api/v2"
)

// part is a segment of a snapshot: documents under numbers of its own, which no later write changes. What it gives points into mapped
// files and is never changed in place.
type part struct {
	seg   seg.Segment
	gone  *roaring.Bitmap // deleted since it was written; nil: none
	size  uint64          // numbers in use, deleted ones included
	live  uint64
	known *known

	dicts map[string]seg.TermDictionary
	list  seg.PostingsList // used again for what is read at once
	iter  seg.PostingsIterator
}

func newPart(s *scorch.SegmentSnapshot, all *segments) *part {
	return &part{
		seg: s.Segment(), gone: s.Deleted(), size: s.Segment().Count(), live: s.Count(), known: all.of(s.Id()),
		dicts: map[string]seg.TermDictionary{},
	}
}

func (p *part) dict(field string) (seg.TermDictionary, error) {
	if d, ok := p.dicts[field]; ok {
		return d, nil
	}
	d, err := p.seg.Dictionary(field)
	if err == nil {
		p.dicts[field] = d
	}
	return d, err
}

// hits gives the documents that have a term, deleted ones included; nil if none has.
func (p *part) hits(field, term string) (*roaring.Bitmap, error) {
	d, err := p.dict(field)
	if err != nil {
		return nil, err
	}
	list, err := d.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return nil, err
	}
	return bitmapOf(list)
}

// bitmapOf gives the documents of a list without reading them one by one.
func bitmapOf(list seg.PostingsList) (*roaring.Bitmap, error) {
	it, ok := list.Iterator(false, false, false, nil).(seg.OptimizablePostingsIterator)
	if !ok {
		return nil, fmt.Errorf("index: postings of an unknown kind: %T", list)
	}
	if b := it.ActualBitmap(); b != nil {
		return b, nil
	}
	if n, ok := it.DocNum1Hit(); ok {
		return roaring.BitmapOf(uint32(n)), nil
	}
	return nil, nil
}

// addHits adds the documents that have a term to some: of many terms, faster than the union of their hits.
func (p *part) addHits(to *roaring.Bitmap, field, term string) error {
	d, err := p.dict(field)
	if err != nil {
		return err
	}
	if p.list, err = d.PostingsList([]byte(term), nil, p.list); err != nil {
		return err
	}
	p.iter = p.list.Iterator(false, false, false, p.iter)
	it, ok := p.iter.(seg.OptimizablePostingsIterator)
	if !ok {
		return fmt.Errorf("index: postings of an unknown kind: %T", p.list)
	}
	if n, ok := it.DocNum1Hit(); ok {
		to.Add(uint32(n))
	} else if b := it.ActualBitmap(); b != nil {
		to.Or(b)
	}
	return nil
}

// eachTerm calls f for the terms of a field in [from, to), in order, until it says that it wants no more.
func (p *part) eachTerm(field, from, to string, f func(term string) (more bool, err error)) error {
	d, err := p.dict(field)
	if err != nil {
		return err
	}
	var lo, hi []byte
	if from != "" {
		lo = []byte(from)
	}
	if to != "" {
		hi = []byte(to)
	}
	it := iterate(d, lo, hi)
	for {
		e, err := it.Next()
		if err != nil || e == nil {
			return err
		}
		if more, err := f(e.Term); err != nil || !more {
			return err
		}
	}
}

// iterate goes through a dictionary without counting the documents of each term, where the segment knows how.
func iterate(d seg.TermDictionary, lo, hi []byte) seg.DictionaryIterator {
	type omits interface {
		AutomatonIteratorOmitCount(a seg.Automaton, startKeyInclusive, endKeyExclusive []byte) seg.DictionaryIterator
	}
	if o, ok := d.(omits); ok {
		return o.AutomatonIteratorOmitCount(nil, lo, hi)
	}
	return d.AutomatonIterator(nil, lo, hi)
}

// key gives the key of a document.
func (p *part) key(n uint32) (inbox.Key, error) {
	id, err := p.name(n)
	if err != nil {
		return inbox.Key{}, err
	}
	k, _ := idKey(id)
	return k, nil
}

// name gives the stored name of a document: its key and its track. It is part of the mapped file.
func (p *part) name(n uint32) ([]byte, error) {
	id, err := p.seg.DocID(uint64(n))
	if err == nil && len(id) < keySize {
		err = fmt.Errorf("index: document %d has the name %x", n, id)
	}
	return id, err
}

// all gives every document, deleted ones included.
func (p *part) all() *roaring.Bitmap {
	b := roaring.New()
	b.AddRange(0, p.size)
	return b
}

// alive takes the deleted ones out.
func (p *part) alive(b *roaring.Bitmap) *roaring.Bitmap {
	if p.gone == nil {
		return b
	}
	return roaring.AndNot(b, p.gone)
}
