package connectors_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"lytter/connectors"
	"lytter/inbox"
)

func TestSecretsShowAsNothing(t *testing.T) {
	type config struct {
		Token connectors.Secret
		More  connectors.Secrets
		Map   map[string]connectors.Secret
	}
	c := config{"hemmeligt", connectors.Secrets{"hemmeligt"}, map[string]connectors.Secret{"a": "hemmeligt"}}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "secret", c.Token, "config", c)
	j, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	all := b.String() + string(j)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		all += fmt.Sprintf(verb, c) + fmt.Sprintf(verb, c.Token)
	}
	for _, shown := range []string{"hemmeligt", "68656d6d", "68656D6D"} {
		if strings.Contains(all, shown) {
			t.Errorf("%q is in %s", shown, all)
		}
	}
	if c.Token.Reveal() != "hemmeligt" || c.More.Current() != c.Token || connectors.Secrets(nil).Current() != "" {
		t.Error("it cannot be used")
	}
}

func TestErrors(t *testing.T) {
	if connectors.AsError(nil) != nil || connectors.ClassOf(nil) != "" {
		t.Error("nothing is an error")
	}
	e := connectors.AsError(errors.New("x"))
	if e.Class != connectors.Unclear || !e.Maybe || e.Reason.Key == "" {
		t.Errorf("what nobody knows is unclear, and may have been done: %+v", e)
	}
	gone := &connectors.Error{Class: connectors.Gone, Reason: *inbox.Why("platform.gone")}
	if got := connectors.AsError(fmt.Errorf("while: %w", gone)); got != gone {
		t.Errorf("wrapped: %v", got)
	}
}
