package world

import (
	"slices"
	"strings"
	"time"
)

// Trouble is something that a platform, or the owner of an account, does to an account or to the app that serves it. Apps learn of it by
// what their calls answer and by what does not come any more; hardly ever are they told.
type Trouble struct {
	Kind    string        // one of the kinds below
	Account string        // ours (the platform's id); of Sunset ""
	Token   string        // of token kinds: this token alone; "" is every token that the account is reached by
	Scopes  []string      // of TakeScope and GiveScope
	Why     string        // of RevokeToken: one of Reasons
	Percent int           // of Usage, 0 to 100; 0 lets the windows begin anew
	For     time.Duration // of Usage; 0 is until the platform's own window ends
	Times   int           // of TakeTarget: so many answers
	Version int           // of Sunset: the oldest version that lives on
}

// Kinds of trouble. A platform refuses those that it does not have.
const (
	ExpireToken    = "expire_token"    // its time is over, now
	RevokeToken    = "revoke_token"    // it died before its time; Why
	RestoreToken   = "restore_token"   // it lives again, as if somebody had logged in and got the same one
	TakeScope      = "take_scope"      // a permission is gone from it
	GiveScope      = "give_scope"      // and is granted again
	Unsubscribe    = "unsubscribe"     // the account's webhooks end, and nobody is told
	DisableWebhook = "disable_webhook" // the platform gives the callback up, as after long failure
	RemoveApp      = "remove_app"      // the account's owner removes the app: tokens and webhooks end
	Suspend        = "suspend"         // the platform restricts the account
	Reinstate      = "reinstate"       // and lets it go
	Usage          = "usage"           // so much of the account's calls are used up
	TakeTarget     = "take_target"     // what is answered next is removed by its author first
	Sunset         = "sunset"          // an old version of the API dies
)

// Reasons of RevokeToken.
const (
	Password    = "password"    // the person changed the password
	Checkpoint  = "checkpoint"  // the person has to confirm who they are
	Unconfirmed = "unconfirmed" // the person's account is not confirmed
	Invalid     = "invalid"     // the session ended
	Role        = "role"        // the person lost the role on the account
	Removed     = "removed"     // the person took the app's permission back
)

// Reasons lists them.
func Reasons() []string { return []string{Password, Checkpoint, Unconfirmed, Invalid, Role, Removed} }

// Check refuses trouble that no platform could make sense of.
func (t Trouble) Check() error {
	switch t.Kind {
	case ExpireToken, RestoreToken, Unsubscribe, DisableWebhook, RemoveApp, Suspend, Reinstate:
	case RevokeToken:
		if t.Why != "" && !slices.Contains(Reasons(), t.Why) {
			return Refused("why is " + t.Why + ": it is one of " + strings.Join(Reasons(), ", "))
		}
	case TakeScope, GiveScope:
		if len(t.Scopes) == 0 {
			return Refused("scopes are missing")
		}
	case Usage:
		if t.Percent < 0 || t.Percent > 100 {
			return Refused("percent lies between 0 and 100")
		}
	case TakeTarget:
		if t.Times < 0 {
			return Refused("times must not be negative")
		}
	case Sunset:
		if t.Version <= 0 {
			return Refused("version is missing")
		}
	default:
		return Refused("there is no trouble of the kind " + t.Kind)
	}
	if t.For < 0 {
		return Refused("for must not be negative")
	}
	return nil
}
