// Package connectors is the contract between the desk and the platforms, and the Runner that drives whatever fulfils it: it takes
// webhooks in, polls, fetches what is missing, sends what was decided, looks up what may have been sent, and keeps the state of each
// account.
//
// A platform is a package below this one with the same file names in each. It fulfils [Connector] and those of [Webhook], [Fetcher],
// [Subscriber], [Meter] and [Examiner] that it can. The Runner asks which once, when it is made; from then on that is data.
//
// The package must not know a platform, SQL or a screen. It knows inbox alone.
//
// Invariants:
//   - a webhook is answered 200 only after its verified bytes are durable in the journal;
//   - what a poll read and how far it read are committed together;
//   - what cannot be decoded is kept with its bytes, and costs only itself;
//   - an answer is given to Send once for each time that Desk.Begin allowed it; what may have been sent is never sent again by itself;
//   - the state of an account never stops what comes in;
//   - a token is renewed once however many calls need it, and durable before it is used; no Secret is ever printed.
package connectors
