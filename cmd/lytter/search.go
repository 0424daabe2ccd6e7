package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// searchResult is what --json prints.
type searchResult struct {
	Query      string      `json:"query"`
	Hits       []hit       `json:"hits"`
	Seq        inbox.Seq   `json:"seq"`                  // the position of the log as of which this is right
	Incomplete *time.Time  `json:"incomplete,omitempty"` // the search stopped: conversations last active before this were not looked at
	Suggest    []string    `json:"suggest,omitempty"`    // queries that may have been meant, where this one found hardly anything
	Explain    *roadReport `json:"explain,omitempty"`
}

// fewHits is how many conversations a query finds whose words are right.
const fewHits = 3

// hit is one conversation found.
type hit struct {
	ID       inbox.ConversationID `json:"id"`
	Time     time.Time            `json:"time"`
	Channel  inbox.Channel        `json:"channel"`
	Account  string               `json:"account"`
	Kind     inbox.Kind           `json:"kind"`
	Status   inbox.Status         `json:"status"`
	Author   string               `json:"author"`
	Handle   string               `json:"handle,omitempty"`
	Person   inbox.PersonID       `json:"person,omitempty"` // for person:
	Text     string               `json:"text"`
	Topics   []string             `json:"topics"`
	Queue    string               `json:"queue,omitempty"`
	Assignee string               `json:"assignee,omitempty"`
	TakenBy  string               `json:"taken_by,omitempty"`
	Awaiting int                  `json:"awaiting"`
	Due      *time.Time           `json:"due,omitempty"`
}

// roadReport is how a search went, of its first page.
type roadReport struct {
	Road    inbox.Road    `json:"road"`
	Because inbox.Because `json:"because"`
	Guess   int64         `json:"guess"`
	Total   int64         `json:"total"`
	Exact   bool          `json:"exact"`
	Tail    int           `json:"tail"`
	Matched int           `json:"matched"`
	Loaded  int           `json:"loaded"`
	Words   int64         `json:"words"`
	Micros  int64         `json:"microseconds"`
	Parts   []part        `json:"parts,omitempty"` // what the index makes of each
}

// part is one of those parts of a query that all must hold.
type part struct {
	typed string
	Query string `json:"query"`
	Guess int64  `json:"guess"` // conversations at most; -1: the index cannot tell
	Exact bool   `json:"exact"`
}

func (p *program) searchCommand() *cobra.Command {
	var asJSON, asCSV, explain, fields bool
	var limit int
	search := p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
		switch {
		case asJSON && asCSV:
			return &usageError{err: errors.New(p.texts.T("cli.search.one_format"))}
		case limit < 1:
			return &usageError{err: errors.New(p.texts.T("cli.search.limit"))}
		}
		res, err := p.search(ctx, strings.Join(args, " "), limit)
		if err != nil {
			return p.placed(strings.Join(args, " "), err)
		}
		if res.Explain == nil || !explain {
			res.Explain = nil
		} else if res.Explain.Parts, err = p.parts(ctx, strings.Join(args, " ")); err != nil {
			return err
		}
		switch {
		case asJSON:
			return p.printJSON(res)
		case asCSV:
			err = p.printCSV(res.Hits)
		default:
			p.printHits(res)
		}
		p.printAbout(res)
		return err
	})
	c := &cobra.Command{
		Use: "search QUERY", Short: p.texts.T("cli.search.short"), Long: p.texts.T("cli.search.long"), Args: func(c *cobra.Command, args []string) error {
			if fields {
				return cobra.NoArgs(c, args)
			}
			return cobra.MinimumNArgs(1)(c, args)
		},
		ValidArgsFunction: p.completeQuery,
		Example:           "  lytter search '" + p.texts.T("cli.search.example") + "'",
		RunE: func(c *cobra.Command, args []string) error {
			if fields {
				p.printFields()
				return nil
			}
			return search(c, args)
		},
	}
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	f.BoolVar(&asCSV, "csv", false, p.texts.T("cli.flag.csv"))
	f.IntVar(&limit, "limit", 50, p.texts.T("cli.flag.limit"))
	f.BoolVar(&fields, "fields", false, p.texts.T("cli.flag.fields"))
	f.BoolVar(&explain, "explain", false, p.texts.T("cli.flag.explain"))
	return c
}

