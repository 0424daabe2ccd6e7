// Package facebook connects Facebook Pages, by webhook and by polling: comments at any depth, visitors' posts, our own posts as context,
// mentions, shares, recommendations, reactions and hiding; and the private messages of Messenger. What editors can do goes the other way:
// answers in public and in private, hiding, deleting, liking, editing what is ours, blocking.
//
// Some of it the platform tells by one road alone. Recommendations and shares come by webhook only: reading a page's ratings by API ended
// with v21 of the Graph API. That a private message was read, edited or reacted to comes by webhook only, too. Of a thread the newest 20
// messages can be read; where more came while no webhook did, that is said.
//
// It must not know the store, other platforms, or what the desk does with what it gives.
//
// Invariants: Decode is pure; ids are strings, comments go by {post}_{comment} and threads by the page-scoped id of the person; a person
// who may not be shown has no Author; what is not understood is given back with its bytes; every list is read with a bound.
package facebook
