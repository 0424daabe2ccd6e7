package classify

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/strict"

	"github.com/BurntSushi/toml"
)

// File is a rule file as written: everything that can be told without knowing the desk.
type File struct {
	Rules []Rule

	text  string
	lines *lines
}

// Load reads a rule file. The error is an *inbox.Error whose cause is an *Error: all that is wrong with the form of the file. Whether the
// queries, names and examples are right is for Compile.
func Load(data []byte) (*File, error) {
	f, faults := load(data)
	return f, refuse(tell(faults))
}

// tables of a decoded file.
type table = map[string]any

func load(data []byte) (*File, []Fault) {
	if len(data) > MaxFile {
		return &File{}, []Fault{{Place: Place{Line: 1, Column: 1}, Reason: *inbox.Why("rules.file_too_large", "Max", MaxFile)}}
	}
	l := &loader{File: &File{text: string(data)}}
	l.lines = newLines(l.text)
	if strict.TooDeep(data) {
		l.fault(span{}, "rules.nested")
		return l.File, l.faults
	}
	root, err := decode(l.text)
	if err != nil {
		l.syntax(err)
		return l.File, l.faults
	}
	l.file(locate(l.text), root)
	return l.File, l.faults
}

const bom = "\ufeff"

type loader struct {
	*File
	faults []Fault
	found  int    // faults, told or not
	rule   string // id of the one being read
}

// fault notes one; behind the first hundred it only counts.
func (l *loader) fault(at span, key string, args ...any) *Fault {
	l.found++
	f := Fault{Rule: l.rule, Place: l.lines.place(at), Reason: *inbox.Why(key, args...)}
	if l.full() {
		return &f
	}
	l.faults = append(l.faults, f)
	return &l.faults[len(l.faults)-1]
}

func (l *loader) full() bool { return len(l.faults) >= maxFaults }

func (l *loader) syntax(err error) {
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		l.fault(span{}, "rules.syntax", "Detail", err.Error())
		return
	}
	at := pe.Position.Start
	if strings.HasPrefix(l.text, bom) { // the library does not count it
		at += len(bom)
	}
	where := span{at, at + pe.Position.Len}
	if key, ok := strict.Syntax(pe.Message); ok {
		l.fault(where, key)
		return
	}
	l.fault(where, "rules.syntax", "Detail", pe.Message)
}

// file walks the blocks, whose places locate found, and the values, which the TOML library read: both in the order of the file.
func (l *loader) file(blocks []block, root table) {
	for _, e := range blocks[0].keys {
		l.fault(e.key, "rules.outside", "Key", e.name)
	}
	for _, b := range blocks[1:] {
		if !b.list || b.table != "rule" && b.table != "rule.example" {
			f := l.fault(b.head, "rules.unknown_table", "Table", l.text[b.head.start:b.head.end])
			f.Suggest = nearest(b.table, []string{"rule", "rule.example"})
		}
	}
	if len(l.faults) > 0 {
		return
	}
	rules, _ := root["rule"].([]table)
	if len(rules) > MaxRules {
		l.fault(span{}, "rules.too_many", "Count", len(rules), "Max", MaxRules)
		return
	}
	ids := make(map[string]bool, len(rules))
	var examples []table
	for _, b := range blocks[1:] {
		if l.full() {
			return
		}
		if b.table == "rule.example" && len(l.Rules) == 0 {
			l.fault(b.head, "rules.alone")
			return
		}
		before := l.found
		if b.table == "rule" {
			n := len(l.Rules)
			if n >= len(rules) { // the two readers disagree: never, and never silently
				l.fault(b.head, "rules.syntax", "Detail", "[[rule]]")
				return
			}
			examples, _ = rules[n]["example"].([]table)
			l.Rules = append(l.Rules, Rule{Enabled: true, Start: b.start, keys: b.keys})
			l.readRule(&l.Rules[n], b, rules[n], ids)
		} else if r := &l.Rules[len(l.Rules)-1]; len(r.Examples) < len(examples) {
			l.readExample(r, b, examples[len(r.Examples)])
		} else {
			l.fault(b.head, "rules.syntax", "Detail", "[[rule.example]]")
			return
		}
		r := &l.Rules[len(l.Rules)-1]
		r.End = b.end
		r.broken = r.broken || l.found > before
	}
	if len(l.Rules) != len(rules) {
		l.fault(span{}, "rules.syntax", "Detail", "[[rule]]")
	}
}

