//go:build !linux

package index

import "lytter/inbox/inboxtest"

func smallDisk(t inboxtest.TB, _ string) { t.Fatal("only on Linux") }

func fillUp(t inboxtest.TB, _ *inboxtest.Desk, _ indexed) { t.Fatal("only on Linux") }

func ration(t inboxtest.TB, _ *inboxtest.Desk, _ indexed) { t.Fatal("only on Linux") }
