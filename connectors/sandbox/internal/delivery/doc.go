// Package delivery brings webhook events to callbacks, as the platforms do it: in the background, several at a time, in no promised
// order, more than once when in doubt, again when the callback does not answer 200, and not for ever.
//
// It also injects the faults of the way: lost, doubled, late and overtaken events. What an event says, how several are written into
// one body and how a body is signed is the platform's affair (Target).
//
// Invariants: an event of the ledger is settled exactly when its callback answered 200 (delivered), a fault took it (dropped), or the
// retries ran out or the subscription ended (expired). All goroutines end before Close returns.
package delivery
