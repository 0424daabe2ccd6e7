// Package query is the one language of the desk: search, views, rules, alerts and streams are all queries in it.
//
// A query is parsed to an [Expr], printed back by [Format] so that Parse(Format(e)) equals e, and bound by [Bind] to a moment, a
// person and the names of the desk. A [Bound] query is decided by [Bound.Match] on a [Doc], and many of them at once by a [Set].
// Whatever an index may find, the matcher here decides.
//
// There are two kinds of document. An arrival is one inbound message with its conversation's fixed fields: rules match arrivals. A
// conversation is all its live messages: search and views match conversations. Phrases and nearness never cross a message; a
// negation means that no message has it; a field with many values matches if any does.
//
// The field table in field.go is the only place that knows the fields: names, Danish names, types, classes, values and help come
// from it. The package knows no store, no index and no screen; it imports only inbox/text.
package query
