package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/strict"
)

// Scenario is a list of things that will be done to the world, each at its time. Its form is TOML: [[step]] tables with at, do (the name
// of a deed), as (a name for what a step publishes) and the members of the deed. A member that is "$name" stands for the id of what the
// step of that name published. The zero value does nothing.
type Scenario struct{ steps []step }

type step struct {
	at      time.Duration // from the beginning; the clock stands still while a step waits
	do, as  string
	members map[string]json.RawMessage
	line    int
	places  map[string]strict.Place // of at, do, as and the members
	head    strict.Place
}

// ReadScenario reads a scenario. What is wrong with it is a *strict.Error with all faults, each with its line and column: syntax, unknown
// names, members that a deed does not have. Whether the accounts that it names exist is for a Server to say.
func ReadScenario(data []byte) (*Scenario, error) {
	var doc struct {
		Step []map[string]any `toml:"step"`
	}
	if err := strict.Decode(data, &doc); err != nil {
		return nil, err
	}
	sc := &Scenario{steps: make([]step, len(doc.Step))}
	at := -1
	for _, p := range strict.Keys(data) {
		switch {
		case p.Header && len(p.Path) == 1 && at+1 < len(sc.steps):
			at++
			sc.steps[at].head, sc.steps[at].places = p, map[string]strict.Place{}
		case len(p.Path) > 1 && at >= 0:
			if _, again := sc.steps[at].places[p.Path[1]]; !again {
				sc.steps[at].places[p.Path[1]] = p
			}
		}
	}
	var faults faultList
	known := deeds()
	for i := range sc.steps {
		sc.steps[i].read(doc.Step[i], known, &faults)
	}
	sc.checkNames(&faults)
	slices.SortStableFunc(sc.steps, func(a, b step) int { return int(a.at - b.at) })
	return sc, faults.err()
}

type faultList []strict.Fault

func (f *faultList) add(at strict.Place, key string, args map[string]any) {
	*f = append(*f, strict.Fault{Line: max(1, at.Line), Column: max(1, at.Column), Key: key, Args: args})
}

func (f *faultList) err() error {
	if len(*f) == 0 {
		return nil
	}
	slices.SortStableFunc(*f, func(a, b strict.Fault) int { return a.Line - b.Line })
	return &strict.Error{Faults: *f}
}

// place is where a key of the step stands, or its header.
func (st *step) place(key string) strict.Place {
	if p, ok := st.places[key]; ok {
		return p
	}
	return st.head
}

// read takes the values of a step's table.
func (st *step) read(values map[string]any, known map[string]deed, faults *faultList) {
	st.line, st.members = st.head.Line, map[string]json.RawMessage{}
	text := func(key string) string {
		v, given := values[key]
		s, ok := v.(string)
		if given && !ok {
			faults.add(st.place(key), "config.wrong_type", map[string]any{"Have": fmt.Sprintf("%T", v), "Want": "string"})
		}
		return s
	}
	st.do, st.as = text("do"), text("as")
	if s := text("at"); s != "" {
		at, err := time.ParseDuration(s)
		if err != nil || at < 0 {
			faults.add(st.place("at"), "config.duration", map[string]any{"Value": s})
		}
		st.at = at
	}
	d, ok := known[st.do]
	if !ok {
		key, args := "scenario.no_deed", map[string]any{"Name": st.do}
		if near := query.Nearest(st.do, slices.Sorted(maps.Keys(known))); len(near) > 0 {
			key, args["Near"] = "scenario.no_deed_near", near[0]
		}
		if st.do == "" {
			key, args = "scenario.missing", nil
		}
		faults.add(st.place("do"), key, args)
		return
	}
	takes := append([]string{"at", "do"}, d.members...)
	if st.do == "publish" {
		takes = append(takes, "as")
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(takes, key) {
			fault, args := "config.unknown_key", map[string]any{"Name": key}
			if near := query.Nearest(key, takes); len(near) > 0 {
				fault, args["Near"] = "config.unknown_key_near", near[0]
			}
			faults.add(st.place(key), fault, args)
		}
		if !slices.Contains(d.members, key) {
			continue
		}
		raw, err := json.Marshal(values[key])
		if err == nil {
			_, err = d.read(&Server{}, map[string]json.RawMessage{key: raw})
		}
		if err != nil {
			faults.add(st.place(key), "scenario.refused", map[string]any{"Do": st.do, "Message": err.Error()})
			continue
		}
		st.members[key] = raw
	}
}

var reference = regexp.MustCompile(`^"\$([A-Za-z0-9_-]+)"$`)

// refers lists the names that a step needs the ids of, by member.
func (st *step) refers() map[string]string {
	out := map[string]string{}
	for member, raw := range st.members {
		if m := reference.FindSubmatch(raw); m != nil {
			out[member] = string(m[1])
		}
	}
	return out
}

// checkNames finds names that are given twice, or needed before they are given.
func (sc *Scenario) checkNames(faults *faultList) {
	given := map[string]time.Duration{}
	for i := range sc.steps {
		st := &sc.steps[i]
		if _, twice := given[st.as]; twice && st.as != "" {
			faults.add(st.place("as"), "scenario.name_twice", map[string]any{"Name": st.as})
		}
		given[st.as] = st.at
	}
	for i := range sc.steps {
		st := &sc.steps[i]
		for member, name := range st.refers() {
			if at, ok := given[name]; !ok || at > st.at {
				faults.add(st.place(member), "scenario.no_name", map[string]any{"Name": name})
			}
		}
	}
}

