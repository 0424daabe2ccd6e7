package inbox

import (
	"slices"

	"lytter/inbox/query"
)

// Classifier decides what the rules say of an arrival. package classify compiles one from a RuleSet. It is immutable and safe for
// concurrent use, and bounded in time whatever the rules and the text are.
type Classifier interface {
	// Classify keeps nothing of the arrival.
	Classify(arrival *query.Doc) Verdict
}

// Verdict is what one version of the rules says of one arrival.
type Verdict struct {
	Version    int64
	Tags       []RuleTag // in the order of the rules; a topic once, by the first rule that sets it
	Queue      QueueID   // 0: no rule routes it
	QueueBy    string    // id of the rule that does
	QueueOnly  bool      // only the members of Queue answer; such a rule goes before those that only route
	Priority   Priority
	RaisedBy   string // id of the rule that set Priority; "": none
	RedBy      string // id of the rule that makes it urgent at any hour; "": none
	Assignee   UserID // 0: no rule gives it to anybody
	AssignedBy string
	SpamBy     string // id of the rule that closes it as spam; "": none
	Proposals  []RuleProposal
	Struck     []Strike // every rule that counts, in order
	Shadow     []string // ids of rules in shadow that would have counted
	Failed     string   // id of a rule that could not be decided in time; the message stays visible
}

// RuleTag is a topic that a rule sets, and why.
type RuleTag struct {
	Topic TopicID
	Rule  string
	Hits  []RuleHit
}

// RuleProposal is what a rule asks a person to confirm.
type RuleProposal struct {
	Do       Propose
	Template string // name, of ProposeTemplate
	Rule     string
}

// Strike is a rule that matched.
type Strike struct {
	Rule string
	Hits []RuleHit // why; none where it sets nothing that a rule before it has not set
}

// hits says why a rule struck.
func (v *Verdict) hits(rule string) []RuleHit {
	for i := range v.Struck {
		if v.Struck[i].Rule == rule {
			return v.Struck[i].Hits
		}
	}
	for i := range v.Tags {
		if v.Tags[i].Rule == rule {
			return v.Tags[i].Hits
		}
	}
	return nil
}

// only is what of a verdict some of the rules say.
func (v Verdict) only(rules []string) Verdict {
	out := Verdict{Version: v.Version}
	has := func(rule string) bool { return rule != "" && slices.Contains(rules, rule) }
	for _, t := range v.Tags {
		if has(t.Rule) {
			out.Tags = append(out.Tags, t)
		}
	}
	if has(v.QueueBy) {
		out.Queue, out.QueueBy, out.QueueOnly = v.Queue, v.QueueBy, v.QueueOnly
	}
	if has(v.RaisedBy) {
		out.Priority, out.RaisedBy = v.Priority, v.RaisedBy
	}
	if has(v.RedBy) {
		out.RedBy = v.RedBy
	}
	if has(v.AssignedBy) {
		out.Assignee, out.AssignedBy = v.Assignee, v.AssignedBy
	}
	if has(v.SpamBy) {
		out.SpamBy = v.SpamBy
	}
	for _, p := range v.Proposals {
		if has(p.Rule) {
			out.Proposals = append(out.Proposals, p)
		}
	}
	for _, s := range v.Struck {
		if has(s.Rule) {
			out.Struck = append(out.Struck, s)
		}
	}
	return out
}
