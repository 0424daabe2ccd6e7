// Package instagram connects Instagram professional accounts, those of Facebook Login and those of Instagram Login: comments, replies and
// live comments below media, private messages, and what others publish that names the account, by webhook and by polling; media as
// context; answers in public and in private, hiding and deleting.
//
// It must not know the store, other platforms, or what the desk does with what it gives.
//
// Invariants: Decode is pure; ids are strings; a thread of private messages is named by the person in it on every road; no person is
// invented where none is shown; Instagram tells of comments neither edits nor deletions, which only polling sees; what is not understood
// is given back with its bytes; nothing is sent a second time but after a refusal that is certain.
package instagram
