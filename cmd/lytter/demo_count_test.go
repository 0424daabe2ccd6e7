package main

import (
	"testing"

	"lytter/inbox"
)

// What the demonstration counts as there twice can be there twice.
func TestSurplus(t *testing.T) {
	at := func(remote inbox.RemoteID) place { return place{1, remote} }
	citizen := func(remote inbox.RemoteID, text string) storedMessage {
		return storedMessage{at(remote), content{1, inbox.In, 7, "p", text}}
	}
	ours := func(remote inbox.RemoteID, text string) storedMessage {
		return storedMessage{at(remote), content{1, inbox.Out, 0, "c1", text}}
	}
	published := map[place]bool{at("c1"): true, at("c2"): true, at("r1"): true}
	for _, c := range []struct {
		what   string
		stored []storedMessage
		want   int64
	}{
		{"all as it should be", []storedMessage{citizen("c1", "hul"), ours("r1", "tak")}, 0},
		{"somebody says the same twice", []storedMessage{citizen("c1", "hul"), citizen("c2", "hul")}, 0},
		{"webhook and poll name it differently", []storedMessage{citizen("c1", "hul"), citizen("page_c1", "hul")}, 1},
		{"a message that nobody wrote", []storedMessage{citizen("x", "?")}, 1},
		{"an echo beside the answer", []storedMessage{ours("", "tak"), ours("r1", "tak")}, 1},
		{"an answer whose id is not known yet", []storedMessage{ours("", "tak")}, 0},
		{"another account's message of that id", []storedMessage{{place{2, "c1"}, content{2, inbox.In, 7, "p", "hul"}}}, 1},
	} {
		if got := surplus(published, c.stored); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}
