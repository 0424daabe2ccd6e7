package sandbox

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// TestProcess runs a sandbox in a child process, which ends with its standard input.
func TestProcess(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "SANDBOX_TEST_CHILD=1")
	p, err := Start(t.Context(), cmd)
	if err != nil {
		t.Fatal(err)
	}
	c := p.Client()
	defer c.Close()
	sum, err := c.Summary(t.Context())
	if err != nil || sum.Items == 0 || len(p.Handshake.Accounts) != 4 {
		t.Errorf("the child says %+v, %v", sum, err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Summary(t.Context()); err == nil {
		t.Error("the child still answers")
	}
	if _, err := Start(t.Context(), exec.Command("false")); err == nil {
		t.Error("a child without a handshake was accepted")
	}
}

func TestShutdownByControl(t *testing.T) {
	cfg := DefaultConfig(1)
	cfg.Log, cfg.History.Conversations = slog.New(slog.DiscardHandler), 0
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	c := NewClient(s.Handshake())
	defer c.Close()
	if err := c.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := s.StartTraffic(1, 0); err != nil || s.Traffic().Running {
		t.Error("traffic started after the end")
	}
}

func TestOnlyLoopback(t *testing.T) {
	cfg := DefaultConfig(1)
	cfg.Log, cfg.History.Conversations, cfg.Graph = slog.New(slog.DiscardHandler), 0, "0.0.0.0:0"
	if s, err := New(cfg); err == nil {
		s.Close()
		t.Fatal("a listener for the whole world was opened")
	}
}

func TestAccountsByAnyName(t *testing.T) {
	s := start(t, nil)
	for _, name := range []string{"x-kommunen", "2417850931", "havneborg", "@Havneborg"} {
		if a, err := s.account("", name); err != nil || a.Key != "x-kommunen" {
			t.Errorf("%s is %v, %v", name, a, err)
		}
	}
	if a, err := s.account("instagram", "havneborgkommune"); err != nil || a.Channel != "instagram" {
		t.Errorf("the Instagram account is %v, %v", a, err)
	}
	keys := []string{}
	for _, a := range s.Accounts() {
		keys = append(keys, a.Key)
	}
	if want := []string{"fb-kommunen", "fb-bibliotekerne", "ig-kommunen", "x-kommunen"}; !slices.Equal(keys, want) {
		t.Errorf("the accounts are %v, want %v", keys, want)
	}
}
