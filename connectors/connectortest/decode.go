package connectortest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/inbox"

	"github.com/google/go-cmp/cmp"
)

//nolint:gochecknoglobals // a flag of go test
var update = flag.Bool("update", false, "write the goldens anew")

// fixtures decodes the connector's own bodies, in testdata/webhook.
func fixtures(t *testing.T, p Decoding) {
	t.Helper()
	n := golden(t, p, filepath.Join("testdata", "webhook"), filepath.Join("testdata", "webhook"))
	if n == 0 {
		t.Error("there are no fixtures")
	}
}

// samples decodes the public sample payloads that lie beside the project, where they do.
func samples(t *testing.T, p Decoding, folder string) {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "payloads", filepath.FromSlash(folder))
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no sample payloads here")
	}
	golden(t, p, dir, filepath.Join("testdata", "samples"))
}

// golden compares what bodies decode to with what was looked at once.
func golden(t *testing.T, p Decoding, from, to string) (n int) {
	t.Helper()
	hook := p.New(t, sandbox.Handshake{Graph: "http://127.0.0.1:1", X: "http://127.0.0.1:1"})
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		n++
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		t.Run(rel, func(t *testing.T) { one(t, hook, path, filepath.Join(to, strings.TrimSuffix(rel, ".json")+".golden")) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func one(t *testing.T, hook connectors.Webhook, path, goldenPath string) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(body)
	got := Show(hook.Decode(body))
	if !bytes.Equal(before, body) {
		t.Error("decoding changed the body")
	}
	if again := Show(hook.Decode(body)); again != got {
		t.Errorf("decoding again gave something else (law 1: a replay is the same)\n%s", cmp.Diff(got, again))
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(goldenPath), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenPath, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(goldenPath)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Show writes what a body decodes to, for people to look at.
func Show(d connectors.Decoded, err error) string {
	var b strings.Builder
	if err != nil {
		fmt.Fprintf(&b, "error %v\n", err)
	}
	for _, in := range d.Items {
		fmt.Fprintf(&b, "%s %s", in.Event, in.Kind)
		line := func(name, value string) {
			if value != "" {
				fmt.Fprintf(&b, "\n  %s %s", name, value)
			}
		}
		stamp := func(at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return at.UTC().Format(time.RFC3339Nano)
		}
		line("account", string(in.AccountRemote))
		line("remote", string(in.Remote))
		line("parent", string(in.Parent))
		line("context", string(in.Context))
		line("thread", string(in.Thread))
		if in.FromUs {
			line("from", "us")
		}
		if a := in.Author; a != nil {
			line("author", fmt.Sprintf("%s handle=%q name=%q followers=%d verified=%v", a.Remote, a.Handle, a.Name, a.Followers, a.Verified))
		}
		line("token", in.Token)
		if in.Standby {
			line("standby", "yes")
		}
		if in.Thin {
			line("thin", "yes")
		}
		line("reaction", in.Reaction)
		if in.Text != "" {
			line("text", fmt.Sprintf("%q", in.Text))
		}
		for _, m := range in.Media {
			said := m.Type + " " + m.URL
			if m.Name != "" {
				said += fmt.Sprintf(" name=%q", m.Name)
			}
			if m.Alt != "" {
				said += fmt.Sprintf(" alt=%q", m.Alt)
			}
			line("media", said)
		}
		line("permalink", in.Permalink)
		line("at", stamp(in.At))
		line("observed", stamp(in.Observed))
		line("source", string(in.Source))
		b.WriteByte('\n')
	}
	for _, u := range d.Unread {
		fmt.Fprintf(&b, "unread %s\n  account %s\n  bytes %d\n", u.Reason.String(), u.AccountRemote, len(u.Bytes))
	}
	if d.Ignored > 0 {
		fmt.Fprintf(&b, "ignored %d\n", d.Ignored)
	}
	for _, id := range d.Stale {
		fmt.Fprintf(&b, "stale %s\n", id)
	}
	for _, id := range d.Revoked {
		fmt.Fprintf(&b, "revoked %s\n", id)
	}
	return b.String()
}

// signature tries signatures that are right, and every way in which they are not.
func signature(t *testing.T, p Decoding) {
	t.Helper()
	cfg := sandbox.DefaultConfig(7)
	hand := sandbox.Handshake{Graph: "http://127.0.0.1:1", X: "http://127.0.0.1:1"}
	hand.Meta.AppSecret, hand.XApp.ConsumerSecret = cfg.Meta.Apps[0].Secret, cfg.X.ConsumerSecret
	hook := p.New(t, hand)
	body := []byte(`{"object":"page","entry":[{"id":"1","text":"\u00e6\/ø"}]}`)
	good := p.Sign(hand, body)
	if err := hook.Verify(good, body); err != nil {
		t.Fatal("a good signature:", err)
	}
	name := ""
	for k := range good {
		name = k
	}
	for i := range body {
		bad := bytes.Clone(body)
		bad[i] ^= 1
		if hook.Verify(good, bad) == nil {
			t.Fatalf("a body with bit 0 of byte %d turned verifies", i)
		}
	}
	value := good.Get(name)
	other := hand
	other.Meta.AppSecret, other.XApp.ConsumerSecret = "another", "another"
	for what, h := range map[string]http.Header{
		"none":          {},
		"empty":         {name: {""}},
		"no method":     {name: {strings.TrimPrefix(value, "sha256=")}},
		"other method":  {name: {strings.Replace(value, "sha256", "sha1", 1)}},
		"cut":           {name: {value[:len(value)-4]}},
		"long":          {name: {value + "00"}},
		"no digits":     {name: {"sha256=" + strings.Repeat("z", 64)}},
		"another's key": p.Sign(other, body),
		"no key":        p.Sign(sandbox.Handshake{}, body),
		"two":           {name: {value, value}},
	} {
		if hook.Verify(h, body) == nil {
			t.Errorf("signature %s verifies", what)
		}
	}
	if p.New(t, sandbox.Handshake{Graph: "http://127.0.0.1:1", X: "http://127.0.0.1:1"}).Verify(p.Sign(sandbox.Handshake{}, body), body) == nil {
		t.Error("without a secret anybody can sign")
	}
}

// strange decodes something that nobody knows: it is kept whole, and nothing is made of it.
func strange(t *testing.T, p Decoding) {
	t.Helper()
	hook := p.New(t, sandbox.Handshake{Graph: "http://127.0.0.1:1", X: "http://127.0.0.1:1"})
	d, err := hook.Decode([]byte(p.Strange))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Items) != 0 || len(d.Unread) != 1 {
		t.Fatalf("%d items, %d unread; want none and one", len(d.Items), len(d.Unread))
	}
	u := d.Unread[0]
	if u.Reason.Key != "parked.unknown_kind" || u.AccountRemote == "" || !json.Valid(u.Bytes) || !strings.Contains(p.Strange, string(u.Bytes)) {
		t.Errorf("unread %s of account %q: %s", u.Reason.String(), u.AccountRemote, u.Bytes)
	}
	for _, body := range []string{"", "{", "null", "[]x", `"text"`, "3", "<html>", `{"entry":3}`, "{}"} {
		d, err := hook.Decode([]byte(body))
		if err == nil && len(d.Unread) == 0 {
			t.Errorf("body %q: no error, and nothing of it is kept: %+v", body, d)
		}
	}
}

// Sound fails the test if something that came out of a decoder is not fit to be ingested: for fuzzing.
func Sound(t *testing.T, body []byte, d connectors.Decoded) {
	t.Helper()
	for _, in := range d.Items {
		if in.Remote == "" {
			t.Errorf("an item without an id: %+v", in)
		}
		if in.Account != 0 {
			t.Errorf("an item with an account of ours: %+v", in)
		}
		if (in.Event == inbox.Reacted || in.Event == inbox.Unreacted) && (in.Author == nil || in.Author.Remote == "") {
			t.Errorf("a reaction of nobody: %+v", in)
		}
		if in.Event == inbox.Posted && in.Kind == "" {
			t.Errorf("a message without a kind: %+v", in)
		}
		if !in.At.IsZero() && (in.At.Year() < 1970 || in.At.Year() > 9999) {
			t.Errorf("a time out of this world: %v", in.At)
		}
	}
	for _, u := range d.Unread {
		if u.Reason.Key == "" || len(u.Bytes) == 0 {
			t.Errorf("kept without a reason or bytes: %+v of %q", u, body)
		}
	}
}