// The keys of a block, and how each is read.
type reader[T any] struct {
	name string
	read func(l *loader, r *T, e entry, v any)
}

// ruleKeys are the keys of a [[rule]]. A new one is a line here.
var ruleKeys = []reader[Rule]{
	{"id", func(l *loader, r *Rule, e entry, v any) { r.ID = l.oneText(e, v, MaxID) }},
	{"name", func(l *loader, r *Rule, e entry, v any) { r.Name = l.oneText(e, v, MaxName) }},
	{"when", func(l *loader, r *Rule, e entry, v any) { r.When = l.oneText(e, v, query.MaxBytes) }},
	{"topics", func(l *loader, r *Rule, e entry, v any) { r.Topics = l.textList(e, v, MaxTopics) }},
	{"queue", func(l *loader, r *Rule, e entry, v any) { r.Queue = l.oneText(e, v, MaxName) }},
	{"priority", func(l *loader, r *Rule, e entry, v any) { r.Priority = l.priority(e, v) }},
	{"stop", func(l *loader, r *Rule, e entry, v any) { r.Stop = l.flag(e, v) }},
	{"enabled", func(l *loader, r *Rule, e entry, v any) { r.Enabled = l.flag(e, v) }},
	{"state", func(l *loader, r *Rule, e entry, v any) {
		s := l.oneOf(e, v, string(Live), string(Shadowed), string(Disabled))
		r.Enabled, r.Shadow = s != string(Disabled), s == string(Shadowed)
	}},
	{"owner", func(l *loader, r *Rule, e entry, v any) { r.Owner = l.oneText(e, v, MaxName) }},
	{"folder", func(l *loader, r *Rule, e entry, v any) { r.Folder = strings.Trim(l.oneText(e, v, MaxName), "/") }},
	{"assignee", func(l *loader, r *Rule, e entry, v any) { r.Assignee = l.oneText(e, v, MaxName) }},
	{"status", func(l *loader, r *Rule, e entry, v any) { r.Spam = l.oneOf(e, v, string(inbox.Spam)) != "" }},
	{"red_lane", func(l *loader, r *Rule, e entry, v any) { r.RedLane = l.flag(e, v) }},
	{"queue_only", func(l *loader, r *Rule, e entry, v any) { r.QueueOnly = l.flag(e, v) }},
	{"template", func(l *loader, r *Rule, e entry, v any) { r.Template = l.oneText(e, v, MaxName) }},
	{"propose", func(l *loader, r *Rule, e entry, v any) { r.Propose = l.proposals(e, v) }},
	{"from", func(l *loader, r *Rule, e entry, v any) { r.From = l.moment(e, v) }},
	{"until", func(l *loader, r *Rule, e entry, v any) { r.Until = l.moment(e, v) }},
	{"hours", func(l *loader, r *Rule, e entry, v any) { r.Hours = l.oneText(e, v, MaxName) }},
	{"note", func(l *loader, r *Rule, e entry, v any) { r.Note = l.oneText(e, v, MaxNote) }},
}

