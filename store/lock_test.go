package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"lytter/inbox"
	"lytter/store"
	"lytter/store/internal/volume"
)

func TestLock(t *testing.T) {
	dir := t.TempDir()
	first, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Lock(dir)
	why := inbox.ReasonOf(err)
	if inbox.CodeOf(err) != inbox.Conflict || why.Key != "store.owned" || why.Args["Pid"] != os.Getpid() {
		t.Errorf("a second owner: %v", err)
	}
	if _, err := store.Lock(t.TempDir()); err != nil {
		t.Errorf("another folder: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := store.Lock(dir)
	if err != nil {
		t.Fatalf("after the first has gone: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if _, err := store.Lock(filepath.Join(dir, "none")); inbox.CodeOf(err) != inbox.Unavailable {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestVolume(t *testing.T) {
	dir := t.TempDir()
	if name, err := volume.Network(dir); name != "" || err != nil {
		t.Errorf("%s is on %q, %v", dir, name, err)
	}
	if free, err := volume.Free(dir); free <= 0 || err != nil {
		t.Errorf("%d bytes are free, %v", free, err)
	}
}
