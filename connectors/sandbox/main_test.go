package sandbox

import (
	"context"
	"log/slog"
	"os"
	"testing"

	"lytter/internal/leak"
)

// TestMain also plays the child of TestProcess: the test binary, started again with a variable set.
func TestMain(m *testing.M) {
	if os.Getenv("SANDBOX_TEST_CHILD") == "1" {
		cfg := DefaultConfig(3)
		cfg.Log = slog.New(slog.DiscardHandler)
		cfg.History.Conversations = 20
		if err := Serve(context.Background(), cfg, os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(leak.Check(m.Run))
}
