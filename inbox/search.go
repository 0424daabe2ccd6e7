package inbox

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sort"
	"time"

	"lytter/inbox/query"
)

// Page says which hits are wanted: Size of them, newest first, behind (older than) Before.
type Page struct {
	Before Key // the zero Key: from the newest
	Size   int // 0: 50; at most MaxPage, but for the Hub
	// MaxScan bounds how many conversations are looked at one by one, and with them their words, 2000 for each; 0: DefaultMaxScan.
	MaxScan int
}

// maxWords is how many words a search may look at: a query of many parts costs a look a part. Measured, 50,000 conversations are about
// a second at this bound.
func (p *Page) maxWords() int64 { return 2000 * int64(p.MaxScan) }

// Bounds of a search.
const (
	MaxPage        = 1000
	DefaultMaxScan = 50_000
)

// Hits is what a search found.
type Hits struct {
	Keys []Key
	Seq  Seq // the log as of which they are right
	// Incomplete, if not nil, says that the search stopped early and how far it got: the hits are right down to there.
	Incomplete *Reached
	Explain    Explain
}

// Reached says how far back a search looked.
type Reached struct {
	Back time.Time // conversations last active at or after this were searched
	Why  Reason
}

// Road is how a search found its hits.
type Road string

// The roads.
const (
	RoadLive  Road = "live"  // over the open and snoozed conversations, in memory
	RoadIndex Road = "index" // asked the index
	RoadScan  Road = "scan"  // looked at conversations one by one, newest first
)

// Explain tells how a search went.
type Explain struct {
	Road    Road
	Because Because
	Guess   int64         // how many the index holds for possible, as far as it had to look; -1: not asked
	Total   int64         // of how many; -1: not asked
	Exact   bool          // the index decided alone
	Tail    int           // conversations that changed behind the index
	Matched int           // documents given to the matcher
	Loaded  int           // of those, read from the store and compiled
	Words   int64         // looked at by the matcher, once for every part of the query
	Took    time.Duration // from start to end
}

// Search finds conversations that match, newest first. For every log position s and bound query b a conversation is found iff
// b.Match says so of its document at s; where the search was cut, that holds down to Incomplete.Back.
func (d *Desk) Search(ctx context.Context, b *query.Bound, p Page) (Hits, error) {
	if p.Size <= 0 {
		p.Size = 50
	}
	if p.Size > MaxPage {
		return Hits{}, E(Invalid, "desk.Search", "search.page", "Max", MaxPage)
	}
	return d.search(ctx, b, p)
}

func (d *Desk) search(ctx context.Context, b *query.Bound, p Page) (Hits, error) {
	if p.MaxScan == 0 {
		p.MaxScan = DefaultMaxScan
	}
	begun := time.Now()
	s := &searching{desk: d, ctx: ctx, b: b, page: p, ex: Explain{Guess: -1, Total: -1}}
	err := s.run()
	s.ex.Took = time.Since(begun)
	return Hits{Keys: s.keys, Seq: s.seq, Incomplete: s.cut, Explain: s.ex}, err
}

// searching is one search on its way.
type searching struct {
	desk *Desk
	ctx  context.Context
	b    *query.Bound
	page Page
	tx   Tx

	keys []Key
	seq  Seq
	cut  *Reached
	ex   Explain

	tail   changed     // behind the base: what that says of these is not to be believed
	fresh  []Key       // those of the tail that match, newest first
	wanted []candidate // in the order of lists: some of them must still be matched
}

func (s *searching) run() error {
	if s.desk.Index != nil && s.desk.hub.manyLive(s.b) {
		if done, err := s.byIndex(true); done || err != nil {
			return err
		}
		s.ex.Guess, s.ex.Total = -1, -1
	}
	if live, seq, ok := s.desk.hub.liveMatches(s.b, s.page); ok {
		s.ex.Road, s.ex.Because = RoadLive, BecauseOpen
		s.ex.Matched, s.ex.Words = live.looked, live.words
		err := s.overlay(seq, func(Tx) error {
			if live.stopped {
				return s.mergeTo(live)
			}
			if err := s.merge(live.keys); err != nil || !live.cut || len(s.keys) >= s.page.Size {
				return err
			}
			return errTail // it took away more than was spare
		})
		if !errors.Is(err, errTail) {
			return err
		}
		s.again()
	}
	s.ex.Because = BecauseNoIndex
	if s.desk.Index != nil {
		done, err := s.byIndex(false)
		if done || err != nil {
			return err
		}
	}
	s.ex.Road = RoadScan
	return s.desk.Store.View(s.ctx, func(tx Tx) (err error) {
		s.tx = tx
		if s.seq, err = tx.LastSeq(); err != nil {
			return err
		}
		return s.scan()
	})
}

