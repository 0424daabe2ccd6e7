package sshserver

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"pgregory.net/rapid"
)

// The limiter never lets in more than it may, forgets nothing that is held, and lets everybody in again when they have left and waited.
func TestLimiterProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, each := rapid.IntRange(1, 8).Draw(t, "all"), rapid.IntRange(1, 4).Draw(t, "each")
		l := newLimiter(all, each)
		now := time.Unix(1_700_000_000, 0)
		addresses := make([]netip.Prefix, 4)
		for i := range addresses {
			addresses[i] = netip.MustParsePrefix(fmt.Sprintf("10.0.0.%d/32", i))
		}
		held := map[netip.Prefix]int{}
		total := 0
		failures := map[netip.Prefix]int{} // since the last success, never forgiven here: an upper bound
		t.Repeat(map[string]func(*rapid.T){
			"come": func(t *rapid.T) {
				a := rapid.SampledFrom(addresses).Draw(t, "a")
				got := l.admit(a, now)
				switch {
				case got == admitted:
					held[a]++
					total++
				case got == fullShare && held[a] < each, got == fullHouse && total < all, got == tooSoon && failures[a] <= freeFailures:
					t.Fatalf("refused by %d with %d of %d, %d in all, %d failures", got, held[a], each, total, failures[a])
				}
			},
			"go": func(t *rapid.T) {
				a := rapid.SampledFrom(addresses).Draw(t, "a")
				if held[a] > 0 {
					l.leave(a)
					held[a]--
					total--
				}
			},
			"fail": func(t *rapid.T) {
				a := rapid.SampledFrom(addresses).Draw(t, "a")
				l.failed(a, now)
				failures[a]++
			},
			"succeed": func(t *rapid.T) {
				a := rapid.SampledFrom(addresses).Draw(t, "a")
				l.succeeded(a)
				failures[a] = 0
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 100_000).Draw(t, "ms")) * time.Millisecond)
			},
			"": func(t *rapid.T) {
				if total > all || l.waiting() != total {
					t.Fatalf("%d held, %d counted, %d allowed", total, l.waiting(), all)
				}
				for a, n := range held {
					if n > each {
						t.Fatalf("%s holds %d of %d", a, n, each)
					}
				}
			},
		})
		for a, n := range held {
			for range n {
				l.leave(a)
			}
		}
		now = now.Add(longestWait)
		for _, a := range addresses {
			if got := l.admit(a, now); got != admitted {
				t.Fatalf("refused by %d when all have left and waited", got)
			}
			l.leave(a)
		}
		if len(l.places) != 0 {
			t.Fatalf("%d addresses hold nothing and are remembered", len(l.places))
		}
	})
}

func TestWaitsAfterFailures(t *testing.T) {
	l := newLimiter(50, 5)
	now := time.Unix(1_700_000_000, 0)
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	var waits []int
	for range 14 {
		l.failed(a, now)
		w := 0
		for l.admit(a, now.Add(time.Duration(w)*time.Second)) == tooSoon {
			w++
		}
		l.leave(a)
		if l.admit(b, now) != admitted {
			t.Fatal("another address waits")
		}
		l.leave(b)
		waits = append(waits, w)
	}
	if got, want := fmt.Sprint(waits), "[0 0 0 0 0 1 2 4 8 16 32 60 60 60]"; got != want {
		t.Errorf("waits %s, want %s", got, want)
	}
	// One is forgiven a minute.
	now = now.Add(13 * time.Minute)
	l.failed(a, now)
	if l.admit(a, now) != admitted {
		t.Error("old failures are not forgiven")
	}
	// What is remembered is bounded.
	for i := range 3 * maxAddresses {
		l.failed(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32), now)
	}
	if n := len(l.failures); n > maxAddresses {
		t.Errorf("%d addresses are remembered", n)
	}
}

func TestAddressOf(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7:1": "192.0.2.7/32", "[::ffff:192.0.2.7]:1": "192.0.2.7/32",
		"[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::/64", "[fe80::1%eth0]:2": "fe80::/64",
	} {
		if got := addressOf(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(in))); got.String() != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := addressOf(&net.UnixAddr{}); got.IsValid() {
		t.Error(got)
	}
}

