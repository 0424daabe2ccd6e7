package main

import (
	"bytes"
	"context"
	"os"
	"time"

	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
	"lytter/tui/sshserver"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
)

// picture NAME COLOUR: writes a small picture.
func cmdPicture(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	b := []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
	b[13] = byte(atoi(ts, args[1])) // of the first colour in its table
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// hand LOGIN FILE COMMAND...: runs a command over SSH with a file as its standard input.
func cmdHand(ts *testscript.TestScript, neg bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	key := of(ts).world.keys[args[0]]
	c, err := ssh.Dial("tcp", sshAddress(ts), &ssh.ClientConfig{
		User: "desk", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	ts.Check(err)
	defer func() { _ = c.Close() }()
	s, err := c.NewSession()
	ts.Check(err)
	s.Stdin = bytes.NewReader(b)
	out, err := s.CombinedOutput(sshserver.Quote(args[2:]))
	ts.Setenv("out", string(out))
	ts.Logf("%s%v", out, err)
	if (err != nil) != neg {
		ts.Fatalf("%s: %v", args[0], err)
	}
}

// carried N FILE: waits until N of the platforms' acts have come with the very bytes of a file, and no more.
func cmdCarried(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	want, hash := atoi(ts, args[0]), string(inbox.HashOf(b))
	deadline := time.Now().Add(patience)
	for {
		acts, err := of(ts).client.Acts(context.Background(), ledger.Filter{})
		ts.Check(err)
		n := 0
		for _, a := range acts {
			for _, f := range a.Files {
				if f.Hash == hash {
					n++
				}
			}
		}
		if n == want {
			return
		}
		if n > want || time.Now().After(deadline) {
			ts.Fatalf("%s came with %d acts, not %d", args[1], n, want)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
