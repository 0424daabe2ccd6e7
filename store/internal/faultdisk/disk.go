package faultdisk

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
)

// Op is what was asked of the disk.
type Op string

// The ops.
const (
	Write    Op = "write"
	Truncate Op = "truncate"
	Sync     Op = "sync"
	Delete   Op = "delete"
	note     Op = "note"
)

// Fault is how a call fails.
type Fault int

// The faults.
const (
	None  Fault = iota
	Full        // no room is left
	IOErr       // the device did not do it
)

// entry is one thing that happened.
type entry struct {
	op   Op
	file string
	at   int64 // of a write; the size of a truncation
	data []byte
	dir  bool // of a sync or a deletion: the folder was synced with it
	note any
}

// Disk is one disk. Give its Name to SQLite as the file system of a connection.
type Disk struct {
	Name string

	mu   sync.Mutex
	shim shim
	log  []entry
	fail func(op Op, file string) Fault
}

// Note puts something of the test's own into the order of what happened: that a row was acknowledged, say.
func (d *Disk) Note(v any) { d.add(entry{op: note, note: v}) }

// Fail asks f before each call whether it fails; nil ends it. file is the last element of its path.
func (d *Disk) Fail(f func(op Op, file string) Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = f
}

// Len is how many things have happened.
func (d *Disk) Len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.log)
}

// Count is how often an op was done to files whose path ends in suffix.
func (d *Disk) Count(op Op, suffix string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.log {
		if e.op == op && len(e.file) >= len(suffix) && e.file[len(e.file)-len(suffix):] == suffix {
			n++
		}
	}
	return n
}

func (d *Disk) add(e entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, e)
}

func (d *Disk) faults(op Op, file string) Fault {
	d.mu.Lock()
	f := d.fail
	d.mu.Unlock()
	if f == nil {
		return None
	}
	return f(op, filepath.Base(file))
}

const sector = 512

// PowerLoss writes into dir what the disk holds after the power went when n things had happened, and gives the notes made until then.
func (d *Disk) PowerLoss(n int, rnd *rand.Rand, dir string) (notes []any, err error) {
	d.mu.Lock()
	log := d.log[:n]
	d.mu.Unlock()
	synced := map[string]int{} // of each file: how many things had happened when it was last synced
	folder := -1               // the same of the folder: what was deleted before is gone
	for i, e := range log {
		if e.op == Sync {
			synced[e.file] = i
		}
		if e.dir {
			folder = i
		}
	}
	files := map[string][]byte{}
	for i, e := range log {
		if e.op == note {
			notes = append(notes, e.note)
			continue
		}
		last, ok := synced[e.file]
		if e.op == Delete {
			last, ok = folder, true
		}
		if !ok || i > last {
			e = chance(e, rnd)
		}
		apply(files, e)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600); err != nil {
			return nil, err
		}
	}
	return notes, nil
}

// chance is what is left of something that was not synced.
func chance(e entry, rnd *rand.Rand) entry {
	switch rnd.IntN(3) {
	case 0:
		return e
	case 1:
		return entry{op: Sync}
	}
	if e.op != Write {
		return e
	}
	first := rnd.IntN(len(e.data)/sector+1) * sector
	last := min(len(e.data), first+(1+rnd.IntN(len(e.data)/sector+1))*sector)
	return entry{op: Write, file: e.file, at: e.at + int64(first), data: e.data[first:last]}
}

func apply(files map[string][]byte, e entry) {
	data := files[e.file]
	switch e.op {
	case Write:
		if need := int(e.at) + len(e.data); need > len(data) {
			data = append(data, make([]byte, need-len(data))...)
		}
		copy(data[e.at:], e.data)
		files[e.file] = data
	case Truncate:
		if int(e.at) < len(data) {
			files[e.file] = data[:e.at:e.at]
		}
	case Delete:
		delete(files, e.file)
	case Sync, note:
	}
}

func (e entry) String() string { return fmt.Sprintf("%s %s %d+%d", e.op, e.file, e.at, len(e.data)) }
