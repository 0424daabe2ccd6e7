package faultdisk

import (
	"errors"
	"fmt"
	"path/filepath"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// shim is what SQLite calls back into. Its functions are closures of the disk: SQLite knows them by the address of the closure, which the
// shim keeps alive and which does not move.
type shim struct {
	vfs     uintptr
	system  *lib.Tsqlite3_vfs // what SQLite uses by itself
	opened  map[uintptr]*file
	methods map[uintptr]uintptr // patched method tables by the originals

	open     openFn
	remove   removeFn
	closing  closeFn
	write    writeFn
	truncate truncateFn
	sync     syncFn
}

// file is an open one.
type file struct {
	path string
	real *lib.Tsqlite3_io_methods
	dir  bool // its first sync also syncs the folder, as os_unix.c does for journals and logs that it may have created
}

// Shapes of the functions that are wrapped.
type (
	openFn     func(tls *libc.TLS, vfs, name, f uintptr, flags int32, out uintptr) int32
	removeFn   func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	closeFn    func(tls *libc.TLS, f uintptr) int32
	writeFn    func(tls *libc.TLS, f, buf uintptr, n int32, at int64) int32
	truncateFn func(tls *libc.TLS, f uintptr, size int64) int32
	syncFn     func(tls *libc.TLS, f uintptr, flags int32) int32
)

// pointer is a Go function as SQLite knows it; call is the opposite.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) } //nolint:gosec // what modernc.org/sqlite does itself

func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ p uintptr }{p})) } //nolint:gosec // as above

// at is what stands at an address of the C heap, where nothing moves.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) } //nolint:gosec // as above

// New makes a disk. Close it when no connection is open on it any more.
func New() (*Disk, error) {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := lib.Xsqlite3_initialize(tls); rc != lib.SQLITE_OK {
		return nil, fmt.Errorf("sqlite does not start: %d", rc)
	}
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
	if p == 0 {
		return nil, errors.New("no memory")
	}
	d := &Disk{Name: fmt.Sprintf("faultdisk-%x", p)}
	name, err := libc.CString(d.Name)
	if err != nil {
		return nil, err
	}
	s := &d.shim
	s.vfs, s.system = p, at[lib.Tsqlite3_vfs](lib.Xsqlite3_vfs_find(tls, 0))
	s.opened, s.methods = map[uintptr]*file{}, map[uintptr]uintptr{}
	s.open, s.remove, s.closing, s.write, s.truncate, s.sync = d.onOpen, d.onRemove, d.onClose, d.onWrite, d.onTruncate, d.onSync
	v := at[lib.Tsqlite3_vfs](p)
	*v = *s.system
	v.FpNext, v.FzName = 0, name
	v.FxOpen, v.FxDelete = pointer(s.open), pointer(s.remove)
	if rc := lib.Xsqlite3_vfs_register(tls, p, 0); rc != lib.SQLITE_OK {
		return nil, fmt.Errorf("sqlite takes no file system: %d", rc)
	}
	return d, nil
}

// Close takes the disk from SQLite. Its notes stay.
func (d *Disk) Close() error {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := lib.Xsqlite3_vfs_unregister(tls, d.shim.vfs); rc != lib.SQLITE_OK {
		return fmt.Errorf("sqlite keeps the file system: %d", rc)
	}
	return nil
}

func (d *Disk) onOpen(tls *libc.TLS, vfs, name, f uintptr, flags int32, out uintptr) int32 {
	s := &d.shim
	rc := call[openFn](s.system.FxOpen)(tls, vfs, name, f, flags, out)
	was := at[lib.Tsqlite3_file](f).FpMethods
	if rc != lib.SQLITE_OK || name == 0 || was == 0 {
		return rc
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	patched, ok := s.methods[was]
	if !ok {
		patched = libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_io_methods{})))
		m := at[lib.Tsqlite3_io_methods](patched)
		*m = *at[lib.Tsqlite3_io_methods](was)
		m.FxClose, m.FxWrite, m.FxTruncate, m.FxSync = pointer(s.closing), pointer(s.write), pointer(s.truncate), pointer(s.sync)
		s.methods[was] = patched
	}
	const journals = lib.SQLITE_OPEN_WAL | lib.SQLITE_OPEN_MAIN_JOURNAL | lib.SQLITE_OPEN_SUPER_JOURNAL
	s.opened[f] = &file{
		path: filepath.Clean(libc.GoString(name)), real: at[lib.Tsqlite3_io_methods](was),
		dir: flags&lib.SQLITE_OPEN_CREATE != 0 && flags&journals != 0,
	}
	at[lib.Tsqlite3_file](f).FpMethods = patched
	return rc
}

func (d *Disk) onRemove(tls *libc.TLS, vfs, name uintptr, sync int32) int32 {
	path := filepath.Clean(libc.GoString(name))
	rc := call[removeFn](d.shim.system.FxDelete)(tls, vfs, name, sync)
	if rc == lib.SQLITE_OK {
		d.add(entry{op: Delete, file: path, dir: sync != 0})
	}
	return rc
}

// on finds the file and asks whether the call is to fail.
func (d *Disk) on(f uintptr, op Op) (*file, int32) {
	d.mu.Lock()
	o := d.shim.opened[f]
	d.mu.Unlock()
	switch d.faults(op, o.path) {
	case Full:
		return o, lib.SQLITE_FULL
	case IOErr:
		if op == Sync {
			return o, lib.SQLITE_IOERR_FSYNC
		}
		return o, lib.SQLITE_IOERR_WRITE
	case None:
	}
	return o, lib.SQLITE_OK
}

func (d *Disk) onClose(tls *libc.TLS, f uintptr) int32 {
	d.mu.Lock()
	o := d.shim.opened[f]
	delete(d.shim.opened, f)
	d.mu.Unlock()
	return call[closeFn](o.real.FxClose)(tls, f)
}

func (d *Disk) onWrite(tls *libc.TLS, f, buf uintptr, n int32, offset int64) int32 {
	o, rc := d.on(f, Write)
	if rc != lib.SQLITE_OK {
		return rc
	}
	data := append([]byte(nil), unsafe.Slice(at[byte](buf), n)...) //nolint:gosec // as above
	if rc = call[writeFn](o.real.FxWrite)(tls, f, buf, n, offset); rc == lib.SQLITE_OK {
		d.add(entry{op: Write, file: o.path, at: offset, data: data})
	}
	return rc
}

func (d *Disk) onTruncate(tls *libc.TLS, f uintptr, size int64) int32 {
	o, rc := d.on(f, Truncate)
	if rc != lib.SQLITE_OK {
		return rc
	}
	if rc = call[truncateFn](o.real.FxTruncate)(tls, f, size); rc == lib.SQLITE_OK {
		d.add(entry{op: Truncate, file: o.path, at: size})
	}
	return rc
}

func (d *Disk) onSync(tls *libc.TLS, f uintptr, flags int32) int32 {
	o, rc := d.on(f, Sync)
	if rc != lib.SQLITE_OK {
		return rc
	}
	if rc = call[syncFn](o.real.FxSync)(tls, f, flags); rc == lib.SQLITE_OK {
		d.add(entry{op: Sync, file: o.path, dir: o.dir})
		o.dir = false
	}
	return rc
}
