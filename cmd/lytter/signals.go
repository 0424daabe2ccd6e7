package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"lytter/inbox"
	"lytter/inbox/strict"
	"lytter/inbox/text"
	"lytter/inbox/text/signal"

	"github.com/spf13/cobra"
)

func (p *program) signalsCommand() *cobra.Command {
	c := &cobra.Command{Use: "signals", Short: p.texts.T("cli.signals.short"), Long: p.texts.T("cli.signals.long"), Args: cobra.NoArgs}
	c.AddCommand(p.accuracyCommand(), p.correctCommand(), p.correctionsCommand(), p.wordsCommand())
	return c
}

// accuracyReport is what --json of signals accuracy prints.
type accuracyReport struct {
	Of       string          `json:"of"`
	Texts    int             `json:"texts"`
	Right    int             `json:"right"`
	Accuracy float64         `json:"accuracy"`
	MacroF1  float64         `json:"macro_f1"`
	Labels   []accuracyLabel `json:"labels"`
	// Table counts texts by label given and label read, in the order of labels.
	Table [][]int `json:"table"`
}

type accuracyLabel struct {
	Label     string  `json:"label"`
	Given     int     `json:"given"`
	Read      int     `json:"read"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func (p *program) accuracyCommand() *cobra.Command {
	var asJSON bool
	var of, words string
	t := p.texts
	c := &cobra.Command{
		Use: "accuracy FILE.csv", Short: t.T("cli.signals.accuracy.short"), Long: t.T("cli.signals.accuracy.long"), Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if p.seat != nil && args[0] != "-" { // the file is of the machine where the command was typed
				return inbox.E(inbox.Invalid, "signals", "cli.signals.only_input")
			}
			cutter := text.NewCutter(0)
			own, err := p.ownWords(cutter, words)
			if err != nil {
				return err
			}
			read := signal.Labeller(cutter, signal.NewReader(own), of)
			if read == nil {
				return inbox.E(inbox.Invalid, "signals", "cli.signals.unknown", "Value", of, "Known", strings.Join(signal.Measures(), ", "))
			}
			texts, labels, err := p.labelled(args[0])
			if err != nil {
				return err
			}
			a := signal.Of(texts, labels, read)
			if asJSON {
				return p.printJSON(accuracyOf(of, &a))
			}
			return p.printAccuracy(&a)
		},
	}
	c.Flags().StringVar(&of, "of", signal.OfSentiment, t.T("cli.signals.accuracy.flag.of"))
	c.Flags().StringVar(&words, "words", "", t.T("cli.signals.accuracy.flag.words"))
	c.Flags().BoolVar(&asJSON, "json", false, t.T("cli.flag.json"))
	return c
}

// maxLabelled bounds a file of labelled texts, in bytes.
const maxLabelled = 256 << 20

// labelled reads a CSV file with a head: columns text and label, in any order among others. "-" is standard input.
func (p *program) labelled(file string) (texts, labels []string, err error) {
	in := p.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, nil, inbox.E(inbox.Invalid, "signals", "cli.no_file", "File", file).With(err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	r := csv.NewReader(io.LimitReader(in, maxLabelled))
	r.ReuseRecord, r.FieldsPerRecord, r.LazyQuotes = true, -1, true
	at, label := -1, -1
	for n := 0; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, inbox.E(inbox.Invalid, "signals", "cli.signals.bad_csv", "File", file).With(err)
		}
		if n == 0 {
			for i, name := range row {
				switch strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))) {
				case "text", "tekst":
					at = i
				case "label", "mærke":
					label = i
				}
			}
			if at < 0 || label < 0 {
				return nil, nil, inbox.E(inbox.Invalid, "signals", "cli.signals.no_columns", "File", file)
			}
			continue
		}
		if at < len(row) && label < len(row) {
			texts, labels = append(texts, strings.Clone(row[at])), append(labels, strings.ToLower(strings.TrimSpace(row[label])))
		}
	}
	return texts, labels, nil
}

func accuracyOf(of string, a *signal.Accuracy) accuracyReport {
	rep := accuracyReport{
		Of: of, Texts: a.Texts, Right: a.Right, Accuracy: a.Share(), MacroF1: a.Macro(), Labels: []accuracyLabel{}, Table: a.Table,
	}
	for _, l := range a.Each() {
		rep.Labels = append(rep.Labels, accuracyLabel{l.Label, l.Given, l.Read, l.Precision, l.Recall, l.F1})
	}
	return rep
}

func (p *program) printAccuracy(a *signal.Accuracy) error {
	t := p.texts
	share := func(x float64) string {
		return strings.Replace(fmt.Sprintf("%.3f", x), ".", t.T("cli.signals.point"), 1)
	}
	fmt.Fprintln(p.out, t.T("cli.signals.accuracy.said", "Right", a.Right, "Texts", a.Texts, "Share", share(a.Share()), "F1", share(a.Macro())))
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, t.T("cli.signals.accuracy.head")+"\t")
	for _, l := range a.Each() {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t\n", text.CleanLine(l.Label), l.Given, l.Read, share(l.Precision), share(l.Recall), share(l.F1))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(p.out)
	fmt.Fprintln(p.out, t.T("cli.signals.accuracy.table"))
	for _, l := range a.Labels {
		fmt.Fprintf(w, "\t%s", text.CleanLine(l))
	}
	fmt.Fprintln(w, "\t")
	for i, l := range a.Labels {
		fmt.Fprint(w, text.CleanLine(l))
		for _, n := range a.Table[i] {
			fmt.Fprintf(w, "\t%d", n)
		}
		fmt.Fprintln(w, "\t")
	}
	return w.Flush()
}

func (p *program) correctCommand() *cobra.Command {
	var message int64
	t := p.texts
	c := &cobra.Command{
		Use: "correct ID WORD", Short: t.T("cli.signals.correct.short"),
		Long: t.T("cli.signals.correct.long", "Words", strings.Join(signal.Words(), ", ")), Args: cobra.ExactArgs(2),
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			id, err := conversationID(args[0])
			if err != nil {
				return err
			}
			thing, value, ok := signal.ParseWord(args[1])
			if !ok {
				return inbox.E(inbox.Invalid, "signals", "cli.signals.unknown", "Value", args[1], "Known", strings.Join(signal.Words(), ", "))
			}
			return p.seat.Correct(ctx, id, inbox.MessageID(message), thing, value)
		}),
	}
	c.Flags().Int64Var(&message, "message", 0, t.T("cli.signals.correct.flag.message"))
	return c
}

// correction is what --json of signals corrections prints of each message.
type correction struct {
	Conversation inbox.ConversationID `json:"conversation"`
	Message      inbox.MessageID      `json:"message"`
	Label        string               `json:"label"`
	Text         string               `json:"text"`
}

func (p *program) correctionsCommand() *cobra.Command {
	var asJSON bool
	var of string
	t := p.texts
	c := &cobra.Command{
		Use: "corrections", Short: t.T("cli.signals.corrections.short"), Long: t.T("cli.signals.corrections.long"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			if r := p.seat.Refusal(inbox.DoExport, nil); r != nil {
				return &inbox.Error{Code: inbox.Forbidden, Op: "signals", Reason: *r}
			}
			about := map[string]signal.Signals{
				"": 0, signal.OfSentiment: signal.Sentiment, signal.OfLanguage: signal.Language, signal.OfDanger: signal.Danger, signal.OfQuestion: signal.Question,
			}
			thing, ok := about[of]
			if !ok {
				return inbox.E(inbox.Invalid, "signals", "cli.signals.unknown", "Value", of, "Known", strings.Join(signal.Measures(), ", "))
			}
			list, err := p.corrections(ctx, thing)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(list)
			}
			w := csv.NewWriter(p.machineOut())
			_ = w.Write([]string{"text", "label", "conversation", "message"}) // Flush tells
			for _, c := range list {
				_ = w.Write([]string{defuse(c.Text), c.Label, fmt.Sprint(c.Conversation), fmt.Sprint(c.Message)})
			}
			w.Flush()
			return w.Error()
		}),
	}
	c.Flags().StringVar(&of, "of", "", t.T("cli.signals.corrections.flag.of"))
	c.Flags().BoolVar(&asJSON, "json", false, t.T("cli.flag.json"))
	return c
}

// corrections lists what people have set of messages, a line each: everything, or one thing, with the labels that signals accuracy reads.
func (p *program) corrections(ctx context.Context, of signal.Signals) ([]correction, error) {
	list := []correction{}
	err := p.seat.Desk().Store.View(ctx, func(tx inbox.Tx) error {
		for after := inbox.MessageID(0); ; {
			ms, err := tx.Corrected(after, 500)
			if err != nil || len(ms) == 0 {
				return err
			}
			for i := range ms {
				m := &ms[i]
				after = m.ID
				for _, thing := range signal.Settable() {
					if !m.Signals.Set(thing) || !m.DeletedAt.IsZero() || of != 0 && of != thing {
						continue
					}
					label := signal.Word(thing, m.Signals)
					if of != 0 && of != signal.Sentiment && m.Signals&thing == 0 {
						label = "none"
					}
					list = append(list, correction{m.Conversation, m.ID, label, text.Masked(m.Text)})
				}
			}
		}
	})
	return list, err
}

// wordsFile is the organisation's own words as a file.
type wordsFile struct {
	Words map[string]int `toml:"words"`
}

func (p *program) wordsCommand() *cobra.Command {
	t := p.texts
	export := &cobra.Command{
		Use: "export", Short: t.T("cli.signals.words.export"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(context.Context, *cobra.Command, []string) error {
			fmt.Fprint(p.out, formatWords(t.T("cli.signals.words.comment"), p.seat.Desk().Directory().Words.Words()))
			return nil
		}),
	}
	load := &cobra.Command{
		Use: "import", Short: t.T("cli.signals.words.import"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			if r := p.seat.Refusal(inbox.DoRules, nil); r != nil {
				return &inbox.Error{Code: inbox.Forbidden, Op: "signals", Reason: *r}
			}
			data, err := io.ReadAll(io.LimitReader(p.in, 1<<20))
			if err != nil {
				return err
			}
			d := p.seat.Desk()
			weights, err := p.parseWords(d.Cutter, data)
			if err != nil {
				return err
			}
			if err := d.SetWords(ctx, weights, p.seat.User.ID); err != nil {
				return err
			}
			fmt.Fprintln(p.err, t.N("cli.signals.words.set", len(weights)))
			return nil
		}),
	}
	c := &cobra.Command{Use: "words", Short: t.T("cli.signals.words.short"), Long: t.T("cli.signals.words.long"), Args: cobra.NoArgs}
	c.AddCommand(export, load)
	return c
}

// ownWords reads a file of own words; "" is none.
func (p *program) ownWords(c *text.Cutter, file string) (*signal.Own, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, inbox.E(inbox.Invalid, "signals", "cli.no_file", "File", file).With(err)
	}
	weights, err := p.parseWords(c, data)
	if err != nil {
		return nil, err
	}
	return signal.NewOwn(c, weights), nil
}

func (p *program) parseWords(c *text.Cutter, data []byte) (map[string]int, error) {
	var f wordsFile
	var se *strict.Error
	if err := strict.Decode(data, &f); errors.As(err, &se) {
		bad := se.Faults[0]
		return nil, inbox.E(inbox.Invalid, "signals", "cli.signals.words.bad", "Line", bad.Line,
			"Error", p.texts.Reason(&inbox.Reason{Key: bad.Key, Args: bad.Args})).With(err)
	} else if err != nil {
		return nil, err
	}
	lines := map[string]int{}
	for _, place := range strict.Keys(data) {
		lines[place.Path[len(place.Path)-1]] = place.Line
	}
	for _, w := range slices.Sorted(maps.Keys(f.Words)) {
		if n := f.Words[w]; n < -signal.MaxWeight || n > signal.MaxWeight {
			return nil, inbox.E(inbox.Invalid, "signals", "cli.signals.words.weight", "Line", lines[w], "Word", w, "Most", signal.MaxWeight)
		}
		if !signal.Single(c, w) {
			return nil, inbox.E(inbox.Invalid, "signals", "cli.signals.words.single", "Line", lines[w], "Word", w)
		}
	}
	if len(f.Words) > signal.MaxOwn {
		return nil, inbox.E(inbox.Invalid, "signals", "cli.signals.words.too_many", "Most", signal.MaxOwn)
	}
	return f.Words, nil
}

// formatWords writes what parseWords reads.
func formatWords(comment string, weights map[string]int) string {
	var b strings.Builder
	b.WriteString("# " + comment + "\n[words]\n")
	for _, w := range slices.Sorted(maps.Keys(weights)) {
		fmt.Fprintf(&b, "%q = %d\n", w, weights[w])
	}
	return b.String()
}
