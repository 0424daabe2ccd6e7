package sshserver

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// limiter decides, before a byte is read, whether a connection from the network may try to log in. Each that it lets in holds a place
// until it has logged in or ended.
type limiter struct {
	all, each int // places: in all, and for one address

	mu       sync.Mutex
	taken    int
	places   map[netip.Prefix]int
	failures map[netip.Prefix]failure
}

// failure is what an address has to answer for.
type failure struct {
	n     int
	since time.Time // as of when n holds: one is forgiven for each forgiveEvery that has passed
	until time.Time // before this, nobody from there gets in
}

// refusal says why a connection was not let in.
type refusal int

const (
	admitted  refusal = iota
	fullHouse         // all places are taken
	fullShare         // the address has all that it may have
	tooSoon           // the address has failed too often
)

func newLimiter(all, each int) *limiter {
	return &limiter{all: all, each: each, places: map[netip.Prefix]int{}, failures: map[netip.Prefix]failure{}}
}

// addressOf is what counts as one address: an IPv4 address, or the /64 that one subscriber has all of in IPv6. What has no IP address
// shares one.
func addressOf(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// admit lets a connection in, or says why not. What it lets in must leave.
func (l *limiter) admit(a netip.Prefix, now time.Time) refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case now.Before(l.failures[a].until):
		return tooSoon
	case l.places[a] >= l.each:
		return fullShare
	case l.taken >= l.all:
		return fullHouse
	}
	l.taken++
	l.places[a]++
	return admitted
}

// leave gives a place back.
func (l *limiter) leave(a netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken--
	if l.places[a]--; l.places[a] <= 0 {
		delete(l.places, a)
	}
}

// waiting is how many hold a place.
func (l *limiter) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken
}

// failed notes that a connection tried to log in and did not. The first few are free; then the address waits, twice as long each time.
func (l *limiter) failed(a netip.Prefix, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, known := l.failures[a]
	if !known && len(l.failures) >= maxAddresses {
		l.forget(now)
	}
	f = f.forgiven(now)
	f.n++
	if over := f.n - freeFailures; over > 0 {
		f.until = now.Add(min(firstWait<<min(over-1, 10), longestWait))
	}
	l.failures[a] = f
}

// succeeded clears an address: somebody there has a key.
func (l *limiter) succeeded(a netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.failures, a)
}

// forgiven is f as of now.
func (f failure) forgiven(now time.Time) failure {
	if f.n == 0 || now.Before(f.since) {
		return failure{since: now}
	}
	times := int(now.Sub(f.since) / forgiveEvery)
	if times >= f.n {
		return failure{since: now}
	}
	f.n -= times
	f.since = f.since.Add(time.Duration(times) * forgiveEvery)
	return f
}

// forget makes room: it drops what is forgiven, and if nothing is, all. A flood from thousands of addresses is held by the places, not by
// this.
func (l *limiter) forget(now time.Time) {
	for a, f := range l.failures {
		if f.forgiven(now).n == 0 {
			delete(l.failures, a)
		}
	}
	if len(l.failures) >= maxAddresses {
		clear(l.failures)
	}
}
