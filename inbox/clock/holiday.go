package clock

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/dk"
)

// Holiday is a day with a name. Key finds the name in the catalogue.
type Holiday struct {
	Date Date
	Key  string
}

// denmark is the list of the Danish public holidays (helligdage). Constitution Day is none of them, though the library has it.
var denmark = []struct {
	key string
	day *cal.Holiday
}{
	{"new_years_day", dk.Nytaarsdag},
	{"maundy_thursday", dk.Skaertorsdag},
	{"good_friday", dk.Langfredag},
	{"easter_sunday", aa.Easter},
	{"easter_monday", dk.AndenPaaskedag},
	{"great_prayer_day", dk.StoreBededag}, // abolished by law from 2024
	{"ascension_day", dk.KristiHimmelfartsdag},
	{"whit_sunday", aa.Pentecost},
	{"whit_monday", dk.AndenPinsedag},
	{"christmas_day", dk.Juledag},
	{"boxing_day", dk.AndenJuledag},
}

// DanishHolidays lists the public holidays of Denmark in a year, in order of date: eleven until 2023 and ten since, all but Christmas
// and New Year's Day reckoned from Easter. Days that are free by agreement only (1 May, 5 June, 24 and 31 December) are not among
// them: a calendar closes on those by itself.
func DanishHolidays(year int) []Holiday {
	out := make([]Holiday, 0, len(denmark))
	for _, h := range denmark {
		if t, _ := h.day.Calc(year); !t.IsZero() {
			// Noon, for the library gives midnight in the zone of the machine, where there may be none.
			out = append(out, Holiday{Date: DateOf(t.Add(12 * time.Hour)), Key: h.key})
		}
	}
	slices.SortStableFunc(out, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	return out
}
