// Package xapi simulates X: its API v2 with direct messages and recent search, and both families of webhooks: Account Activity and the
// X Activity API.
//
// One X holds the state behind one lock: users, posts, tokens, webhooks and subscriptions. It is the http.Handler that apps call, and
// a world.Platform for those who publish.
//
// It is written from the public documentation alone (docs.x.com and X's OpenAPI document) and shares nothing with the connectors, so
// that a mistake in one of the two shows. Where the documentation leaves a choice, the stricter one is taken. Self-serve rules apply
// unless the tier is another: an answer by API only to those who mentioned or quoted us, no quotes, no likes, one webhook, three
// subscriptions. Conversations of several people, lists of who reposted, media uploads and edits are not simulated.
//
// It must not know who asks, how webhooks travel (package delivery) or which faults are injected (package fault).
//
// Invariants: every post that concerns an account of ours is in the ledger, once for each such account; lists are in order of id, and
// ids grow with time; what was removed answers as if it had never been.
package xapi
