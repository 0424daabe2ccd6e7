package index

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lytter/inbox"
)

// watch is a file that says what is being done, written before and removed after, for the process that starts next: if it is there, this
// was what the last one died of, or at least in. It outlives a process and need not outlive a machine, so it is not synced.
type watch struct {
	file string

	// Doing is what is being done: "open" or "batch"; "" is nothing that could kill.
	Doing string `json:"doing,omitempty"`
	// Deaths counts the processes that died at each, with no such thing done in between. One that is killed while it opens an index says
	// nothing about what is written to it, nor the other way round.
	Deaths map[string]int `json:"deaths,omitempty"`
	// Batch is the conversations being written.
	Batch []inbox.ConversationID `json:"batch,omitempty"`
	// Suspects were in a batch that was never finished. They are written one at a time, so that a death names the one; counted is how
	// often a process died over it alone.
	Suspects map[inbox.ConversationID]int `json:"suspects,omitempty"`
}

// Doings.
const (
	doingOpen  = "open"
	doingBatch = "batch"
)

// openWatch reads what the last process left behind and counts its death. What cannot be read is as good as nothing.
func openWatch(dir string) *watch {
	w := &watch{file: filepath.Join(dir, "watch.json")}
	b, err := os.ReadFile(w.file)
	if err == nil && json.Unmarshal(b, w) == nil && w.Doing != "" {
		if w.Deaths == nil {
			w.Deaths = map[string]int{}
		}
		w.Deaths[w.Doing]++
	}
	return w
}

// begin notes that something is done from now on.
func (w *watch) begin(doing string, ids []inbox.ConversationID) error {
	w.Doing, w.Batch = doing, ids
	return w.save()
}

// end notes that it was done, well or not: the process lives, and who died at it before is forgotten. A batch is written to what was
// opened.
func (w *watch) end() error {
	if w.Doing == doingBatch {
		clear(w.Deaths)
	}
	delete(w.Deaths, w.Doing)
	return w.idle()
}

// idle notes that nothing is done from now on, and that nothing was learnt from what was.
func (w *watch) idle() error {
	w.Doing, w.Batch = "", nil
	if len(w.Suspects) > 0 || len(w.Deaths) > 0 {
		return w.save()
	}
	err := os.Remove(w.file)
	if errors.Is(err, fs.ErrNotExist) { // the folder was deleted; that is noticed elsewhere
		return nil
	}
	return err
}

// suspects reports whether a conversation is one.
func (w *watch) suspects(id inbox.ConversationID) bool {
	_, ok := w.Suspects[id]
	return ok
}

// suspect adds to the suspects.
func (w *watch) suspect(ids []inbox.ConversationID) {
	for _, id := range ids {
		if w.Suspects == nil {
			w.Suspects = map[inbox.ConversationID]int{}
		}
		w.Suspects[id] += 0
	}
}

// errNotes says that what is being done cannot be noted. Then it is not done, and neither the desk nor the index is to blame.
var errNotes = errors.New("index: no note can be made")

func (w *watch) save() error {
	if err := writeJSON(w.file, w); err != nil {
		return fmt.Errorf("%w: %w", errNotes, err)
	}
	return nil
}

// writeJSON replaces a file whole.
func writeJSON(file string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// quarantine is the list of conversations that could not be indexed.
type quarantine struct {
	file string
	list []Quarantined
}

func openQuarantine(dir string) *quarantine {
	q := &quarantine{file: filepath.Join(dir, "quarantine.json")}
	if b, err := os.ReadFile(q.file); err == nil && json.Unmarshal(b, &q.list) != nil {
		q.list = nil // unreadable: they are tried again, and set aside again
	}
	return q
}

func (q *quarantine) has(id inbox.ConversationID) bool {
	for _, e := range q.list {
		if e.Conversation == id {
			return true
		}
	}
	return false
}

func (q *quarantine) add(e Quarantined) error {
	q.list = append(q.list[:len(q.list):len(q.list)], e) // the list is in Status
	return writeJSON(q.file, q.list)
}

// clear gives all of them another chance.
func (q *quarantine) clear() error {
	q.list = nil
	if err := os.Remove(q.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
