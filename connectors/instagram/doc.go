// Package instagram connects Instagram professional accounts of Facebook Login: comments and replies below media by webhook and by
// polling, media as context, and replies.
//
// It must not know the store, other platforms, or what the desk does with what it gives.
//
// Invariants: Decode is pure; ids are strings; Instagram tells no edits and no deletions of comments, so none are made up; what is not
// understood is given back with its bytes.
package instagram