// Foresee checks a scenario against this server: every account, channel and rate that it names. The error is a *strict.Error.
func (s *Server) Foresee(sc *Scenario) error {
	var faults faultList
	known := deeds()
	for i := range sc.steps {
		st := &sc.steps[i]
		members := maps.Clone(st.members)
		for member := range st.refers() {
			members[member] = json.RawMessage(`"known later"`)
			if _, ok := members["channel"]; !ok && slices.Contains(known[st.do].members, "channel") && !slices.Contains(known[st.do].members, "account") {
				members["channel"] = json.RawMessage(`"facebook"`) // that of what is referred to
			}
		}
		err := known[st.do].foresee(s, members)
		if err == nil {
			continue
		}
		at := st.place("do")
		var blamed *memberError
		if errors.As(err, &blamed) {
			if p, ok := st.places[blamed.member]; ok {
				at = p
			}
		}
		faults.add(at, "scenario.refused", map[string]any{"Do": st.do, "Message": err.Error()})
	}
	return faults.err()
}

// StepState is how far a step of a scenario came.
type StepState struct {
	Line int      `json:"line"`
	At   Duration `json:"at"`
	Do   string   `json:"do"`
	Done bool     `json:"done"`
	// Error is why it could not be done. The scenario goes on.
	Error string `json:"error,omitempty"`
}

// ScenarioState is how far a scenario came.
type ScenarioState struct {
	Running bool        `json:"running"`
	Steps   []StepState `json:"steps"`
}

// play owns the goroutine that plays a scenario.
type play struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	state ScenarioState
}

// Play plays a scenario from now on; one that runs is ended first. The error is that of Foresee.
func (s *Server) Play(sc *Scenario) error {
	if err := s.Foresee(sc); err != nil {
		return err
	}
	s.playing.Lock()
	defer s.playing.Unlock()
	s.play.end()
	if s.playOver {
		return errors.New("sandbox: the server ends")
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &play{cancel: cancel, done: make(chan struct{})}
	p.state.Steps = []StepState{}
	for _, st := range sc.steps {
		p.state.Steps = append(p.state.Steps, StepState{Line: st.line, At: Duration(st.at), Do: st.do})
	}
	p.state.Running = true
	s.play = p
	go func() {
		defer close(p.done)
		defer p.over(s)
		p.run(ctx, s, sc.steps)
	}()
	return nil
}

// Scenario reports on the scenario that was played last.
func (s *Server) Scenario() ScenarioState {
	s.playing.Lock()
	p := s.play
	s.playing.Unlock()
	if p == nil {
		return ScenarioState{Steps: []StepState{}}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return ScenarioState{Running: p.state.Running, Steps: slices.Clone(p.state.Steps)}
}

// endPlay ends the scenario for good.
func (s *Server) endPlay() {
	s.playing.Lock()
	defer s.playing.Unlock()
	s.playOver = true
	s.play.end()
}

func (p *play) end() {
	if p == nil {
		return
	}
	p.cancel()
	<-p.done
}

// over notes that nothing more comes, and reports what broke off.
func (p *play) over(s *Server) {
	if r := recover(); r != nil {
		s.cfg.Log.Error("the scenario broke off", "panic", r, "stack", string(debug.Stack()))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Running = false
}

// run does the steps one after the other. Time that a step takes is not counted, so that one which waits moves all that follow.
func (p *play) run(ctx context.Context, s *Server, steps []step) {
	known := deeds()
	published := map[string]Published{}
	begun := time.Now()
	for i := range steps {
		st := &steps[i]
		if !wait(ctx, time.Until(begun.Add(st.at))) {
			return
		}
		start := time.Now()
		answer, err := known[st.do].perform(ctx, s, st.resolved(known[st.do], published))
		begun = begun.Add(time.Since(start))
		if ctx.Err() != nil {
			return
		}
		if at, ok := answer.(Published); ok && st.as != "" {
			published[st.as] = at
		}
		p.mu.Lock()
		p.state.Steps[i].Done = err == nil
		if err != nil {
			p.state.Steps[i].Error = err.Error()
		}
		p.mu.Unlock()
		s.cfg.Log.Info("a step of the scenario", "line", st.line, "do", st.do, "err", err)
	}
}

// resolved is the members with ids for names. A step that says nothing of the channel has that of what it refers to.
func (st *step) resolved(d deed, published map[string]Published) map[string]json.RawMessage {
	members := maps.Clone(st.members)
	for member, name := range st.refers() {
		at := published[name]
		members[member] = json.RawMessage(`"` + at.ID + `"`) // ids are digits, letters, _, - and = in every world
		if _, ok := members["channel"]; !ok && slices.Contains(d.members, "channel") && !slices.Contains(d.members, "account") {
			members["channel"] = json.RawMessage(`"` + at.Channel + `"`)
		}
	}
	return members
}

// wait returns false when ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(0, d))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
