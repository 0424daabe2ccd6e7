// Package journal keeps what platforms sent us, raw and verified, before anybody is told that we have it: an SQLite file of its own,
// beside whatever database holds the rest. A row is on the disk when Append returns; only then may a webhook be answered.
//
// Many callers at once share one commit and one sync of the disk. Which rows have been taken in is written where they were taken in, in
// the main store; the marks here only say what may be pruned.
//
// The package must not know what a body means, and no other table of the desk.
//
// Invariants:
//   - rows are numbered upwards, and a number is never used again, also not after a damaged file was replaced (see Options.After);
//   - after a failed write or sync nothing is acknowledged any more (see Failed): asking the disk again might seem to succeed;
//   - the disk is never filled to the last byte: before that Append refuses;
//   - a damaged file is moved aside, never deleted, and what can be read of it can be salvaged.
package journal
