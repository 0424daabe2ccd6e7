package connectors

import (
	"context"
	"errors"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
)

// Grant is what a platform gave us for an account.
type Grant struct {
	Access  Secret    // what calls bear
	Renewal Secret    // what it is renewed with, once, where that is another; "": with Access itself, or not at all
	Issued  time.Time // zero: not known
	Expires time.Time // zero: not known, or never
	Scopes  []string  // that were granted; nil: not told
}

// same reports whether two grants are one: a token is given out once.
func (g Grant) same(o Grant) bool { return g.Access == o.Access && g.Renewal == o.Renewal }

// Vault keeps the grant of an account where it outlives the process. It is safe for concurrent use.
type Vault interface {
	// Grant reads what is kept now: somebody may have replaced it. It is asked before each call, so it is quick while nothing changed.
	Grant() (Grant, error)
	// Lock keeps everybody else from replacing the grant, in this process and in others, until unlock is called; ErrFixed: it cannot be
	// replaced at all. It refuses, as far as that can be known before, where Keep would fail.
	Lock(ctx context.Context) (unlock func(), err error)
	// Keep replaces the grant. When it returns the new one is durable; after an error the old one stands. Only under Lock.
	Keep(g Grant) error
}

// ErrFixed is the error of a Vault whose grant cannot be replaced by the desk: one that was given to the process by its environment.
var ErrFixed = errors.New("the token is fixed")

// A Secret is a Vault too: of a grant that nobody can replace.

// Grant implements Vault.
func (s Secret) Grant() (Grant, error) { return Grant{Access: s}, nil }

// Lock implements Vault.
func (Secret) Lock(context.Context) (func(), error) { return nil, ErrFixed }

// Keep implements Vault.
func (Secret) Keep(Grant) error { return ErrFixed }

// Renew asks a platform for a new grant in exchange for an old one. Its error is an *Error: of class Auth if the platform will not, ever;
// with Maybe where the platform may have done it and the answer was lost.
type Renew func(ctx context.Context, old Grant) (Grant, error)

// Token is the token of an account at work: what its calls bear, renewed in time, and replaced the moment a person has put another one
// in its vault. It is safe for concurrent use.
//
// However many calls meet the end of a token, it is renewed once. A new grant is durable before it is used: a platform that gives
// single-use renewals has forgotten the old one.
type Token struct {
	vault Vault
	renew Renew // nil: only a person can
	now   func() time.Time
	turn  chan struct{} // held by whoever renews

	// Of the holder of turn alone:
	loose  *Grant // renewed, and not stored yet
	from   Grant  // what it was renewed from
	failed failure
}

// failure is why a grant could not be renewed, so that not every call asks again.
type failure struct {
	grant Grant
	err   error
	until time.Time
}

const (
	askAgain   = 15 * time.Minute // after a refusal
	tryAgain   = 5 * time.Second  // after no answer
	renewIn    = 25 * time.Second // for a renewal with its one repetition: well below what a send may take
	lockWithin = 5 * time.Second
)

// NewToken makes a Token. renew may be nil.
func NewToken(v Vault, renew Renew, now func() time.Time) *Token {
	if v == nil {
		v = Secret("")
	}
	return &Token{vault: v, renew: renew, now: now, turn: make(chan struct{}, 1)}
}

// Grant is what is kept now. Where there is no token the error says so, as an *Error of class Auth.
func (t *Token) Grant() (Grant, error) {
	g, err := t.vault.Grant()
	if err != nil || g.Access == "" {
		return Grant{}, &Error{Class: Auth, Reason: *inbox.Why("platform.token_missing"), Err: err}
	}
	return g, nil
}

// Access is what a call made now bears.
func (t *Token) Access() (Secret, error) {
	g, err := t.Grant()
	return g.Access, err
}

// Renews reports whether a grant can be renewed without a person.
func (t *Token) Renews() bool {
	_, fixed := t.vault.(Secret)
	return t.renew != nil && !fixed
}

// Renew replaces a token that ends or was refused, and gives what to use instead. Somebody else may have done so meanwhile: then that is
// given, and nobody is asked. The error is an *Error: of class Auth if only a person can give another token.
func (t *Token) Renew(ctx context.Context, used Secret) (Secret, error) {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return "", Unreached(ctx.Err(), false)
	}
	defer func() { <-t.turn }()
	old, err := t.Grant()
	if err != nil || old.Access != used {
		return old.Access, err
	}
	if t.failed.err != nil && t.failed.grant.same(old) && t.now().Before(t.failed.until) {
		return "", t.failed.err
	}
	if !t.Renews() {
		return "", &Error{Class: Auth, Reason: *inbox.Why("platform.token")}
	}
	// What the platform gives must be stored, whether or not the call that wanted it still waits.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewIn)
	defer cancel()
	g, err := t.replace(ctx, used)
	if err != nil {
		pause := askAgain
		switch e := AsError(err); e.Class {
		case Transient:
			pause = tryAgain
		case Throttled:
			pause = max(tryAgain, e.RetryAfter)
		}
		t.failed = failure{grant: old, err: err, until: t.now().Add(pause)}
		return "", err
	}
	t.failed = failure{}
	return g.Access, nil
}

// replace renews under the vault's lock.
func (t *Token) replace(ctx context.Context, used Secret) (Grant, error) {
	locking, cancel := context.WithTimeout(ctx, lockWithin)
	defer cancel()
	unlock, err := t.vault.Lock(locking)
	if err != nil {
		return Grant{}, unkept(err)
	}
	defer unlock()
	old, err := t.Grant()
	if err != nil || old.Access != used { // another process was faster
		t.loose = nil
		return old, err
	}
	if t.loose == nil || !t.from.same(old) {
		g, err := t.ask(ctx, old)
		if err != nil {
			return Grant{}, err
		}
		t.loose, t.from = &g, old
	}
	if err := t.vault.Keep(*t.loose); err != nil {
		return Grant{}, unkept(err)
	}
	fp.Hit("token.stored")
	g := *t.loose
	t.loose = nil
	return g, nil
}

// ask asks the platform. Where the answer was lost it asks once more: a renewal that the platform has not seen is good, and one that it
// has seen is spent whatever we do.
func (t *Token) ask(ctx context.Context, old Grant) (Grant, error) {
	g, err := t.renew(ctx, old)
	if e := AsError(err); e != nil && e.Maybe && ctx.Err() == nil {
		g, err = t.renew(ctx, old)
	}
	if err != nil {
		e := *AsError(err)
		e.Maybe = false // of what the token was wanted for nothing was done
		return Grant{}, &e
	}
	if g.Access == "" {
		return Grant{}, Unreadable(0, errors.New("a renewal without a token"))
	}
	if g.Issued.IsZero() {
		g.Issued = t.now()
	}
	if g.Scopes == nil {
		g.Scopes = old.Scopes
	}
	return g, nil
}

// unkept is the error of a vault.
func unkept(err error) *Error {
	return &Error{Class: Transient, Reason: *inbox.Why("platform.token_unkept"), Err: err}
}
