package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/classify"
	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// labCommands try rules out: nothing that they do changes the desk.
func (p *program) labCommands() []*cobra.Command {
	return []*cobra.Command{
		p.rulesTestCommand(), p.rulesTryCommand(), p.rulesDiffCommand(), p.rulesExplainCommand(), p.rulesStatsCommand(), p.rulesSuggestCommand(),
	}
}

// mayRules refuses those who do not write rules.
func (p *program) mayRules() error {
	if r := p.seat.Refusal(inbox.DoRules, nil); r != nil {
		return &inbox.Error{Code: inbox.Forbidden, Op: "rules", Reason: *r}
	}
	return nil
}

// lab is what rules are read with at this desk.
func (p *program) lab() *classify.Rules {
	d := p.seat.Desk()
	return &classify.Rules{Cutter: d.Cutter, Location: d.Location}
}

func (p *program) readRules() ([]byte, error) {
	return io.ReadAll(io.LimitReader(p.in, classify.MaxFile+1))
}

// since reads how far back is to be looked: 90d, 12w, a day, or all.
func (p *program) since(s string) (time.Time, error) {
	d := p.seat.Desk()
	now := d.Now().In(d.Location)
	switch low := strings.ToLower(strings.TrimSpace(s)); {
	case low == "all" || low == "alt":
		return time.Time{}, nil
	case len(low) > 1:
		n, err := strconv.Atoi(low[:len(low)-1])
		days := map[byte]int{'d': 1, 'w': 7, 'u': 7}[low[len(low)-1]]
		if err == nil && days > 0 && n > 0 && n < 100_000 {
			return time.Date(now.Year(), now.Month(), now.Day()-n*days+1, 0, 0, 0, 0, d.Location), nil
		}
		if day, err := time.ParseInLocation(time.DateOnly, low, d.Location); err == nil {
			return day, nil
		}
	}
	return time.Time{}, inbox.E(inbox.Invalid, "rules", "lab.bad_since", "Value", s)
}

// topicNamed finds a topic; the error offers others.
func (p *program) topicNamed(path string) (inbox.TopicID, error) {
	if path == "" {
		return 0, nil
	}
	if id, ok := p.seat.Desk().Directory().TopicAt(strings.Trim(path, "/")); ok {
		return id, nil
	}
	return 0, inbox.E(inbox.Invalid, "rules", "rules.unknown_topic", "Name", path)
}

// about puts a number into words: "1,240", or "about 1,240, give or take 60".
func (p *program) about(e inbox.Estimate) string {
	t := p.texts
	if e.Exact || e.Low == e.High {
		return t.Number(e.N)
	}
	give := e.Give()
	step := int64(math.Pow10(len(strconv.FormatInt(give, 10)) - 1))
	return t.T("lab.about", "N", t.Number((e.N+step/2)/step*step), "Give", t.Number((give+step-1)/step*step))
}

// roughly is about of a count that is as good as the whole is.
func (p *program) roughly(n int64, exact bool) string {
	if exact {
		return p.texts.Number(n)
	}
	return p.texts.T("lab.roughly", "N", p.texts.Number(n))
}

// queueName is a queue in words.
func (p *program) queueName(id inbox.QueueID) string {
	if q := p.seat.Desk().Directory().Queue(id); q != nil {
		return string(text.CleanLine(q.Name))
	}
	return p.texts.T("lab.no_queue")
}

// shares lists counts by name, the largest first: "Facebook 800, X 140".
func shares[K comparable](p *program, of map[K]int64, name func(K) string) string {
	keys := make([]K, 0, len(of))
	for k, n := range of {
		if n > 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b K) int {
		if of[a] != of[b] {
			return int(of[b] - of[a])
		}
		return strings.Compare(name(a), name(b))
	})
	parts := make([]string, 0, len(keys))
	for _, k := range keys {
		parts = append(parts, name(k)+" "+p.texts.Number(of[k]))
	}
	return strings.Join(parts, ", ")
}

// marked is a text with the words in brackets that a query met, about so many characters of it around the first.
func marked(s string, spans [][2]int, room int) text.Safe {
	from := 0
	if len(spans) > 0 && spans[0][0] > room/2 {
		from = spans[0][0] - room/3
		for from > 0 && s[from]&0xc0 == 0x80 {
			from--
		}
	}
	var b strings.Builder
	if from > 0 {
		b.WriteString("… ")
	}
	for _, at := range spans {
		if at[0] < from || at[1] > len(s) {
			continue
		}
		b.WriteString(s[from:at[0]] + "[" + s[at[0]:at[1]] + "]")
		from = at[1]
	}
	b.WriteString(s[from:])
	return text.CleanLine(b.String()).Truncate(room, "…")
}

// chartColumns is how wide a chart is at most.
const chartColumns = 60

// chart draws hits by day, or by several days where they are many: a line of columns, and what it says in words. In plain lines it is
// a table, without the days that have none.
func (p *program) chart(days []inbox.TriedDay, exact, linear bool) {
	if len(days) == 0 {
		return
	}
	t := p.texts
	now := p.seat.Desk().Now().In(p.seat.Desk().Location)
	var total, most int64
	peak := 0
	for i, d := range days {
		total += d.N
		if d.N > days[peak].N {
			peak = i
		}
	}
	mean := strconv.FormatFloat(float64(total)/float64(len(days)), 'f', 1, 64)
	if p.lang == "da" {
		mean = strings.Replace(mean, ".", ",", 1)
	}
	fmt.Fprintln(p.out, t.T("lab.days", "Mean", mean, "Day", t.Day(days[peak].Start, now), "Most", p.roughly(days[peak].N, exact)))
	each := (len(days) + chartColumns - 1) / chartColumns
	if linear {
		each = 1
		if len(days) > 31 {
			each = 7
		}
	}
	var sums []int64
	var starts []time.Time
	for end := len(days); end > 0; end -= each {
		var n int64
		first := max(0, end-each)
		for _, d := range days[first:end] {
			n += d.N
		}
		sums, starts, most = append(sums, n), append(starts, days[first].Start), max(most, n)
	}
	slices.Reverse(sums)
	slices.Reverse(starts)
	if linear {
		for i, n := range sums {
			if n == 0 {
				continue
			}
			fmt.Fprintln(p.out, "  "+t.N("lab.from_day", each, "Day", t.Day(starts[i], now), "N", t.Number(n)))
		}
		return
	}
	levels := []rune("▁▂▃▄▅▆▇█")
	line := make([]rune, len(sums))
	for i, n := range sums {
		line[i] = '·'
		if n > 0 {
			line[i] = levels[int(n-1)*len(levels)/int(most)]
		}
	}
	fmt.Fprintln(p.out, "  "+string(line))
	fmt.Fprintln(p.out, "  "+t.N("lab.columns", each, "From", t.Day(starts[0], now), "To", t.Day(now, now), "Most", t.Number(most)))
}
