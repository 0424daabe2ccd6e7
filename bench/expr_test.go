package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lytter/inbox/query"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// message is a message as somebody who wrote rules in expr, with an eye to speed, would give it to them: cut and stemmed once.
type message struct {
	Channel int64
	Text    string           // the folded words, a space before and behind each
	Has     map[string]bool  // "d:Danish stem", "e:English stem", "p:stem of a part", of words without stems "=word"
	Spots   map[string][]int // where each of these stands
}

func newMessage(d *query.Doc) *message {
	m := &message{Channel: d.Words(query.Channel)[0], Has: map[string]bool{}, Spots: map[string][]int{}}
	var folded strings.Builder
	for _, p := range d.Texts[query.Text] {
		for i := range p.Tokens {
			t := &p.Tokens[i]
			folded.WriteString(" " + t.Keys.Exact)
			t.Keys.EachPart(func(stem string) { m.Has["p:"+stem] = true })
			for _, k := range keys(t.Keys.Exact, t.Keys.Danish, t.Keys.English) {
				m.Has[k] = true
				m.Spots[k] = append(m.Spots[k], int(t.Pos))
			}
		}
	}
	m.Text = folded.String() + " "
	return m
}

// keys are those of a word: what is spelt alike has the same Danish stem.
func keys(exact, danish, english string) []string {
	if danish == "" {
		return []string{"=" + exact}
	}
	return []string{"d:" + danish, "e:" + english}
}

// apart tells, for expr, whether a word with one of the keys a and one with one of the keys b stand at a distance from least to most: of a
// phrase both are 1.
func apart(args ...any) (any, error) {
	spots, a, b, least, most := args[0].(map[string][]int), args[1].([]any), args[2].([]any), args[3].(int), args[4].(int)
	for _, ka := range a {
		for _, x := range spots[ka.(string)] {
			for _, kb := range b {
				if slices.ContainsFunc(spots[kb.(string)], func(y int) bool { return y-x >= least && y-x <= most }) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// exprs is expr-lang/expr, rule by rule.
type exprs struct {
	programs []*vm.Program
	messages []*message
	machine  vm.VM
}

func newExprs(tb testing.TB, r *rules) peer {
	tb.Helper()
	p := &exprs{messages: r.messages()}
	d := dialect{and: " and ", or: " or ", not: "not (%s)", contains: "Text contains %q"}
	for _, b := range r.bound {
		program, err := expr.Compile(stated(tb, d, b), expr.Env(&message{}), expr.AsBool(),
			expr.Function("apart", apart, new(func(map[string][]int, []any, []any, int, int) bool)))
		if err != nil {
			tb.Fatal(err)
		}
		p.programs = append(p.programs, program)
	}
	return p
}

func (p *exprs) matches(tb testing.TB, i int, dst []int32) []int32 {
	tb.Helper()
	for q, program := range p.programs {
		yes, err := p.machine.Run(program, p.messages[i])
		if err != nil {
			tb.Fatal(err)
		}
		if yes.(bool) {
			dst = append(dst, int32(q))
		}
	}
	return dst
}

// dialect is how a language of expressions writes what rules are made of.
type dialect struct{ and, or, not, contains string }

// stated states a rule.
func stated(tb testing.TB, d dialect, b *query.Bound) string {
	tb.Helper()
	s, err := d.state(b.Root)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func (d dialect) state(n query.Node) (string, error) {
	switch n := n.(type) {
	case *query.AllOf:
		return d.join(n.Kids, d.and)
	case *query.AnyOf:
		return d.join(n.Kids, d.or)
	case *query.Without:
		kid, err := d.state(n.Kid)
		return fmt.Sprintf(d.not, kid), err
	case *query.Seek:
		return d.seek(n)
	case *query.Member:
		if n.Field == query.Channel {
			return "Channel in " + list(n.IDs, "%d"), nil
		}
	case *query.Window:
	}
	return "", fmt.Errorf("%T has no peer here", n)
}

func (d dialect) join(kids []query.Node, word string) (string, error) {
	parts := make([]string, len(kids))
	for i, k := range kids {
		var err error
		if parts[i], err = d.state(k); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(parts, word) + ")", nil
}

func (d dialect) seek(s *query.Seek) (string, error) {
	of := func(i int) []string { return keys(s.Keys[i].Exact, s.Keys[i].Danish, s.Keys[i].English) }
	both := func(least, most int32) string { // the dear question last
		near := fmt.Sprintf("apart(Spots, %s, %s, %d, %d)", list(of(0), "%q"), list(of(1), "%q"), least, most)
		return "(" + d.has(of(0)) + d.and + d.has(of(1)) + d.and + near + ")"
	}
	switch {
	case s.Field != query.Text:
	case s.Op == query.Prefix:
		return fmt.Sprintf(d.contains, " "+s.Part), nil
	case s.Op == query.Infix:
		return fmt.Sprintf(d.contains, s.Part), nil
	case s.Op == query.Word:
		return d.has(append(of(0), "p:"+s.Keys[0].Danish)), nil
	case s.Op == query.Adjacent && len(s.Keys) == 1:
		return d.has(of(0)), nil
	case s.Op == query.Adjacent && len(s.Keys) == 2:
		return both(s.Gaps[1], s.Gaps[1]), nil
	case s.Op == query.Near && len(s.Keys) == 2:
		return both(-s.Slop, s.Slop), nil
	}
	return "", fmt.Errorf("%+v has no peer here", s)
}

func (d dialect) has(keys []string) string {
	tests := make([]string, len(keys))
	for i, k := range keys {
		tests[i] = fmt.Sprintf("%q in Has", k)
	}
	return "(" + strings.Join(tests, d.or) + ")"
}

func list[T any](of []T, verb string) string {
	parts := make([]string, len(of))
	for i, v := range of {
		parts[i] = fmt.Sprintf(verb, v)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
