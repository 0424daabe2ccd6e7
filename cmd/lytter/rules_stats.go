package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// statsReport is what --json of rules stats prints.
type statsReport struct {
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until"`
	Messages int64         `json:"messages"`
	Rules    []ruleStats   `json:"rules"`
	Together []rulesPaired `json:"together"`
}

type ruleStats struct {
	Rule   string     `json:"rule"`
	Name   string     `json:"name"`
	Hits   int64      `json:"hits"`
	PerDay float64    `json:"per_day"`
	Last   *time.Time `json:"last,omitempty"`
	Weeks  []int64    `json:"weeks"` // the newest first
	Shadow bool       `json:"shadow"`
	// What it really met when it came, and met in shadow, under whatever version; conversations on which it set something, and on which
	// people said otherwise, by what of.
	Counted       int64                  `json:"counted"`
	CountedShadow int64                  `json:"counted_shadow"`
	Did           int64                  `json:"did"`
	Corrected     map[inbox.Aspect]int64 `json:"corrected"`

	Drift  float64 `json:"drift"` // standard deviations
	Drifts bool    `json:"drifts"`
	Dead   bool    `json:"dead"`
}

type rulesPaired struct {
	A     string  `json:"a"`
	B     string  `json:"b"`
	Both  int64   `json:"both"`
	Share float64 `json:"share"`
}

func (p *program) rulesStatsCommand() *cobra.Command {
	var since string
	var asJSON, linear bool
	t := p.texts
	c := &cobra.Command{
		Use: "stats", Short: t.T("lab.stats.short"), Long: t.T("lab.stats.long"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			rep, err := p.ruleStats(ctx, since)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(rep)
			}
			p.printStats(rep, linear)
			return nil
		}),
	}
	c.Flags().StringVar(&since, "since", "28d", t.T("lab.flag.since"))
	c.Flags().BoolVar(&linear, "linear", false, t.T("lab.flag.linear"))
	c.Flags().BoolVar(&asJSON, "json", false, t.T("cli.flag.json"))
	return c
}

func (p *program) ruleStats(ctx context.Context, since string) (*statsReport, error) {
	from, err := p.since(since)
	if err != nil {
		return nil, err
	}
	if from.IsZero() {
		return nil, inbox.E(inbox.Invalid, "rules", "lab.bad_since", "Value", since)
	}
	h, err := p.seat.RuleHealth(ctx, from)
	if err != nil {
		return nil, err
	}
	rep := &statsReport{Since: h.Since, Until: h.Until, Messages: h.Arrivals, Rules: []ruleStats{}, Together: []rulesPaired{}}
	days := max(h.Until.Sub(h.Since).Hours()/24, 1)
	for i := range h.Rules {
		r := &h.Rules[i]
		s := ruleStats{
			Rule: r.Rule, Name: r.Name, Hits: r.Hits, PerDay: float64(r.Hits) / days, Weeks: r.Weeks, Shadow: r.Shadow, Counted: r.Counted,
			CountedShadow: r.CountedShadow, Did: r.Did, Corrected: r.Corrected, Drift: r.Drift, Drifts: r.Drifts, Dead: r.Dead(),
		}
		if !r.Last.IsZero() {
			last := r.Last
			s.Last = &last
		}
		rep.Rules = append(rep.Rules, s)
	}
	for _, x := range h.Together {
		rep.Together = append(rep.Together, rulesPaired(x))
	}
	return rep, nil
}

