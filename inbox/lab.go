package inbox

import (
	"context"
	"iter"
	"time"

	"lytter/inbox/query"
)

// Lab tries rules on what has arrived, tells what they make of a message and how they do. Nothing that it does changes the desk. package
// classify implements it.
type Lab interface {
	// Try begins a trial. An error is about what was asked: a *query.Error with its place, or one of code Invalid where the rules are wrong.
	// Tryout.Results does the work.
	Try(d *Desk, t Trial) (*Tryout, error)
	// Explain tells of each arrival what the rules in force make of it, and which of them nearly match.
	Explain(d *Desk, arrivals []*query.Doc) []Explanation
	// Health tells how the rules in force have done on what arrived since a time.
	Health(ctx context.Context, d *Desk, since time.Time) (*Health, error)
	// Suggest looks for words that speak for a topic or against it, in what arrived since h.Since.
	Suggest(ctx context.Context, d *Desk, topic TopicID, h History) (*Suggestions, error)
	// Expect tells how many messages a day rules of a file would match, by id, from what came before.
	Expect(ctx context.Context, d *Desk, rules []byte, ids []string) (map[string]float64, error)
}

// Trial is a query, or rules that might come to be in force, tried on what has arrived.
type Trial struct {
	When  string    // a query that a rule could have: which arrivals are hits; "": those of which Rules might say something else
	Rules []byte    // rules that might come to be in force, beside those that are; nil: the query is tried alone
	Since time.Time // zero: from the beginning

	Seed   uint64
	Sample int // how many ids are drawn first, at most; 0: 20,000 where there is much to look at; negative: none
	Newest int // how many of the newest hits are kept; 0: 10
	// SampleFor is how long drawing goes on at most; 0: however long it takes.
	SampleFor time.Duration
	// Every is how often a result comes while all is looked at; 0: for every part.
	Every time.Duration
}

// Tryout is a trial that can be run.
type Tryout struct {
	Changes []RuleChange // of Trial.Rules against those in force
	// Results come better and better, the last is exact. Where they end before that, the context of the trial has ended or the store failed,
	// and the last result comes with the error. Leaving the loop ends it, and nothing goes on behind it.
	Results func(ctx context.Context) iter.Seq2[*Tried, error]
}

// Tried is how a trial stands. Counts beside Hits are of arrivals and as good as Hits are: guessed from the sample as far as not all has
// been looked at.
type Tried struct {
	Exact   bool    // everything was looked at
	Share   float64 // of the way there: 0 to 1
	Sample  int     // arrivals that were drawn
	Looked  int64   // arrivals looked at for certain
	Hits    Estimate
	Changed Estimate // arrivals of which Trial.Rules say something else than those in force

	Days     []TriedDay // from the first day that is asked for, or with a hit, to today
	Channels map[Channel]int64
	Accounts map[AccountID]int64
	Queues   map[QueueID]int64 // where the rules that would be in force send the hits; 0: nowhere

	Topics     []TopicChange
	Moves      []QueueMove
	Priorities []PriorityChange
	Others     []OtherChange
	// Overruled counts topics that Trial.Rules would set and a person took off before: they stay off.
	Overruled int64

	// Judged is what people said, on conversations with hits that were looked at, of what the rules that differ would set.
	Judged []Judged
	Newest []TriedHit
}

// Estimate is a number that is known, or guessed from a sample.
type Estimate struct {
	N         int64
	Low, High int64 // where it is in 19 of 20 cases; both N where Exact
	Exact     bool
}

// Give is the "give or take" of an estimate.
func (e Estimate) Give() int64 { return max(e.High-e.N, e.N-e.Low) }

// TriedDay is the hits of one day.
type TriedDay struct {
	Start time.Time
	N     int64
}

// TriedHit is an arrival that matches, and where.
type TriedHit struct {
	Arrived
	Spans [][2]int // bytes of the text that satisfied the query, in order, apart
}

// TopicChange says on how many arrivals a rule newly sets a topic, or no longer does.
type TopicChange struct {
	Topic TopicID
	Rule  string
	Adds  bool
	N     int64
}

// QueueMove says how many arrivals go to another queue; 0 is none.
type QueueMove struct {
	From, To QueueID
	Rule     string // that sends them where they go, or no longer does
	N        int64
}

// PriorityChange says how many arrivals get another priority.
type PriorityChange struct {
	From, To Priority
	Rule     string
	N        int64
}

