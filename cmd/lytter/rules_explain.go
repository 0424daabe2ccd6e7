package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// explainReport is what --json of rules explain prints: for each message what the rules in force make of it.
type explainReport struct {
	Version  int64              `json:"version"` // of the rules in force
	Messages []explainedMessage `json:"messages"`
}

type explainedMessage struct {
	Message inbox.MessageID `json:"message,omitempty"`
	Time    *time.Time      `json:"time,omitempty"`
	Text    string          `json:"text"`
	Struck  []struckRule    `json:"matches"`
	Near    []nearRule      `json:"nearly"`
}

type struckRule struct {
	Rule    string        `json:"rule"`
	Name    string        `json:"name"`
	When    string        `json:"when"`
	Why     []clauseWords `json:"why"`
	Sets    []string      `json:"sets,omitempty"`
	Already []string      `json:"set_by_another,omitempty"`
	Does    []ruleDoes    `json:"does,omitempty"` // beside topics
	After   string        `json:"stopped_by,omitempty"`
	Shadow  bool          `json:"shadow,omitempty"`           // it only counts
	Closed  bool          `json:"outside_schedule,omitempty"` // it does not count for what came then
}

// ruleDoes is something that a rule decides: the queue, priority, user or proposal, by name.
type ruleDoes struct {
	Set inbox.Aspect `json:"set"`
	To  string       `json:"to,omitempty"`
}

// clauseWords is a part of a rule's query and the words that meet it.
type clauseWords struct {
	Clause string   `json:"clause"`
	Words  []string `json:"words,omitempty"`
	Spans  [][2]int `json:"spans,omitempty"` // bytes of the text
}

type nearRule struct {
	Rule  string        `json:"rule"`
	Name  string        `json:"name"`
	When  string        `json:"when"`
	Met   []clauseWords `json:"met"`
	Lacks []string      `json:"lacks,omitempty"`
	Bars  []clauseWords `json:"bars,omitempty"` // what must not be there, and is
}

// explainOptions are the flags of explain.
type explainOptions struct {
	text, channel, kind, account string
	message                      int64
	asJSON                       bool
}

func (p *program) rulesExplainCommand() *cobra.Command {
	var o explainOptions
	t := p.texts
	c := &cobra.Command{
		Use: "explain [CONVERSATION]", Short: t.T("lab.explain.short"), Long: t.T("lab.explain.long"), Args: cobra.MaximumNArgs(1),
		Example: "  lytter rules explain 1234\n  lytter rules explain --text 'Der er hul i cykelstien'",
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			if (len(args) == 0) == (o.text == "") {
				return &usageError{err: errors.New(p.texts.T("lab.explain.choose"))}
			}
			rep, err := p.explainRules(ctx, args, o)
			if err != nil {
				return err
			}
			if o.asJSON {
				return p.printJSON(rep)
			}
			p.printExplained(rep)
			return nil
		}),
	}
	f := c.Flags()
	f.StringVar(&o.text, "text", "", t.T("lab.flag.text"))
	f.StringVar(&o.channel, "channel", string(inbox.Facebook), t.T("lab.flag.channel"))
	f.StringVar(&o.kind, "kind", string(inbox.Comment), t.T("lab.flag.kind"))
	f.StringVar(&o.account, "account", "", t.T("lab.flag.account"))
	f.Int64Var(&o.message, "message", 0, t.T("lab.flag.message"))
	f.BoolVar(&o.asJSON, "json", false, t.T("cli.flag.json"))
	return c
}

func (p *program) explainRules(ctx context.Context, args []string, o explainOptions) (*explainReport, error) {
	dir := p.seat.Desk().Directory()
	rep := &explainReport{Messages: []explainedMessage{}}
	if dir.Rules != nil {
		rep.Version = dir.Rules.Version
	}
	if len(args) == 0 {
		a := inbox.Account{Channel: inbox.Channel(o.channel)}
		if o.account != "" {
			var ok bool
			if a, ok = dir.AccountNamed(o.account); !ok {
				return nil, inbox.E(inbox.Invalid, "rules", "rules.unknown_account", "Name", o.account)
			}
		}
		x, err := p.seat.ExplainText(a, inbox.Kind(o.kind), o.text)
		if err != nil {
			return nil, err
		}
		rep.Messages = append(rep.Messages, p.explained(x, text.Masked(o.text)))
		return rep, nil
	}
	id, err := conversationID(args[0])
	if err != nil {
		return nil, err
	}
	ms, err := p.seat.ExplainRules(ctx, id, inbox.MessageID(o.message))
	if err != nil {
		return nil, err
	}
	for i := range ms {
		e := p.explained(&ms[i].Explanation, ms[i].Text)
		e.Message, e.Time = ms[i].Message, &ms[i].At
		rep.Messages = append(rep.Messages, e)
	}
	return rep, nil
}

func (p *program) explained(e *inbox.Explanation, said string) explainedMessage {
	dir := p.seat.Desk().Directory()
	paths := func(ids []inbox.TopicID) (out []string) {
		for _, id := range ids {
			out = append(out, dir.TopicPath(id))
		}
		return out
	}
	out := explainedMessage{Text: said, Struck: []struckRule{}, Near: []nearRule{}}
	for i := range e.Struck {
		s := &e.Struck[i]
		out.Struck = append(out.Struck, struckRule{
			Rule: s.Rule, Name: s.Name, When: s.When, Why: clausesOf(&s.RuleText, s.Hits, said), Sets: paths(s.Sets), Already: paths(s.Late),
			Does: p.does(s, &e.Verdict), After: s.After, Shadow: s.Shadow, Closed: s.Closed,
		})
	}
	for i := range e.Near {
		n := &e.Near[i]
		r := nearRule{Rule: n.Rule, Name: n.Name, When: n.When, Met: clausesOf(&n.RuleText, n.Met, said)}
		for _, s := range n.Stops {
			part := strings.TrimSpace(n.Part(s.At.Start, s.At.End))
			if !s.Not {
				r.Lacks = append(r.Lacks, part)
				continue
			}
			bar := clauseWords{Clause: part}
			for _, c := range clausesOf(&n.RuleText, s.Hits, said) {
				bar.Words, bar.Spans = append(bar.Words, c.Words...), append(bar.Spans, c.Spans...)
			}
			r.Bars = append(r.Bars, bar)
		}
		out.Near = append(out.Near, r)
	}
	return out
}

