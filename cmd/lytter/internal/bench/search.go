package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/store/fts5"
)

const (
	newest      = 50 // hits that a search is for
	searchTurns = 5  // times that each query is asked
)

const fts = "SQLite FTS5"

// search measures queries of every class, with SQLite's full-text index beside the desk where it can state them.
func (r *run) search(ctx context.Context) error {
	dir, err := r.filled(ctx)
	if err != nil {
		return err
	}
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return err
	}
	work := beside(ctx, h.Run)
	err = r.searchDesk(ctx, h)
	return errors.Join(err, work.stop(), h.Close())
}

func (r *run) searchDesk(ctx context.Context, h *House) error {
	r.Tell("cli.bench.search_prepare")
	if err := indexed(ctx, h); err != nil {
		return err
	}
	qs, err := r.queries(ctx, h)
	if err != nil {
		return err
	}
	r.forget()             // the tables that they were drawn from are not the desk's
	for _, q := range qs { // warm, and right
		hits, err := h.Seat.Search(ctx, q.text, inbox.Page{Size: newest})
		if err != nil {
			return err
		}
		if len(hits.Keys) != min(newest, q.hits) || hits.Incomplete != nil {
			return fmt.Errorf("bench: %s finds %d conversations; the matcher finds %d (%+v)", q.text, len(hits.Keys), q.hits, hits.Explain)
		}
	}
	r.weigh("self")
	p, _, err := r.peer(ctx, h)
	if err != nil {
		return err
	}
	r.Tell("cli.bench.search", "N", len(qs))
	m := &measured{run: r, house: h, peer: p, took: map[string]times{}, peers: map[string]times{}}
	err = errors.Join(m.all(ctx, qs), p.Close(), os.RemoveAll(filepath.Join(r.Dir, "fts5")))
	if err != nil {
		return err
	}
	m.report(qs)
	return nil
}

// indexed waits until the index and the live views are at the end of the log.
func indexed(ctx context.Context, h *House) error {
	var seq inbox.Seq
	err := h.Desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
		seq, err = tx.LastSeq()
		return err
	})
	if err != nil {
		return err
	}
	if err := h.Index.Await(ctx, seq); err != nil {
		return err
	}
	select {
	case <-h.Desk.Hub().Loaded():
	case <-ctx.Done():
		return ctx.Err()
	}
	for h.Desk.Hub().Seq() < seq {
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// queries draws candidates and keeps, by how many conversations the matcher says they match, some of each class.
func (r *run) queries(ctx context.Context, h *House) ([]asked, error) {
	read := newReadVocabulary(r.QuerySeed)
	if err := each(ctx, h, false, read.add); err != nil {
		return nil, err
	}
	if read.n == 0 || len(read.in) == 0 {
		return nil, inbox.E(inbox.Invalid, "bench", "cli.bench.few_words")
	}
	d := &drawer{vocabulary: read.vocabulary(), r: rand.New(rand.NewPCG(r.QuerySeed, 2))}
	cs := d.candidates()
	count, err := counter(cs, h.Seat.Bind)
	if err != nil {
		return nil, err
	}
	if err := each(ctx, h, false, count); err != nil {
		return nil, err
	}
	return choose(cs, read.n), nil
}

// peer puts the same conversations into FTS5, and tells how many they are.
func (r *run) peer(ctx context.Context, h *House) (_ *fts5.Peer, n int, err error) {
	dir := filepath.Join(r.Dir, "fts5")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return nil, 0, err
	}
	p, err := fts5.Open(ctx, filepath.Join(dir, "fts5.db"))
	if err != nil {
		return nil, 0, err
	}
	err = each(ctx, h, true, func(docs []document) error {
		n += len(docs)
		return p.Add(ctx, docs)
	})
	if err != nil {
		return nil, 0, errors.Join(err, p.Close())
	}
	return p, n, nil
}

// measured is what searches took, by class.
type measured struct {
	*run
	house  *House
	peer   *fts5.Peer
	stated []stated

	took, peers map[string]times
	counts      times
	peerCounts  times
}

// stated is a query that both sides take.
type stated struct {
	asked
	statement fts5.Statement
	found     int // by the peer
}