// placed shows where in a query its error is.
func (p *program) placed(q string, err error) error {
	column, ok := queryColumn(err, q)
	if !ok {
		return err
	}
	fmt.Fprintf(p.err, "%s\n%s^\n", text.CleanLine(inbox.MaskedQuery(q)), strings.Repeat(" ", column-1))
	return err
}

func (p *program) search(ctx context.Context, q string, limit int) (*searchResult, error) {
	res := &searchResult{Query: inbox.MaskedQuery(q), Hits: []hit{}}
	var before inbox.Key
	for len(res.Hits) < limit {
		hits, err := p.seat.Search(ctx, q, inbox.Page{Before: before, Size: min(limit-len(res.Hits), inbox.MaxPage)})
		if err != nil {
			return nil, err
		}
		if res.Seq == 0 {
			e := hits.Explain
			res.Seq = hits.Seq
			res.Explain = &roadReport{
				e.Road, e.Because, e.Guess, e.Total, e.Exact, e.Tail, e.Matched, e.Loaded, e.Words, e.Took.Microseconds(), nil,
			}
		}
		ids := make([]inbox.ConversationID, len(hits.Keys))
		for i, k := range hits.Keys {
			ids[i] = k.ID
		}
		rows, err := p.seat.Rows(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			res.Hits = append(res.Hits, p.hit(r))
		}
		if hits.Incomplete != nil {
			res.Incomplete = &hits.Incomplete.Back
			break
		}
		if len(hits.Keys) < min(limit, inbox.MaxPage) || len(hits.Keys) == 0 {
			break
		}
		before = hits.Keys[len(hits.Keys)-1]
	}
	if len(res.Hits) >= fewHits || limit < fewHits {
		return res, nil
	}
	var err error
	res.Suggest, err = p.seat.Suggest(ctx, q)
	for i, s := range res.Suggest {
		res.Suggest[i] = inbox.MaskedQuery(s)
	}
	return res, err
}

func (p *program) hit(r inbox.Row) hit {
	dir := p.seat.Desk().Directory()
	h := hit{
		ID: r.ID, Time: r.LastAt, Channel: r.Channel, Account: dir.Accounts[r.Account].Name, Kind: r.Kind, Status: r.Status,
		Author: r.Author.Name, Handle: r.Author.Handle, Person: r.Author.Person, Text: r.Text, Topics: []string{}, Assignee: dir.UserName(r.Assignee),
		Awaiting: r.Awaiting,
	}
	if r.Taken(p.seat.Desk().Now()) {
		h.TakenBy = dir.UserName(r.TakenBy)
	}
	if q := dir.Queue(r.Queue); q != nil {
		h.Queue = q.Name
	}
	for _, t := range dir.Shown(r.Topics) {
		h.Topics = append(h.Topics, dir.TopicPath(t.Topic))
	}
	if !r.DueAt.IsZero() {
		due := r.DueAt
		h.Due = &due
	}
	return h
}

// parts asks what the index makes of each part of a query.
func (p *program) parts(ctx context.Context, q string) ([]part, error) {
	plan, err := p.seat.Plan(ctx, q)
	out := make([]part, 0, len(plan))
	for _, x := range plan {
		out = append(out, part{inbox.MaskedQuery(q)[x.At.Start:x.At.End], inbox.MaskedQuery(x.Query), x.Guess, x.Exact})
	}
	return out, err
}

