package bench

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Words are the heads of a table's columns, and what is said of aims.
type Words struct{ Name, Value, Peer, PeerValue, Ratio, Aim, Met, Missed string }

// Table writes results for people: searches by class in a table of their own, a row for each kind and a column for each frequency, with
// p50 / p95 and the conversations found, and in parentheses the peer's.
func Table(out io.Writer, w Words, rs []Result) error {
	for i, t := range w.tables(rs) {
		if i > 0 {
			fmt.Fprintln(out)
		}
		var aligned strings.Builder
		tw := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
		for _, row := range t {
			fmt.Fprintln(tw, strings.Join(row, "\t"))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		for line := range strings.Lines(aligned.String()) {
			fmt.Fprintln(out, strings.TrimRight(line, " \n"))
		}
	}
	return nil
}

// Markdown writes the same tables for a document, below what they depend on.
func Markdown(out io.Writer, w Words, facts string, rs []Result) error {
	if _, err := fmt.Fprintln(out, facts); err != nil {
		return err
	}
	for _, t := range w.tables(rs) {
		fmt.Fprintln(out)
		for i, row := range t {
			fmt.Fprintf(out, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				fmt.Fprintf(out, "|%s\n", strings.Repeat("---|", len(row)))
			}
		}
	}
	return nil
}

// tables arranges results: heads first.
func (w Words) tables(rs []Result) [][][]string {
	figures := [][]string{{w.Name, w.Value, w.Peer, w.PeerValue, w.Ratio, w.Aim}}
	byName := map[string]Result{}
	for _, r := range rs {
		byName[r.Name] = r
		if _, classed := class(r.Name); !classed {
			figures = append(figures, w.cells(r))
		}
	}
	searches := [][]string{append([]string{"search.*.*"}, frequencies...)}
	for _, k := range kinds {
		row, some := []string{k}, false
		for _, f := range frequencies {
			cell, ok := searchCell(byName, "search."+f+"."+k)
			row, some = append(row, cell), some || ok
		}
		if some {
			searches = append(searches, row)
		}
	}
	if len(searches) == 1 {
		return [][][]string{figures}
	}
	return [][][]string{figures, searches}
}

// class gives the class of a figure's name, if it has one.
func class(name string) (string, bool) {
	parts := strings.Split(name, ".")
	return strings.Join(parts[1:max(1, len(parts)-1)], "."), parts[0] == "search" && len(parts) == 4
}

// searchCell is a class in a few signs.
func searchCell(byName map[string]Result, name string) (cell string, ok bool) {
	p50, ok := byName[name+".p50"]
	if !ok {
		return "", false
	}
	p95, hits := byName[name+".p95"], byName[name+".hits"]
	cell = fmt.Sprintf("%s / %s ms, %s", digits(p50.Value), digits(p95.Value), digits(hits.Value))
	if p50.PeerValue != nil && p95.PeerValue != nil && hits.PeerValue != nil {
		cell += fmt.Sprintf(" (%s / %s ms, %s)", digits(*p50.PeerValue), digits(*p95.PeerValue), digits(*hits.PeerValue))
	}
	return cell, true
}

// cells are a row of figures.
func (w Words) cells(r Result) []string {
	out := []string{r.Name, digits(r.Value) + " " + r.Unit, "", "", "", ""}
	if r.Peer != nil {
		out[2] = *r.Peer
	}
	if r.PeerValue != nil {
		out[3] = digits(*r.PeerValue) + " " + r.Unit
	}
	if r.Ratio != nil {
		out[4] = digits(*r.Ratio)
	}
	if aim, ok := Aims()[r.Name]; ok {
		sign, word := "≤", w.Missed
		if aim.More {
			sign = "≥"
		}
		if aim.Met(r.Value) {
			word = w.Met
		}
		out[5] = sign + " " + digits(aim.Value) + ", " + word
	}
	return out
}

// digits writes what round has left, without an exponent.
func digits(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
