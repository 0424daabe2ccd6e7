package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

// labEach is how many queries of each frequency are tried.
const labEach = 8

// lab measures how long it takes to try queries on all that has arrived: until the first answer, which may be from a sample, and until the
// exact one.
func (r *run) lab(ctx context.Context) error {
	dir, err := r.filled(ctx)
	if err != nil {
		return err
	}
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return err
	}
	work := beside(ctx, h.Run)
	err = r.labDesk(ctx, h)
	return errors.Join(err, work.stop(), h.Close())
}

func (r *run) labDesk(ctx context.Context, h *House) error {
	r.Tell("cli.bench.search_prepare")
	if err := indexed(ctx, h); err != nil {
		return err
	}
	qs, err := r.queries(ctx, h)
	if err != nil {
		return err
	}
	tried := map[string]int{}
	first, exact := map[string]times{}, map[string]times{}
	hits := map[string][]int{}
	rate := 0.0
	for _, q := range qs {
		f, kind, _ := strings.Cut(q.class, ".")
		e, err := query.Parse(q.text)
		if err != nil {
			return err
		}
		if query.Only(e, query.Content) != nil || tried[f] >= labEach*4 || tried[f+kind] >= labEach/2 {
			continue
		}
		tried[f]++
		tried[f+kind]++
		begun, n := time.Now(), 0
		out, err := h.Desk.Lab.Try(h.Desk, inbox.Trial{When: q.text, Seed: r.Seed, SampleFor: 250 * time.Millisecond, Every: 100 * time.Millisecond})
		if err != nil {
			return err
		}
		for res, err := range out.Results(ctx) {
			if err != nil {
				return err
			}
			if n++; n == 1 {
				first[f] = append(first[f], time.Since(begun))
			}
			if !res.Exact {
				continue
			}
			exact[f] = append(exact[f], time.Since(begun))
			hits[f] = append(hits[f], int(res.Hits.N))
			rate = max(rate, per(int(res.Looked), time.Since(begun)))
		}
	}
	r.weigh("self")
	for _, f := range frequencies {
		if len(exact[f]) == 0 {
			return fmt.Errorf("bench: no query that is %s was tried to its end", f)
		}
		r.add(
			figure("lab."+f+".first.p50", first[f].ms(0.5), millis), figure("lab."+f+".first.p95", first[f].ms(0.95), millis),
			figure("lab."+f+".exact.p50", exact[f].ms(0.5), millis), figure("lab."+f+".exact.p95", exact[f].ms(0.95), millis),
			figure("lab."+f+".hits", float64(quantile(hits[f], 0.5)), "messages"),
		)
	}
	r.add(figure("lab.rate", rate, messagesPerSecond))
	return nil
}
