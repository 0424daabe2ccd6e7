// Command lytter is a social-media listening and response desk: it takes in what citizens write to an organisation on Facebook, Instagram
// and X, and lets a team answer it from the terminal.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(lytter()) } //nolint:forbidigo // this is main

func lytter() int {
	privately() // whatever is made holds what citizens wrote
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	p := newProgram(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	context.AfterFunc(ctx, stop) // the next signal is not caught: it ends the process at once
	adoptLibraries(p.logger())   // until a house is open, which has a log of its own
	return p.run(ctx, os.Args[1:])
}