// printStats prints a table, with what is out of the common below it; in plain lines a sentence for each rule.
func (p *program) printStats(rep *statsReport, linear bool) {
	t, d := p.texts, p.seat.Desk()
	now := d.Now().In(d.Location)
	fmt.Fprintln(p.out, t.T("lab.stats.window", "Messages", t.Number(rep.Messages), "From", t.Day(rep.Since.In(d.Location), now)))
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	if !linear {
		fmt.Fprintln(w, t.T("lab.stats.head"))
	}
	var dead []string
	for i := range rep.Rules {
		r := &rep.Rules[i]
		if r.Dead {
			dead = append(dead, r.Rule)
			continue
		}
		last := t.When(r.Last.In(d.Location), now)
		if linear {
			fmt.Fprintln(p.out, text.CleanLine(t.T("lab.stats.rule", "Rule", r.Rule, "Hits", t.Number(r.Hits), "Day", p.perDay(r.PerDay, 1), "Last", last,
				"Did", p.didWords(r))))
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", text.CleanLine(r.Rule), t.Number(r.Hits), p.perDay(r.PerDay, 1), last, text.CleanLine(p.didWords(r)))
	}
	_ = w.Flush() // into p.out, as all else
	for i := range rep.Rules {
		p.printDrift(rep, &rep.Rules[i])
	}
	if len(dead) > 0 {
		fmt.Fprintln(p.out, text.CleanLine(t.T("lab.stats.dead", "Rules", strings.Join(dead, ", "))))
	}
	for _, x := range rep.Together {
		fmt.Fprintln(p.out, text.CleanLine(t.T("lab.stats.together", "A", x.A, "B", x.B, "Both", t.Number(x.Both), "Percent", p.percent(x.Share))))
	}
}

// didWords says what a rule did, and what people said of it: "214 set, 12 corrected: topic 10, queue 2", or that it only counts.
func (p *program) didWords(r *ruleStats) string {
	t := p.texts
	if r.Shadow {
		return t.T("lab.stats.shadow", "N", t.Number(r.CountedShadow))
	}
	total := int64(0)
	var of []string
	for _, a := range slices.Sorted(maps.Keys(r.Corrected)) {
		total += r.Corrected[a]
		of = append(of, t.T("lab.aspect."+string(a))+" "+t.Number(r.Corrected[a]))
	}
	if total == 0 {
		return t.T("lab.stats.did", "Did", t.Number(r.Did))
	}
	return t.T("lab.stats.corrected", "Did", t.Number(r.Did), "N", t.Number(total), "Of", strings.Join(of, ", "))
}

// printDrift says where the newest week is unlike those before.
func (p *program) printDrift(rep *statsReport, r *ruleStats) {
	if !r.Drifts {
		return
	}
	t := p.texts
	before := r.Hits - r.Weeks[0]
	earlier := max(rep.Until.Sub(rep.Since).Hours()/24-7, 1)
	key := "lab.stats.more"
	if r.Drift < 0 {
		key = "lab.stats.less"
	}
	fmt.Fprintln(p.out, text.CleanLine(t.T(key, "Rule", r.Rule, "Now", t.Number(r.Weeks[0]), "Mean", p.perDay(7*float64(before)/earlier, 1))))
}

// suggestReport is what --json of rules suggest prints.
type suggestReport struct {
	Topic    string          `json:"topic"`
	Set      int             `json:"set"` // conversations: by people
	TakenOff int             `json:"taken_off"`
	Messages int64           `json:"messages"` // looked at
	Words    []suggestedWord `json:"words"`
	Against  []suggestedWord `json:"against"`
}

type suggestedWord struct {
	Word  string  `json:"word"`
	Here  int     `json:"here"`
	There int     `json:"there"`
	Z     float64 `json:"z"` // log-odds ratio with a prior, in standard deviations
	Has   int64   `json:"messages,omitempty"`
	Adds  int64   `json:"adds,omitempty"`
}

func (p *program) rulesSuggestCommand() *cobra.Command {
	var since string
	var asJSON bool
	t := p.texts
	c := &cobra.Command{
		Use: "suggest TOPIC", Short: t.T("lab.suggest.short"), Long: t.T("lab.suggest.long"), Args: cobra.ExactArgs(1),
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			rep, err := p.suggestRules(ctx, args[0], since)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(rep)
			}
			p.printSuggested(rep)
			return nil
		}),
	}
	c.Flags().StringVar(&since, "since", "90d", t.T("lab.flag.since"))
	c.Flags().BoolVar(&asJSON, "json", false, t.T("cli.flag.json"))
	return c
}

func (p *program) suggestRules(ctx context.Context, topic, since string) (*suggestReport, error) {
	dir := p.seat.Desk().Directory()
	id, err := p.topicNamed(topic)
	if err != nil {
		return nil, err
	}
	from, err := p.since(since)
	if err != nil {
		return nil, err
	}
	s, err := p.seat.SuggestWords(ctx, id, inbox.History{Since: from, Seed: 1})
	if err != nil {
		return nil, err
	}
	out := &suggestReport{Topic: dir.TopicPath(id), Set: s.Set, TakenOff: s.TakenOff, Messages: s.Arrivals}
	words := func(ws []inbox.Suggestion) []suggestedWord {
		out := make([]suggestedWord, 0, len(ws))
		for _, w := range ws {
			out = append(out, suggestedWord{w.Word, w.Here, w.There, w.Z, w.Has, w.Adds})
		}
		return out
	}
	out.Words, out.Against = words(s.Words), words(s.Against)
	return out, nil
}

func (p *program) printSuggested(rep *suggestReport) {
	t := p.texts
	fmt.Fprintln(p.out, text.CleanLine(t.T("lab.suggest.judged", "Topic", rep.Topic, "Set", t.Number(int64(rep.Set)), "Off", t.Number(int64(rep.TakenOff)),
		"Messages", t.Number(rep.Messages))))
	if len(rep.Words)+len(rep.Against) == 0 {
		fmt.Fprintln(p.out, t.T("lab.suggest.none"))
		return
	}
	for _, w := range rep.Words {
		fmt.Fprintln(p.out, "  "+text.CleanLine(t.T("lab.suggest.word", "Word", w.Word, "Here", t.Number(int64(w.Here)), "There", t.Number(int64(w.There)),
			"Has", t.Number(w.Has), "Adds", t.Number(w.Adds))))
	}
	if len(rep.Against) > 0 {
		fmt.Fprintln(p.out, t.T("lab.suggest.against"))
	}
	for _, w := range rep.Against {
		fmt.Fprintln(p.out, "  "+text.CleanLine(t.T("lab.suggest.bar", "Word", w.Word, "Here", t.Number(int64(w.Here)), "There", t.Number(int64(w.There)))))
	}
	fmt.Fprintln(p.out, t.T("lab.suggest.how"))
}
