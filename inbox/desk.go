package inbox

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Settings are the desk's defaults. Zero values are replaced by those of DefaultSettings.
type Settings struct {
	ReopenWithin time.Duration // a closed conversation that hears again within this opens again; later, a new one begins
	Lease        time.Duration // how long a taken conversation stays taken without a sign of life
	UndoPublic   time.Duration // what all can see waits this long and can be taken back
	UndoPrivate  time.Duration // and what one person can see
	StaleAfter   time.Duration // a reply that could not leave for this long asks again before it goes
	LoopMost     int           // what we say to one person within LoopWithin; more asks a person: two machines may be answering each other
	LoopWithin   time.Duration
	ClaimFor     time.Duration // a sender must have begun within this, or another takes over
	UploadFor    time.Duration // so much longer where files must be brought to the platform first
	SendFor      time.Duration // a send that has not ended within this is unknown
	History      time.Duration // what was written this long before an account was connected is history, and arrives closed
	Target       time.Duration // first answer, in open time, where a queue has no target of its own; 0: none
	BatchTime    time.Duration // an ingest transaction ends after this, so that persons are never kept waiting
	BatchItems   int
	HideCPR      map[string]bool // the accounts, by name, where the desk hides a message with a certain CPR number by itself
	RuleRate     int             // effects or conversations a second that a run over what there is may look at
}

// DefaultSettings are the settings of a desk that says nothing.
func DefaultSettings() Settings {
	return Settings{
		ReopenWithin: 14 * 24 * time.Hour,
		History:      48 * time.Hour,
		Lease:        10 * time.Minute,
		UndoPublic:   15 * time.Second,
		UndoPrivate:  10 * time.Second,
		StaleAfter:   30 * time.Minute,
		LoopMost:     12,
		LoopWithin:   10 * time.Minute,
		ClaimFor:     time.Minute,
		UploadFor:    5 * time.Minute,
		SendFor:      2 * time.Minute,
		BatchTime:    10 * time.Millisecond,
		BatchItems:   500,
		RuleRate:     2000,
	}
}

func (s Settings) orDefault() Settings {
	d := DefaultSettings()
	or := func(v *time.Duration, def time.Duration) {
		if *v == 0 {
			*v = def
		}
	}
	or(&s.ReopenWithin, d.ReopenWithin)
	or(&s.History, d.History)
	or(&s.Lease, d.Lease)
	or(&s.UndoPublic, d.UndoPublic)
	or(&s.UndoPrivate, min(d.UndoPrivate, s.UndoPublic))
	or(&s.StaleAfter, d.StaleAfter)
	or(&s.LoopWithin, d.LoopWithin)
	or(&s.ClaimFor, d.ClaimFor)
	or(&s.UploadFor, d.UploadFor)
	or(&s.SendFor, d.SendFor)
	or(&s.BatchTime, d.BatchTime)
	if s.LoopMost <= 0 {
		s.LoopMost = d.LoopMost
	}
	if s.BatchItems <= 0 {
		s.BatchItems = d.BatchItems
	}
	if s.RuleRate <= 0 {
		s.RuleRate = d.RuleRate
	}
	return s
}

// Config is what a Desk is made of. Store, Abilities, Rules, Cutter and Now are required.
type Config struct {
	Store     Store
	Index     Index // nil: searches scan
	Abilities Abilities
	Rules     Rules
	Cutter    *text.Cutter
	Cache     Cache // nil: documents are compiled anew each time
	Now       func() time.Time
	Location  *time.Location // where days begin; nil: UTC
	Lab       Lab            // nil: rules are not tried
	Settings  Settings
	Log       *slog.Logger // nil: discarded
	NewToken  func() string
}

// Rules turns rule sets into classifiers. package classify implements it.
type Rules interface {
	// Compile checks a rule set whole: an error names every fault with its line, and the set is not published. Beside the error it gives
	// what is left without the rules that are wrong, for a set that was published once and names what has gone since; nil if that is
	// nothing.
	Compile(set *RuleSet, dir *Directory) (Classifier, error)
	// IDs lists the ids of the rules of a set that compiled once.
	IDs(set *RuleSet) []string
	// Diff tells what became of each rule between two sets, in the order of the newer one, what was removed last. nil: no rules.
	Diff(before, after *RuleSet) []RuleChange
	// Written gives the rules of a set as people read them, in its order.
	Written(set *RuleSet) []WrittenRule
	// Edit gives a rule file in which one rule is otherwise. What comes of it is not checked: that is for Compile.
	Edit(data []byte, e RuleEdit) ([]byte, error)
}

// Desk is for machines. It is safe for concurrent use. Seats are made from it with As; Hub keeps views live.
type Desk struct {
	Config
	docs  *docs
	hub   *Hub
	alike alikes
	tail  tail

	reading   sync.Mutex // held from reading the setup to storing it
	compiling sync.Mutex
	dir       atomic.Pointer[Directory]
	rules     atomic.Pointer[compiled]
}

