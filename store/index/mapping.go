package index

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"

	bleve "github.com/blevesearch/bleve_index_api"
)

// mappingVersion names what this file makes of a document. A change of any term raises it, and every index is rebuilt; so does a change of
// the lexicon, by which is read what came before signals were stored.
const mappingVersion = 9

// version is what an index was built with: another one cannot be read.
func version() string {
	return strconv.Itoa(text.KeysVersion) + "." + strconv.Itoa(mappingVersion)
}

// The fields of Bleve's. Those of the words have a dictionary each, so that a part of a word is looked for only where it may be.
const (
	fieldID    = "_id" // the key: see keyID
	fieldOwner = "c"   // the conversation's id: where an older document of the same one is found
	fieldFacts = "f"   // everything that is not a word
)

var wordFields = [...]string{query.Text: "t", query.Reply: "r", query.Note: "n", query.Author: "a"}

// The kinds of a word's keys, as bits: a term is a key's text and the kinds of the word that have that text. A word whose key is the
// same in all three, as most are, is one term and not three.
const (
	exactKey = 1 << iota
	danishKey
	englishKey

	anyKey = exactKey | danishKey | englishKey
)

// wordEnd ends a term: it and the kinds are one byte that no UTF-8 holds.
const wordEnd = 0xF8

func wordTerm(key string, kinds byte) string { return key + string([]byte{wordEnd | kinds}) }

func kindsOf(term string) byte { return term[len(term)-1] &^ wordEnd }

// partTerm is the term of a word that has a key as one of its parts: of none of the kinds.
func partTerm(key string) string { return wordTerm(key, 0) }

// eachWordTerm gives the terms of a word but those of its parts.
func eachWordTerm(k *text.Keys, add func(term string)) {
	left := byte(anyKey)
	for _, at := range [...]struct {
		key  string
		kind byte
	}{{k.Exact, exactKey}, {k.Danish, danishKey}, {k.English, englishKey}} {
		if at.key == "" || left&at.kind == 0 {
			continue
		}
		kinds := at.kind
		if k.Danish == at.key {
			kinds |= danishKey & left
		}
		if k.English == at.key {
			kinds |= englishKey & left
		}
		left &^= kinds
		add(wordTerm(at.key, kinds))
	}
}

// The kinds of facts: the first byte of a fact's term.
const (
	factMember = 'm' // field, then the id
	factNone   = 'z' // field: it has no value
	factNumber = 'n' // field, level, then the bucket
	factTag    = '#' // the hashtag's key
	factHandle = '@' // the handle's key
	factPoison = '!' // nothing else is known of the conversation
)

func memberTerm(f query.Field, id int64) string {
	return string(binary.BigEndian.AppendUint64([]byte{factMember, byte(f)}, uint64(id)))
}

func noneTerm(f query.Field) string { return string([]byte{factNone, byte(f)}) }

func numberTerm(f query.Field, level int, bucket int64) string {
	return string(binary.BigEndian.AppendUint32([]byte{factNumber, byte(f), byte(level)}, uint32(bucket)))
}

func tagTerm(key string) string    { return string(byte(factTag)) + key }
func handleTerm(key string) string { return string(byte(factHandle)) + key }

const poisonTerm = string(byte(factPoison))

// keyID is the document's name in Bleve: its order is the order of lists, newest first, because a dictionary can only be read
// forwards.
func keyID(k inbox.Key) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], ^(uint64(k.At) ^ 1<<63))
	binary.BigEndian.PutUint64(b[8:], ^(uint64(k.ID) ^ 1<<63))
	return string(b[:])
}

// keySize is how many bytes of a document's name are its key. The track is behind it in what is stored, and not in the term.
const keySize = 16

func idKey(id []byte) (inbox.Key, bool) {
	if len(id) < keySize {
		return inbox.Key{}, false
	}
	return inbox.Key{
		At: int64(^binary.BigEndian.Uint64(id[:8]) ^ 1<<63),
		ID: inbox.ConversationID(^binary.BigEndian.Uint64(id[8:keySize]) ^ 1<<63),
	}, true
}

// noID is older than any conversation of the same moment.
const noID = inbox.ConversationID(math.MinInt64)

func ownerTerm(id inbox.ConversationID) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(id)))
}

// scale says how a number field is cut into buckets. Level 0 is the finest; a bucket of a higher level is 32 of the level below, so
// that a long range is few terms.
type scale struct {
	levels int
	last   int64               // the last bucket of level 0
	bucket func(v int64) int64 // of a value, at level 0
	start  func(b int64) int64 // the first value of a bucket; that of bucket 0 is the least there is
}

// span is how many buckets of a level one of the next holds, in bits.
const span = 5

// counts are exact up to 16, then four buckets to every doubling.
var counts = scale{
	levels: 1, last: 16 + 4*58 + 3,
	bucket: func(v int64) int64 {
		if v < 16 {
			return max(v, 0)
		}
		e := bits.Len64(uint64(v)) - 1
		return 16 + int64(e-4)*4 + (v>>(e-2))&3
	},
	start: func(b int64) int64 {
		switch {
		case b <= 0:
			return math.MinInt64
		case b < 16:
			return b
		}
		e := (b-16)/4 + 4
		return 1<<e + ((b-16)%4)<<(e-2)
	},
}

