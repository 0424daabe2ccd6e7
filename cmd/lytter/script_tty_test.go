//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// evil copies to the clipboard, clears the screen, sets the title in both ways that ESC can be written, and turns text around.
const evil = "\x1b]52;c;aGVq\x07\x1b[2J\u009d0;title\u009c\u009b31m\u202eab\u2066cd\x7f\r\b"

// hostile FILE: writes a file to import in which whatever a citizen can choose is hostile, and broken.jsonl whose lines are also wrong.
// $evil is some of it.
func cmdHostile(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	line := map[string]any{
		"channel": "facebook", "account": "byen", "kind": "comment", "direction": "in", "remote_id": "1", "time": "2026-11-01T10:00:00Z", "text": "hul " + evil,
		"author": map[string]any{"id": "a", "name": "Jens" + evil, "handle": evil}, "context": "p",
	}
	good, err := json.Marshal(line)
	ts.Check(err)
	post, err := json.Marshal(map[string]any{
		"channel": "facebook", "account": "byen", "direction": "context", "remote_id": "p", "time": "2026-11-01T09:00:00Z", "text": "Vores" + evil,
	})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(append(append(post, '\n'), good...), '\n'), 0o600))
	line["channel"] = evil
	bad, err := json.Marshal(line)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("broken.jsonl"), append(bad, []byte("\n{\""+evil+"\": 1}\n"+evil+"\n")...), 0o600))
	ts.Setenv("evil", evil)
}

// commands are what a terminal acts on beyond text, line ends and colour.
func commands() *regexp.Regexp {
	return regexp.MustCompile(`\x1b\[[0-9;]*[^0-9;m]|\x1b[^\[]|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]|[\x{80}-\x{9f}]|[\x{202a}-\x{202e}\x{2066}-\x{2069}]`)
}

// tty COMMAND...: runs a command on a terminal of its own and fails if it commands the terminal. What it said is $out.
func cmdTTY(ts *testscript.TestScript, neg bool, args []string) {
	cmd := command(ts, args[1:]...)
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	ts.Check(err)
	out, err := io.ReadAll(screen)
	if err != nil && !errors.Is(err, syscall.EIO) { // how Linux says that the other side has closed
		ts.Check(err)
	}
	ts.Check(screen.Close())
	err = cmd.Wait()
	ts.Setenv("out", string(out))
	ts.Logf("%q", out)
	if neg != (err != nil) {
		ts.Fatalf("tty: %v", err)
	}
	said := strings.ReplaceAll(string(out), "\x1b]11;?\a\x1b[c", "") // the library of the command line asks for the colours before an error
	if bad := commands().FindString(said); bad != "" {
		ts.Fatalf("%q reached the terminal", bad)
	}
}
