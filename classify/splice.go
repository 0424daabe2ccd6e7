package classify

import (
	"fmt"
	"strings"

	"lytter/inbox"
	"lytter/inbox/strict"
)

// Splice gives a rule file with one rule in another form: block takes the place of the rule of an id, or stands behind all others where
// none has it; an empty block removes the rule. Every other byte stays as it is. A block is one [[rule]] with its examples and the
// comments above. What comes of it is not checked: that is for Compile.
func Splice(data []byte, id string, block []byte) ([]byte, error) {
	f, err := readable(data)
	if err != nil {
		return nil, err
	}
	r := f.rule(id)
	if len(block) == 0 {
		if r == nil {
			return nil, missing(id)
		}
		end := r.End
		if i := strings.IndexByte(f.text[end:], '\n'); i >= 0 && strings.TrimSpace(f.text[end:end+i]) == "" {
			end += i + 1
		}
		return []byte(f.text[:r.Start] + f.text[end:]), nil
	}
	one, err := readable(block)
	if err != nil {
		return nil, err
	}
	if len(one.Rules) != 1 {
		return nil, inbox.E(inbox.Invalid, "classify", "rules.one_block", "Count", len(one.Rules))
	}
	if own := one.Rules[0].ID; !strings.EqualFold(own, id) && f.rule(own) != nil {
		return nil, inbox.E(inbox.Invalid, "classify", "rules.same_id", "ID", own)
	}
	text := strings.TrimRight(string(block), " \t\r\n")
	if r != nil {
		return []byte(f.text[:r.Start] + text + f.text[r.End:]), nil
	}
	nl := f.newline()
	before := f.text
	if before != "" {
		if !strings.HasSuffix(before, "\n") {
			before += nl
		}
		before += nl
	}
	return []byte(before + text + nl), nil
}

// Block gives the bytes of one rule, as Splice takes them; nil if none has the id.
func Block(data []byte, id string) []byte {
	f, _ := load(data)
	r := f.rule(id)
	if r == nil {
		return nil
	}
	return []byte(f.text[r.Start:r.End])
}

// SetState gives a rule file in which one rule has another state. Nothing but the line that says so changes.
func SetState(data []byte, id string, state State) ([]byte, error) {
	f, err := readable(data)
	if err != nil {
		return nil, err
	}
	r := f.rule(id)
	if r == nil {
		return nil, missing(id)
	}
	line := fmt.Sprintf("state = %q", string(state))
	for _, name := range []string{"state", "enabled"} {
		if e, ok := find(r.keys, name); ok {
			return []byte(f.text[:e.key.start] + line + f.text[e.val.end:]), nil
		}
	}
	e, ok := find(r.keys, "id")
	if !ok {
		return nil, missing(id)
	}
	begin := strings.LastIndexByte(f.text[:e.key.start], '\n') + 1
	indent := f.text[begin:e.key.start]
	if strings.TrimSpace(indent) != "" { // behind a [[rule]] on the same line there is none
		indent = ""
	}
	at := lineEnd(f.text, e.val.end)
	return []byte(f.text[:at] + f.newline() + indent + line + f.text[at:]), nil
}

// AddExample gives a rule file in which one rule has one more example, behind those it has.
func AddExample(data []byte, id, text string, match bool) ([]byte, error) {
	f, err := readable(data)
	if err != nil {
		return nil, err
	}
	r := f.rule(id)
	if r == nil {
		return nil, missing(id)
	}
	nl := f.newline()
	example := nl + nl + "  [[rule.example]]" + nl + "  text  = " + strict.Text(text) + nl + fmt.Sprintf("  match = %v", match)
	return []byte(f.text[:r.End] + example + f.text[r.End:]), nil
}

// readable reads a file of which at least the form must be right: in another, a place is none.
func readable(data []byte) (*File, error) {
	f, faults := load(data)
	return f, refuse(tell(faults))
}

func missing(id string) error { return inbox.E(inbox.NotFound, "classify", "rules.no_rule", "ID", id) }

func (f *File) rule(id string) *Rule {
	for i := range f.Rules {
		if strings.EqualFold(f.Rules[i].ID, id) {
			return &f.Rules[i]
		}
	}
	return nil
}

// newline is how the lines of the file end.
func (f *File) newline() string {
	if strings.Contains(f.text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}
