package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// benchNames lists every figure of a whole bench with rules of these numbers.
func benchNames(rules ...int) []string {
	out := strings.Fields(`ack.rate ack.p99 ack.journal.rate ingest.rate ingest.live.rate index.conversations index.rate index.messages.rate index.size index.rebuild
		visible.p50 visible.p99 visible.lag.p99 hub.core hub.update.p50 hub.update.p99
		search.p50 search.p95 search.stated.p50 search.stated.p95 search.count.p50 tui.first_paint tui.key_to_frame.p50 tui.key_to_frame.p99
		rss rss.ack rss.decode rss.ingest rss.index rss.visible rss.hub rss.rules rss.search rss.tui
		own.ack own.decode own.ingest own.index own.visible own.hub own.rules own.lab own.search
		others.ack others.decode others.ingest others.index others.visible others.hub others.rules others.search others.tui`)
	out = append(out, "lab.rate", "rss.lab", "others.lab")
	for _, class := range []string{"zero", "sparse", "medium", "dense"} {
		for _, figure := range strings.Fields("hits first.p50 first.p95 exact.p50 exact.p95") {
			out = append(out, "lab."+class+"."+figure)
		}
	}
	for _, kind := range strings.Fields(`facebook.comment facebook.removal facebook.reaction facebook.message instagram.comment instagram.message
		x.post x.deletion x.message`) {
		out = append(out, "decode."+kind+".rate", "decode."+kind+".bytes", "decode."+kind+".allocations")
	}
	for _, n := range rules {
		out = append(out, fmt.Sprintf("rules.%d.rate", n), fmt.Sprintf("rules.%d.arrival.rate", n), fmt.Sprintf("rules.%d.match.rate", n),
			fmt.Sprintf("rules.%d.hits", n))
	}
	for _, f := range []string{"zero", "sparse", "medium", "dense"} {
		for _, k := range []string{"word", "phrase", "near", "prefix", "infix", "state", "mixed", "negation"} {
			for _, figure := range []string{"p50", "p95", "hits"} {
				out = append(out, "search."+f+"."+k+"."+figure)
			}
		}
	}
	return out
}

// A whole bench of the real binary, small: all figures are there once, of the shape that is promised, and nothing else is on standard
// output.
func TestBench(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/status"); err != nil || testing.Short() {
		t.Skip("no memory to be read here, or no time")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "bench", "all", "--messages", "2000", "--for", "100ms", "--rules", "10,100", "--json", "--lang", "da",
		"--dir", "corpus")
	cmd.Args[0], cmd.Dir = "lytter", t.TempDir()
	var said bytes.Buffer
	cmd.Stderr = &said
	data, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	var results []map[string]any
	if err := dec.Decode(&results); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Error("there is more than one value on standard output")
	}
	var names []string
	for _, r := range results {
		var keys []string
		for k := range r {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		if want := []string{"name", "peer", "peer_value", "ratio", "unit", "value"}; !slices.Equal(keys, want) {
			t.Errorf("%v", r)
		}
		name, _ := r["name"].(string)
		names = append(names, name)
		value, ok := r["value"].(float64)
		if zero := strings.HasSuffix(name, ".hits") || strings.HasPrefix(name, "others.") || name == "hub.core"; !ok || value < 0 || value == 0 && !zero {
			t.Errorf("%v", r)
		}
		if unit, _ := r["unit"].(string); unit == "" {
			t.Errorf("%v", r)
		}
	}
	want := benchNames(10, 100)
	slices.Sort(want)
	slices.Sort(names)
	if !slices.Equal(names, want) {
		missing := slices.DeleteFunc(slices.Clone(want), func(n string) bool { return slices.Contains(names, n) })
		extra := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(want, n) })
		t.Errorf("missing %v, not expected %v", missing, extra)
	}
	for _, fact := range []string{"linux/", "fsync"} {
		if !strings.Contains(said.String(), fact) {
			t.Errorf("the machine's facts lack %s: %s", fact, said.String())
		}
	}
}
