package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"lytter/classify"
	"lytter/classify/rulegen"
	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// rules measures, on one core, how many messages so many rules decide: found among tokens that are cut already; all the way from a text to a
// verdict with its reasons; and the same with all that is read of a message when it arrives (numbers of persons, language, sentiment and
// the other signals).
func (r *run) rules(ctx context.Context) error {
	s, err := r.survey(ctx)
	if err != nil {
		return err
	}
	cutter := text.NewCutter(0)
	docs := make([]*query.Doc, len(s.texts))
	for i := range s.texts {
		docs[i] = arrival(cutter, s, i)
	}
	for _, n := range r.Rules {
		r.Tell("cli.bench.rules", "N", n)
		data, err := rulegen.Rules(cutter, r.Seed, s.ruleWords(), n)
		if err != nil {
			return inbox.E(inbox.Invalid, "bench", "cli.bench.few_words").With(err)
		}
		if err := os.WriteFile(filepath.Join(r.Dir, fmt.Sprintf("rules-%d.toml", n)), data, 0o600); err != nil {
			return err
		}
		if err := r.decide(ctx, cutter, s, docs, data, n); err != nil {
			return err
		}
	}
	r.weigh("self")
	return nil
}

func arrival(cutter *text.Cutter, s *survey, i int) *query.Doc {
	d := &query.Doc{}
	arrivalInto(d, cutter, s, i)
	return d
}

func arrivalInto(d *query.Doc, cutter *text.Cutter, s *survey, i int) {
	inbox.ArrivalInto(d, cutter, nil, inbox.Account{ID: 1, Channel: s.channels[i]}, &inbox.Incoming{Kind: inbox.Comment, Text: s.texts[i]}, true)
}

func (r *run) decide(ctx context.Context, cutter *text.Cutter, s *survey, docs []*query.Doc, data []byte, n int) error {
	var setup inbox.Setup
	for i, name := range rulegen.Topics() {
		setup.Topics = append(setup.Topics, inbox.Topic{ID: inbox.TopicID(i + 1), Name: name})
	}
	for i, name := range rulegen.Queues() {
		setup.Queues = append(setup.Queues, inbox.Queue{ID: inbox.QueueID(i + 1), Name: name})
	}
	compiled, err := (&classify.Rules{Cutter: cutter}).Compile(&inbox.RuleSet{Version: 1, Bytes: data}, inbox.NewDirectory(setup))
	if err != nil {
		return err
	}
	c := compiled.(*classify.Classifier)
	bound, err := boundRules(cutter, data)
	if err != nil {
		return err
	}
	set := query.NewSet(bound)
	var hits []int32
	matched := 0
	var d query.Doc
	var v inbox.Verdict
	for _, d := range docs { // what a lexicon learns, it has learned
		hits = set.Match(d, hits[:0])
		matched += len(hits)
		c.ClassifyInto(&v, d)
	}
	if matched == 0 {
		return errors.New("bench: no rule matches anything")
	}
	share := float64(matched) / float64(len(docs))
	length := r.For / 2
	match, err := decideFor(ctx, length, len(docs), func(i int) { hits = set.Match(docs[i], hits[:0]) })
	if err != nil {
		return err
	}
	one, err := decideFor(ctx, length, len(docs), func(i int) {
		for _, b := range bound {
			if b.Match(docs[i]) {
				matched++
			}
		}
	})
	if err != nil {
		return err
	}
	verdict, err := decideFor(ctx, length, len(s.texts), func(i int) {
		d.Reset()
		d.AddWord(query.Channel, query.Code(query.Channel, string(s.channels[i])))
		d.AddText(query.Text, query.Passage{Tokens: cutter.Cut(d.Room(query.Text), s.texts[i])})
		c.ClassifyInto(&v, &d)
	})
	if err != nil {
		return err
	}
	arrived, err := decideFor(ctx, length, len(s.texts), func(i int) {
		arrivalInto(&d, cutter, s, i)
		c.ClassifyInto(&v, &d)
	})
	if err != nil {
		return err
	}
	name := "rules." + strconv.Itoa(n)
	r.add(figure(name+".rate", verdict, messagesPerSecond), figure(name+".arrival.rate", arrived, messagesPerSecond),
		figure(name+".match.rate", match, messagesPerSecond).beside("the same matcher, rule by rule", one),
		figure(name+".hits", share, "rules/message"))
	return nil
}

// boundRules gives the queries of a rule file.
func boundRules(cutter *text.Cutter, data []byte) ([]*query.Bound, error) {
	f, err := classify.Load(data)
	if err != nil {
		return nil, err
	}
	out := make([]*query.Bound, len(f.Rules))
	for i := range f.Rules {
		e, err := query.Parse(f.Rules[i].When)
		if err != nil {
			return nil, err
		}
		if out[i], err = query.Bind(e, query.Env{Cutter: cutter}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decideFor is how many of n things, over and over, f does in a second of one processor, whatever others do; where the system does not tell
// what we spent, in a second.
func decideFor(ctx context.Context, length time.Duration, n int, f func(i int)) (float64, error) {
	was, told := worked()
	begun := time.Now()
	look := begun.Add(length)
	for done := 0; ; done++ {
		if done%8 == 0 && done > 0 && !time.Now().Before(look) {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			now, ok := worked()
			if !told || !ok {
				return per(done, time.Since(begun)), nil
			}
			if spent := time.Duration(now.own-was.own) * time.Second / ticks; spent >= length/4 && spent > 0 {
				return per(done, spent), nil
			}
			look = time.Now().Add(length / 4)
		}
		f(done % n)
	}
}