func (m *measured) all(ctx context.Context, qs []asked) error {
	for _, q := range qs {
		e, err := query.Parse(q.text)
		if err != nil {
			return err
		}
		s, ok := fts5.State(e, m.house.Desk.Cutter)
		if !ok {
			continue
		}
		n, err := m.peer.Count(ctx, s)
		if err != nil {
			return err
		}
		m.stated = append(m.stated, stated{asked: q, statement: s, found: n})
	}
	shuffle := rand.New(rand.NewPCG(m.QuerySeed, 3))
	order := slices.Clone(qs)
	for begun, turn := time.Now(), 0; turn < searchTurns && (turn < 2 || time.Since(begun) < 4*m.For); turn++ {
		shuffle.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, q := range order {
			if err := m.ours(ctx, q); err != nil {
				return err
			}
		}
		if err := m.theirs(ctx, shuffle); err != nil {
			return err
		}
	}
	return nil
}

func (m *measured) ours(ctx context.Context, q asked) error {
	begun := time.Now()
	_, err := m.house.Seat.Search(ctx, q.text, inbox.Page{Size: newest})
	m.took[q.class] = append(m.took[q.class], time.Since(begun))
	return err
}

func (m *measured) theirs(ctx context.Context, shuffle *rand.Rand) error {
	shuffle.Shuffle(len(m.stated), func(i, j int) { m.stated[i], m.stated[j] = m.stated[j], m.stated[i] })
	for _, s := range m.stated {
		begun := time.Now()
		if _, err := m.peer.Newest(ctx, s.statement, newest); err != nil {
			return err
		}
		m.peers[s.class] = append(m.peers[s.class], time.Since(begun))
	}
	for _, s := range m.stated {
		begun := time.Now()
		n, more, err := m.house.Seat.Count(ctx, s.text, 1<<30)
		m.counts = append(m.counts, time.Since(begun))
		if err != nil || more || n != s.hits {
			return fmt.Errorf("bench: %s counts %d conversations; the matcher finds %d: %w", s.text, n, s.hits, err)
		}
		begun = time.Now()
		if _, err := m.peer.Count(ctx, s.statement); err != nil {
			return err
		}
		m.peerCounts = append(m.peerCounts, time.Since(begun))
	}
	return nil
}

func (m *measured) report(qs []asked) {
	var all, both, peers times
	hits, found := map[string][]int{}, map[string][]int{}
	for _, c := range classes(qs) {
		all = append(all, m.took[c]...)
		if p := m.peers[c]; p != nil {
			both, peers = append(both, m.took[c]...), append(peers, p...)
		}
	}
	for _, q := range qs {
		hits[q.class] = append(hits[q.class], q.hits)
	}
	fewer := map[string][2]int{}
	for _, s := range m.stated {
		found[s.class] = append(found[s.class], s.found)
		n := fewer[s.class]
		if n[1]++; s.found != s.hits {
			n[0]++
		}
		fewer[s.class] = n
	}
	m.add(
		figure("search.p50", all.ms(0.5), millis), figure("search.p95", all.ms(0.95), millis),
		figure("search.stated.p50", both.ms(0.5), millis).beside(fts, peers.ms(0.5)),
		figure("search.stated.p95", both.ms(0.95), millis).beside(fts, peers.ms(0.95)),
		figure("search.count.p50", m.counts.ms(0.5), millis).beside(fts, m.peerCounts.ms(0.5)),
	)
	for _, c := range classes(qs) {
		p50, p95 := figure("search."+c+".p50", m.took[c].ms(0.5), millis), figure("search."+c+".p95", m.took[c].ms(0.95), millis)
		n := figure("search."+c+".hits", float64(quantile(hits[c], 0.5)), conversations)
		if p := m.peers[c]; p != nil {
			p50, p95, n = p50.beside(fts, p.ms(0.5)), p95.beside(fts, p.ms(0.95)), n.beside(fts, float64(quantile(found[c], 0.5)))
		}
		m.add(p50, p95, n)
		if f := fewer[c]; f[0] > 0 {
			m.Tell("cli.bench.hits_differ", "Class", c, "N", f[0], "Of", f[1])
		}
	}
}
