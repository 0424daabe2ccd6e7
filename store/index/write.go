package index

import (
	"errors"
	"slices"

	"lytter/inbox"

	bleve "github.com/blevesearch/bleve_index_api"
)

// batch is documents to be written, and all conversations that it speaks of: one without a document is gone.
type batch struct {
	ids  []inbox.ConversationID
	docs []*document
}

// take takes one conversation out of a batch, into one of its own.
func (b *batch) take(id inbox.ConversationID) *batch {
	one := &batch{ids: []inbox.ConversationID{id}}
	b.ids = slices.DeleteFunc(slices.Clone(b.ids), func(have inbox.ConversationID) bool { return have == id })
	var rest []*document
	for _, d := range b.docs {
		if d.key.ID == id {
			one.docs = append(one.docs, d)
		} else {
			rest = append(rest, d)
		}
	}
	b.docs = rest
	return one
}

// put writes a batch: of each of its conversations the documents that are there go, and the new one comes. rec is what the index will
// be then, but that its Count and Sum are what they were; put brings them up to date.
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
	for _, d := range b.docs {
		rec.add(d.key)
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
		p := newPart(ss, &e.segments)
		for _, id := range ids {
			docs, err := p.hits(fieldOwner, ownerTerm(id))
			if err != nil {
				return nil, err
			}
			if docs == nil {
				continue
			}
			for it := p.alive(docs).Iterator(); it.HasNext(); {
				k, err := p.key(it.Next())
				if err != nil {
					return nil, err
				}
				keys = append(keys, k)
			}
		}
	}
	return keys, nil
}

// warm gets the newest snapshot ready for searches, and offers it to them.
func (e *engine) warm() error {
	s, err := e.snapshot()
	if err != nil {
		return err
	}
	if err := e.segments.warm(s); err != nil {
		return errors.Join(err, s.Close())
	}
	return e.offer(s)
}
