package main

import "testing"

// A spreadsheet runs nothing of what a citizen wrote.
func TestDefuse(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "hul": "hul", "1-2": "1-2", "æ = b": "æ = b",
		"=1+1": "'=1+1", "+45 33": "'+45 33", "-1": "'-1", "@SUM(1)": "'@SUM(1)", " =1": "' =1", "\n=1": "'\n=1", "\t-2": "'    -2", "＝1": "'＝1",
		"|calc": "'|calc", "%0A=1": "'%0A=1",
	} {
		if got := defuse(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
