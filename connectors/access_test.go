package connectors_test

import (
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// state is what people are told of an account.
func (w *world) state(key string) (inbox.AccountState, string) {
	w.t.Helper()
	a, ok := w.desk.Directory().AccountNamed(key)
	if !ok {
		w.t.Fatal("no account", key)
	}
	return a.State, a.Advice.String()
}

// A permission that some of what we send needs is taken away: the account says so without anybody having sent anything, and what waits for
// it says why; everything else goes out, what comes is taken in, and what waited goes once the permission is back.
func TestALostPermissionHoldsWhatNeedsItAndNothingElse(t *testing.T) {
	const key = "fb-kommunen"
	for _, c := range []struct {
		scope  string
		state  inbox.AccountState
		waits  string // kind of what is answered
		others string
	}{
		{"pages_manage_engagement", inbox.AccountPartial, ledger.Comment, ledger.Direct},
		{"pages_messaging", inbox.AccountPartial, ledger.Direct, ledger.Comment},
	} {
		t.Run(c.scope, func(t *testing.T) {
			w := newWorld(t, options{keys: []string{key}, exams: 100 * time.Millisecond})
			w.connected()
			asked := map[string]inbox.Message{}
			for _, kind := range []string{ledger.Comment, ledger.Direct} {
				id := ""
				if kind == ledger.Comment {
					id = w.ask(key, "Hvornår åbner I?")
				} else {
					id = w.say(sandbox.Publication{Account: key, Kind: kind, Text: "Hvornår åbner I?"})
				}
				w.until("it is there", func() bool {
					m, ok := w.message(key, id)
					asked[kind] = m
					return ok
				})
			}
			w.try(w.platform.Befall(ledger.Facebook, sandbox.Trouble{Kind: "take_scope", Account: key, Scopes: []string{c.scope}}))
			w.until("the account says what is missing", func() bool {
				a, _ := w.desk.Directory().AccountNamed(key)
				return a.State == c.state && a.Advice != nil && len(a.Lacks) > 0
			})
			held, other := w.reply(asked[c.waits], "Klokken 10"), w.reply(asked[c.others], "Klokken 11")
			w.until("the one waits and says why", func() bool {
				o := w.outgoing(held.ID)
				return o.State == inbox.Held && o.Reason.Key == "held.permission" && strings.Contains(o.Reason.String(), c.scope)
			})
			w.until("the other goes out", func() bool { return w.outgoing(other.ID).State == inbox.Sent })
			another := w.ask(key, "Og på søndag?")
			w.until("what comes is taken in", func() bool { _, ok := w.message(key, another); return ok })
			w.kill()
			w.start() // what is missing is still missing, before it was asked for again
			w.until("it is live again", func() bool { state, _ := w.state(key); return state != inbox.AccountConnecting })
			if o := w.outgoing(held.ID); o.State != inbox.Held {
				t.Errorf("after a new start it is %s: %v", o.State, o.Reason)
			}
			w.try(w.platform.Befall(ledger.Facebook, sandbox.Trouble{Kind: "give_scope", Account: key, Scopes: []string{c.scope}}))
			w.until("the account is live", func() bool { state, advice := w.state(key); return state == inbox.AccountLive && advice == "" })
			w.until("the answer went out", func() bool { return w.outgoing(held.ID).State == inbox.Sent })
		})
	}
}

// What a token lacks for a part of an account's use alone is advice: everything else goes on.
func TestLostPermissionOfAPartIsAdvice(t *testing.T) {
	const key = "fb-kommunen"
	w := newWorld(t, options{keys: []string{key}, exams: 100 * time.Millisecond})
	w.connected()
	w.try(w.platform.Befall(ledger.Facebook, sandbox.Trouble{Kind: "take_scope", Account: key, Scopes: []string{"pages_manage_metadata"}}))
	w.until("it is told", func() bool {
		state, advice := w.state(key)
		return state == inbox.AccountLive && strings.Contains(advice, "pages_manage_metadata")
	})
}

func TestDeadTokenIsFoundAndLivesAgain(t *testing.T) {
	const key = "ig-kommunen"
	w := newWorld(t, options{keys: []string{key}, exams: 100 * time.Millisecond})
	w.connected()
	w.try(w.platform.Befall(ledger.Instagram, sandbox.Trouble{Kind: "revoke_token", Account: key, Why: "password"}))
	w.until("it needs a login", func() bool {
		state, advice := w.state(key)
		return state == inbox.AccountNeedsLogin && strings.Contains(advice, "token_password")
	})
	w.try(w.platform.Befall(ledger.Instagram, sandbox.Trouble{Kind: "restore_token", Account: key}))
	w.until("it lives", func() bool { state, _ := w.state(key); return state == inbox.AccountLive })
}