// byIndex takes the index's road if that is the shorter one; if alone, only where the index decides alone.
func (s *searching) byIndex(alone bool) (done bool, err error) {
	r, err := s.desk.Index.Reader(s.ctx)
	if err != nil {
		if CodeOf(err) == Unavailable {
			s.ex.Because = BecauseAway
			return false, nil // it says so itself, in the status; the scan answers
		}
		return false, err
	}
	defer func() {
		if cerr := r.Close(); err == nil {
			err = cerr
		}
	}()
	n, err := r.Narrow(s.b, alone)
	if err != nil || alone && !n.Exact {
		return false, err
	}
	s.ex.Guess, s.ex.Total = n.Guess, n.Total
	if s.ex.Because = BecauseNarrow; !n.Narrows {
		s.ex.Because = BecauseAny
		return false, nil
	}
	s.ex.Road, s.ex.Exact = RoadIndex, true
	defer s.desk.tail.forget(r.Seq())
	err = s.overlay(r.Seq(), func(Tx) error {
		var inner error
		err := r.Walk(s.ctx, s.b, s.page.Before, func(k Key, sure bool) bool {
			var more bool
			more, inner = s.consider(candidate{k, sure})
			return more && inner == nil
		})
		if err != nil {
			return err
		}
		if inner != nil {
			return inner
		}
		if n, err = r.Narrow(s.b, false); err != nil { // it knows more of it now
			return err
		}
		s.ex.Guess = n.Guess
		return s.end()
	})
	if errors.Is(err, errTail) {
		s.again()
		s.ex.Because = BecauseTail
		return false, nil
	}
	return true, err
}

// again forgets a road that led nowhere.
func (s *searching) again() {
	s.keys, s.tail, s.fresh, s.wanted, s.ex.Exact = nil, nil, nil, nil, false
}

// overlay opens the store behind a base that is right up to seq, matches what has changed since, and lets walk bring the rest.
func (s *searching) overlay(base Seq, walk func(Tx) error) error {
	return s.desk.Store.View(s.ctx, func(tx Tx) (err error) {
		s.tx = tx
		if s.seq, err = tx.LastSeq(); err != nil {
			return err
		}
		if s.tail, err = s.desk.tail.behind(tx, base, s.seq); err != nil {
			return err
		}
		s.ex.Tail = len(s.tail)
		stamps := make([]Stamp, 0, len(s.tail))
		for _, st := range s.tail {
			if st != (Stamp{}) {
				stamps = append(stamps, st)
			}
		}
		err = s.match(stamps, func(k Key) { s.fresh = append(s.fresh, k) })
		if err != nil {
			return err
		}
		sort.Slice(s.fresh, func(i, j int) bool { return s.fresh[j].Less(s.fresh[i]) })
		if s.page.Before != (Key{}) {
			i := sort.Search(len(s.fresh), func(i int) bool { return s.fresh[i].Less(s.page.Before) })
			s.fresh = s.fresh[i:]
		}
		return walk(tx)
	})
}

// match gives the documents of some conversations to the matcher.
func (s *searching) match(list []Stamp, hit func(Key)) error {
	ds, loaded, err := s.desk.docs.load(s.tx, list)
	if err != nil {
		return err
	}
	s.ex.Matched += len(list)
	s.ex.Loaded += loaded
	for i, st := range list {
		if ds[i] != nil && s.matches(ds[i]) {
			hit(st.Key)
		}
	}
	return nil
}

// emit adds a hit, and before it the newer ones of the tail. It reports whether more are wanted.
func (s *searching) emit(k Key) bool {
	for len(s.fresh) > 0 && !s.fresh[0].Less(k) && len(s.keys) < s.page.Size {
		s.keys = append(s.keys, s.fresh[0])
		s.fresh = s.fresh[1:]
	}
	if len(s.keys) < s.page.Size {
		s.keys = append(s.keys, k)
	}
	return len(s.keys) < s.page.Size
}

// candidate is what the index gave.
type candidate struct {
	Key
	sure bool // it matches
}

// consider takes a candidate. Where the index is not sure, they are gathered and matched some at a time.
func (s *searching) consider(c candidate) (more bool, err error) {
	if s.tail.has(c.ID) {
		return true, nil
	}
	if c.sure && len(s.wanted) == 0 {
		return s.emit(c.Key), nil
	}
	s.ex.Exact = s.ex.Exact && c.sure
	s.wanted = append(s.wanted, c)
	if len(s.wanted) < min(512, 64+2*s.ex.Matched) {
		return true, nil
	}
	return s.decide()
}

