package index

import (
	"fmt"
	"slices"
	"testing"

	"lytter/inbox"

	"pgregory.net/rapid"
)

// inTail is the state of a conversation that has changed behind the index.
const inTail = "in the tail"

// happened says what has happened to each conversation: the kinds of its changes, and whether one of them is behind position behind.
func (w *world) happened(t *rapid.T, behind inbox.Seq) map[inbox.ConversationID][]string {
	t.Helper()
	out := map[inbox.ConversationID][]string{}
	w.Read(t, func(tx inbox.Tx) error {
		changes, err := tx.Changes(0, 1<<20)
		for _, c := range changes {
			kinds := []string{string(c.Kind)}
			if c.Seq > behind {
				kinds = append(kinds, inTail)
			}
			for _, k := range kinds {
				if c.Conversation != 0 && !slices.Contains(out[c.Conversation], k) {
					out[c.Conversation] = append(out[c.Conversation], k)
				}
			}
		}
		return err
	})
	return out
}

// pairs counts queries beside conversations, by what had happened to the conversation.
type pairs struct {
	all, hits int
	of        map[string]int
	hit       map[string]int
}

// count takes in one query: whether it found a conversation, of which that much had happened.
func (p *pairs) count(hit bool, states []string) {
	if p.of == nil {
		p.of, p.hit = map[string]int{}, map[string]int{}
	}
	p.all++
	for _, s := range states {
		p.of[s]++
	}
	if hit {
		p.hits++
		for _, s := range states {
			p.hit[s]++
		}
	}
}

// lacks says which states that the law must hold in were never found, or never passed over.
func (p *pairs) lacks() (out []string) {
	for _, c := range []inbox.ChangeKind{
		inbox.ChangeArrived, inbox.ChangeEdited, inbox.ChangeDeleted, inbox.ChangeHidden, inbox.ChangeMerged, inbox.ChangeTagged, inbox.ChangeRouted,
		inbox.ChangeNoted, inbox.ChangeSnoozed, inbox.ChangeClosed, inbox.ChangeOutgoing, inTail,
	} {
		if s := string(c); p.hit[s] == 0 || p.hit[s] == p.of[s] {
			out = append(out, fmt.Sprintf("of %d conversations that were %s, %d were found", p.of[s], s, p.hit[s]))
		}
	}
	return out
}

// log tells what was counted.
func (p *pairs) log(t *testing.T) {
	t.Helper()
	states := make([]string, 0, len(p.of))
	for s := range p.of {
		states = append(states, s)
	}
	slices.Sort(states)
	for _, s := range states {
		t.Logf("%9d  pairs with a conversation %s, %d of them hits", p.of[s], s, p.hit[s])
	}
	t.Logf("%9d  pairs of a query and a conversation, %d of them hits", p.all, p.hits)
}
