package classify

import (
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
)

// candidate is rules that might come to be in force, beside those that are.
type candidate struct {
	live, next *Classifier
	changes    []inbox.RuleChange
	differ     map[string]bool // ids, in lower case, of the rules that are not the same
	// touched is a query that every arrival matches of which they say something else: one that no rule which differs matches, those that
	// are the same, in the same order, decide.
	touched *query.Bound
	topics  map[inbox.TopicID]bool // that those of them set which might come to be in force
	queues  map[inbox.QueueID]bool // as this
}

// compare reads rules that might come to be in force. The error is that of Compile.
func (r *Rules) compare(live *inbox.RuleSet, next []byte, dir *inbox.Directory) (*candidate, error) {
	old, was, _, _ := r.read(bytesOf(live), dir, false) // what is wrong with rules in force they do without
	file, would, _, faults := r.read(next, dir, false)
	if err := refuse(faults); err != nil {
		return nil, err
	}
	c := &candidate{live: was, next: would, changes: r.Diff(live, &inbox.RuleSet{Bytes: next}), differ: map[string]bool{}}
	c.topics, c.queues = map[inbox.TopicID]bool{}, map[inbox.QueueID]bool{}
	for _, x := range c.changes {
		c.differ[strings.ToLower(x.ID)] = true
	}
	either := &query.AnyOf{}
	c.asks(either, file, would)
	c.asks(either, old, was)
	c.touched = &query.Bound{Root: either}
	for i := range would.rules {
		rule := &would.rules[i]
		if would.set.Query(int32(i)) == nil || !c.differs(rule.id) {
			continue
		}
		for _, t := range rule.topics {
			c.topics[t] = true
		}
		c.queues[rule.queue] = true
	}
	return c, nil
}

// asks adds what the rules ask for that are not the same.
func (c *candidate) asks(to *query.AnyOf, f *File, of *Classifier) {
	for i := range f.Rules {
		if b := of.set.Query(int32(i)); b != nil && c.differs(f.Rules[i].ID) {
			to.Kids = append(to.Kids, b.Root)
		}
	}
}

func (c *candidate) differs(id string) bool { return c.differ[strings.ToLower(id)] }
