package inbox

import "sort"

// ranks is a set of conversations in the order of lists. The newest stand at the end, where most of the coming and going is.
type ranks struct {
	keys []Key
	at   map[ConversationID]int64 // LastAt of each
}

func newRanks(n int) *ranks {
	return &ranks{keys: make([]Key, 0, n), at: make(map[ConversationID]int64, n)}
}

func (r *ranks) len() int { return len(r.keys) }

func (r *ranks) has(id ConversationID) bool {
	_, ok := r.at[id]
	return ok
}

func (r *ranks) search(k Key) int {
	return sort.Search(len(r.keys), func(i int) bool { return !r.keys[i].Less(k) })
}

// put adds a conversation or moves it, and reports whether anything changed.
func (r *ranks) put(k Key) bool {
	if at, ok := r.at[k.ID]; ok {
		if at == k.At {
			return false
		}
		r.remove(k.ID)
	}
	r.at[k.ID] = k.At
	i := r.search(k)
	r.keys = append(r.keys, Key{})
	copy(r.keys[i+1:], r.keys[i:])
	r.keys[i] = k
	return true
}

// remove takes a conversation out, and reports whether it was in.
func (r *ranks) remove(id ConversationID) bool {
	at, ok := r.at[id]
	if !ok {
		return false
	}
	delete(r.at, id)
	i := r.search(Key{at, id})
	r.keys = append(r.keys[:i], r.keys[i+1:]...)
	return true
}

// fill puts many at once, faster than one by one. skip says which to leave out.
func (r *ranks) fill(keys []Key, skip func(ConversationID) bool) {
	for _, k := range keys {
		if !r.has(k.ID) && !skip(k.ID) {
			r.keys = append(r.keys, k)
			r.at[k.ID] = k.At
		}
	}
	sort.Slice(r.keys, func(i, j int) bool { return r.keys[i].Less(r.keys[j]) })
}

// top gives n keys from place from (0 is the newest), newest first.
func (r *ranks) top(from, n int) []Key {
	var out []Key
	for i := len(r.keys) - 1 - max(0, from); i >= 0 && len(out) < n; i-- {
		out = append(out, r.keys[i])
	}
	return out
}

// place says how many are newer than a conversation; ok is false if it is not in.
func (r *ranks) place(id ConversationID) (n int, ok bool) {
	at, ok := r.at[id]
	if !ok {
		return 0, false
	}
	return len(r.keys) - 1 - r.search(Key{at, id}), true
}
