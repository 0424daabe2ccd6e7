package main

import (
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/catalog"

	"github.com/google/go-cmp/cmp"
)

// Accounts in words, in both languages: what is shown when all is well, during an outage and after it.
func TestAccountsInWords(t *testing.T) {
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 3, 14, 5, 0, 0, time.UTC)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	used := 80
	c := connection{
		Name: "byen", Channel: inbox.Facebook, State: inbox.AccountLive, Since: at(3, 10, 7), Webhooks: true, Delay: 60, Used: &used, Advice: "F1.",
		Faults: []streamReport{{"direct", "F1."}, {"search:cykelsti", "F2."}},
		Gaps: []gapReport{
			{From: at(3, 13, 0), Cause: inbox.GapHooks},
			{From: at(3, 12, 0), To: moment(at(3, 12, 30)), Cause: inbox.GapUnreached},
			{From: at(3, 10, 2), To: moment(at(3, 10, 7)), Cause: inbox.GapLogin, Closed: moment(at(3, 10, 8)), Fetched: 41},
			{From: at(2, 23, 50), To: moment(at(3, 0, 10)), Cause: inbox.GapStopped, Closed: moment(at(3, 0, 11)), Fetched: 1},
			{From: at(1, 8, 0), To: moment(at(2, 8, 0)), Cause: inbox.GapMentions, Closed: moment(at(3, 0, 11)), Lost: true},
		},
	}
	for lang, want := range map[string][]string{
		"da": {
			"byen                     Facebook   i drift siden 10.07, webhooks kommer, læses hver 1 min, 80 % af platformens kvote brugt",
			"  private beskeder: F1.",
			"  søgningen cykelsti: F2.",
			"  udfald siden 13.00, webhooks var stoppet (rettelser og reaktioner kan mangle)",
			"  udfald 12.00-12.30, platformen svarede ikke, hentes endnu",
			"  udfald 10.02-10.07, token, 41 hentet",
			"  udfald man. 2. nov. 23.50-00.10, bordet kørte ikke, 1 hentet",
			"  udfald søn. 1. nov. 08.00-man. 2. nov. 08.00, kan ikke hentes: X viser kun de nyeste 800 omtaler",
		},
		"en": {
			"byen                     Facebook   live since 10:07, webhooks come, polled every 1 min, 80 % of the platform's limits used",
			"  private messages: F1.",
			"  the search cykelsti: F2.",
			"  gap since 13:00, webhooks had stopped (edits and reactions may be missing)",
			"  gap 12:00-12:30, the platform did not answer, still being fetched",
			"  gap 10:02-10:07, token, 41 fetched",
			"  gap Mon 2 Nov 23:50-00:10, the desk did not run, 1 fetched",
			"  gap Sun 1 Nov 08:00-Mon 2 Nov 08:00, cannot be fetched: X shows only the newest 800 mentions",
		},
	} {
		if d := cmp.Diff(want, c.lines(cat.For(lang), now)); d != "" {
			t.Errorf("%s: -want +got\n%s", lang, d)
		}
	}
	for _, lang := range catalog.Languages() {
		for _, cause := range inbox.GapCauses() {
			if !cat.For(lang).Has("gap." + string(cause)) {
				t.Errorf("%s has no word for the cause %s", lang, cause)
			}
		}
	}
}