// compiled is a classifier and what it was made from.
type compiled struct {
	version int64
	named   string // what things of the desk were called
	fault   error  // of the rules that it does without
	costly  atomic.Pointer[string]
	Classifier
}

// cost notes a rule that could not be decided in time, and tells whether it is the first.
func (c *compiled) cost(rule string) bool { return rule != "" && c.costly.CompareAndSwap(nil, &rule) }

// none is the classifier of a desk without rules.
type none struct{}

func (none) Classify(*query.Doc) Verdict { return Verdict{} }

// NewDesk reads the setup from the store and compiles its rules. Rules that no longer compile do not stop the desk, nor the other rules: it
// runs without them, and says so in the log and in RulesFault.
func NewDesk(ctx context.Context, cfg Config) (*Desk, error) {
	cfg.Settings = cfg.Settings.orDefault()
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{Config: cfg, docs: newDocs(cfg.Cutter, cfg.Cache, cfg.Log)}
	if err := d.Reload(ctx); err != nil {
		return nil, err
	}
	d.hub = newHub(d)
	return d, nil
}

// Hub of the desk. It lives as long as Run of it runs.
func (d *Desk) Hub() *Hub { return d.hub }

// Directory is the setup as last read.
func (d *Desk) Directory() *Directory { return d.dir.Load() }

// now is the desk's clock in the desk's place.
func (d *Desk) now() time.Time { return d.Now().In(d.Location) }

// RulesFault says what is wrong with rules in force, which stand out until it is put right; nil: nothing. Its cause is that of the error
// of Rules.Compile. Of a rule that cost too much with some message since it is in force, and was left out there, it gives the id.
func (d *Desk) RulesFault() error {
	c := d.rules.Load()
	if rule := c.costly.Load(); c.fault == nil && rule != nil {
		return E(Invalid, "desk.rules", "rules.costly", "Rule", *rule)
	}
	return c.fault
}

// Classifier is what the rules in force have been made into.
func (d *Desk) Classifier() Classifier { return d.rules.Load().Classifier }

// Reload reads the setup again and compiles the rules if they changed, or what they may name.
func (d *Desk) Reload(ctx context.Context) error {
	if err := d.reread(ctx); err != nil {
		return err
	}
	d.compiling.Lock()
	defer d.compiling.Unlock()
	d.compileRules(d.Directory())
	return nil
}

// reread reads the setup again. Of several at once none puts an older one in the place of a newer.
func (d *Desk) reread(ctx context.Context) error {
	d.reading.Lock()
	defer d.reading.Unlock()
	return d.Store.View(ctx, func(tx Tx) error {
		dir, err := loadDirectory(tx, d.Location, d.Cutter, d.Config.Rules.IDs)
		if err == nil {
			d.dir.Store(dir)
		}
		return err
	})
}

func (d *Desk) compileRules(dir *Directory) {
	if dir.Rules == nil {
		d.rules.Store(&compiled{Classifier: none{}})
		return
	}
	have, named := d.rules.Load(), dir.named()
	if have != nil && have.version == dir.Rules.Version && have.named == named {
		return
	}
	c, err := d.Config.Rules.Compile(dir.Rules, dir)
	if c == nil {
		c = none{}
	}
	if err != nil {
		d.Log.Error("rules that cannot be used stand out; the others go on", "version", dir.Rules.Version, "err", err)
		err = E(Invalid, "desk.rules", "rules.stand_out").With(err)
	}
	d.rules.Store(&compiled{version: dir.Rules.Version, named: named, fault: err, Classifier: c})
}

// PublishRules checks a rule set and makes it the one in force. If it does not compile or fails its examples the error says why, and
// the old one stays.
func (d *Desk) PublishRules(ctx context.Context, set *RuleSet, by UserID) error {
	if _, err := d.Config.Rules.Compile(set, d.Directory()); err != nil {
		return err
	}
	set.By = by
	return d.setup(ctx, func(tx Tx) error { return d.publish(tx, set) })
}

// publish adds a version. Who published it and why is in the log.
func (d *Desk) publish(tx Tx, set *RuleSet) error {
	if err := tx.AddRules(set); err != nil {
		return err
	}
	by := cmp.Or(set.Approved, set.By)
	return tx.Append(&Change{Kind: ChangeRules, Actor: actorOf(by), User: by, Ref: set.Version, Detail: set.Comment})
}

// setup runs a change of the desk's own things and reads them again.
func (d *Desk) setup(ctx context.Context, f func(Tx) error) error {
	if err := d.Store.Update(ctx, Persons, f); err != nil {
		return err
	}
	return d.Reload(ctx)
}

func actorOf(u UserID) ActorKind {
	if u == 0 {
		return ActorDesk
	}
	return ActorUser
}

// Bind binds a query for a machine: "me" is nobody.
func (d *Desk) Bind(e query.Expr) (*query.Bound, error) { return d.bind(e, 0) }

func (d *Desk) bind(e query.Expr, me UserID) (*query.Bound, error) {
	return query.Bind(e, query.Env{Now: d.now(), Me: int64(me), Names: d.Directory(), Cutter: d.Cutter})
}
