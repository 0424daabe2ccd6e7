package inbox

import (
	"context"
	"time"
)

// WrittenRule is a rule of a file as people read it.
type WrittenRule struct {
	RuleText // Name is the id where the file has none
	State    RuleMode
	Folder   string // where it is listed; by slashes
	Owner    string
	Note     string
	Sets     WrittenSets
	From     time.Time // zero: always
	Until    time.Time // zero: for good
	Hours    string    // as opening hours are written; "": at any hour
	Examples []WrittenExample
}

// WrittenSets is what a rule does where it matches, by the names of things.
type WrittenSets struct {
	Topics    []string
	Queue     string
	QueueOnly bool
	Priority  Priority // Normal: raises nothing
	RedLane   bool
	Assignee  string // login
	Spam      bool
	Template  string
	Propose   []Propose
	Stop      bool // the rules behind it do not count
}

// WrittenExample is a message that a rule must match, or must not.
type WrittenExample struct {
	Text  string
	Match bool
}

// RuleMode says whether a rule counts. The words are those of a rule's key state.
type RuleMode string

// The modes.
const (
	RuleLive     RuleMode = "live"
	RuleShadow   RuleMode = "shadow" // decided and counted like any other, and sets nothing
	RuleDisabled RuleMode = "disabled"
)

// RuleEdit is a change of one rule of those in force. Every byte of the file that it does not speak of stays.
type RuleEdit struct {
	Rule     string
	State    RuleMode         // "": as it is
	When     string           // its query; "": as it is
	Examples []WrittenExample // that come behind those it has
}

// WrittenRules are the rules in force in the order of the file, and their version; 0: there are none.
func (s *Seat) WrittenRules() ([]WrittenRule, int64, error) {
	if err := s.may("seat.WrittenRules", DoRules); err != nil {
		return nil, 0, err
	}
	set := s.desk.Directory().Rules
	if set == nil {
		return nil, 0, nil
	}
	return s.desk.Config.Rules.Written(set), set.Version, nil
}

// EditRule publishes the rules in force with one of them changed: see PublishRules. base is the version that the person looked at.
func (s *Seat) EditRule(ctx context.Context, e RuleEdit, base int64, comment string) (Published, error) {
	data, err := s.edited(e)
	if err != nil {
		return Published{}, err
	}
	return s.PublishRules(ctx, Publishing{Bytes: data, Comment: comment, Base: base})
}

// CheckRule tells what would be wrong with the rules if one of them were changed so; nil: nothing.
func (s *Seat) CheckRule(e RuleEdit) error {
	data, err := s.edited(e)
	if err != nil {
		return err
	}
	_, err = s.desk.Config.Rules.Compile(&RuleSet{Bytes: data}, s.desk.Directory())
	return err
}

func (s *Seat) edited(e RuleEdit) ([]byte, error) {
	const op = "seat.EditRule"
	if err := s.may(op, DoRules); err != nil {
		return nil, err
	}
	set := s.desk.Directory().Rules
	if set == nil {
		return nil, E(NotFound, op, "rules.none")
	}
	return s.desk.Config.Rules.Edit(set.Bytes, e)
}
