package inbox

import "lytter/inbox/query"

// Classifier decides what the rules say of an arrival. package classify compiles one from a RuleSet. It is immutable and safe for
// concurrent use, and bounded in time whatever the rules and the text are.
type Classifier interface {
	// Classify keeps nothing of the arrival.
	Classify(arrival *query.Doc) Verdict
}

// Verdict is what one version of the rules says of one arrival.
type Verdict struct {
	Version  int64
	Tags     []RuleTag // in the order of the rules; a topic once, by the first rule that sets it
	Queue    QueueID   // 0: no rule routes it
	QueueBy  string    // id of the rule that does
	Priority Priority
	RaisedBy string // id of the rule that set Priority; "": none
	Failed   string // id of a rule that could not be decided in time; the message stays visible
}

// RuleTag is a topic that a rule sets, and why.
type RuleTag struct {
	Topic TopicID
	Rule  string
	Hits  []RuleHit
}
