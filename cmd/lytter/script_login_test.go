package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"lytter/connectors"

	"github.com/rogpeppe/go-internal/testscript"
)

// login [-press QUERY] [-paste code|TEXT] CHANNEL [FLAG...]: runs `lytter accounts connect` and is the person before it: opens the address
// that it prints, with QUERY added for what else they do there, and pastes the address that the browser ends at (or the code alone, or
// TEXT). The file said is what it said.
func cmdLogin(ts *testscript.TestScript, neg bool, args []string) {
	press, paste := "", ""
	for len(args) > 1 && (args[0] == "-press" || args[0] == "-paste") {
		if args[0] == "-press" {
			press = args[1]
		} else {
			paste = args[1]
		}
		args = args[2:]
	}
	cmd := command(ts, append([]string{"accounts", "connect"}, args...)...)
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var errs strings.Builder
	cmd.Stderr = &errs
	ts.Check(cmd.Start())
	kill := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer kill.Stop()
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if !strings.HasPrefix(lines.Text(), "http") {
			continue
		}
		back, err := pressed(lines.Text(), press)
		ts.Check(err)
		text := back.String()
		switch paste {
		case "":
		case "code":
			text = back.Query().Get("code") + "#_"
		default:
			text = paste
		}
		_, err = io.WriteString(in, text+"\n")
		ts.Check(err)
		ts.Check(in.Close())
	}
	err = cmd.Wait()
	ts.Logf("%s%s", said.String(), errs.String())
	ts.Check(os.WriteFile(ts.MkAbs("said"), []byte(said.String()+errs.String()), 0o600))
	if (err != nil) != neg {
		ts.Fatalf("login: %v", err)
	}
	for _, secret := range of(ts).secrets(ts) {
		if strings.Contains(said.String()+errs.String(), secret) {
			ts.Fatalf("a secret is shown")
		}
	}
}

// secrets are what stands in the files of secrets of this desk.
func (a *actors) secrets(ts *testscript.TestScript) []string {
	dir := filepath.Join(ts.Getenv("LYTTER_HOME"), "secrets")
	list, err := os.ReadDir(dir)
	ts.Check(err)
	var out []string
	for _, e := range list {
		st, err := e.Info()
		ts.Check(err)
		if st.Mode().Perm()&0o077 != 0 {
			ts.Fatalf("others may read %s", e.Name())
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		ts.Check(err)
		g, err := parseGrant(connectors.Secret(strings.TrimSpace(string(data))))
		ts.Check(err)
		for _, s := range []connectors.Secret{g.Access, g.Renewal} {
			if s != "" {
				out = append(out, s.Reveal())
			}
		}
	}
	return out
}

// forget ACCOUNT: takes an account's table out of the configuration.
func cmdForget(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	file := filepath.Join(ts.Getenv("LYTTER_HOME"), "lytter.toml")
	text := configText(ts)
	table := regexp.MustCompile(`(?m)^\[\[account\]\]\nname += "` + regexp.QuoteMeta(args[0]) + `"\n(?:[^\[\n].*\n)*`)
	if !table.MatchString(text) {
		ts.Fatalf("no account %s", args[0])
	}
	ts.Check(os.WriteFile(file, []byte(table.ReplaceAllString(text, "")), 0o600))
}

// pressed opens an address as a browser does, and gives where it was sent.
func pressed(address, more string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if more != "" {
		u.RawQuery += "&" + more
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // only its header is read
	return resp.Location()
}
