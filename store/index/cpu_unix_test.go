//go:build unix

package index

import (
	"syscall"
	"time"
)

// cpuTime is what the process has used of processors so far: what a busy machine cannot stretch.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
