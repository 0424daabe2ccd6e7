//go:build !unix

package index

import "time"

// began stands for the beginning of the process, closely enough.
var began = time.Now()

// cpuTime is the time that has passed: there is no processor time to be had.
func cpuTime() time.Duration { return time.Since(began) }
