// Package meta simulates Meta's Graph API with Facebook Pages and Instagram professional accounts (Facebook Login) behind it, and the
// webhooks that go with them.
//
// One Graph holds the state of both behind one lock: pages, posts, comments, people; profiles, media, comments; apps, tokens and
// subscriptions. Facebook and Instagram are two faces of it for those who publish (world.Platform); Graph itself is the http.Handler
// that apps call.
//
// It is written from the public documentation alone (Graph API reference, Webhooks reference, Instagram Platform, error handling and
// rate limiting guides) and shares nothing with the connectors, so that a mistake in one of the two shows. Where the documentation
// leaves a choice, the stricter one is taken.
//
// It must not know who asks, how webhooks travel (package delivery) or which faults are injected (package fault).
//
// Invariants: every item of the state is in the ledger and the other way round; lists are in order of creation; ids never repeat;
// what was removed answers as if it had never been.
package meta
