package inbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/inbox/clock"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/inbox/text/signal"
)

// Directory is the desk's own things as of one moment, by id and by name. It is immutable; a change of setup makes a new one. It
// resolves names for queries.
type Directory struct {
	Accounts  map[AccountID]Account
	Users     map[UserID]User
	Queues    []Queue // in order of position
	Topics    map[TopicID]Topic
	Views     []View // in order of position
	Templates []Template
	Calendars map[string]*clock.Calendar
	Rules     *RuleSet       // nil: none yet
	Words     *signal.Own    // the organisation's own, and what they weigh
	Reader    *signal.Reader // reads messages, with the organisation's own words
	Policy    int64          // raised when queues or calendars change: the version of due times

	rules    []string           // ids of the rules, for why:
	paths    map[TopicID]string // of those that stand for themselves
	aliases  map[string]TopicID // by lower case
	merged   map[TopicID][]TopicID
	children map[TopicID][]TopicID
	ruleIDs  map[string]int64
}

// settingPolicy counts the changes of queues' targets and of calendars.
const settingPolicy = "policy"

// DefaultCalendar is the name of the calendar that a queue without one follows.
const DefaultCalendar = "default"

// Setup is what a Directory is made of. Queues and Views are in order of position.
type Setup struct {
	Accounts  []Account
	Users     []User
	Queues    []Queue
	Topics    []Topic
	Views     []View
	Templates []Template
	Calendars map[string]*clock.Calendar
	Rules     *RuleSet
	RuleIDs   []string    // the ids of Rules
	Words     *signal.Own // the organisation's own
	Policy    int64
}

// NewDirectory makes a directory of a setup: of what the store holds, or of files that are checked without a desk.
func NewDirectory(s Setup) *Directory {
	d := &Directory{
		Accounts: map[AccountID]Account{}, Users: map[UserID]User{}, Queues: s.Queues, Topics: map[TopicID]Topic{}, Views: s.Views, Templates: s.Templates,
		Calendars: s.Calendars, Rules: s.Rules, Policy: s.Policy, Words: s.Words, Reader: signal.NewReader(s.Words),
		rules: s.RuleIDs, paths: map[TopicID]string{}, aliases: map[string]TopicID{}, merged: map[TopicID][]TopicID{},
		children: map[TopicID][]TopicID{}, ruleIDs: map[string]int64{},
	}
	for _, a := range s.Accounts {
		d.Accounts[a.ID] = a
	}
	for _, u := range s.Users {
		d.Users[u.ID] = u
	}
	for _, t := range s.Topics {
		d.Topics[t.ID] = t
	}
	for _, t := range s.Topics {
		stands := d.Topic(t.ID)
		for _, a := range t.Aliases {
			d.aliases[strings.ToLower(a)] = stands
		}
		if stands != t.ID {
			d.merged[stands] = append(d.merged[stands], t.ID)
			d.aliases[strings.ToLower(d.path(t, 0))] = stands
			continue
		}
		d.children[t.Parent] = append(d.children[t.Parent], t.ID)
		d.paths[t.ID] = d.path(t, 0)
	}
	for _, id := range s.RuleIDs {
		d.ruleIDs[strings.ToLower(id)] = RuleCode(id)
	}
	return d
}

// loadDirectory reads the setup. ruleNames extracts the ids of the rules.
func loadDirectory(tx Tx, loc *time.Location, cutter *text.Cutter, ruleNames func(*RuleSet) []string) (*Directory, error) {
	s := Setup{Calendars: map[string]*clock.Calendar{}}
	var err error
	if s.Accounts, err = tx.Accounts(); err != nil {
		return nil, err
	}
	if s.Users, err = tx.Users(); err != nil {
		return nil, err
	}
	if s.Queues, err = tx.Queues(); err != nil {
		return nil, err
	}
	if s.Views, err = tx.Views(); err != nil {
		return nil, err
	}
	if s.Topics, err = tx.Topics(); err != nil {
		return nil, err
	}
	if s.Templates, err = tx.Templates(); err != nil {
		return nil, err
	}
	cals, err := tx.Calendars()
	if err != nil {
		return nil, err
	}
	for _, c := range cals {
		cal, err := clock.Parse(c.Spec, loc)
		if err != nil {
			return nil, E(Internal, "directory.load", "calendar.bad", "Name", c.Name).With(err)
		}
		s.Calendars[c.Name] = cal
	}
	if s.Rules, err = tx.Rules(); err != nil {
		return nil, err
	}
	if s.Rules != nil {
		s.RuleIDs = ruleNames(s.Rules)
	}
	policy, err := tx.Setting(settingPolicy)
	if err != nil {
		return nil, err
	}
	words, err := tx.Setting(settingWords)
	if err != nil {
		return nil, err
	}
	s.Words = signal.ParseOwn(cutter, words)
	s.Policy, _ = strconv.ParseInt(policy, 10, 64) // never set: 0
	return NewDirectory(s), nil
}

