package text

import (
	"slices"
	"strings"

	"lytter/inbox/text/internal/compound"
)

// parts gives the stems of a compound's parts as Keys.Parts holds them. The rule stands in package compound.
func parts(exact, stem string) string {
	if !stems(exact) {
		return ""
	}
	var room [8]compound.Part
	ps := compound.Danish().Split(room[:0], exact, stem, danishStem)
	if len(ps) == 0 {
		return ""
	}
	found := make([]string, 0, 10)
	for i := range ps {
		for j := i; j < len(ps) && j-i < len(ps)-1; j++ {
			part := danishStem(exact[ps[i].Start:ps[j].End])
			if part != stem && !slices.Contains(found, part) {
				found = append(found, part)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return " " + strings.Join(found, " ") + " "
}
