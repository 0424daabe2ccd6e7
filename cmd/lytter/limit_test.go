package main

import (
	"errors"
	"net"
	"testing"
	"time"
)

func TestLimit(t *testing.T) {
	under, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(under, 2)
	got := make(chan net.Conn)
	failed := make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				failed <- err
				return
			}
			got <- c
		}
	}()
	for range 3 {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", under.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first, second := <-got, <-got
	select {
	case <-got:
		t.Fatal("a third was taken")
	case <-time.After(50 * time.Millisecond):
	}
	if err := errors.Join(first.Close(), first.Close()); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Fatal(err)
	}
	third := <-got // a second Close gives no second place
	if len(l.places) != 2 {
		t.Errorf("%d places are taken", len(l.places))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-failed:
		if !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("Accept does not end")
	}
	_, _ = second.Close(), third.Close() // the test is over
}
