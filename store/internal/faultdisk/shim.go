package faultdisk

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// What SQLite calls back into: open files by their address, disks by theirs, and patched method tables by the original's.
var (
	mu      sync.Mutex
	disks   = map[uintptr]*Disk{}
	opened  = map[uintptr]*file{}
	methods = map[uintptr]uintptr{}
)

type file struct {
	disk *Disk
	path string
	real *lib.Tsqlite3_io_methods
	dir  bool // its first sync also syncs the folder, as os_unix.c does for journals and logs that it may have created
}

// Shapes of the functions that are wrapped.
type (
	openFn     = func(tls *libc.TLS, vfs, name, f uintptr, flags int32, out uintptr) int32
	deleteFn   = func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	closeFn    = func(tls *libc.TLS, f uintptr) int32
	writeFn    = func(tls *libc.TLS, f, buf uintptr, n int32, at int64) int32
	truncateFn = func(tls *libc.TLS, f uintptr, size int64) int32
	syncFn     = func(tls *libc.TLS, f uintptr, flags int32) int32
)

// pointer is a Go function as SQLite knows it; call is the opposite. The function must be no closure.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }

func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ p uintptr }{p})) }

// at is what stands at an address of the C heap, where nothing moves.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// system is the file system that SQLite uses by itself.
func system(tls *libc.TLS) *lib.Tsqlite3_vfs {
	return at[lib.Tsqlite3_vfs](lib.Xsqlite3_vfs_find(tls, 0))
}

// New makes a disk. It stays until the process ends.
func New() (*Disk, error) {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := lib.Xsqlite3_initialize(tls); rc != lib.SQLITE_OK {
		return nil, fmt.Errorf("sqlite does not start: %d", rc)
	}
	mu.Lock()
	name := fmt.Sprint("faultdisk", len(disks))
	mu.Unlock()
	cname, err := libc.CString(name)
	if err != nil {
		return nil, err
	}
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_vfs{})))
	if p == 0 {
		return nil, errors.New("no memory")
	}
	v := at[lib.Tsqlite3_vfs](p)
	*v = *system(tls)
	v.FpNext, v.FzName = 0, cname
	v.FxOpen, v.FxDelete = pointer[openFn](xOpen), pointer[deleteFn](xDelete)
	d := &Disk{Name: name}
	mu.Lock()
	disks[p] = d
	mu.Unlock()
	if rc := lib.Xsqlite3_vfs_register(tls, p, 0); rc != lib.SQLITE_OK {
		return nil, fmt.Errorf("sqlite takes no file system: %d", rc)
	}
	return d, nil
}

func xOpen(tls *libc.TLS, vfs, name, f uintptr, flags int32, out uintptr) int32 {
	rc := call[openFn](system(tls).FxOpen)(tls, vfs, name, f, flags, out)
	if rc != lib.SQLITE_OK || name == 0 || at[lib.Tsqlite3_file](f).FpMethods == 0 {
		return rc
	}
	mu.Lock()
	defer mu.Unlock()
	was := at[lib.Tsqlite3_file](f).FpMethods
	patched, ok := methods[was]
	if !ok {
		patched = libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(lib.Tsqlite3_io_methods{})))
		m := at[lib.Tsqlite3_io_methods](patched)
		*m = *at[lib.Tsqlite3_io_methods](was)
		m.FxClose, m.FxWrite = pointer[closeFn](xClose), pointer[writeFn](xWrite)
		m.FxTruncate, m.FxSync = pointer[truncateFn](xTruncate), pointer[syncFn](xSync)
		methods[was] = patched
	}
	const journals = lib.SQLITE_OPEN_WAL | lib.SQLITE_OPEN_MAIN_JOURNAL | lib.SQLITE_OPEN_SUPER_JOURNAL
	dir := flags&lib.SQLITE_OPEN_CREATE != 0 && flags&journals != 0
	opened[f] = &file{disk: disks[vfs], path: filepath.Clean(libc.GoString(name)), dir: dir, real: at[lib.Tsqlite3_io_methods](was)}
	at[lib.Tsqlite3_file](f).FpMethods = patched
	return rc
}

func xDelete(tls *libc.TLS, vfs, name uintptr, sync int32) int32 {
	mu.Lock()
	d := disks[vfs]
	mu.Unlock()
	path := filepath.Clean(libc.GoString(name))
	rc := call[deleteFn](system(tls).FxDelete)(tls, vfs, name, sync)
	if rc == lib.SQLITE_OK {
		d.add(entry{op: Delete, file: path, dir: sync != 0})
	}
	return rc
}

// on finds the file and asks whether the call is to fail.
func on(f uintptr, op Op) (*file, int32) {
	mu.Lock()
	o := opened[f]
	mu.Unlock()
	switch o.disk.faults(op, o.path) {
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

func xClose(tls *libc.TLS, f uintptr) int32 {
	mu.Lock()
	o := opened[f]
	delete(opened, f)
	mu.Unlock()
	return call[closeFn](o.real.FxClose)(tls, f)
}

func xWrite(tls *libc.TLS, f, buf uintptr, n int32, offset int64) int32 {
	o, rc := on(f, Write)
	if rc != lib.SQLITE_OK {
		return rc
	}
	data := append([]byte(nil), unsafe.Slice(at[byte](buf), n)...)
	if rc = call[writeFn](o.real.FxWrite)(tls, f, buf, n, offset); rc == lib.SQLITE_OK {
		o.disk.add(entry{op: Write, file: o.path, at: offset, data: data})
	}
	return rc
}

func xTruncate(tls *libc.TLS, f uintptr, size int64) int32 {
	o, rc := on(f, Truncate)
	if rc != lib.SQLITE_OK {
		return rc
	}
	if rc = call[truncateFn](o.real.FxTruncate)(tls, f, size); rc == lib.SQLITE_OK {
		o.disk.add(entry{op: Truncate, file: o.path, at: size})
	}
	return rc
}

func xSync(tls *libc.TLS, f uintptr, flags int32) int32 {
	o, rc := on(f, Sync)
	if rc != lib.SQLITE_OK {
		return rc
	}
	if rc = call[syncFn](o.real.FxSync)(tls, f, flags); rc == lib.SQLITE_OK {
		o.disk.add(entry{op: Sync, file: o.path, dir: o.dir})
		o.dir = false
	}
	return rc
}