func (d *Directory) path(t Topic, depth int) string {
	parent, ok := d.Topics[d.Topic(t.Parent)]
	if !ok || depth > 20 {
		return t.Name
	}
	return d.path(parent, depth+1) + "/" + t.Name
}

// named says what rules may name, and what that stands for: rules that were compiled for one are right for another that says the same.
func (d *Directory) named() string {
	var lines []string
	for id, path := range d.paths {
		lines = append(lines, fmt.Sprintf("topic %d %q", id, path))
	}
	for path, id := range d.aliases {
		lines = append(lines, fmt.Sprintf("topic %d also %q", id, path))
	}
	for _, q := range d.Queues {
		lines = append(lines, fmt.Sprintf("queue %d %q", q.ID, q.Name))
	}
	for _, a := range d.Accounts {
		lines = append(lines, fmt.Sprintf("account %d %q %q %s", a.ID, a.Name, a.Title, a.Channel))
	}
	for _, u := range d.Users {
		lines = append(lines, fmt.Sprintf("user %d %q %q", u.ID, u.Login, u.Name))
	}
	for i := range d.Templates {
		lines = append(lines, fmt.Sprintf("template %q", d.Templates[i].Name))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// CheckName says why something of the desk's own, a queue, a topic, an account, a user, cannot be called so, or nil: a query could not
// ask for it.
func CheckName(name string) *Reason {
	switch {
	case query.Reserved(name):
		return Why("name.reserved", "Name", name)
	case query.HasQuote(name):
		return Why("name.quote", "Name", name)
	}
	return nil
}

// Topic is the topic that one stands for: itself, or the one that it became part of.
func (d *Directory) Topic(id TopicID) TopicID {
	for range 20 { // a ring, which MergeTopics refuses, would never end
		into := d.Topics[id].Into
		if into == 0 {
			break
		}
		id = into
	}
	return id
}

// tag returns the row of a topic, or of one that became part of it; nil if there is none. One that a person removed goes before others.
func (d *Directory) tag(c *Conversation, id TopicID) (have *Tagging) {
	id = d.Topic(id)
	for i := range c.Topics {
		if t := &c.Topics[i]; d.Topic(t.Topic) == id && (have == nil || t.By != 0 && have.By == 0) {
			have = t
		}
	}
	return have
}

// shownTag is tag, of those that people see.
func (d *Directory) shownTag(c *Conversation, id TopicID) *Tagging {
	for i := range c.Topics {
		if t := &c.Topics[i]; !t.Removed && d.Topic(t.Topic) == d.Topic(id) {
			return t
		}
	}
	return nil
}

// Shown is what people see of a conversation's topics: not what was removed, and each once, also where topics became one.
func (d *Directory) Shown(tags []Tagging) (out []Tagging) {
	for _, t := range tags {
		t.Topic = d.Topic(t.Topic)
		if !t.Removed && !slices.ContainsFunc(out, func(o Tagging) bool { return o.Topic == t.Topic }) {
			out = append(out, t)
		}
	}
	return out
}

// TopicPath gives the path that is shown for a topic: vej/cykel. "" if there is none of that id.
func (d *Directory) TopicPath(id TopicID) string { return d.paths[d.Topic(id)] }

// TopicAt finds a topic by its path, or by another that it is known by, whatever the case.
func (d *Directory) TopicAt(path string) (TopicID, bool) {
	var found TopicID // of several whose paths differ in case only, the oldest
	for id, p := range d.paths {
		if strings.EqualFold(p, path) && (found == 0 || id < found) {
			found = id
		}
	}
	if found == 0 {
		found = d.aliases[strings.ToLower(path)]
	}
	if i := strings.LastIndexByte(path, '/'); found == 0 && i >= 0 { // below one that has another path by now
		up, _ := d.TopicAt(path[:i])
		for _, c := range d.subtree(up, nil) {
			if t := d.Topics[TopicID(c)]; up != 0 && t.Into == 0 && d.Topic(t.Parent) == up && strings.EqualFold(t.Name, path[i+1:]) {
				found = t.ID
				break
			}
		}
	}
	return found, found != 0
}

// Queue gives a queue, or nil.
func (d *Directory) Queue(id QueueID) *Queue {
	for i := range d.Queues {
		if d.Queues[i].ID == id {
			return &d.Queues[i]
		}
	}
	return nil
}

// QueueNamed finds a queue by its name, whatever the case.
func (d *Directory) QueueNamed(name string) *Queue {
	for i := range d.Queues {
		if strings.EqualFold(d.Queues[i].Name, name) {
			return &d.Queues[i]
		}
	}
	return nil
}

// UserName gives a user's name, "" if there is none of that id.
func (d *Directory) UserName(id UserID) string { return d.Users[id].Name }

// AccountNamed finds an account by its configured name.
func (d *Directory) AccountNamed(name string) (Account, bool) {
	for _, a := range d.Accounts {
		if strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return Account{}, false
}

// AccountFor finds the account of a channel by the platform's id of it.
func (d *Directory) AccountFor(ch Channel, remote RemoteID) (Account, bool) {
	for _, a := range d.Accounts {
		if a.Channel == ch && a.Remote == remote {
			return a, true
		}
	}
	return Account{}, false
}

// CalendarOf gives the calendar that a queue follows; nil where the desk has none at all.
func (d *Directory) CalendarOf(id QueueID) *clock.Calendar {
	if q := d.Queue(id); q != nil {
		if c, ok := d.Calendars[q.Calendar]; ok {
			return c
		}
	}
	return d.Calendars[DefaultCalendar]
}

// RuleIDs lists the ids of the rules in force, in their order. Read only.
func (d *Directory) RuleIDs() []string { return d.rules }

// RuleCode is the number that stands for a rule's id in documents.
func RuleCode(id string) int64 {
	h := uint64(14695981039346656037) // FNV-1a: stable, so that it means the same in every process and index
	for _, b := range []byte(strings.ToLower(id)) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return int64(h >> 1)
}

// IDs implements query.Names.
func (d *Directory) IDs(f query.Field, name string) []int64 {
	switch f {
	case query.Topic:
		if id, ok := d.TopicAt(strings.Trim(name, "/")); ok {
			return d.subtree(id, nil)
		}
	case query.Queue:
		if q := d.QueueNamed(name); q != nil {
			return []int64{int64(q.ID)}
		}
	case query.Assignee:
		return called(d.Users, name, func(u User) (string, string) { return u.Login, u.Name })
	case query.Account:
		return called(d.Accounts, name, func(a Account) (string, string) { return a.Name, a.Title })
	case query.Why:
		if code, ok := d.ruleIDs[strings.ToLower(name)]; ok {
			return []int64{code}
		}
	}
	return nil
}

// called gives whose own name it is, or, where it is nobody's, all that show it: several may.
func called[K ~int64, T any](all map[K]T, name string, of func(T) (own, shown string)) []int64 {
	var owns, shows []int64
	for id, v := range all {
		own, shown := of(v)
		if strings.EqualFold(own, name) {
			owns = append(owns, int64(id))
		}
		if strings.EqualFold(shown, name) {
			shows = append(shows, int64(id))
		}
	}
	if len(owns) > 0 {
		return owns
	}
	return shows
}

func (d *Directory) subtree(id TopicID, out []int64) []int64 {
	if len(out) > 10_000 { // a ring of parents, which PutTopic refuses, would never end
		return out
	}
	out = append(out, int64(id))
	for _, m := range d.merged[id] { // conversations keep the ids that they were given
		out = append(out, int64(m))
		for _, c := range d.children[m] {
			out = d.subtree(c, out)
		}
	}
	for _, c := range d.children[id] {
		out = d.subtree(c, out)
	}
	return out
}

// Known implements query.Names.
func (d *Directory) Known(f query.Field) []string {
	var out []string
	switch f {
	case query.Topic:
		for _, p := range d.paths {
			out = append(out, p)
		}
	case query.Queue:
		for _, q := range d.Queues {
			out = append(out, q.Name)
		}
	case query.Assignee:
		for _, u := range d.Users {
			out = append(out, u.Login)
		}
	case query.Account:
		for _, a := range d.Accounts {
			out = append(out, a.Name)
		}
	case query.Why:
		out = slices.Clone(d.rules)
	}
	slices.Sort(out)
	return out
}