// printHits prints a line a conversation, as wide as the terminal.
func (p *program) printHits(res *searchResult) {
	t := p.texts
	loc := p.seat.Desk().Location
	now := p.seat.Desk().Now().In(loc)
	width := 120
	if n, err := strconv.Atoi(p.env("COLUMNS")); err == nil && n >= 60 {
		width = n
	}
	when := make([]text.Safe, len(res.Hits))
	longest := 0
	for i, h := range res.Hits {
		when[i] = text.CleanLine(t.When(h.Time.In(loc), now))
		longest = max(longest, when[i].Width())
	}
	for i, h := range res.Hits {
		who := h.Author
		if who == "" && h.Handle != "" {
			who = "@" + h.Handle
		}
		if who == "" {
			who = t.T("cli.nobody")
		}
		line := fmt.Sprintf("%7d  %s  %-9s  %-9s  ", h.ID, pad(when[i], longest), t.Word(string(h.Channel)), t.Word(string(h.Status)))
		line += pad(text.CleanLine(who), 20) + "  "
		tags := strings.Join(h.Topics, " ")
		room := max(20, width-text.Safe(line).Width()-len([]rune(tags))-2)
		fmt.Fprintln(p.out, strings.TrimRight(line+pad(text.CleanLine(h.Text), room)+"  "+string(text.CleanLine(tags)), " "))
	}
}

// printAbout says, beside the hits, how far the search got, what else may have been meant, and how it went.
func (p *program) printAbout(res *searchResult) {
	t := p.texts
	loc := p.seat.Desk().Location
	now := p.seat.Desk().Now().In(loc)
	switch {
	case res.Incomplete != nil:
		fmt.Fprintln(p.err, t.T("cli.search.incomplete", "Back", t.When(res.Incomplete.In(loc), now)))
	case len(res.Hits) == 0:
		fmt.Fprintln(p.err, t.T("cli.search.none"))
	}
	if len(res.Suggest) > 0 {
		fmt.Fprintln(p.err, t.T("cli.search.suggest", "Queries", strings.Join(res.Suggest, "  ")))
	}
	e := res.Explain
	if e == nil {
		return
	}
	fmt.Fprintln(p.err, t.T("cli.search.road."+string(e.Road), "Tail", e.Tail, "Matched", e.Matched, "Loaded", e.Loaded, "Guess", e.Guess,
		"Total", e.Total, "Millis", fmt.Sprintf("%.2f", float64(e.Micros)/1000)))
	fmt.Fprintln(p.err, t.T("cli.search.because."+string(e.Because)))
	for _, x := range e.Parts {
		key := "cli.search.part.most"
		switch {
		case x.Guess < 0:
			key = "cli.search.part.any"
		case x.Exact:
			key = "cli.search.part.exact"
		}
		fmt.Fprintln(p.err, "  "+t.T(key, "Query", text.CleanLine(x.typed), "Guess", t.Number(x.Guess)))
	}
}

func pad(s text.Safe, cells int) string {
	s = s.Truncate(cells, "…")
	return string(s) + strings.Repeat(" ", max(0, cells-s.Width()))
}

// printCSV prints comma-separated values. What a spreadsheet would take for a formula is defused.
func (p *program) printCSV(hits []hit) error {
	w := csv.NewWriter(p.machineOut())
	rows := [][]string{{
		"id", "time", "channel", "account", "kind", "status", "author", "handle", "text", "topics", "queue", "assignee", "taken_by", "awaiting", "due", "person",
	}}
	for _, h := range hits {
		due := ""
		if h.Due != nil {
			due = h.Due.Format(time.RFC3339)
		}
		rows = append(rows, []string{
			strconv.FormatInt(int64(h.ID), 10), h.Time.Format(time.RFC3339), string(h.Channel), defuse(h.Account), string(h.Kind), string(h.Status), defuse(h.Author),
			defuse(h.Handle), defuse(h.Text), defuse(strings.Join(h.Topics, " ")), defuse(h.Queue), defuse(h.Assignee), defuse(h.TakenBy),
			strconv.Itoa(h.Awaiting), due, strconv.FormatInt(int64(h.Person), 10),
		})
	}
	return w.WriteAll(rows)
}

// defuse makes outside text harmless: to a terminal, and to a spreadsheet by an apostrophe before what it would run. Some run it behind
// white space, too, or where the signs are wide (OWASP, CSV Injection).
func defuse(s string) string {
	s = string(text.Clean(s))
	if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s)); strings.ContainsRune("=+-@＝＋－＠|%", first) {
		return "'" + s
	}
	return s
}
