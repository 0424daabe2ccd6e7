//go:build failpoints

package fp

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Env is the variable that says where to die: a name, and after a colon the how-manieth time.
const Env = "LYTTER_FAILPOINT"

// Died is what a process says on its standard error before it dies at a failpoint, with the name behind it.
const Died = "failpoint "

// left is how many times more the process comes by unharmed.
var left atomic.Int64

// armed is the failpoint to die at.
var armed = sync.OnceValue(func() string {
	name, times, _ := strings.Cut(os.Getenv(Env), ":")
	n, err := strconv.ParseInt(times, 10, 64)
	if err != nil || n < 1 {
		n = 1
	}
	left.Store(n)
	return name
})

// Hit dies, if this is where and when to.
func Hit(name string) {
	if armed() != name || left.Add(-1) != 0 {
		return
	}
	fmt.Fprintln(os.Stderr, Died+name)
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err) // a failpoint that does not kill proves nothing
	}
	select {} // the system is at it
}
