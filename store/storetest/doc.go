// Package storetest is the suite that every inbox.Store passes: what the comments of the port promise, tried on the real thing. It knows
// no database. Run it with a function that opens an empty store.
package storetest
