package meta

import (
	"fmt"
	"strings"
)

// field is one entry of a field list: name.modifier(argument){fields of its own}.
type field struct {
	name string
	mods map[string]string // such as limit, order, filter
	sub  []field
}

// fieldsOf makes a plain field list.
func fieldsOf(names ...string) []field {
	out := make([]field, len(names))
	for i, n := range names {
		out[i] = field{name: n}
	}
	return out
}

// maxFields bounds a field list and how deep it nests, as the Graph bounds the cost of a query.
const (
	maxFields = 200
	maxDepth  = 5
)

// parseFields reads the fields parameter of the Graph API ("Graph API: field expansion").
func parseFields(s string) ([]field, error) {
	p := fieldParser{rest: s}
	out, err := p.list(0)
	if err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, fmt.Errorf("unexpected %q in fields", p.rest[:1])
	}
	return out, nil
}

type fieldParser struct {
	rest  string
	count int
}

func (p *fieldParser) list(depth int) ([]field, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("fields nest deeper than %d", maxDepth)
	}
	var out []field
	for {
		f, err := p.field(depth)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
		if p.count++; p.count > maxFields {
			return nil, fmt.Errorf("more than %d fields", maxFields)
		}
		if !p.eat(",") {
			return out, nil
		}
	}
}

func (p *fieldParser) field(depth int) (field, error) {
	f := field{name: p.word()}
	if f.name == "" {
		return f, fmt.Errorf("a field name is missing at %q", p.rest)
	}
	for p.eat(".") {
		mod := p.word()
		if mod == "" || !p.eat("(") {
			return f, fmt.Errorf("a modifier of %q is malformed", f.name)
		}
		arg, rest, ok := strings.Cut(p.rest, ")")
		if !ok {
			return f, fmt.Errorf("a modifier of %q is not closed", f.name)
		}
		p.rest = rest
		if f.mods == nil {
			f.mods = map[string]string{}
		}
		f.mods[mod] = arg
	}
	if p.eat("{") {
		var err error
		if f.sub, err = p.list(depth + 1); err != nil {
			return f, err
		}
		if !p.eat("}") {
			return f, fmt.Errorf("the fields of %q are not closed", f.name)
		}
	}
	return f, nil
}

func (p *fieldParser) eat(s string) bool {
	p.rest = strings.TrimLeft(p.rest, " ")
	rest, ok := strings.CutPrefix(p.rest, s)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *fieldParser) word() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(p.rest)
	}
	w := p.rest[:end]
	p.rest = p.rest[end:]
	return w
}
