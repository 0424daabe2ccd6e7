// Package ledger is the sandbox's memory of the truth: every item that exists on a simulated platform, every webhook event that
// was due and what became of it, every attempt to deliver one, and every write that came in through an API.
//
// It is what a desk is judged by. After a run the desk's inbox must equal the items, no matter what the faults did to the webhooks,
// and the replies must hold each answer of the desk exactly once.
//
// It knows nothing of HTTP, platforms or faults, and it never forgets: a removed item stays, marked as removed.
//
// Invariants: sequence numbers start at 1 and have no holes; (channel, account, id) names one item; each event is in exactly one
// state, so Pending + Delivered + Dropped + Expired equals the events.
package ledger
