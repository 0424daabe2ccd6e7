package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// TestLaw5_DiskFills: on a disk that really fills, in the middle of its work, the index is given up where it is; the desk takes in and finds
// as before, and with room again the index goes on.
func TestLaw5_DiskFills(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+t.TempDir(), childMode+"=full")
	cmd.SysProcAttr = &syscall.SysProcAttr{ // it mounts a disk of its own, which nobody else sees
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || strings.Contains(string(out), noDisk) {
		t.Skipf("this machine gives no disk to fill: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "done") {
		t.Fatalf("%v\n%s", err, out)
	}
}

const noDisk = "no disk could be mounted"

// smallDisk mounts one for the index.
func smallDisk(t inboxtest.TB, dir string) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Fatal(noDisk, err)
	}
}

// fillUp has the disk of an index fill, and empties it again.
func fillUp(t inboxtest.TB, d *inboxtest.Desk, x indexed) {
	n := 0
	more := func(k int) {
		for range k {
			d.Take(t, d.Say(fmt.Sprint("f", n), fmt.Sprint("a", n%7), fmt.Sprint("der er et hul i vejen nummer ", n)))
			n++
		}
	}
	more(20)
	x.right(t, d)
	ballast := filepath.Join(x.opt.Dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) || f.Close() != nil {
		t.Fatal("the disk does not fill:", err)
	}
	q, err := x.desk.Bind(mustParse(t, "vejen"))
	if err != nil {
		t.Fatal(err)
	}
	x.until(t, "a full disk", func(s Status) bool {
		more(1)
		hits, err := x.desk.Search(context.Background(), q, inbox.Page{Size: 1000})
		if err != nil || len(hits.Keys) != n {
			t.Fatal("found", len(hits.Keys), "of", n, err)
		}
		return s.GivenUp && s.Fault.Key == "index.full"
	})
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	x.stop()
	start(t, d, Options{Dir: x.opt.Dir}).right(t, d)
	aside, err := filepath.Glob(filepath.Join(x.opt.Dir, asidePrefix+"*"))
	if err != nil || len(aside) > 0 {
		t.Fatal("it was taken for damaged:", aside, err)
	}
}

// TestLaw5_FewOpenFiles: the index gets by with the files that any system allows a process, in small batches, while it is searched.
func TestLaw5_FewOpenFiles(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+t.TempDir(), childMode+"=files")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "done") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// fewFiles is as many as a process may have open where least are allowed (macOS: 256).
const fewFiles = 256

func ration(t inboxtest.TB, d *inboxtest.Desk, x indexed) {
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: fewFiles, Max: fewFiles}); err != nil {
		t.Fatal(err)
	}
	for i := range 15 {
		converse(t, d, 10*i, 10)
		x.reach(t, lastSeq(t, d))
		x.right(t, d)
	}
	if s := x.Status(); s.Fault != nil {
		t.Fatal(s.Fault)
	}
}
