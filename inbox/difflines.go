package inbox

import "strings"

// maxDiff bounds the lines of a block that are compared line by line.
const maxDiff = 2000

// Lines gives the lines of the rule that went ("- ") and came ("+ "), and those that stayed ("  "), by the longest row that both
// have. Of very long blocks all went and all came.
func (c *RuleChange) Lines() (out []string) {
	lines := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	}
	a, b := lines(c.Before), lines(c.After)
	if len(a) > maxDiff || len(b) > maxDiff {
		for _, l := range a {
			out = append(out, "- "+l)
		}
		for _, l := range b {
			out = append(out, "+ "+l)
		}
		return out
	}
	same := make([][]int, len(a)+1) // the longest row from here on
	for i := range same {
		same[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				same[i][j] = same[i+1][j+1] + 1
			} else {
				same[i][j] = max(same[i+1][j], same[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && same[i+1][j] >= same[i][j+1]:
			out = append(out, "- "+a[i])
			i++
		default:
			out = append(out, "+ "+b[j])
			j++
		}
	}
	return out
}
