// Package faultdisk is a disk for tests: SQLite works on it as on the real one, while everything that is written and synced is noted in
// order. From the notes it makes what the disk would hold if the power had gone at any moment: all that was synced, and of the rest
// whatever chance leaves, torn at sectors and in any order. It can also fail.
//
// It is a shim around SQLite's own file system, because only that knows what was synced: to kill a process never tries that.
package faultdisk
