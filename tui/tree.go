package tui

import (
	"cmp"
	"slices"
	"time"

	"lytter/inbox"
)

// node is a message, or a reply on its way, with what answers it.
type node struct {
	msg   *inbox.Message
	out   *inbox.Outgoing
	at    time.Time
	depth int
	kids  []*node
}

// tree orders a thread as people talk: what answers something stands below it, each level by time. A note stands among what was said
// around the time it was written. A chain in which each answers the one before is not indented further and further.
func tree(t *inbox.Thread) []*node {
	by := make(map[inbox.RemoteID]*node, len(t.Msgs))
	nodes := make([]*node, 0, len(t.Msgs)+len(t.Outgoing))
	for i := range t.Msgs {
		m := &t.Msgs[i]
		n := &node{msg: m, at: m.At}
		nodes = append(nodes, n)
		if m.Remote != "" {
			by[m.Remote] = n
		}
	}
	for i := range t.Outgoing {
		if o := &t.Outgoing[i]; o.State != inbox.Sent && o.State != inbox.Cancelled {
			nodes = append(nodes, &node{out: o, at: o.CreatedAt})
		}
	}
	parent := func(n *node) *node {
		if n.out != nil {
			return by[n.out.Target]
		}
		if n.msg.Remote != "" && n.msg.Parent != n.msg.Remote {
			return by[n.msg.Parent]
		}
		return nil
	}
	up := make(map[*node]*node, len(nodes))
	for _, n := range nodes {
		if p := parent(n); p != nil && !below(up, p, n) {
			up[n] = p
		}
	}
	for _, n := range nodes {
		if n.msg != nil && n.msg.Direction == inbox.Note {
			up[n] = around(nodes, up, n)
		}
	}
	var roots []*node
	for _, n := range nodes {
		if p := up[n]; p != nil {
			p.kids = append(p.kids, n)
		} else {
			roots = append(roots, n)
		}
	}
	var out []*node
	var walk func(list []*node, depth int)
	walk = func(list []*node, depth int) {
		slices.SortStableFunc(list, func(a, b *node) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id(), b.id())) })
		for _, n := range list {
			n.depth = depth
			out = append(out, n)
			deeper := depth
			if depth == 0 || len(n.kids) > 1 {
				deeper++
			}
			walk(n.kids, deeper)
		}
	}
	walk(roots, 0)
	return out
}

// below reports whether p hangs below n: a platform that says that two messages answer each other must not hang the tree.
func below(up map[*node]*node, p, n *node) bool {
	for ; p != nil; p = up[p] {
		if p == n {
			return true
		}
	}
	return false
}

// around is the top of what was being said when a note was written, or nil.
func around(nodes []*node, up map[*node]*node, note *node) *node {
	var last *node
	for _, n := range nodes {
		if n.msg == nil || n.msg.Direction == inbox.Note || n.at.After(note.at) {
			continue
		}
		if last == nil || !n.at.Before(last.at) {
			last = n
		}
	}
	for last != nil && up[last] != nil {
		last = up[last]
	}
	return last
}

func (n *node) id() int64 {
	if n.msg != nil {
		return int64(n.msg.ID)
	}
	return int64(n.out.ID)
}
