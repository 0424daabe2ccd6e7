package classify

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"lytter/inbox"
	"lytter/inbox/clock"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Rules turns rule files into classifiers. It implements inbox.Rules and is safe for concurrent use.
type Rules struct {
	Cutter   *text.Cutter
	Location *time.Location // where the days of time: begin; nil: UTC

	last atomic.Pointer[loaded]
}

// loaded is a file as it was read. It does not change.
type loaded struct {
	file   *File
	faults []Fault
}

// load reads a file, or remembers it: one that is published is asked for several times over.
func (r *Rules) load(data []byte) (*File, []Fault) {
	if l := r.last.Load(); l != nil && l.file.text == string(data) {
		return l.file, l.faults
	}
	f, faults := load(data)
	faults = slices.Clip(faults)
	if f.text == string(data) {
		r.last.Store(&loaded{f, faults})
	}
	return f, faults
}

// Compile implements inbox.Rules. The error is an *inbox.Error whose cause is an *Error. The classifier beside an error leaves out rules
// that are wrong in form, whose query cannot be understood or that name what is not there, whole: half of what a rule sets would be harder
// to see than none. One that only fails an example is used; examples guard what is published.
func (r *Rules) Compile(set *inbox.RuleSet, dir *inbox.Directory) (inbox.Classifier, error) {
	_, c, _, faults := r.read(set.Bytes, dir, false)
	c.version = set.Version
	return c, refuse(faults)
}

// IDs implements inbox.Rules.
func (r *Rules) IDs(set *inbox.RuleSet) []string {
	f, _ := r.load(set.Bytes)
	ids := make([]string, 0, len(f.Rules))
	for i := range f.Rules {
		if f.Rules[i].ID != "" {
			ids = append(ids, f.Rules[i].ID)
		}
	}
	return ids
}

// Report is what Check says of a file.
type Report struct {
	Rules    []Rule // as far as the file could be read
	Enabled  int
	Examples int
	Shadow   int      // of those enabled: how many only count
	Untested []string // ids of rules without an example that must match, or without one that must not
	// Conflicts are rules that send one and the same example to different queues, at most a hundred pairs.
	Conflicts []Conflict
	Faults    []Fault // none: the file can be published
}

// Check reads, compiles and tests a file as Compile does, and tells about it.
func (r *Rules) Check(data []byte, dir *inbox.Directory) Report {
	f, _, conflicts, faults := r.read(data, dir, true)
	rep := Report{Rules: f.Rules, Conflicts: conflicts, Faults: faults}
	for i := range f.Rules {
		rule := &f.Rules[i]
		if rule.Enabled {
			rep.Enabled++
			if rule.Shadow {
				rep.Shadow++
			}
		}
		var both [2]bool
		for j := range rule.Examples {
			rep.Examples++
			both[0] = both[0] || rule.Examples[j].Match
			both[1] = both[1] || !rule.Examples[j].Match
		}
		if !both[0] || !both[1] {
			rep.Untested = append(rep.Untested, rule.ID)
		}
	}
	return rep
}

// compiler checks a file against the desk, rule by rule, and collects what is wrong with any of them.
type compiler struct {
	*loader
	dir    *inbox.Directory
	env    query.Env
	topics map[string]inbox.TopicID // paths met so far; 0: there is none
	tester *tester
}

// read loads a file and checks it against the desk. The classifier is of the rules that can be used.
func (r *Rules) read(data []byte, dir *inbox.Directory, compare bool) (*File, *Classifier, []Conflict, []Fault) {
	f, faults := r.load(data)
	loc := r.Location
	if loc == nil {
		loc = time.UTC
	}
	c := &compiler{
		loader: &loader{File: f, faults: faults}, dir: dir, topics: map[string]inbox.TopicID{},
		env:    query.Env{Now: time.Unix(0, 0).In(loc), Names: dir, Cutter: r.Cutter}, // no content field depends on the clock
		tester: &tester{cutter: r.Cutter, dir: dir, loc: loc},
	}
	out := c.file()
	var conflicts []Conflict
	if compare {
		conflicts = c.conflicts(out)
	}
	return f, out, conflicts, tell(c.faults)
}

func (c *compiler) file() *Classifier {
	out := &Classifier{rules: make([]compiled, 0, len(c.Rules))}
	bound := make([]*query.Bound, 0, len(c.Rules))
	ts := make([]tried, len(c.Rules))
	each(len(ts), func(i int) { ts[i] = c.try(&c.Rules[i]) })
	for i := range c.Rules {
		rule := &c.Rules[i]
		c.rule = rule.ID
		before := c.found
		b := ts[i].bound
		if b == nil {
			c.misread(rule, ts[i].err)
		}
		out.rules = append(out.rules, c.effects(rule))
		usable := rule.Enabled && !rule.broken && c.found == before
		if !ts[i].good && !c.full() {
			c.examples(rule, b)
		}
		if !usable {
			b = nil
		}
		bound = append(bound, b)
	}
	out.set = query.NewSet(bound)
	return out
}

