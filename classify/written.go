package classify

import (
	"lytter/inbox"
	"lytter/inbox/strict"
)

// Written implements inbox.Rules.
func (r *Rules) Written(set *inbox.RuleSet) []inbox.WrittenRule {
	f, _ := r.load(set.Bytes)
	out := make([]inbox.WrittenRule, 0, len(f.Rules))
	for i := range f.Rules {
		r := &f.Rules[i]
		w := inbox.WrittenRule{
			RuleText: inbox.RuleText{Rule: r.ID, Name: r.Name, When: r.When},
			State:    inbox.RuleMode(r.State()), Folder: r.Folder, Owner: r.Owner, Note: r.Note,
			Sets: inbox.WrittenSets{
				Topics: r.Topics, Queue: r.Queue, QueueOnly: r.QueueOnly, Priority: r.Priority, RedLane: r.RedLane, Assignee: r.Assignee,
				Spam: r.Spam, Template: r.Template, Propose: r.Propose, Stop: r.Stop,
			},
			From: r.From, Until: r.Until, Hours: r.Hours,
		}
		for j := range r.Examples {
			w.Examples = append(w.Examples, inbox.WrittenExample{Text: r.Examples[j].Text, Match: r.Examples[j].Match})
		}
		out = append(out, w)
	}
	return out
}

// Edit implements inbox.Rules.
func (r *Rules) Edit(data []byte, e inbox.RuleEdit) (out []byte, err error) {
	out = data
	if e.State != "" {
		if out, err = SetState(out, e.Rule, State(e.State)); err != nil {
			return nil, err
		}
	}
	if e.When != "" {
		if out, err = SetWhen(out, e.Rule, e.When); err != nil {
			return nil, err
		}
	}
	for _, x := range e.Examples {
		if out, err = AddExample(out, e.Rule, x.Text, x.Match); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SetWhen gives a rule file in which one rule asks for something else. Nothing but its query changes.
func SetWhen(data []byte, id, when string) ([]byte, error) {
	f, err := readable(data)
	if err != nil {
		return nil, err
	}
	r := f.rule(id)
	if r == nil {
		return nil, missing(id)
	}
	e, ok := find(r.keys, "when")
	if !ok {
		return nil, missing(id)
	}
	return []byte(f.text[:e.val.start] + written(when) + f.text[e.val.end:]), nil
}

// written writes a query as people do: between single quotes where it can stand there, so that its own need no backslash.
func written(when string) string {
	for _, r := range when {
		if r == '\'' || r < ' ' && r != '\t' || r == 0x7f {
			return strict.Text(when)
		}
	}
	return "'" + when + "'"
}

// Told gives what is wrong as errors that the catalogue has sentences for, in the order of the file.
func (e *Error) Told() []error {
	out := make([]error, len(e.Faults))
	for i := range e.Faults {
		if f := &e.Faults[i]; f.Query != nil {
			out[i] = f.Query
		} else {
			out[i] = &inbox.Error{Code: inbox.Invalid, Op: "classify", Reason: f.Reason}
		}
	}
	return out
}
