// Package inbox is the desk itself: its nouns, one file each; the ports that a store, an index, a classifier and the connectors fill;
// and three actors.
//
//   - [Desk] is for machines: it takes in what the platforms say, settles what was sent to them, and searches.
//   - [Seat] is for a person: every act of an editor, agent or lead is a method of it, and no act can be done without one.
//   - [Hub] keeps the views of all seats live from the change log.
//
// The rules of the desk live here and nowhere else: which conversation a message belongs to, what awaits an answer, when it is due,
// who may do what, when a second answer is refused. The store below is dumb, the screens above are dumb.
//
// The package must not know SQL, Bleve, HTTP, any platform or any screen; it imports only inbox/text, inbox/clock and inbox/query.
//
// Invariants: state and the change that tells of it are written in one transaction; (account, remote id) is unique; an answer is
// durable before it is sent; texts for people are Reasons, never sentences.
package inbox
