package index

import (
	bleve "github.com/blevesearch/bleve_index_api"

	"lytter/inbox"
)

// batch is documents to be written, and the conversations that they replace or that are gone.
type batch struct {
	ids  []inbox.ConversationID // of all that it speaks of
	docs []*document
	keys []inbox.Key // of docs
}

// put writes a batch: of each of its conversations the documents that are there go, and the new one comes. rec is what the index will
// be then, but for Count and Sum, which put computes.
func (e *engine) put(b *batch, rec *record) error {
	ops := bleve.NewBatch()
	old, err := e.find(b.ids)
	if err != nil {
		return err
	}
	for _, k := range old {
		rec.remove(k)
		ops.Delete(keyID(k))
	}
	for i, d := range b.docs {
		rec.add(b.keys[i])
		ops.Update(d)
	}
	bytes, err := rec.bytes()
	if err != nil {
		return err
	}
	ops.SetInternal([]byte(recordKey), bytes)
	return e.write(ops)
}

// find gives the keys of the documents of some conversations.
func (e *engine) find(ids []inbox.ConversationID) (keys []inbox.Key, err error) {
	s, err := e.snapshot()
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := s.Close(); err == nil {
			err = cerr
		}
	}()
	defer guard(&err)()
	for _, ss := range s.Segments() {
		p := newPart(ss)
		d, err := p.dict(fieldOwner)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			p.list, err = d.PostingsList([]byte(ownerTerm(id)), nil, p.list)
			if err != nil {
				return nil, err
			}
			docs, err := bitmapOf(p.list)
			if err != nil {
				return nil, err
			}
			if docs == nil {
				continue
			}
			for it := docs.Iterator(); it.HasNext(); {
				n := it.Next()
				if p.gone != nil && p.gone.Contains(n) {
					continue
				}
				k, err := p.key(n)
				if err != nil {
					return nil, err
				}
				keys = append(keys, k)
			}
		}
	}
	return keys, nil
}
