package inbox

import (
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// ranks is a set ordered like lists, whatever is done to it.
func TestRanks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRanks(0)
		model := map[ConversationID]int64{}
		key := func() Key {
			return Key{At: rapid.Int64Range(0, 5).Draw(t, "at"), ID: ConversationID(rapid.Int64Range(1, 8).Draw(t, "id"))}
		}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			k := key()
			at, had := model[k.ID]
			switch rapid.IntRange(0, 2).Draw(t, "do") {
			case 0:
				if r.put(k) != (!had || at != k.At) {
					t.Fatalf("put %v", k)
				}
				model[k.ID] = k.At
			case 1:
				if r.remove(k.ID) != had {
					t.Fatalf("remove %v", k.ID)
				}
				delete(model, k.ID)
			case 2:
				if had {
					k.At = at // fill never moves what is in
				}
				r.fill([]Key{k}, func(id ConversationID) bool { return id == 3 })
				if k.ID != 3 || had {
					model[k.ID] = k.At
				}
			}
			var want []Key
			for id, at := range model {
				want = append(want, Key{at, id})
			}
			sort.Slice(want, func(i, j int) bool { return want[j].Less(want[i]) })
			if d := cmp.Diff(want, r.top(0, 100)); d != "" {
				t.Fatal(d)
			}
			for i, k := range want {
				if n, ok := r.place(k.ID); !ok || n != i {
					t.Fatalf("place of %v: %d %v", k, n, ok)
				}
			}
			if d := cmp.Diff(want[min(1, len(want)):min(3, len(want))], r.top(1, 2), cmp.Transformer("empty", func(k []Key) []Key {
				return append([]Key{}, k...)
			})); d != "" {
				t.Fatal(d)
			}
		}
	})
}
