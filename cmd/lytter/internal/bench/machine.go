package bench

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Facts are what of a machine a figure depends on.
type Facts struct {
	System     string // operating system and architecture
	Processor  string // "" where the system does not tell
	Cores      int
	Memory     int64 // bytes; 0 where the system does not tell
	Go         string
	Filesystem string        // of the folder that is measured in; "" where the system does not tell
	Fsync      time.Duration // the median of appending a page to a file and waiting for the disk
	Load       string        // runnable processes over the last minute, before measuring; "" where the system does not tell
}

// Machine looks at this machine; dir is where will be measured.
func Machine(dir string) (Facts, error) {
	f := Facts{
		System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version(), Processor: procLine("/proc/cpuinfo", "model name"),
		Filesystem: filesystem(dir),
	}
	if kb, err := strconv.ParseInt(strings.TrimSuffix(procLine("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		f.Memory = kb << 10
	}
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		f.Load, _, _ = strings.Cut(string(b), " ")
	}
	var err error
	f.Fsync, err = fsync(dir)
	return f, err
}

// procLine gives the value of the first line "name : value" of a file of /proc, "" where there is none.
func procLine(file, name string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// filesystem tells the kind of file system that a folder is on (proc(5), mountinfo): of the longest mount point above it.
func filesystem(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	b, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	kind, longest := "", -1
	for line := range strings.Lines(string(b)) {
		mount, fs, ok := strings.Cut(line, " - ")
		fields, rest := strings.Fields(mount), strings.Fields(fs)
		if !ok || len(fields) < 5 || len(rest) == 0 {
			continue
		}
		at := fields[4]
		if at != "/" && dir != at && !strings.HasPrefix(dir, at+"/") || len(at) <= longest {
			continue
		}
		kind, longest = rest[0], len(at)
	}
	return kind
}

// fsync measures what every commit waits for.
func fsync(dir string) (_ time.Duration, err error) {
	f, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	page := bytes.Repeat([]byte{'x'}, 4096)
	var took times
	for range 200 {
		begun := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(begun))
	}
	return time.Duration(took.ms(0.5) * float64(time.Millisecond)), nil
}

// peak is the most memory that a process had at once, in MB ("self" is this one); ok is false where the system does not tell.
func peak(pid string) (mb float64, ok bool) {
	kb, err := strconv.ParseInt(strings.TrimSuffix(procLine("/proc/"+pid+"/status", "VmHWM"), " kB"), 10, 64)
	return float64(kb) / 1024, err == nil
}

// forgetPeak gives back what is not used and lets peak begin anew for this process (proc(5), clear_refs), where the system can.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // where it cannot, peak tells too much
}

// ownMemory is the most memory of its own that this process had: not what is mapped from files. The system keeps no mark of it, so it is
// looked at some times a second.
type ownMemory struct {
	mu      sync.Mutex
	most    int64 // kB, since it was forgotten
	weighed int64 // kB; 0: the system does not tell
}

const lookAtMemory = 50 * time.Millisecond

// look looks until ctx ends.
func (o *ownMemory) look(ctx context.Context) error {
	for pause(ctx, lookAtMemory) == nil {
		o.now()
	}
	return nil
}

// now looks once (proc(5), RssAnon).
func (o *ownMemory) now() {
	kb, err := strconv.ParseInt(strings.TrimSuffix(procLine("/proc/self/status", "RssAnon"), " kB"), 10, 64)
	if err != nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.most = max(o.most, kb)
}

// weigh keeps what it was up to now.
func (o *ownMemory) weigh() {
	o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.weighed = max(o.weighed, o.most)
}

func (o *ownMemory) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.most, o.weighed = 0, 0
}

// work is processor time spent, in ticks of the system: by all processes since the machine began, and by this one and those of its own that
// have ended.
type work struct{ all, own float64 }

// worked reads it (proc(5), /proc/stat and /proc/pid/stat); ok is false where the system does not tell.
func worked() (w work, ok bool) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return w, false
	}
	self, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return w, false
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	all := strings.Fields(strings.TrimPrefix(line, "cpu ")) // user nice system idle iowait irq softirq ...
	own := strings.Fields(string(self[bytes.LastIndexByte(self, ')')+1:]))
	if len(all) < 7 || len(own) < 15 {
		return w, false
	}
	sum := func(of []string) (n float64) {
		for _, s := range of {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				ok = false
			}
			n += v
		}
		return n
	}
	ok = true
	w.all = sum([]string{all[0], all[1], all[2], all[5], all[6]})
	w.own = sum(own[11:15]) // utime stime cutime cstime
	return w, ok
}

// others is what of all the work since w was not ours, in percent; ok is false where the system does not tell.
func (w work) others() (percent float64, ok bool) {
	now, ok := worked()
	if !ok || now.all <= w.all {
		return 0, false
	}
	return max(0, 100*(1-(now.own-w.own)/(now.all-w.all))), true
}
