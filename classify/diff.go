package classify

import (
	"slices"
	"sort"
	"strings"

	"lytter/inbox"
)

// Diff implements inbox.Rules: what became of each rule between two files, in the order of the newer one, what was removed last.
func (r *Rules) Diff(before, after *inbox.RuleSet) []inbox.RuleChange {
	was, _ := load(bytesOf(before))
	is, _ := load(bytesOf(after))
	old := make(map[string]int, len(was.Rules))
	for i := range was.Rules {
		old[strings.ToLower(was.Rules[i].ID)] = i
	}
	var out []inbox.RuleChange
	kept := make(map[string]bool, len(is.Rules))
	stays := inOrder(is, old)
	for i := range is.Rules {
		rule := &is.Rules[i]
		low := strings.ToLower(rule.ID)
		kept[low] = true
		c := is.change(rule)
		at, known := old[low]
		if !known {
			c.Kind = inbox.RuleAdded
			out = append(out, c)
			continue
		}
		c.Kind, c.Before = inbox.RuleChanged, was.block(&was.Rules[at])
		c.Keys = changedKeys(was, &was.Rules[at], is, rule)
		switch {
		case c.Before == c.After && stays[i]:
			continue
		case len(c.Keys) == 0 && !stays[i]:
			c.Kind = inbox.RuleMoved
		}
		out = append(out, c)
	}
	for i := range was.Rules {
		if rule := &was.Rules[i]; !kept[strings.ToLower(rule.ID)] {
			out = append(out, inbox.RuleChange{ID: rule.ID, Name: rule.Name, Kind: inbox.RuleRemoved, Before: was.block(rule)})
		}
	}
	return out
}

func bytesOf(s *inbox.RuleSet) []byte {
	if s == nil {
		return nil
	}
	return s.Bytes
}

func (f *File) block(r *Rule) string { return f.text[r.Start:r.End] }

// change tells of a rule as it is now.
func (f *File) change(r *Rule) inbox.RuleChange {
	live := r.State() == Live
	return inbox.RuleChange{
		ID: r.ID, Name: r.Name, After: f.block(r),
		Routes: live && (r.Queue != "" || r.Assignee != "" || r.Spam),
		Hides:  live && slices.Contains(r.Propose, inbox.ProposeHide),
	}
}

// changedKeys names the keys that one of two rules has and the other has not, or has otherwise. Examples are one key.
func changedKeys(was *File, a *Rule, is *File, b *Rule) (keys []string) {
	written := func(f *File, r *Rule) map[string]string {
		m := map[string]string{}
		for _, e := range r.keys {
			m[e.name] = f.text[e.val.start:e.val.end]
		}
		for i := range r.Examples {
			for _, e := range r.Examples[i].keys {
				m["example"] += e.name + "=" + f.text[e.val.start:e.val.end] + "\n"
			}
			m["example"] += "\n"
		}
		return m
	}
	x, y := written(was, a), written(is, b)
	for name, v := range y {
		if x[name] != v {
			keys = append(keys, name)
		}
	}
	for name := range x {
		if _, still := y[name]; !still {
			keys = append(keys, name)
		}
	}
	sort.Strings(keys)
	return keys
}

// inOrder tells which rules of a file follow each other as they did: the most of those that both files have.
func inOrder(f *File, old map[string]int) map[int]bool {
	var at, from []int // of each rule that both have: its place now, and before
	for i := range f.Rules {
		if o, ok := old[strings.ToLower(f.Rules[i].ID)]; ok {
			at, from = append(at, i), append(from, o)
		}
	}
	var ends []int // of the best row of each length: which rule it ends with
	before := make([]int, len(at))
	for i := range from {
		n := sort.Search(len(ends), func(k int) bool { return from[ends[k]] >= from[i] })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	out := map[int]bool{}
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			out[at[i]] = true
		}
	}
	return out
}
