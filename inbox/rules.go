package inbox

import (
	"strings"
	"time"
)

// RuleSet is one version of the rules: the exact bytes of the file.
type RuleSet struct {
	Version  int64
	Bytes    []byte
	By       UserID // 0: seeded
	Approved UserID // the second lead; 0: it took none
	Comment  string
	At       time.Time
}

// WaitingRules is a rule file that waits for a second lead.
type WaitingRules struct {
	ID      int64
	Base    int64 // the version that it was written from: when another is in force, it can no longer be approved
	Bytes   []byte
	By      UserID
	Comment string
	At      time.Time
}

// RuleChange is what became of one rule between two versions.
type RuleChange struct {
	ID, Name      string
	Kind          RuleChangeKind
	Keys          []string // of a changed one: which keys differ; "example" is its examples
	Before, After string   // its block of the file, comments and all
	Routes        bool     // as it is now it is live, and decides where or whose a conversation is, or closes it
	Hides         bool     // as it is now it is live, and proposes to hide
}

// RuleChangeKind says what became of a rule.
type RuleChangeKind string

// The kinds.
const (
	RuleAdded   RuleChangeKind = "added"
	RuleChanged RuleChangeKind = "changed"
	RuleMoved   RuleChangeKind = "moved" // nothing but its place in the order
	RuleRemoved RuleChangeKind = "removed"
)

// Effect is what one rule of one version did to a conversation at once, and why. It is what an undo takes back.
type Effect struct {
	ID           int64
	Rule         string
	Version      int64
	Conversation ConversationID
	Message      MessageID // because of which
	At           time.Time
	Seq          Seq   // the end of the log as of which it was done, or last undone: what stands behind it came later
	Run          int64 // by which run; 0: on arrival
	Undone       int64 // the run that undid it; 0: it stands
	Handled      bool  // a person has done something with it since; kept where the log cannot tell, after a merge
	Hits         []RuleHit
	Deeds        []Deed
}

// Deed is one thing that a rule set.
type Deed struct {
	Set  Aspect `json:"s"`
	To   int64  `json:"t"`           // the topic, queue, priority, user, message of a proposal; 1 where there is nothing to choose
	Was  int64  `json:"w,omitempty"` // what was there before
	Name string `json:"n,omitempty"` // of a template
}

// Aspect is what of a conversation a rule can set.
type Aspect string

// The aspects.
const (
	SetTopic     Aspect = "topic"
	SetQueue     Aspect = "queue"
	SetQueueOnly Aspect = "queue-only"
	SetPriority  Aspect = "priority"
	SetRedLane   Aspect = "red-lane"
	SetAssignee  Aspect = "assignee"
	SetSpam      Aspect = "spam"     // closed as spam; Was: Conversation.SettledAt in milliseconds
	SetProposal  Aspect = "proposal" // Name: what, and for a template a space and its name
)

// EffectSum counts what one rule of a version did.
type EffectSum struct {
	Rule    string
	Effects int // that were done
	Undone  int // of them
}

// EffectScope says which effects: those of one rule of a version, or those that a run did, or undid.
type EffectScope struct {
	Rule    string
	Version int64
	Run     int64 // not 0: this run's, whatever the rule
}

// RuleRun is a walk over what there is: rules applied to history, or what they did undone. It goes on where it was when it is asked for
// again, and it can be undone itself.
type RuleRun struct {
	ID      int64
	Kind    RunKind
	Scope   EffectScope // of an undo
	Rules   []string    // of an apply
	Version int64       // of an apply: the rules as of which
	By      UserID
	At      time.Time
	Cursor  int64 // up to which effect, or conversation, it has come
	Seen    int   // effects, or conversations, looked at
	Done    int   // undone, or changed
	Kept    int   // left because a person has them, or has changed them since
	Ended   time.Time
}

// RunKind says what a run does.
type RunKind string

// The kinds.
const (
	RunUndo  RunKind = "undo"
	RunApply RunKind = "apply"
)

// RuleDay counts what one rule met on one day, by when messages were written.
type RuleDay struct {
	Rule   string
	Day    int       // 20261103
	Hits   int64     // messages that it matched
	Shadow int64     // messages that it would have matched: it was in shadow
	LastAt time.Time // of the newest of both
}

// DayOf is the day of a time, as RuleDay counts it.
func DayOf(t time.Time) int { return t.Year()*10_000 + int(t.Month())*100 + t.Day() }

// Correction is a person's word against what a rule set.
type Correction struct {
	ID           int64
	Rule         string
	Version      int64
	Conversation ConversationID
	Message      MessageID // because of which the rule had set it
	Set          Aspect
	Ref          int64 // what was set
	By           UserID
	At           time.Time
}

// DeedCount counts the conversations on which a rule set something, or people's words against what it set.
type DeedCount struct {
	Rule    string
	Against Aspect // of what a person said otherwise; "": what the rule did
	N       int64
}

// Propose is something that a rule asks a person to confirm.
type Propose string

// What can be proposed.
const (
	ProposeHide     Propose = "hide"
	ProposePrivate  Propose = "private-reply"
	ProposeNoAnswer Propose = "no-answer"
	ProposeTemplate Propose = "template" // a standard answer; written by its own key of a rule
)

// Proposes lists what a rule can propose by word.
func Proposes() []Propose { return []Propose{ProposeHide, ProposePrivate, ProposeNoAnswer} }

// Proposal is something that a person is asked to confirm, and who asked.
type Proposal struct {
	Do       Propose   `json:"d"`
	Template string    `json:"t,omitempty"` // name of the standard answer
	Message  MessageID `json:"m"`
	Rule     string    `json:"r,omitempty"`
	Version  int64     `json:"v,omitempty"`
	By       UserID    `json:"u,omitempty"` // who settled it; 0: it is open
	Taken    bool      `json:"y,omitempty"` // it was done, not declined
}

// Open reports whether nobody has settled it.
func (p *Proposal) Open() bool { return p.By == 0 }

// is reports whether two proposals ask for the same.
func (p *Proposal) is(o *Proposal) bool {
	return p.Do == o.Do && p.Template == o.Template && p.Message == o.Message
}

// templateOf gives the name of the standard answer that a part proposes.
func templateOf(part string) (name string, ok bool) {
	return strings.CutPrefix(part, string(ProposeTemplate)+" ")
}

// name is how a part of an effect calls it.
func (p *Proposal) name() string {
	if p.Template != "" {
		return string(p.Do) + " " + p.Template
	}
	return string(p.Do)
}
