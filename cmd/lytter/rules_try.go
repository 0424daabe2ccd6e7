package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lytter/classify"
	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// tryOptions are the flags of try and diff.
type tryOptions struct {
	since, topic, queue, priority string
	within                        time.Duration
	seed                          uint64
	asJSON, linear                bool
}

func (p *program) tryFlags(c *cobra.Command, o *tryOptions) {
	t, f := p.texts, c.Flags()
	f.StringVar(&o.since, "since", "90d", t.T("lab.flag.since"))
	f.DurationVar(&o.within, "within", 0, t.T("lab.flag.within"))
	f.Uint64Var(&o.seed, "seed", 1, t.T("lab.flag.seed"))
	f.BoolVar(&o.asJSON, "json", false, t.T("cli.flag.json"))
	f.BoolVar(&o.linear, "linear", false, t.T("lab.flag.linear"))
}

func (p *program) rulesTryCommand() *cobra.Command {
	var o tryOptions
	t := p.texts
	c := &cobra.Command{
		Use: "try QUERY", Short: t.T("lab.try.short"), Long: t.T("lab.try.long"), Args: cobra.MinimumNArgs(1),
		Example: `  lytter rules try 'cykelsti* or "hul i vejen"' --since 90d --topic vej/cykel`,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			return p.tryQuery(ctx, strings.Join(args, " "), o)
		}),
	}
	p.tryFlags(c, &o)
	f := c.Flags()
	f.StringVar(&o.topic, "topic", "", t.T("lab.flag.topic"))
	f.StringVar(&o.queue, "queue", "", t.T("lab.flag.queue"))
	f.StringVar(&o.priority, "priority", "", t.T("lab.flag.priority"))
	return c
}

func (p *program) rulesDiffCommand() *cobra.Command {
	var o tryOptions
	t := p.texts
	c := &cobra.Command{
		Use: "diff FILE", Short: t.T("lab.diff.short"), Long: t.T("lab.diff.long"), Args: cobra.ExactArgs(1),
		RunE: p.withFile(p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			data, err := p.readRules()
			if err != nil {
				return err
			}
			if len(bytes.TrimSpace(data)) == 0 {
				return inbox.E(inbox.Invalid, "rules", "lab.empty_file")
			}
			return p.diffRules(ctx, data, o)
		})),
	}
	p.tryFlags(c, &o)
	return c
}

// tryQuery tries a query, and with what it would set the rules with it beside those without.
func (p *program) tryQuery(ctx context.Context, q string, o tryOptions) error {
	trial, err := p.trial(o)
	if err != nil {
		return err
	}
	if _, err := p.topicNamed(o.topic); err != nil {
		return err
	}
	if trial.When = q; strings.TrimSpace(q) == "" {
		return inbox.E(inbox.Invalid, "rules", "rules.empty", "Key", "QUERY")
	}
	if o.topic != "" || o.queue != "" || o.priority != "" {
		trial.Rules = p.withTrialRule(q, o)
	}
	out, err := p.seat.TryRules(trial)
	if err != nil {
		return p.refusedTrial(q, err)
	}
	return p.try(ctx, out, o, func(res *inbox.Tried) any { return p.tryReport(q, trial, out, res) }, func(res *inbox.Tried) {
		p.printTry(trial, res, o.linear)
	})
}

// withTrialRule is the rules in force with one more behind them.
func (p *program) withTrialRule(q string, o tryOptions) []byte {
	var next []byte
	if live := p.seat.Desk().Directory().Rules; live != nil {
		next = slices.Clone(live.Bytes)
	}
	next = fmt.Appendf(next, "\n[[rule]]\nid = %s\nwhen = %s\n", tomlText(trialRule), tomlText(q))
	if o.topic != "" {
		next = fmt.Appendf(next, "topics = [%s]\n", tomlText(strings.Trim(o.topic, "/")))
	}
	if o.queue != "" {
		next = fmt.Appendf(next, "queue = %s\n", tomlText(o.queue))
	}
	if o.priority != "" {
		next = fmt.Appendf(next, "priority = %s\n", tomlText(o.priority))
	}
	return next
}

// trialRule is what a query that is tried is called among the rules.
const trialRule = "lytter-rules-try"

// tomlText writes a text of a TOML file.
func tomlText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "\""
}