// A thousand connections that do not log in hold at most fifty places, five for each address, and give them back; who is logged in works
// on, who has the owner's socket gets in, and somebody from an address of their own gets in when the flood is over.
func TestFloodAtTheDoor(t *testing.T) {
	d := open(t, func(c *Config) { c.Limits.Handshake = 1500 * time.Millisecond })
	v, _ := hurried(t, d, "tcp", d.keys[alice], screenOf)
	who := func(c *ssh.Client) (string, error) {
		s, err := c.NewSession()
		if err != nil {
			return "", err
		}
		out, err := s.CombinedOutput("who")
		return string(out), err
	}
	cfg := d.clientConfig()
	cfg.Auth = []ssh.AuthMethod{ssh.PublicKeys(newKey(t))}
	const flood = 1000
	var wg sync.WaitGroup
	var most, shut atomic.Int64
	stop := make(chan struct{})
	wg.Go(func() {
		for {
			most.Store(max(most.Load(), int64(d.Stats().Waiting)))
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	slots := make(chan struct{}, 200)
	for i := range flood {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			from := &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+i%20))} // all of 127/8 is loopback on Linux
			nc, err := (&net.Dialer{LocalAddr: from}).Dial("tcp", d.tcp)
			if err != nil {
				shut.Add(1) // reset before it was told that it is connected
				return
			}
			defer nc.Close()
			if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
				t.Error(err)
				return
			}
			switch i % 3 {
			case 0: // says nothing
			case 1: // half a greeting
				if _, err := nc.Write([]byte("SSH-2.0-")); err != nil {
					shut.Add(1)
					return
				}
			case 2: // tries a key
				if _, _, _, err := ssh.NewClientConn(nc, d.tcp, cfg); err == nil {
					t.Error("a stranger is in")
				}
				shut.Add(1)
				return
			}
			buf := make([]byte, 256)
			for {
				if _, err := nc.Read(buf); err != nil {
					if errors.Is(err, os.ErrDeadlineExceeded) {
						t.Error("a connection that does nothing is kept")
					}
					shut.Add(1)
					return
				}
			}
		})
	}
	for i := range 20 {
		v.typed(t, fmt.Sprintf("<%d>", i))
		v.await(t, fmt.Sprintf("<%d>", i))
	}
	if got, _ := hurried(t, d, "unix", d.local, who); got == "" {
		t.Error("the owner is kept out")
	}
	close(stop)
	within(t, "the flood", wg.Wait)
	eventually(t, "all places are free", func() bool { return d.Stats().Waiting == 0 })
	st := d.Stats()
	if shut.Load() != flood || most.Load() > 50 || most.Load() < 5 {
		t.Errorf("%d of %d were closed, at most %d waited", shut.Load(), flood, most.Load())
	}
	if st.FullHouse+st.FullShare+st.TooSoon == 0 || st.Failed == 0 || st.Accepted < flood/2 || st.Logins < 2 {
		t.Errorf("%+v", st)
	}
	if got, _ := hurried(t, d, "tcp", d.keys[bo], who); got == "" {
		t.Error("nobody gets in after the flood")
	}
	v.typed(t, "q")
	if code := codeOf(t, v.Wait); code != 0 {
		t.Error(code)
	}
}

// ownRaw is a raw client on the socket.
func (d *door) ownRaw(t *testing.T) *ssh.Client {
	t.Helper()
	c, err := ssh.Dial("unix", d.unix, d.clientConfig(d.local))
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// Guessing costs time, for the address that guesses.
func TestGuessing(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	d := open(t, func(c *Config) { c.Now = clock })
	guess := func() error {
		c, err := ssh.Dial("tcp", d.tcp, d.clientConfig(newKey(t), newKey(t)))
		if err == nil {
			c.Close()
		}
		return err
	}
	for range freeFailures + 1 {
		if guess() == nil {
			t.Fatal("a stranger is in")
		}
	}
	eventually(t, "all have been counted", func() bool { return d.Stats().Failed == freeFailures+1 })
	if _, err := ssh.Dial("tcp", d.tcp, d.clientConfig(d.keys[bo])); err == nil || d.Stats().TooSoon != 1 {
		t.Errorf("no wait after %d failures: %v, %+v", freeFailures+1, err, d.Stats())
	}
	if got := output(t, d.ownRaw(t), "who"); got == "" {
		t.Error("the owner waits too")
	}
	mu.Lock()
	now = now.Add(firstWait)
	mu.Unlock()
	d.dial(t, d.keys[bo])
	if d.Stats().TooSoon != 1 {
		t.Error("who has waited waits on")
	}
}
