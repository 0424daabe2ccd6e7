// Package sqlconn is one connection to a database, as thin as it can be: prepared statements kept by their text, arguments and rows
// without reflection on the hot path. It works on database/sql/driver itself, so one body of code serves SQLite and PostgreSQL, and a
// point lookup costs about what the database costs.
//
// The package also opens SQLite files the one way that the desk uses them (see [OpenSQLite]) and tells driver errors apart by their
// codes (see [KindOf]). It must not know a table.
//
// Invariants: a Conn is used by one goroutine at a time; rows are read to their end before the next statement; text that goes in holds
// no NUL and no invalid UTF-8, because PostgreSQL takes neither; instants go in and come out as milliseconds of UTC.
package sqlconn
