// Package fp names the moments at which a process may die and has to be found whole by the next: a failpoint is a line
//
//	fp.Hit("send.begun")
//
// in the code. In a build with the tag "failpoints" LYTTER_FAILPOINT=send.begun:3 kills the process, as kill -9 does, the third time that
// it comes by. In every other build Hit is empty and leaves nothing behind, not even the names.
//
// The kill harness (cmd/lytter, TestKill) finds the failpoints in the source: a new one is visited from then on, and the harness fails
// if nothing in its traffic comes by it. ARCHITECTURE.md tells how to add one.
//
// The package must not know anything of the desk.
package fp
