// Package bench measures the desk as it is wired: webhooks acknowledged, messages ingested, conversations indexed, views kept live, rules decided, searches
// answered, frames drawn. Each figure comes from a part, and each part makes what it needs from a seeded corpus, so that the same seed
// measures the same thing.
//
// A part runs in a process of its own (the command sees to that), so that one part's memory and garbage are not another's, and it drives
// the real desk that [Config.Open] gives it: the handler, the journal, the store, the index and the binary that a city would run. Peers
// stand beside it on the same machine in the same run, because machines differ and ratios travel.
//
// The package must not know how a desk is put together, or in which language its results are told.
//
// Invariants: a rate counts only what was found again afterwards (acknowledged posts in the journal, messages in the store, conversations
// in an index that was closed and opened); a search that finds other than the matcher does fails the bench; nothing is measured that the
// desk does not do in service.
package bench
