package index

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"lytter/internal/fp"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
)

// maxFiles is how many files the index may have on disk before writing waits for merging.
const maxFiles = 200

// engine is one folder of Bleve's, open. One goroutine writes; any number read snapshots of it.
type engine struct {
	dir   string
	s     *scorch.Scorch
	queue *bleve.AnalysisQueue
	root  os.FileInfo // of root.bolt as opened, to notice that it was deleted
	async chan error  // the first thing that went wrong in one of Bleve's own goroutines
	limit time.Duration
	hung  bool // a batch did not come back: nor would a close

	segments segments

	mu    sync.Mutex
	ready *scorch.IndexSnapshot // what searches read; nil: nothing yet
}

// errHung says that Bleve did not come back from a call. It still has its files and locks: nothing of that folder can be used again.
var errHung = errors.New("index: no answer from the index")

// registering guards Bleve's registries while an engine is made. They are package variables of Bleve's, read when an index is made and
// not after, and there is no other way to hand it a function.
var registering sync.Mutex

func openEngine(dir string, limit time.Duration) (e *engine, err error) {
	defer guard(&err)()
	e = &engine{dir: dir, queue: bleve.NewAnalysisQueue(1), async: make(chan error, 1), limit: limit}
	const name = "lytter"
	config := map[string]any{
		"path": dir, "bolt_timeout": "1s", "asyncErrorCallbackName": name, "eventCallbackName": name,
		"scorchPersisterOptions": map[string]any{"NumPersisterWorkers": 1, "PersisterNapUnderNumFiles": maxFiles},
	}
	registering.Lock()
	scorch.RegistryAsyncErrorCallbacks[name] = func(err error, _ string) { e.stop(err) }
	scorch.RegistryEventCallbacks[name] = atEvent
	s, err := scorch.NewScorch(scorch.Name, config, e.queue)
	delete(scorch.RegistryAsyncErrorCallbacks, name)
	delete(scorch.RegistryEventCallbacks, name)
	registering.Unlock()
	if err != nil {
		return nil, err
	}
	e.s = s.(*scorch.Scorch)
	if err := e.s.Open(); err != nil {
		e.queue.Close()
		return nil, fmt.Errorf("opening %s: %w", dir, err)
	}
	if e.root, err = os.Stat(e.rootFile()); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *engine) rootFile() string { return filepath.Join(e.dir, "root.bolt") }

// stop says that the engine is of no more use. The first reason is kept.
func (e *engine) stop(err error) {
	select {
	case e.async <- err:
	default: // Bleve may repeat itself without end
	}
}

// atEvent is called by Bleve's goroutines at each of their rounds. Its files are mapped into memory: reading what was cut off from
// one is a fault that ends the process, unless the goroutine has said that it will panic instead, which Bleve recovers from.
func atEvent(e scorch.Event) bool {
	debug.SetPanicOnFault(true)
	if e.Kind == scorch.EventKindMergeTaskIntroductionStart { // the merged file is there, and nobody knows of it yet
		fp.Hit("index.merged")
	}
	return true
}

// guard makes a fault or panic of what follows an error; call what it returns with defer.
func guard(err *error) func() {
	was := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(was)
		if v := recover(); v != nil {
			*err = &panicked{value: v, stack: debug.Stack()}
		}
	}
}

// panicked is a panic inside Bleve or of a document.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// stackOf tells where a panic was, for logs.
func stackOf(err error) string {
	var p *panicked
	if errors.As(err, &p) {
		return string(p.stack)
	}
	return ""
}

// write applies a batch. It is durable when write returns nil. After any error but *panicked the engine is of no more use.
func (e *engine) write(b *bleve.Batch) error {
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer guard(&err)()
		err = e.s.Batch(b)
	}()
	limit := time.NewTimer(e.limit)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case err := <-e.async: // a goroutine of Bleve's has died: what waits for it will wait for ever
		e.stop(err)
		limit.Reset(min(e.limit, graceTime))
		select {
		case err := <-done:
			return err
		case <-limit.C:
		}
		e.hung = true
		return fmt.Errorf("%w: %w", errHung, err)
	case <-limit.C:
		e.hung = true
		return errHung
	}
}

// graceTime is how long a batch may still take when a goroutine of Bleve's has failed, and half of how long a close may.
const graceTime = time.Second

// check reports what went wrong behind the engine's back: an error of one of its goroutines, or a folder that is gone.
func (e *engine) check() error {
	select {
	case err := <-e.async:
		return err
	default:
	}
	now, err := os.Stat(e.rootFile())
	if err != nil || !os.SameFile(now, e.root) {
		return fmt.Errorf("%w: %s", errGone, e.dir)
	}
	return nil
}

// errGone says that the folder of an open engine was deleted or replaced.
var errGone = errors.New("index: the folder is gone")

// snapshot is the index as it is now. Close it.
func (e *engine) snapshot() (*scorch.IndexSnapshot, error) {
	r, err := e.s.Reader()
	if err != nil {
		return nil, err
	}
	s, ok := r.(*scorch.IndexSnapshot)
	if !ok || s == nil {
		return nil, scorch.ErrClosed
	}
	return s, nil
}

// read gives what searches read: the newest snapshot that was got ready for them. What a batch or a merge has brought since is seen when it is
// ready, too, so that no search waits for that. Close it.
func (e *engine) read() (*scorch.IndexSnapshot, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ready == nil {
		return nil, scorch.ErrClosed
	}
	e.ready.AddRef()
	return e.ready, nil
}

// offer lets searches read a snapshot, and closes it when there is a newer one.
func (e *engine) offer(s *scorch.IndexSnapshot) (err error) {
	defer guard(&err)()
	e.mu.Lock()
	was := e.ready
	e.ready = s
	e.mu.Unlock()
	if was == nil {
		return nil
	}
	return was.Close()
}

// close gives the folder back. errHung says that it could not: then nothing of it may be opened again by this process.
func (e *engine) close() error {
	if e.hung {
		return errHung
	}
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer guard(&err)()
		err = errors.Join(e.offer(nil), e.s.Close())
	}()
	limit := time.NewTimer(min(e.limit, 2*graceTime))
	defer limit.Stop()
	select {
	case err := <-done:
		e.queue.Close()
		return err
	case <-limit.C:
		return errHung
	}
}
