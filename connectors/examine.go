package connectors

import (
	"context"
	"strings"
	"time"

	"lytter/inbox"
)

// Examiner is a Connector that can say how our access to an account is.
type Examiner interface {
	// Examine asks the platform whether the token of an account works, until when, and what it may do; a token that can be renewed
	// and is due is renewed. What is wrong is in the Examination, also that there is no token. An error says that nothing could be
	// learned: the platform does not answer, or asks us to wait.
	Examine(ctx context.Context, a inbox.Account) (Examination, error)
}

// Examination is how our access to an account is.
type Examination struct {
	// Fault is why the token does not work, for anything; nil: it works.
	Fault *inbox.Reason
	// Expires is when a person must have logged in again; zero: never, not told, or the desk renews the token by itself.
	Expires time.Time
	// Permissions are those that the account's use asks for, granted or not. Empty: the platform does not tell.
	Permissions []Permission
	// Advice is what else a person should know. The account works.
	Advice []inbox.Reason
}

// Permission is something that a platform lets an app do for an account.
type Permission struct {
	Name    string // as the platform calls it
	Must    bool   // without it comments or posts cannot be read or answered; else it is a part of the account's use that fails
	Granted bool
	// Sends is what cannot be sent without it, and waits for it; the rest goes on. Of one that is a Must, none: nothing works without it.
	Sends []inbox.OutgoingKind
}

// EndsSoon is how long before the end of a token people are told.
const EndsSoon = 7 * 24 * time.Hour

// Finding is one thing that an Examination found.
type Finding struct {
	// State is what the account is in because of it: needs_login, broken or partial; "": the account works, and this is advice.
	State  inbox.AccountState
	Reason inbox.Reason
}

// Findings lists what is to be told, the worst first. None: all is well.
func (x *Examination) Findings(now time.Time) []Finding {
	if x.Fault != nil {
		return []Finding{{State: inbox.AccountNeedsLogin, Reason: *x.Fault}}
	}
	if !x.Expires.IsZero() && !now.Before(x.Expires) {
		return []Finding{{State: inbox.AccountNeedsLogin, Reason: *inbox.Why("platform.token_expired")}}
	}
	var out []Finding
	for _, f := range []struct {
		sends bool
		state inbox.AccountState
		key   string
	}{{false, inbox.AccountBroken, "platform.permissions_missing"}, {true, inbox.AccountPartial, "platform.permissions_part"}} {
		lack := x.missing(func(p Permission) bool { return p.Must && (len(p.Sends) > 0) == f.sends })
		if len(lack) > 0 {
			out = append(out, Finding{State: f.state, Reason: *inbox.Why(f.key, "Names", strings.Join(lack, ", "))})
		}
	}
	if left := x.Expires.Sub(now); !x.Expires.IsZero() && left <= EndsSoon {
		days := int((left + 24*time.Hour - 1) / (24 * time.Hour))
		out = append(out, Finding{Reason: *inbox.Why("platform.token_ends", "Days", days)})
	}
	if lack := x.missing(func(p Permission) bool { return !p.Must }); len(lack) > 0 {
		out = append(out, Finding{Reason: *inbox.Why("platform.permissions_advised", "Names", strings.Join(lack, ", "))})
	}
	for _, r := range x.Advice {
		out = append(out, Finding{Reason: r})
	}
	return out
}

// Lacks names the permissions that were not granted, by what waits for them.
func (x *Examination) Lacks() map[inbox.OutgoingKind]string {
	out := map[inbox.OutgoingKind]string{}
	for _, p := range x.Permissions {
		for _, kind := range p.Sends {
			switch {
			case p.Granted:
			case out[kind] == "":
				out[kind] = p.Name
			default:
				out[kind] += ", " + p.Name
			}
		}
	}
	return out
}

// missing names the permissions of some that were not granted.
func (x *Examination) missing(of func(Permission) bool) []string {
	var out []string
	for _, p := range x.Permissions {
		if of(p) && !p.Granted {
			out = append(out, p.Name)
		}
	}
	return out
}

// Permissions compares what is asked for with what was granted. sends is what each of them is needed to send.
func Permissions(must, should []string, sends map[string][]inbox.OutgoingKind, granted func(name string) bool) []Permission {
	out := make([]Permission, 0, len(must)+len(should))
	for _, name := range must {
		out = append(out, Permission{Name: name, Must: true, Granted: granted(name), Sends: sends[name]})
	}
	for _, name := range should {
		out = append(out, Permission{Name: name, Granted: granted(name), Sends: sends[name]})
	}
	return out
}
