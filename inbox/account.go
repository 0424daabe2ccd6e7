package inbox

import "time"

// Account is one page, profile or handle of ours on a channel.
type Account struct {
	ID      AccountID
	Channel Channel
	Remote  RemoteID // the platform's id of the page, profile or user
	Name    string   // as in the configuration: short, unique, part of the webhook address
	Title   string   // as the platform shows it
	Handle  string   // without @
	State   AccountState
	Since   time.Time // when State began
	Advice  *Reason   // what is wrong and what to do; nil while all is well
	// Lacks names the permissions that are missing, by the kinds of outgoing that wait for them. All else goes on.
	Lacks map[OutgoingKind]string
	// Connected is when the desk first knew the account: what citizens wrote long before is history, not work.
	Connected time.Time
}

// AccountState is what an account's connection is doing.
type AccountState string

// The states of an account.
const (
	AccountOff        AccountState = "off"         // not connected by configuration
	AccountConnecting AccountState = "connecting"  // never yet reached
	AccountCatchingUp AccountState = "catching_up" // fetching what is older
	AccountLive       AccountState = "live"
	AccountThrottled  AccountState = "throttled"   // the platform asks us to wait
	AccountUnreached  AccountState = "unreached"   // the platform does not answer
	AccountPartial    AccountState = "partial"     // some of it works and some does not: Advice says what
	AccountNeedsLogin AccountState = "needs_login" // a person must log in again; replies are held
	AccountBroken     AccountState = "broken"      // something only a person can mend; replies are held
)

// Holds says why outgoing of a kind waits for a person; nil: it does not.
func (a Account) Holds(k OutgoingKind) *Reason {
	switch names := a.Lacks[k]; {
	case a.State.Holds():
		return Why("held.account")
	case names != "":
		return Why("held.permission", "Names", names)
	}
	return nil
}

// Holds reports whether all replies wait for a person in this state.
func (s AccountState) Holds() bool {
	return s == AccountNeedsLogin || s == AccountBroken || s == AccountOff
}
