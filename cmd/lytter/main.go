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
	ctx, stop := untilTold()
	defer stop()
	p := newProgram(os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	adoptLibraries(p.logger()) // until a house is open, which has a log of its own
	return p.run(ctx, os.Args[1:])
}

// untilTold gives a context that ends when the process is told to end. By then the next signal is not caught any more: it ends the process
// at once.
func untilTold() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	told, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(told, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		defer close(done)
		select {
		case <-told:
		case <-ctx.Done():
		}
		signal.Stop(told)
		cancel()
	}()
	return ctx, func() {
		cancel()
		<-done
	}
}
