// Package classify is the rules: it reads a rule file, checks it whole, and decides what its rules say of an arrival.
//
// A rule file is TOML. Each [[rule]] is a query on arrivals and what it sets, with examples that must and must not match. A file in
// which anything is wrong, a failing example included, is refused as a whole; every fault is named with its place in the file, so that
// an editor can go there. What compiled is immutable: a [Classifier].
//
// Rules are decided in the order of the file, in one pass: no rule sees what another has set, so there is nothing to loop. The first rule
// that sets a topic, or a queue, explains it; the highest priority stands; behind a rule that says stop, no other counts.
//
// A message costs bounded work whatever the rules are: see [MaxText] and [MaxWork].
//
// What a person set or removed is not known here: package inbox holds it against the verdict. The package knows no store, no channel
// and no screen, and reads no clock.
package classify