// tried is what became of a rule's query.
type tried struct {
	bound *query.Bound // nil: it was not understood
	err   error
	good  bool // nothing is to be said of its examples
}

// try parses and binds a rule's query, and tries it on its examples. It changes nothing, and so is done with many at the same time.
func (c *compiler) try(r *Rule) (t tried) {
	e, err := query.Parse(r.When)
	if err == nil {
		if bad := query.Only(e, query.Content); bad != nil {
			err = bad
		}
	}
	if err == nil {
		t.bound, err = query.Bind(e, c.env)
	}
	t.err, t.good = err, true
	if t.bound == nil || r.broken {
		return t
	}
	for i := range r.Examples {
		d, ok := c.tester.arrival(&r.Examples[i])
		t.good = t.good && ok && t.bound.Match(capped(d)) == r.Examples[i].Match
	}
	return t
}

// misread says why a rule's query was not understood.
func (c *compiler) misread(r *Rule, err error) {
	val, _ := find(r.keys, "when")
	var qe *query.Error
	if !errors.As(err, &qe) {
		qe = &query.Error{Key: "not_understood"}
	}
	at := span{inText(c.text, val.val, qe.At.Start), inText(c.text, val.val, max(qe.At.End, qe.At.Start))}
	f := c.fault(at, "query."+qe.Key)
	f.Reason.Args, f.Suggest, f.Query = qe.Args, qe.Suggest, qe
}

// effects resolves what a rule sets.
func (c *compiler) effects(r *Rule) compiled {
	out := compiled{
		id: r.ID, when: len(r.When), priority: r.Priority, stop: r.Stop, shadow: r.Shadow, only: r.QueueOnly, spam: r.Spam, red: r.RedLane,
		propose: r.Propose,
	}
	if r.RedLane {
		out.priority = inbox.Urgent
	}
	for i, path := range r.Topics {
		id, met := c.topics[path]
		if !met {
			id, _ = c.dir.TopicAt(strings.Trim(path, "/"))
			c.topics[path] = id
		}
		if id == 0 {
			c.unknown(r, "topics", i, "rules.unknown_topic", path, query.Topic)
			continue
		}
		out.topics = append(out.topics, id)
	}
	if r.Queue != "" {
		if q := c.dir.QueueNamed(r.Queue); q != nil {
			out.queue = q.ID
		} else {
			c.unknown(r, "queue", 0, "rules.unknown_queue", r.Queue, query.Queue)
		}
	}
	if r.Assignee != "" {
		if ids := c.dir.IDs(query.Assignee, r.Assignee); len(ids) == 1 {
			out.assignee = inbox.UserID(ids[0])
		} else {
			c.unknown(r, "assignee", 0, "rules.unknown_user", r.Assignee, query.Assignee)
		}
	}
	if r.Template != "" {
		if t := c.dir.Template(r.Template); t != nil {
			out.template = t.Name
		} else {
			c.missing(r, "template", 0, "rules.unknown_template", r.Template, c.dir.TemplateNames())
		}
	}
	out.schedule = c.schedule(r)
	return out
}

// schedule says when a rule matches at all; nil: always.
func (c *compiler) schedule(r *Rule) *schedule {
	if r.From.IsZero() && r.Until.IsZero() && r.Hours == "" {
		return nil
	}
	s := &schedule{loc: c.tester.loc}
	if !r.From.IsZero() {
		s.from = wallClock(r.From, c.tester.loc).UnixMilli()
	}
	if !r.Until.IsZero() {
		until := wallClock(r.Until, c.tester.loc)
		if r.Until.Location().String() == "date-local" { // the name that the TOML library gives a date alone
			until = until.AddDate(0, 0, 1)
		}
		s.until = until.UnixMilli()
	}
	if r.Hours != "" {
		cal, err := clock.Parse(r.Hours, c.tester.loc)
		if err != nil {
			e, _ := find(r.keys, "hours")
			c.fault(e.val, "rules.bad_hours", "Value", r.Hours)
			return nil
		}
		s.hours = cal
	}
	return s
}

// unknown says that the i-th text of a key names nothing on the desk.
func (c *compiler) unknown(r *Rule, key string, i int, reason, name string, field query.Field) {
	c.missing(r, key, i, reason, name, c.dir.Known(field))
}

// missing is unknown where what there is has these names.
func (c *compiler) missing(r *Rule, key string, i int, reason, name string, known []string) {
	e, _ := find(r.keys, key)
	at := e.val
	if ts := texts(c.text, e.val); i < len(ts) {
		at = ts[i]
	}
	c.fault(at, reason, "Name", name).Suggest = nearest(name, known)
}