// does names what a rule decides beside topics, and what it decides on.
func (p *program) does(s *inbox.StruckRule, v *inbox.Verdict) (out []ruleDoes) {
	dir := p.seat.Desk().Directory()
	for _, a := range s.Acts {
		switch a {
		case inbox.SetQueue:
			out = append(out, ruleDoes{a, p.queueName(v.Queue)})
		case inbox.SetPriority:
			out = append(out, ruleDoes{a, v.Priority.String()})
		case inbox.SetAssignee:
			out = append(out, ruleDoes{a, dir.UserName(v.Assignee)})
		case inbox.SetProposal:
			for _, q := range v.Proposals {
				if q.Rule == s.Rule {
					out = append(out, ruleDoes{a, strings.TrimSpace(string(q.Do) + " " + q.Template)})
				}
			}
		case inbox.SetSpam, inbox.SetRedLane, inbox.SetQueueOnly, inbox.SetTopic:
			out = append(out, ruleDoes{a, ""})
		}
	}
	return out
}

// clausesOf gathers reasons by the part of the query that they are of.
func clausesOf(r *inbox.RuleText, hits []inbox.RuleHit, said string) []clauseWords {
	out := []clauseWords{}
	at := map[string]int{}
	for _, h := range hits {
		part := strings.TrimSpace(r.Part(h.Clause[0], h.Clause[1]))
		i, ok := at[part]
		if !ok {
			i = len(out)
			at[part] = i
			out = append(out, clauseWords{Clause: part})
		}
		if h.End > h.Start && int(h.End) <= len(said) {
			out[i].Words = append(out[i].Words, said[h.Start:h.End])
			out[i].Spans = append(out[i].Spans, [2]int{int(h.Start), int(h.End)})
		}
	}
	return out
}

func (p *program) printExplained(rep *explainReport) {
	t, d := p.texts, p.seat.Desk()
	line := func(indent, s string) { fmt.Fprintln(p.out, indent+string(text.CleanLine(s))) }
	for i, m := range rep.Messages {
		if i > 0 {
			fmt.Fprintln(p.out)
		}
		head := m.Text
		if m.Time != nil {
			head = t.When(*m.Time, d.Now().In(d.Location)) + "  " + head
		}
		line("", head)
		if len(m.Struck) == 0 {
			line("  ", t.T("lab.explain.none"))
		}
		for _, s := range m.Struck {
			line("  ", t.T("lab.explain.matches", "Rule", s.Rule, "Name", s.Name, "Why", p.because(s.Why)))
			for _, x := range p.effects(s) {
				line("      ", x)
			}
		}
		for _, n := range m.Near {
			line("  ", t.T("lab.explain.nearly", "Rule", n.Rule, "Name", n.Name, "Why", p.because(n.Met)))
			for _, part := range n.Lacks {
				line("      ", t.T("lab.explain.lacks", "Part", short(part)))
			}
			for _, b := range n.Bars {
				line("      ", t.T("lab.explain.bars", "Part", short(b.Clause), "Words", strings.Join(b.Words, ", ")))
			}
		}
	}
}

// short is a part of a query as a line shows it: of many alternatives the first ones.
func short(part string) string { return string(text.CleanLine(part).Truncate(100, " …")) }

// because puts reasons into words: each part, and the words that meet it.
func (p *program) because(why []clauseWords) string {
	parts := make([]string, 0, len(why))
	for _, c := range why {
		if len(c.Words) == 0 {
			parts = append(parts, c.Clause)
			continue
		}
		parts = append(parts, p.texts.T("lab.explain.meets", "Part", c.Clause, "Words", strings.Join(c.Words, ", ")))
	}
	return strings.Join(parts, "; ")
}

// effects says what a rule that matches does.
func (p *program) effects(s struckRule) (out []string) {
	t := p.texts
	switch {
	case s.Shadow:
		return []string{t.T("lab.explain.shadow")}
	case s.Closed:
		return []string{t.T("lab.explain.closed")}
	case s.After != "":
		return []string{t.T("lab.explain.after", "Rule", s.After)}
	}
	if len(s.Sets) > 0 {
		out = append(out, t.T("lab.explain.sets", "Topics", strings.Join(s.Sets, ", ")))
	}
	if len(s.Already) > 0 {
		out = append(out, t.T("lab.explain.already", "Topics", strings.Join(s.Already, ", ")))
	}
	for _, x := range s.Does {
		what := x.To
		switch x.Set {
		case inbox.SetPriority:
			what = t.Word(what)
		case inbox.SetProposal:
			what = p.proposal(what)
		case inbox.SetTopic, inbox.SetQueue, inbox.SetQueueOnly, inbox.SetRedLane, inbox.SetAssignee, inbox.SetSpam:
		}
		out = append(out, t.T("lab.does."+string(x.Set), "What", what))
	}
	if len(out) == 0 {
		out = append(out, t.T("lab.explain.nothing"))
	}
	return out
}
