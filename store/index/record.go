package index

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"lytter/inbox"

	"github.com/blevesearch/bleve/v2/index/scorch"
	seg "github.com/blevesearch/scorch_segment_api/v2"
)

// recordKey is the internal value that a record is written under, in the same batch as what it tells of.
const recordKey = "lytter"

// record says what is in an index.
type record struct {
	Version string    `json:"version"`
	Seq     inbox.Seq `json:"seq"`   // every change up to here is in
	Chain   []byte    `json:"chain"` // the hash of that change: the log is the one that was followed
	// Count and Sum are of the keys of all documents. Bleve checks nothing of what it reads: they tell a document that is missing, or
	// one that should have been deleted.
	Count int64  `json:"count"`
	Sum   uint64 `json:"sum"`
	// Rebuild, if not nil, says how far a rebuild has come.
	Rebuild *rebuild `json:"rebuild,omitempty"`
}

// rebuild is how far back the conversations are in.
type rebuild struct {
	Before inbox.Key `json:"before"` // all that are newer; the zero Key: none yet
	Done   int64     `json:"done"`
	Total  int64     `json:"total"` // there were when it began
}

func (r *record) add(k inbox.Key)    { r.Count++; r.Sum += keySum(k) }
func (r *record) remove(k inbox.Key) { r.Count--; r.Sum -= keySum(k) }

// keySum is a number of a key, such that the sum of some keys' numbers is hardly that of others.
func keySum(k inbox.Key) uint64 {
	h := uint64(k.At)*0x9E3779B97F4A7C15 ^ uint64(k.ID)
	for range 2 {
		h = (h ^ h>>32) * 0xD6E8FEB86659FD93
	}
	return h ^ h>>32
}

func (r *record) bytes() ([]byte, error) {
	b, err := json.Marshal(r)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)), err
}

// errDamaged says that what is in a folder is not what was written.
var errDamaged = errors.New("index: damaged")

// readRecord gives the record of a snapshot; nil of an empty index.
func readRecord(s *scorch.IndexSnapshot) (*record, error) {
	b, err := s.GetInternal([]byte(recordKey))
	if err != nil || b == nil && len(s.Segments()) == 0 {
		return nil, err
	}
	if len(b) < 4 || crc32.ChecksumIEEE(b[:len(b)-4]) != binary.BigEndian.Uint32(b[len(b)-4:]) {
		return nil, fmt.Errorf("%w: its record", errDamaged)
	}
	r := &record{}
	if err := json.Unmarshal(b[:len(b)-4], r); err != nil {
		return nil, fmt.Errorf("%w: its record: %w", errDamaged, err)
	}
	return r, nil
}

// verify compares a snapshot with its record and its files with their checksums, which Bleve writes and does not read.
func verify(s *scorch.IndexSnapshot, r *record, all *segments) (err error) {
	defer guard(&err)()
	var have record
	for _, ss := range s.Segments() {
		if err := checksum(ss.Segment()); err != nil {
			return err
		}
		p := newPart(ss, all)
		for it := p.alive(p.all()).Iterator(); it.HasNext(); {
			k, err := p.key(it.Next())
			if err != nil {
				return err
			}
			have.add(k)
		}
	}
	if have.Count != r.Count || have.Sum != r.Sum {
		return fmt.Errorf("%w: it holds %d documents, of %d", errDamaged, have.Count, r.Count)
	}
	return nil
}

// checksum verifies a file of a segment; one that is in memory only has none. It is read as a file and not where it is mapped: what is
// read there counts as this process's memory for as long as the file is open.
func checksum(s seg.Segment) (err error) {
	f, ok := s.(interface {
		seg.PersistedSegment
		CRC() uint32
	})
	if !ok {
		if _, ok := s.(seg.PersistedSegment); ok {
			return fmt.Errorf("index: a segment of an unknown kind: %T", s)
		}
		return nil
	}
	file, err := os.Open(f.Path())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, io.LimitReader(file, info.Size()-4)); err != nil {
		return err
	}
	if sum.Sum32() != f.CRC() {
		return fmt.Errorf("%w: %s", errDamaged, f.Path())
	}
	return nil
}