// OtherChange says of how many arrivals a rule newly sets something else, or no longer does.
type OtherChange struct {
	Set  Aspect
	To   int64  // the user of SetAssignee, else 0
	Name string // what is proposed, for a template a space and its name
	Rule string
	Adds bool
	N    int64
}

// Judged is what people said of a topic or a queue, in conversations. Who sets a topic by hand, or sends a conversation to the queue, is
// for it; who takes it off, or sends it elsewhere, against.
type Judged struct {
	Topic        TopicID // one of the two
	Queue        QueueID
	For, Against int
}

// Explanation is what rules make of an arrival.
type Explanation struct {
	Verdict Verdict
	Struck  []StruckRule // in the order of the rules
	Near    []NearRule   // those that lack least first
}

// RuleText is a rule as it is written.
type RuleText struct {
	Rule, Name, When string
}

// Part is the text of a stretch of the rule's query; "" where there is none.
func (r *RuleText) Part(start, end int) string {
	if start < 0 || start > end || end > len(r.When) {
		return ""
	}
	return r.When[start:end]
}

// StruckRule is a rule that matches an arrival.
type StruckRule struct {
	RuleText
	Hits []RuleHit // why
	Sets []TopicID // that stand for this rule
	Late []TopicID // and those that a rule before it has set already
	Acts []Aspect  // what else it decides
	// After is the id of a rule before it that said stop, so that this one does not count; "": none.
	After  string
	Shadow bool // it only counts
	Closed bool // what it says of times keeps it from counting
}

// NearRule is a rule that does not match an arrival and has something in common with it.
type NearRule struct {
	RuleText
	Met []RuleHit // what of it is there
	// Stops are the parts of its query because of which it does not match.
	Stops []RuleStop
}

// RuleStop is a part of a query that keeps a rule from matching.
type RuleStop struct {
	At query.At
	// Not says that the part must not be there, and is: where, Hits says.
	Not  bool
	Hits []RuleHit
}

// Health is how the rules in force have done on what arrived in a window of time: as if each arrival came today, where it is not said
// otherwise.
type Health struct {
	Since, Until time.Time // as asked, or from the first arrival
	Arrivals     int64
	Rules        []RuleHealth // in the order of the file; those that are off are left out
	Together     []RulePair   // that come together so often that one may do; the most frequent first
}

// RuleHealth is how one rule has done.
type RuleHealth struct {
	RuleText
	Shadow bool      // it only counts
	Hits   int64     // arrivals that it matches, and that no rule before it stops
	Last   time.Time // the newest of them; zero: none
	// Weeks are the hits of each seven days back from Until, the newest first, at most 104; the oldest may be cut by Since, or
	// hold all before.
	Weeks []int64
	// Counted is what the rule really met in the window, when it came, under whatever version; CountedShadow what it met in shadow.
	Counted, CountedShadow int64
	// Did counts conversations on which it set something in the window, and Corrected by aspect those on which a person said otherwise.
	Did       int64
	Corrected map[Aspect]int64
	// Drift compares the share of arrivals that it matches in the newest seven days with that of the days before: the statistic of two
	// shares (pooled, as in any textbook); 0 where either has too little to say. Drifts says that it is beyond what chance explains.
	Drift  float64
	Drifts bool
}

// Dead reports a rule that matched nothing.
func (r *RuleHealth) Dead() bool { return r.Hits == 0 }

// RulePair is two rules that nearly always match together.
type RulePair struct {
	A, B  string
	Both  int64   // arrivals that both match
	Share float64 // of those that either matches
}

// Suggestions are words that tell conversations of a topic from others, by what people did: where they set it themselves, and where they
// took off what a rule had set. A person decides what becomes of them.
type Suggestions struct {
	Topic         TopicID
	Set, TakenOff int          // conversations: people set the topic, or took it off
	Arrivals      int64        // looked at
	Words         []Suggestion // that speak for the topic, the surest first
	Against       []Suggestion // that speak against it, where a rule sets it now
}

// Suggestion is a word.
type Suggestion struct {
	Word string // as it is spelt most often
	// Here and There are in how many conversations of the one kind and of the other it stands: those that people gave the topic and all
	// others; of Against, those that they took it off and those on which it stayed.
	Here, There int
	// Z is how sure: the log-odds ratio with an informative Dirichlet prior, in its standard deviations (B. L. Monroe, M. P. Colaresi,
	// K. M. Quinn: Fightin' Words, Political Analysis 16, 2008).
	Z float64
	// Adds counts arrivals with the word on which no rule in force sets the topic, and Has all with the word. Not of Against.
	Adds, Has int64
}