// exampleKeys are the keys of a [[rule.example]].
var exampleKeys = []reader[Example]{
	{"text", func(l *loader, x *Example, e entry, v any) { x.Text = l.oneText(e, v, MaxText) }},
	{"match", func(l *loader, x *Example, e entry, v any) { x.Match = l.flag(e, v) }},
	{"channel", func(l *loader, x *Example, e entry, v any) { x.Channel = inbox.Channel(l.choice(e, v, query.Channel)) }},
	{"kind", func(l *loader, x *Example, e entry, v any) { x.Kind = inbox.Kind(l.choice(e, v, query.Kind)) }},
	{"account", func(l *loader, x *Example, e entry, v any) { x.Account = l.oneText(e, v, MaxName) }},
	{"author", func(l *loader, x *Example, e entry, v any) { x.Author = l.oneText(e, v, MaxName) }},
	{"handle", func(l *loader, x *Example, e entry, v any) {
		x.Handle = strings.TrimPrefix(l.oneText(e, v, MaxName), "@")
	}},
	{"followers", func(l *loader, x *Example, e entry, v any) { x.Followers = l.number(e, v) }},
	{"at", func(l *loader, x *Example, e entry, v any) { x.At = l.moment(e, v) }},
	{"outside", func(l *loader, x *Example, e entry, v any) { x.Outside = l.flag(e, v) }},
	{"media", func(l *loader, x *Example, e entry, v any) { x.Media = l.flag(e, v) }},
}

// readKeys reads the keys of a block, and refuses those that are unknown.
func readKeys[T any](l *loader, b block, vals table, readers []reader[T], into *T) {
next:
	for _, e := range b.keys {
		for i := range readers {
			if readers[i].name == e.name {
				readers[i].read(l, into, e, vals[e.name])
				continue next
			}
		}
		names := make([]string, len(readers))
		for i := range readers {
			names[i] = readers[i].name
		}
		l.fault(e.key, "rules.unknown_key", "Key", e.name, "Table", b.table).Suggest = nearest(e.name, names)
	}
}

func (l *loader) readRule(r *Rule, b block, vals table, ids map[string]bool) {
	l.rule, _ = vals["id"].(string)
	if len(l.rule) > MaxID {
		l.rule = ""
	}
	readKeys(l, b, vals, ruleKeys, r)
	for _, must := range []struct{ key, have string }{{"id", r.ID}, {"when", strings.TrimSpace(r.When)}} {
		if e, written := find(r.keys, must.key); !written {
			l.fault(b.head, "rules.missing", "Key", must.key)
		} else if _, text := vals[must.key].(string); text && must.have == "" {
			l.fault(e.val, "rules.empty", "Key", must.key)
		}
	}
	if e, ok := find(r.keys, "id"); ok && r.ID != "" {
		low := strings.ToLower(r.ID)
		switch {
		case !validID(r.ID):
			l.fault(e.val, "rules.bad_id", "ID", r.ID)
		case ids[low]:
			l.fault(e.val, "rules.same_id", "ID", r.ID)
		}
		ids[low] = true
	}
	if r.Name == "" {
		r.Name = r.ID
	}
	if r.setsNothing() {
		l.fault(b.head, "rules.no_effect")
	}
	if e, ok := find(r.keys, "queue_only"); ok && r.QueueOnly && r.Queue == "" {
		l.fault(e.key, "rules.only_without_queue")
	}
	if e, ok := find(r.keys, "enabled"); ok {
		if _, both := find(r.keys, "state"); both {
			l.fault(e.key, "rules.two_states")
		}
	}
	if e, ok := find(r.keys, "until"); ok && !r.From.IsZero() && r.Until.Before(r.From) {
		l.fault(e.val, "rules.ends_before")
	}
}

// setsNothing reports whether the rule would do nothing where it matches.
func (r *Rule) setsNothing() bool {
	return len(r.Topics) == 0 && r.Queue == "" && r.Priority == inbox.Normal && !r.Stop && r.Assignee == "" && !r.Spam && !r.RedLane &&
		r.Template == "" && len(r.Propose) == 0
}

func (l *loader) readExample(r *Rule, b block, vals table) {
	x := Example{Channel: inbox.Facebook, Kind: inbox.Comment, head: b.head.start, keys: b.keys}
	readKeys(l, b, vals, exampleKeys, &x)
	for _, key := range []string{"text", "match"} {
		if _, written := find(b.keys, key); !written {
			l.fault(b.head, "rules.missing", "Key", key)
		}
	}
	r.Examples = append(r.Examples, x)
	if len(r.Examples) == MaxExamples+1 {
		l.fault(b.head, "rules.too_many_examples", "Max", MaxExamples)
	}
}

