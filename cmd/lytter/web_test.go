package main

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"
)

// A caller who holds a connection and says nothing does not make stopping a failure.
func TestStopsBesideASilentCaller(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{log: slog.New(slog.DiscardHandler)}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.serveWeb(ctx, l) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("POST /hooks/x HTTP/1.1\r\nHost: x\r\nContent-Le")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // by then it is accepted; a machine that is slower stops beside nobody, which is no failure either
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
