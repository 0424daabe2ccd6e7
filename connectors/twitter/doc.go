// Package twitter connects accounts on X: mentions, replies, quotes, reposts, likes, deletions and direct messages, by either family of
// webhooks (Account Activity, and the X Activity API) and by polling API v2; searches; our own posts as context; and what an editor
// does: answers in public and in private, hiding, deleting, liking.
//
// Requests are made by github.com/michimani/gotwi where it has the call, and what comes back is read here: that library drops fields
// that are new or renamed, fails whole on a number it did not expect, takes a refusal without data for a success, and prints errors to
// standard output. So it is given an HTTP client of ours for each call (see exchange), which signs, sends and judges by itself. The
// shapes of the first API, which webhooks still have, are the types of github.com/dghubble/go-twitter.
//
// A thread of direct messages bears the id of the other person, whichever road told of it; one of several people, which polling alone
// shows, bears X's id of the conversation (see groupMark).
//
// It must not know the store, other platforms, or what the desk does with what it gives.
//
// Invariants: Decode is pure; ids are the strings of the *_str fields, never the rounded numbers; no token is in an address, an error or
// a log; no call goes to another host; what is not understood is given back with its bytes.
package twitter
