// Command lytter is a social-media listening and response desk: it takes in what citizens write to an organisation on Facebook, Instagram
// and X, and lets a team answer it from the terminal.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code) //nolint:forbidigo // this is main
}
