package classify

import (
	"lytter/inbox/query"
)

// Conflict is two rules that send the same message to different queues: the first of them decides.
type Conflict struct {
	First, Second string // ids, in the order of the file
	Queue, Other  string // where each sends it
	Text          string // the example on which it was found
}

// maxConflicts bounds how many are told.
const maxConflicts = 100

// conflicts finds, on the examples that must match, which rules send the same message to different queues. A rule behind one that stops
// is not reached.
func (c *compiler) conflicts(cl *Classifier) (out []Conflict) {
	met := map[[2]string]bool{}
	var buf []int32
	for i := range c.Rules {
		r := &c.Rules[i]
		for j := range r.Examples {
			x := &r.Examples[j]
			d, ok := c.tester.arrival(x)
			if !x.Match || !ok {
				continue
			}
			d = capped(d)
			buf, _ = cl.set.MatchWithin(d, query.Limits{Each: MaxWork, All: MaxTotal}, buf[:0])
			first := -1
			for _, n := range buf {
				k := &cl.rules[n]
				if k.shadow || !k.schedule.covers(d) {
					continue
				}
				if k.queue != 0 && first < 0 {
					first = int(n)
				} else if k.queue != 0 && cl.rules[first].queue != k.queue {
					pair := [2]string{cl.rules[first].id, k.id}
					if !met[pair] && len(out) < maxConflicts {
						met[pair] = true
						out = append(out, Conflict{
							First: pair[0], Second: pair[1], Queue: c.Rules[first].Queue, Other: c.Rules[n].Queue, Text: x.Text,
						})
					}
				}
				if k.stop {
					break
				}
			}
		}
	}
	return out
}
