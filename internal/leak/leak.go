// Package leak finds goroutines that tests leave behind. It knows nothing of what they test. Unlike its library by itself it waits for
// those that are about to end for as long as a machine may need that has other things to do; where all is well that costs nothing.
package leak

import (
	"fmt"
	"os"
	"time"

	"go.uber.org/goleak"
)

const patience = time.Minute

// Check runs a package's tests, for its TestMain, and gives the code to exit with. It is not 0 if goroutines are left.
func Check(run func() int) int {
	code := run()
	if code != 0 {
		return code
	}
	if err := None(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// None waits until no goroutine is left beside the caller's and those that the options name. An error lists them, if any are.
func None(but ...goleak.Option) error { return none(patience, but...) }

func none(patience time.Duration, but ...goleak.Option) (err error) {
	for end := time.Now().Add(patience); ; {
		if err = goleak.Find(but...); err == nil || time.Now().After(end) {
			return err
		}
	}
}
