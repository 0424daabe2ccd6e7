package classify

import (
	"runtime"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// minPart is the least that is worth a part of its own, in bytes.
const minPart = 64 << 10

// decode reads a file with the TOML library, a long one in parts, at the same time.
func decode(s string) (table, error) {
	if root, ok := decodeParts(cutFile(s, min(runtime.GOMAXPROCS(0), len(s)/minPart))); ok {
		return root, nil
	}
	root := table{}
	_, err := toml.Decode(s, &root)
	return root, err
}

// decodeParts reads the parts of a file of nothing but rules. Of any other, and of one that is no TOML, it tells nothing.
func decodeParts(parts []string) (root table, ok bool) {
	if len(parts) < 2 {
		return nil, false
	}
	roots, rules := make([]table, len(parts)), make([][]table, len(parts))
	beside(len(parts), func(i int) {
		if _, err := toml.Decode(parts[i], &roots[i]); err == nil && len(roots[i]) == 1 {
			rules[i], _ = roots[i]["rule"].([]table)
		}
	})
	var all []table
	for _, rs := range rules {
		if rs == nil {
			return nil, false
		}
		all = append(all, rs...)
	}
	return table{"rule": all}, true
}

// cutFile cuts a file into about n parts of much the same length, each of which begins with the header of a rule. If what looks like one stands
// inside of a text, or of an array, the part before it does not end, and so is no TOML.
func cutFile(s string, n int) (parts []string) {
	const head = "\n[[rule]]"
	for ; n > 1; n-- {
		at := len(s) / n
		i := strings.Index(s[at:], head)
		if i < 0 {
			break
		}
		at += i + 1
		parts, s = append(parts, s[:at]), s[at:]
	}
	return append(parts, s)
}

// each runs f for the numbers below n, some at the same time.
func each(n int, f func(i int)) {
	const lot = 64
	beside((n+lot-1)/lot, func(i int) {
		for i, end := i*lot, min((i+1)*lot, n); i < end; i++ {
			f(i)
		}
	})
}

// beside runs f for the numbers below n, as many at a time as there are processors. What panics, panics here.
func beside(n int, f func(i int)) {
	var (
		wait   sync.WaitGroup
		mu     sync.Mutex
		next   int
		failed any
	)
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		if failed != nil {
			return n
		}
		next++
		return next - 1
	}
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = v
				}
			}()
			for i := take(); i < n; i = take() {
				f(i)
			}
		})
	}
	wait.Wait()
	if failed != nil {
		panic(failed)
	}
}