// validID: an id is typed in queries (why:cykelveje) and stands in the log.
func validID(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
			return false
		}
	}
	return true
}

// The readers of values.

func (l *loader) wrong(e entry, want string) {
	l.fault(e.val, "rules.wrong_type", "Key", e.name, "Want", want)
}

// oneText reads one text of at most n bytes.
func (l *loader) oneText(e entry, v any, n int) string {
	s, ok := v.(string)
	if !ok {
		l.wrong(e, "text")
	}
	if len(s) > n {
		l.fault(e.val, "rules.too_long", "Key", e.name, "Max", n)
	}
	return s
}

// textList reads a list of at most n texts.
func (l *loader) textList(e entry, v any, n int) []string {
	list, ok := v.([]any)
	if !ok {
		l.wrong(e, "texts")
		return nil
	}
	if len(list) > n {
		l.fault(e.val, "rules.too_many_values", "Key", e.name, "Max", n)
		return nil
	}
	out := make([]string, 0, len(list))
	for _, v := range list {
		s, ok := v.(string)
		if !ok || len(s) > MaxName {
			l.wrong(e, "texts")
			return nil
		}
		out = append(out, s)
	}
	return out
}

func (l *loader) flag(e entry, v any) bool {
	b, ok := v.(bool)
	if !ok {
		l.wrong(e, "bool")
	}
	return b
}

func (l *loader) number(e entry, v any) int64 {
	n, ok := v.(int64)
	if !ok || n < 0 {
		l.wrong(e, "number")
		return 0
	}
	return n
}

func (l *loader) moment(e entry, v any) time.Time {
	t, ok := v.(time.Time)
	if !ok || t.Year() < 1970 || t.Year() > 9999 { // a time without a day has the year 0
		l.wrong(e, "time")
		return time.Time{}
	}
	return t
}

// priority reads "high" or "urgent": a rule raises, it never lowers.
func (l *loader) priority(e entry, v any) inbox.Priority {
	s, _ := v.(string)
	for _, p := range []inbox.Priority{inbox.High, inbox.Urgent} {
		if s == p.String() {
			return p
		}
	}
	raising := []string{inbox.High.String(), inbox.Urgent.String()}
	l.fault(e.val, "rules.bad_value", "Key", e.name, "Value", s, "Allowed", strings.Join(raising, ", ")).Suggest = nearest(s, raising)
	return inbox.Normal
}

// oneOf reads one of a few words.
func (l *loader) oneOf(e entry, v any, words ...string) string {
	s, _ := v.(string)
	if slices.Contains(words, s) {
		return s
	}
	l.fault(e.val, "rules.bad_value", "Key", e.name, "Value", s, "Allowed", strings.Join(words, ", ")).Suggest = nearest(s, words)
	return ""
}

// proposals reads what a person is asked to confirm.
func (l *loader) proposals(e entry, v any) (out []inbox.Propose) {
	var words []string
	for _, p := range inbox.Proposes() {
		words = append(words, string(p))
	}
	for _, s := range l.textList(e, v, len(words)) {
		if w := l.oneOf(e, s, words...); w != "" && !slices.Contains(out, inbox.Propose(w)) {
			out = append(out, inbox.Propose(w))
		}
	}
	return out
}

// choice reads one of the values that the field table gives a field.
func (l *loader) choice(e entry, v any, f query.Field) string {
	s, _ := v.(string)
	var names []string
	for _, c := range f.Info().Values {
		if c.Name == s {
			return s
		}
		names = append(names, c.Name)
	}
	l.fault(e.val, "rules.bad_value", "Key", e.name, "Value", s, "Allowed", strings.Join(names, ", ")).Suggest = nearest(s, names)
	return ""
}

func nearest(s string, names []string) []string { return query.Nearest(s, names) }
