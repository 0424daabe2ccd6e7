package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
)

// checkRoot looks whether the pages of root.bolt, in which Bleve keeps what its segments are, hang together. bbolt follows whatever a
// page says, and Bleve opens the file in goroutines of its own: a page that names itself as its child would keep them going for ever,
// and one that points out of the file would end the process. So they are read here first, from memory and each at most once. The
// layout is that of bbolt's file format 2 (go.etcd.io/bbolt, internal/common: page.go, meta.go, inode.go).
func checkRoot(dir string) (err error) {
	b, err := os.ReadFile(filepath.Join(dir, "root.bolt"))
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer guard(&err)()
	m, ok := newestMeta(b)
	if !ok {
		return fmt.Errorf("%w: root.bolt begins with no page of its own", errDamaged)
	}
	p := &pages{b: b, meta: m, seen: map[uint64]bool{0: true, 1: true}}
	if err := p.check(); err != nil {
		return fmt.Errorf("%w: root.bolt: %w", errDamaged, err)
	}
	return nil
}

// meta is what a first page of the file says.
type meta struct{ size, root, free, end, tx uint64 }

const (
	boltMagic  = 0xED0CDAED
	noFreelist = 1<<64 - 1

	pageBranch   = 0x01
	pageLeaf     = 0x02
	pageFreelist = 0x10
	leafBucket   = 0x01

	headerSize  = 16
	elementSize = 16
	maxNested   = 16 // of pages and of buckets: more than there ever are
)

var native = binary.NativeEndian

// newestMeta gives the newer of the two first pages that are whole: a transaction writes one of them last.
func newestMeta(b []byte) (m meta, ok bool) {
	for size := 1024; size <= 65536; size *= 2 {
		for _, at := range []int{0, size} {
			if at+80 > len(b) {
				continue
			}
			p := b[at:]
			h := fnv.New64a()
			h.Write(p[16:72])
			if native.Uint32(p[16:]) != boltMagic || native.Uint64(p[72:]) != h.Sum64() || int(native.Uint32(p[24:])) != size {
				continue
			}
			if tx := native.Uint64(p[64:]); !ok || tx > m.tx {
				m, ok = meta{size: uint64(size), root: native.Uint64(p[32:]), free: native.Uint64(p[48:]), end: native.Uint64(p[56:]), tx: tx}, true
			}
		}
	}
	return m, ok
}

// pages are those of the file, and which of them were come by.
type pages struct {
	b    []byte
	meta meta
	seen map[uint64]bool
}

func (p *pages) check() error {
	if p.meta.end*p.meta.size > uint64(len(p.b)) {
		return fmt.Errorf("it should have %d pages", p.meta.end)
	}
	if err := p.tree(p.meta.root, 0); err != nil || p.meta.free == noFreelist {
		return err
	}
	return p.freelist()
}

// page gives a page with what overflows from it. It is an error to come by it twice.
func (p *pages) page(id uint64) ([]byte, error) {
	if id < 2 || id >= p.meta.end || native.Uint64(p.b[id*p.meta.size:]) != id {
		return nil, fmt.Errorf("there is no page %d", id)
	}
	more := uint64(native.Uint32(p.b[id*p.meta.size+12:]))
	if more > p.meta.end-id-1 {
		return nil, fmt.Errorf("page %d runs over the end", id)
	}
	for i := id; i <= id+more; i++ {
		if p.seen[i] {
			return nil, fmt.Errorf("page %d is used twice", i)
		}
		p.seen[i] = true
	}
	return p.b[id*p.meta.size : (id+more+1)*p.meta.size], nil
}

// tree reads a page and all below it.
func (p *pages) tree(id uint64, depth int) error {
	page, err := p.page(id)
	if err != nil {
		return err
	}
	return p.node(page, depth)
}

func (p *pages) node(page []byte, depth int) error {
	if depth > maxNested {
		return fmt.Errorf("it is nested too deep")
	}
	kind, count := native.Uint16(page[8:]), int(native.Uint16(page[10:]))
	if kind != pageLeaf && (kind != pageBranch || count == 0) {
		return fmt.Errorf("a page is of kind %d with %d elements", kind, count)
	}
	var last []byte
	for i := range count {
		e := page[headerSize+i*elementSize:]
		var key, value []byte
		var child uint64
		if kind == pageBranch {
			pos := native.Uint32(e)
			key, child = e[pos:][:native.Uint32(e[4:])], native.Uint64(e[8:])
		} else {
			pos, n := native.Uint32(e[4:]), native.Uint32(e[8:])
			key, value = e[pos:][:n], e[pos+n:][:native.Uint32(e[12:])]
		}
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return fmt.Errorf("keys are out of order")
		}
		last = key
		var err error
		switch {
		case kind == pageBranch:
			err = p.tree(child, depth+1)
		case native.Uint32(e)&leafBucket != 0:
			err = p.bucket(value, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket reads a bucket: its first page, or all of it where it is small.
func (p *pages) bucket(value []byte, depth int) error {
	if root := native.Uint64(value); root != 0 {
		return p.tree(root, depth)
	}
	return p.node(value[16:], depth)
}

// freelist reads the list of pages that may be written over: those that are in use must not be in it.
func (p *pages) freelist() error {
	page, err := p.page(p.meta.free)
	if err != nil {
		return err
	}
	ids, count := page[headerSize:], uint64(native.Uint16(page[10:]))
	if count == 0xFFFF {
		count, ids = native.Uint64(ids), ids[8:]
	}
	if native.Uint16(page[8:]) != pageFreelist || count*8 > uint64(len(ids)) {
		return fmt.Errorf("the list of free pages is none")
	}
	for i := range count {
		id := native.Uint64(ids[i*8:])
		if id < 2 || id >= p.meta.end || p.seen[id] {
			return fmt.Errorf("page %d is free and is not", id)
		}
		p.seen[id] = true
	}
	return nil
}
