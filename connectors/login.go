package connectors

import (
	"context"

	"lytter/inbox"
)

// Login is how a person gives us access to accounts of a platform (RFC 6749, authorization code). It is safe for concurrent use. Errors
// are *Error: of class Rejected or Auth where the platform refuses what was given, which is then of no more use.
type Login interface {
	// Address is the page on which the person says yes. The platform then sends their browser to redirect, with state and a code.
	// verifier is a fresh random word of 43 to 128 letters, digits, "-", ".", "_" and "~" (RFC 7636); state too is random, and comes back.
	Address(redirect, state, verifier string) string
	// Redeem exchanges a code for a grant, once, with the redirect and verifier of its Address.
	Redeem(ctx context.Context, redirect, code, verifier string) (Grant, error)
	// Accept makes of a token that the person brought themselves the longest lasting grant that the platform gives for it.
	Accept(ctx context.Context, token Secret) (Grant, error)
	// Accounts lists the accounts that a grant reaches, each with a grant of its own.
	Accounts(ctx context.Context, g Grant) ([]Reached, error)
	// Permissions are asked for of the person.
	Permissions() []string
}

// Reached is an account that a login reaches.
type Reached struct {
	ID     inbox.RemoteID
	Title  string
	Handle string         // without @
	Page   inbox.RemoteID // of an Instagram account of Facebook Login: the Page that it is linked with
	Grant  Grant
	// Refusal says why the account cannot be used; nil: it can.
	Refusal *inbox.Reason
}