// hours are what times are cut into: days and hours of any time zone begin with one.
var hours = scale{
	levels: 3, last: 1<<22 - 1, // the year 2448
	bucket: func(v int64) int64 { return min(max(v, 0)/msPerHour, 1<<22-1) },
	start: func(b int64) int64 {
		if b <= 0 {
			return math.MinInt64
		}
		return b * msPerHour
	},
}

const msPerHour = 3600 * 1000

func scaleOf(f query.Field) scale {
	if f.IsCount() {
		return counts
	}
	return hours
}

// factFields are the fields of the language whose values are facts. Age is none: it is in the key.
var factFields = func() (out []factField) {
	for _, f := range query.Fields() {
		if (f.IsNumber() || f.IsKeyword()) && f != query.Age {
			out = append(out, factField{f, f.Info().None})
		}
	}
	return out
}()

type factField struct {
	query.Field
	none bool // it can be asked for no value
}

// facts gives the terms of everything in a document that is not a word.
func facts(d *query.Doc, add func(term string)) {
	for _, f := range factFields {
		if f.IsNumber() {
			numbers(d, f.Field, add)
			continue
		}
		ids := d.Words(f.Field)
		if len(ids) == 0 && f.none {
			add(noneTerm(f.Field))
		}
		for _, id := range ids {
			add(memberTerm(f.Field, id))
		}
	}
	for i := range d.Texts[query.Text] {
		for j := range d.Texts[query.Text][i].Tokens {
			switch t := &d.Texts[query.Text][i].Tokens[j]; t.Kind {
			case text.Hashtag:
				add(tagTerm(t.Keys.Exact))
			case text.Handle:
				add(handleTerm(t.Keys.Exact))
			}
		}
	}
	for _, h := range d.Handles {
		add(handleTerm(h))
	}
}

func numbers(d *query.Doc, f query.Field, add func(term string)) {
	s := scaleOf(f)
	for _, v := range d.Nums(f) {
		if v == math.MaxInt64 {
			continue // no window ends behind it, so none holds it
		}
		b := s.bucket(v)
		for level := range s.levels {
			add(numberTerm(f, level, b>>(span*level)))
		}
	}
}

// document is what Bleve is given: fields whose terms are made already. Bleve analyses nothing.
type document struct {
	key    inbox.Key
	id     string
	fields []*field
}

// size is how many terms it has.
func (d *document) size() (n int) {
	for _, f := range d.fields {
		n += len(f.terms)
	}
	return n
}

// newDocument makes the terms of a document.
func newDocument(k inbox.Key, d *query.Doc) *document {
	doc := bareDocument(k)
	doc.fields[0].value = appendTrack(doc.fields[0].value, d)
	fact := newField(fieldFacts, false)
	facts(d, fact.add)
	doc.fields = append(doc.fields, fact)
	for f, name := range wordFields {
		ps := d.Texts[f]
		if len(ps) == 0 {
			continue
		}
		words := newField(name, true)
		for i := range ps {
			for j := range ps[i].Tokens {
				eachWordTerm(ps[i].Tokens[j].Keys, words.add)
				if query.Field(f) != query.Author { // names are asked for whole
					ps[i].Tokens[j].Keys.EachPart(func(stem string) { words.add(partTerm(stem)) })
				}
			}
		}
		doc.fields = append(doc.fields, words)
	}
	return doc
}

// poison stands for a conversation that could not be indexed: every search must look at it itself.
func poison(k inbox.Key) *document {
	doc := bareDocument(k)
	fact := newField(fieldFacts, false)
	fact.add(poisonTerm)
	doc.fields = append(doc.fields, fact)
	return doc
}

func bareDocument(k inbox.Key) *document {
	id := keyID(k)
	key, owner := newField(fieldID, true), newField(fieldOwner, true)
	key.options |= bleve.StoreField
	key.value = []byte(id)
	key.add(id)
	owner.add(ownerTerm(k.ID))
	return &document{key: k, id: id, fields: append(make([]*field, 0, 7), key, owner)}
}

func (d *document) ID() string                                 { return d.id }
func (d *document) Size() int                                  { return 0 }
func (d *document) VisitComposite(bleve.CompositeFieldVisitor) {}
func (d *document) HasComposite() bool                         { return false }
func (d *document) NumPlainTextBytes() uint64                  { return 0 }
func (d *document) AddIDField()                                {} // it has one
func (d *document) StoredFieldsBytes() uint64                  { return uint64(len(d.id)) }
func (d *document) Indexed() bool                              { return true }

func (d *document) VisitFields(visit bleve.FieldVisitor) {
	for _, f := range d.fields {
		visit(f)
	}
}

// field is a field with its terms.
type field struct {
	name    string
	options bleve.FieldIndexingOptions
	value   []byte // of fieldID: what is stored
	terms   bleve.TokenFrequencies
	one     *bleve.TokenFreq // of every term
}

// newField makes an empty field. Of rare terms, most of which stand in one document only, Bleve keeps nothing but the document's
// number, provided that a frequency is told; of others the frequency would be one more byte a document.
func newField(name string, rare bool) *field {
	f := &field{name: name, options: bleve.IndexField, terms: bleve.TokenFrequencies{}, one: &bleve.TokenFreq{}}
	if rare {
		f.one.SetFrequency(1)
	} else {
		f.options |= bleve.SkipFreqNorm
	}
	return f
}

func (f *field) add(term string) { f.terms[term] = f.one }

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.value }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Analyze()                                         {}
func (f *field) Options() bleve.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedLength() int                              { return 1 }
func (f *field) AnalyzedTokenFrequencies() bleve.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }
