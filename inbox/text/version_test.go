package text

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"
)

// An index holds what Cut said when it was built. This sum is of everything that Cut says of a fixed lot of texts: if it changes, so
// does the meaning of an index, and KeysVersion must be raised with it.
func TestKeysVersionNamesTheRules(t *testing.T) {
	const version, sum = 2, 0x8bc3de6cc167e65
	h := fnv.New64a()
	c := NewCutter(0)
	texts := corpus(2000, 20_000)
	for _, pool := range pools {
		texts = append(texts, strings.Join(pool, " "), strings.Join(pool, ""))
	}
	for _, s := range texts {
		for _, k := range c.Cut(nil, s) {
			fmt.Fprintln(h, k.Start, k.End, k.Pos, k.Kind, k.Keys.Exact, k.Keys.Danish, k.Keys.English, k.Keys.Parts)
		}
	}
	if KeysVersion != version || h.Sum64() != sum {
		t.Errorf("version %d has the sum %#x; recorded is version %d with %#x", KeysVersion, h.Sum64(), version, uint64(sum))
	}
}
