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

// A permission that only answers need is taken away: the account says so without anybody having sent anything, holds what is then
// written, takes in what comes, and sends once the permission is back.
func TestLostPermissionHoldsAnswersAndNothingElse(t *testing.T) {
	const key = "fb-kommunen"
	w := newWorld(t, options{keys: []string{key}, exams: 100 * time.Millisecond})
	w.connected()
	question := w.ask(key, "Hvornår åbner I?")
	w.until("the question is there", func() bool { _, ok := w.message(key, question); return ok })
	w.try(w.platform.Befall(ledger.Facebook, sandbox.Trouble{Kind: "take_scope", Account: key, Scopes: []string{"pages_manage_engagement"}}))
	w.until("the account says what is missing", func() bool {
		state, advice := w.state(key)
		return state == inbox.AccountBroken && strings.Contains(advice, "pages_manage_engagement")
	})
	m, _ := w.message(key, question)
	o := w.reply(m, "Klokken 10")
	another := w.ask(key, "Og på søndag?")
	w.until("what comes is taken in", func() bool { _, ok := w.message(key, another); return ok })
	w.until("the answer is held", func() bool { return w.outgoing(o.ID).State == inbox.Held })
	w.try(w.platform.Befall(ledger.Facebook, sandbox.Trouble{Kind: "give_scope", Account: key, Scopes: []string{"pages_manage_engagement"}}))
	w.until("the account is live", func() bool { state, advice := w.state(key); return state == inbox.AccountLive && advice == "" })
	w.until("the answer went out", func() bool { return w.outgoing(o.ID).State == inbox.Sent })
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
