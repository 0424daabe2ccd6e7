// Package facebook connects Facebook Pages: comments at any depth, visitors' posts, our own posts as context, hiding and reactions, by
// webhook (page/feed) and by polling; and replies to comments and posts.
//
// It must not know the store, other platforms, or what the desk does with what it gives.
//
// Invariants: Decode is pure; ids are strings and comments go by {post}_{comment}; a person who may not be shown has no Author; what is
// not understood is given back with its bytes.
package facebook
