package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lytter/connectors/sandbox"

	"github.com/rogpeppe/go-internal/testscript"
)

// befall KIND ACCOUNT [SCOPE...]: makes trouble on a platform, or mends it. The account is one of the platforms' own keys.
func cmdBefall(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	if len(args) < 2 {
		ts.Fatalf("usage: befall KIND ACCOUNT [SCOPE...]")
	}
	ts.Check(of(ts).client.Befall(context.Background(), sandbox.Trouble{Kind: args[0], Account: args[1], Scopes: args[2:], Times: 1}))
}

// play [FILE]: plays a scenario, or goes on watching the one that is played, and waits until it is over. Each of its steps must have been
// done.
func cmdPlay(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	client, ctx := of(ts).client, context.Background()
	if len(args) > 0 {
		ts.Check(client.Play(ctx, ts.ReadFile(args[0])))
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		state, err := client.Scenario(ctx)
		ts.Check(err)
		if !state.Running {
			var bad []string
			for _, st := range state.Steps {
				if !st.Done {
					bad = append(bad, fmt.Sprintf("line %d: %s: %s", st.Line, st.Do, st.Error))
				}
			}
			if len(bad) > 0 || len(state.Steps) == 0 {
				ts.Fatalf("%d steps: %s", len(state.Steps), strings.Join(bad, "; "))
			}
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the scenario does not end: %+v", state)
		}
	}
}
