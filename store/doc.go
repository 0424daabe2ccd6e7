// Package store keeps everything but the search index and the journal: in one SQLite file of the data folder, or in PostgreSQL.
//
// It is dumb on purpose: it puts and gets what [inbox.Store] says and knows no rule of the desk. One body of SQL with $1 serves both
// databases; what must differ is in dialect.go, and how each is opened in sqlite.go and postgres.go. store/storetest is the suite that
// both pass. The journal is package store/journal: a file of its own, also beside PostgreSQL.
//
// The package must not know the query language, an index, a platform or a screen. It is the only one that speaks SQL.
//
// Invariants:
//   - an Update is alone: no other overlaps it, persons' go before machines', and what it wrote is durable when it returns;
//   - a View sees one snapshot over all its queries;
//   - positions of the log have no gaps and become visible in order; each change is chained to the one before it by its hash;
//   - ids are never used again;
//   - after a failed read or write of the disk nothing more is written: the database says so in Failed, and the process must end;
//   - driver errors are told apart by their codes, in one function.
package store
