// Package index is the index that narrows searches: Bleve's, as a disposable follower of the change log.
//
// There is one document per conversation. Its terms are made here from tokens that inbox/text has cut, so Bleve analyses nothing, and
// its name is the conversation's place in the list (LastAt, then id), so that newest first needs no sort. A batch carries the position
// of the log that it brings the index to; whatever is in the folder is at one position, whenever the process dies. The index narrows
// and the matcher decides: what a query's compiled form lets through always holds every document that matches, and of each document it
// is said whether it is sure, which it is only where that is so by construction. Phrases are decided by where words stand, which a
// document keeps in two bytes a word (track.go).
//
// Of Bleve this package uses the index itself (scorch and its segments) and not the layer of queries and collectors above it: a query
// is answered segment by segment with whole bitmaps, and the hits are given in the list's order, of which each segment's is found out
// once. That is one to two orders of magnitude faster than collecting and sorting, makes counts exact and negations cheap, and leaves
// no query of which the cost is not bounded here.
//
// Nothing in the folder is worth keeping. If it is not there, was built with other keys, belongs to another log or is damaged, the
// index is built anew, newest conversations first, while searches scan. The rest of the package sees to that: files are checked when
// they are opened, a batch has a deadline, a document that kills is set aside, and what happened is in Status.
//
// The package must not know SQL, a platform or a screen, or how a conversation becomes a document (inbox.Desk does). It is the only one
// that imports Bleve.
//
// Invariants:
//   - every conversation of the log up to Seq is in, or is one of the poisoned that every search looks at, or the index says that it is
//     being built;
//   - a document that may match is never left out, whatever bound of cost a query runs into;
//   - no fault of the index, its files or a document in it stops the desk or ends the process, if it can be caught at all.
package index