// diffRules tries a rule file beside the rules in force.
func (p *program) diffRules(ctx context.Context, data []byte, o tryOptions) error {
	trial, err := p.trial(o)
	if err != nil {
		return err
	}
	trial.Rules = data
	out, err := p.seat.TryRules(trial)
	if err != nil {
		return p.refusedTrial("", err)
	}
	if len(out.Changes) == 0 {
		if o.asJSON {
			return p.printJSON(p.tryReport("", trial, out, &inbox.Tried{Exact: true, Share: 1}))
		}
		fmt.Fprintln(p.out, p.texts.T("lab.diff.same"))
		return nil
	}
	return p.try(ctx, out, o, func(res *inbox.Tried) any { return p.tryReport("", trial, out, res) }, func(res *inbox.Tried) {
		p.printDiff(out, res, o.linear)
	})
}

// refusedTrial tells what is wrong with what was to be tried: of rules all faults, of a query the place.
func (p *program) refusedTrial(q string, err error) error {
	var ce *classify.Error
	if !errors.As(err, &ce) {
		return p.placed(q, err)
	}
	for _, f := range slices.Backward(ce.Faults) { // that it sets nothing comes before why
		if f.Rule != trialRule {
			continue
		}
		line := p.texts.Reason(&f.Reason)
		if len(f.Suggest) > 0 {
			line += " " + p.texts.T("query.suggest", "Suggest", strings.Join(f.Suggest, ", "))
		}
		fmt.Fprintln(p.err, text.CleanLine(line))
		return &exitError{exitUsage}
	}
	p.printRules(&ruleFileCheck{File: "-", Faults: p.checked("-", classify.Report{Faults: ce.Faults}).Faults})
	return &exitError{exitUsage}
}

func (p *program) trial(o tryOptions) (inbox.Trial, error) {
	since, err := p.since(o.since)
	return inbox.Trial{Since: since, Seed: o.seed, SampleFor: 250 * time.Millisecond, Every: 250 * time.Millisecond}, err
}

// tellAfter is how long a trial may go on without a word.
const tellAfter = 2 * time.Second

// try runs a trial. Whoever waits is told how it stands; what is interrupted tells what is known by then.
func (p *program) try(ctx context.Context, out *inbox.Tryout, o tryOptions, report func(*inbox.Tried) any, show func(*inbox.Tried)) error {
	run, stop := ctx, context.CancelFunc(func() {})
	if o.within > 0 {
		run, stop = context.WithTimeout(ctx, o.within)
	}
	defer stop()
	var last *inbox.Tried
	var failed error
	told := time.Now()
	for res, err := range out.Results(run) {
		if res != nil {
			last = res
		}
		if failed = err; err != nil {
			break
		}
		if !res.Exact && !o.asJSON && time.Since(told) >= tellAfter {
			told = time.Now()
			fmt.Fprintln(p.err, p.hits(res))
		}
	}
	if failed != nil && (last == nil || run.Err() == nil) {
		return failed
	}
	if last == nil {
		return nil
	}
	if o.asJSON {
		if err := p.printJSON(report(last)); err != nil {
			return err
		}
	} else {
		show(last)
	}
	return ctx.Err()
}

// hits says how many match, and how surely.
func (p *program) hits(res *inbox.Tried) string {
	t := p.texts
	switch {
	case res.Exact:
		return t.N("lab.hits", int(res.Hits.N))
	case res.Looked == 0:
		return t.T("lab.hits_sample", "About", p.about(res.Hits), "Sample", t.Number(int64(res.Sample)))
	}
	return t.T("lab.hits_share", "About", p.about(res.Hits), "Share", int(100*res.Share))
}

func (p *program) printTry(trial inbox.Trial, res *inbox.Tried, linear bool) {
	t, dir := p.texts, p.seat.Desk().Directory()
	fmt.Fprintln(p.out, p.hits(res))
	if res.Hits.N == 0 {
		return
	}
	p.chart(res.Days, res.Exact, linear)
	fmt.Fprintln(p.out, t.T("lab.by_channel", "List", shares(p, res.Channels, func(c inbox.Channel) string { return t.Word(string(c)) })))
	fmt.Fprintln(p.out, t.T("lab.by_account", "List", shares(p, res.Accounts, func(a inbox.AccountID) string { return dir.Accounts[a].Name })))
	fmt.Fprintln(p.out, t.T("lab.by_queue", "List", shares(p, res.Queues, p.queueName)))
	if trial.Rules != nil {
		p.printChanged(res)
		p.printJudged(res)
	}
	fmt.Fprintln(p.out, t.T("lab.newest"))
	p.printSamples(res)
}

func (p *program) printSamples(res *inbox.Tried) {
	d := p.seat.Desk()
	now := d.Now().In(d.Location)
	for _, h := range res.Newest {
		fmt.Fprintf(p.out, "  %7d  %-18s  %s\n", h.Conversation, p.texts.When(h.At, now), marked(h.Text, h.Spans, 90))
	}
}