func (s *searching) decide() (more bool, err error) {
	var ids []ConversationID
	for _, c := range s.wanted {
		if !c.sure {
			ids = append(ids, c.ID)
		}
	}
	stamps, err := s.tx.Stamps(ids)
	if err != nil {
		return false, err
	}
	hits := map[ConversationID]bool{}
	if err := s.match(slices.Collect(maps.Values(stamps)), func(k Key) { hits[k.ID] = true }); err != nil {
		return false, err
	}
	more = true
	last := s.wanted[len(s.wanted)-1]
	for _, c := range s.wanted {
		if (c.sure || hits[c.ID]) && more {
			more = s.emit(c.Key)
		}
	}
	s.wanted = s.wanted[:0]
	if more && (s.ex.Matched >= s.page.MaxScan || s.spent()) {
		s.stop(last.Key)
		more = false
	}
	return more, s.ctx.Err()
}

// merge takes hits that need no more matching, newest first.
func (s *searching) merge(keys []Key) error {
	for _, k := range keys {
		if !s.tail.has(k.ID) && !s.emit(k) {
			break
		}
	}
	return s.end()
}

// mergeTo takes what was found among the open conversations before the search had to stop.
func (s *searching) mergeTo(live liveFound) error {
	s.stop(live.at)
	err := s.merge(live.keys)
	if len(s.keys) >= s.page.Size {
		s.cut = nil // it was enough
	}
	return err
}

// matches decides on a document, and counts what that cost.
func (s *searching) matches(d *query.Doc) bool {
	ok, words := s.b.Cost(d)
	s.ex.Words += int64(words)
	return ok
}

// spent reports that the query has cost what it may.
func (s *searching) spent() bool { return s.ex.Words >= s.page.maxWords() }

// end takes what is left: candidates not yet matched, then the tail.
func (s *searching) end() error {
	if len(s.wanted) > 0 && len(s.keys) < s.page.Size && s.cut == nil {
		if _, err := s.decide(); err != nil {
			return err
		}
		s.cut = nil // the index had no more: all was looked at
	}
	for len(s.fresh) > 0 && len(s.keys) < s.page.Size && (s.cut == nil || s.fresh[0].At >= s.cut.Back.UnixMilli()) {
		s.keys = append(s.keys, s.fresh[0])
		s.fresh = s.fresh[1:]
	}
	return nil
}

// stop says that the search goes no further than behind k.
func (s *searching) stop(k Key) {
	s.cut = &Reached{Back: time.UnixMilli(k.At + 1), Why: *Why("search.incomplete")}
}

// scan looks at conversations one by one.
func (s *searching) scan() error {
	before := s.page.Before
	step := 128
	for {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		stamps, err := s.tx.Newest(before, step)
		if err != nil {
			return err
		}
		ds, loaded, err := s.desk.docs.load(s.tx, stamps)
		if err != nil {
			return err
		}
		s.ex.Loaded += loaded
		for i, st := range stamps {
			s.ex.Matched++
			if ds[i] != nil && s.matches(ds[i]) && !s.emit(st.Key) {
				return nil
			}
			if s.spent() && (i+1 < len(stamps) || len(stamps) == step) {
				s.stop(st.Key)
				return nil
			}
		}
		if len(stamps) < step {
			return nil
		}
		before = stamps[len(stamps)-1].Key
		if s.ex.Matched >= s.page.MaxScan {
			s.stop(before)
			return nil
		}
		step = min(step*2, 1024)
	}
}

// Count counts what matches, up to limit: more says that there may be more. cut says that it could not look at everything.
func (d *Desk) Count(ctx context.Context, b *query.Bound, limit int) (n int, more bool, cut *Reached, err error) {
	hits, err := d.search(ctx, b, Page{Size: limit + 1, MaxScan: max(DefaultMaxScan, limit)})
	n = len(hits.Keys)
	if n > limit {
		return limit, true, hits.Incomplete, err
	}
	return n, false, hits.Incomplete, err
}

// load gives the documents of conversations, from memory where it can; nil for one that is gone.
func (ds *docs) load(tx Tx, stamps []Stamp) (out []*query.Doc, loaded int, err error) {
	out = make([]*query.Doc, len(stamps))
	var miss []ConversationID
	where := map[ConversationID]int{}
	for i, st := range stamps {
		if out[i] = ds.remembered(docKey{st.ID, st.Version}); out[i] != nil {
			continue
		}
		where[st.ID] = i
		miss = append(miss, st.ID)
	}
	if len(miss) == 0 {
		return out, 0, nil
	}
	threads, err := tx.Threads(miss)
	if err != nil {
		return nil, 0, err
	}
	for _, t := range threads {
		out[where[t.ID]] = ds.conversation(t)
	}
	return out, len(miss), nil
}
