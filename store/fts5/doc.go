// Package fts5 is a peer for benches and nothing else: SQLite's own full-text index over the same conversations, newest first by rowid.
// The desk never uses it; it lives here because only store speaks SQL.
//
// It is given the tokens that inbox/text has cut, so that both sides fold and stem alike: a column of exact keys, one of Danish stems, one
// of English. What it can state of the language is in [State]; the rest has no peer. Words, prefixes and what is made of them find exactly
// what the desk finds. Of phrases and nearness it finds no more, and seldom less: each of the words must meet by the same kind of stem,
// and a hashtag of several words or an address stands in no phrase.
//
// The package must not know a desk.
package fts5
