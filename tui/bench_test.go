package tui

import (
	"fmt"
	"testing"

	"lytter/inbox"
	"lytter/tui/ui"
)

// filled is a session on a desk with many conversations, at 200x50, as it is after its first second.
func filled(b *testing.B, n int) *person {
	b.Helper()
	s := newStage(b)
	var items []inbox.Incoming
	for i := range n {
		s.desk.Clock.Add(1e9)
		items = append(items, s.desk.Say(fmt.Sprintf("c%d", i), fmt.Sprintf("Borger %d", i%97), fmt.Sprintf("Besked nummer %d om cykelstien på Nørrebrogade", i)))
	}
	s.desk.Take(b, items...)
	return s.seat("anna", 200, 50, "da", ui.Dark)
}

// BenchmarkFrame draws a frame in which nothing has changed: what each message costs at least.
func BenchmarkFrame(b *testing.B) {
	p := filled(b, 500)
	for b.Loop() {
		p.app.View()
	}
}

// BenchmarkKeyToFrame moves the cursor: a key, the model, the frame. What the key sets off outside goes on beside it.
func BenchmarkKeyToFrame(b *testing.B) {
	p := filled(b, 500)
	down, up := key("j"), key("k")
	i := 0
	for b.Loop() {
		k := down
		if i/20%2 == 1 {
			k = up
		}
		i++
		p.app.Update(k)
		p.app.View()
	}
}

// BenchmarkWake brings the screen up to date after a change: counts, rows and the conversation, from the store, and the frame.
func BenchmarkWake(b *testing.B) {
	p := filled(b, 500)
	for b.Loop() {
		p.send(woke{})
	}
}

// BenchmarkOpen reads another conversation and draws it.
func BenchmarkOpen(b *testing.B) {
	p := filled(b, 500)
	i := 0
	for b.Loop() {
		k := "j"
		if i/20%2 == 1 {
			k = "k"
		}
		i++
		p.send(key(k))
	}
}
