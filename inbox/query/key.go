package query

import (
	"fmt"
	"strings"
)

// Key says what a query is, whatever it was called: two bound queries with the same key match the same documents at every moment.
func (b *Bound) Key() string {
	var sb strings.Builder
	writeKey(&sb, b.Root)
	return sb.String()
}

// writeKey prints a bound query so that equal prints mean equal queries. Edges are printed as written, not as read from the clock.
func writeKey(b *strings.Builder, n Node) {
	switch n := n.(type) {
	case *AllOf:
		writeKeys(b, '&', n.Kids)
	case *AnyOf:
		writeKeys(b, '|', n.Kids)
	case *Without:
		b.WriteByte('-')
		writeKey(b, n.Kid)
	case *Seek:
		fmt.Fprintf(b, "s%d.%d.%d.%q", n.Field, n.Op, n.Slop, n.Part)
		for i, k := range n.Keys {
			fmt.Fprintf(b, ",%q/%q/%q", k.Exact, k.Danish, k.English)
			if n.Gaps != nil {
				fmt.Fprintf(b, "+%d", n.Gaps[i])
			}
		}
	case *Member:
		fmt.Fprintf(b, "m%d.%v.%v", n.Field, n.None, n.IDs)
	case *Window:
		fmt.Fprintf(b, "w%d.%v.%v", n.Field, n.lo, n.hi)
	}
}

func writeKeys(b *strings.Builder, op byte, kids []Node) {
	b.WriteByte(op)
	b.WriteByte('(')
	for i, k := range kids {
		if i > 0 {
			b.WriteByte(' ')
		}
		writeKey(b, k)
	}
	b.WriteByte(')')
}