// printJudged says what people said of what would be set.
func (p *program) printJudged(res *inbox.Tried) {
	t, dir := p.texts, p.seat.Desk().Directory()
	if len(res.Judged) == 0 {
		fmt.Fprintln(p.out, t.T("lab.not_judged"))
	}
	for _, j := range res.Judged {
		said := j.For + j.Against
		key, what := "lab.judged_topic", dir.TopicPath(j.Topic)
		if j.Queue != 0 {
			key, what = "lab.judged_queue", p.queueName(j.Queue)
		}
		fmt.Fprintln(p.out, text.CleanLine(t.T(key, "What", what, "Said", t.Number(int64(said)), "For", t.Number(int64(j.For)),
			"Against", t.Number(int64(j.Against)), "Percent", p.percent(float64(j.For)/float64(said)))))
	}
}

func (p *program) printDiff(out *inbox.Tryout, res *inbox.Tried, linear bool) {
	t := p.texts
	p.printChanges(out.Changes, false)
	fmt.Fprintln(p.out, p.hits(res))
	if res.Hits.N == 0 {
		return
	}
	p.chart(res.Days, res.Exact, linear)
	p.printChanged(res)
	p.printJudged(res)
	if len(res.Newest) > 0 {
		fmt.Fprintln(p.out, t.T("lab.diff.newest"))
		p.printSamples(res)
	}
}

// printChanged says what would be otherwise.
func (p *program) printChanged(res *inbox.Tried) {
	t, dir := p.texts, p.seat.Desk().Directory()
	if res.Changed.N == 0 && res.Exact {
		fmt.Fprintln(p.out, t.T("lab.diff.nothing"))
		return
	}
	fmt.Fprintln(p.out, t.T("lab.diff.affected", "About", p.about(res.Changed), "Day", p.perDay(float64(res.Changed.N), len(res.Days))))
	by := func(rule string) string {
		if rule == trialRule || rule == "" {
			return ""
		}
		return " (" + rule + ")"
	}
	for _, c := range res.Topics {
		key := "lab.diff.takes"
		if c.Adds {
			key = "lab.diff.adds"
		}
		fmt.Fprintln(p.out, "  "+t.T(key, "Topic", dir.TopicPath(c.Topic), "N", p.roughly(c.N, res.Exact))+by(c.Rule))
	}
	load := map[inbox.QueueID]int64{}
	for _, m := range res.Moves {
		load[m.From], load[m.To] = load[m.From]-m.N, load[m.To]+m.N
		fmt.Fprintln(p.out, "  "+t.T("lab.diff.move", "Old", p.queueName(m.From), "New", p.queueName(m.To), "N", p.roughly(m.N, res.Exact))+by(m.Rule))
	}
	for _, c := range res.Priorities {
		fmt.Fprintln(p.out, "  "+t.T("lab.diff.priority", "Old", t.Word(c.From.String()), "New", t.Word(c.To.String()), "N", p.roughly(c.N, res.Exact))+by(c.Rule))
	}
	for _, c := range res.Others {
		key := "lab.loses."
		if c.Adds {
			key = "lab.gains."
		}
		fmt.Fprintln(p.out, "  "+t.T(key+string(c.Set), "N", p.roughly(c.N, res.Exact), "Name", dir.UserName(inbox.UserID(c.To)), "What", p.proposal(c.Name))+by(c.Rule))
	}
	for _, q := range dir.Queues {
		switch n := load[q.ID]; {
		case n > 0:
			fmt.Fprintln(p.out, "  "+t.T("lab.diff.more", "Queue", p.queueName(q.ID), "Day", p.perDay(float64(n), len(res.Days))))
		case n < 0:
			fmt.Fprintln(p.out, "  "+t.T("lab.diff.less", "Queue", p.queueName(q.ID), "Day", p.perDay(float64(-n), len(res.Days))))
		}
	}
	if res.Overruled > 0 {
		fmt.Fprintln(p.out, "  "+t.T("lab.diff.overruled", "N", p.roughly(res.Overruled, res.Exact)))
	}
}

// proposal puts what a rule proposes into words.
func (p *program) proposal(name string) string {
	do, template, _ := strings.Cut(name, " ")
	if do == "" {
		return ""
	}
	return p.texts.T("lab.proposal."+do, "Name", template)
}

// perDay is a rate in words.
func (p *program) perDay(n float64, days int) string {
	s := fmt.Sprintf("%.1f", n/float64(max(days, 1)))
	if s == "0.0" && n > 0 {
		s = fmt.Sprintf("%.2g", n/float64(max(days, 1)))
	}
	if p.lang == "da" {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}
