package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/inbox"
	"lytter/inbox/catalog"

	"github.com/rogpeppe/go-internal/testscript"
)

// secrets FILE: fails if a file holds a secret of the desk.
func cmdSecrets(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	text := ts.ReadFile(args[0])
	files, err := filepath.Glob(filepath.Join(ts.Getenv("LYTTER_HOME"), "secrets", "*"))
	ts.Check(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		ts.Check(err)
		if secret := strings.TrimSpace(string(data)); len(secret) > 5 && strings.Contains(text, secret) {
			ts.Fatalf("what is in %s is shown", filepath.Base(file))
		}
	}
	if len(files) < 5 {
		ts.Fatalf("only %d secrets: the search is blind", len(files))
	}
}

// examined is a doctor in a language, with nothing examined yet.
func examined(t *testing.T, w connectors.Way, cfg *config) *doctor {
	t.Helper()
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{catalog: cat, env: func(string) string { return "" }, out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	p.speak("en")
	rt, err := w.Transport()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.(interface{ CloseIdleConnections() }).CloseIdleConnections)
	return &doctor{program: p, cfg: cfg, carrier: rt, told: func(diagnosis) {}}
}

// has reports whether something was found.
func (d *doctor) has(level, about, key string) bool {
	return slices.ContainsFunc(d.found, func(x diagnosis) bool { return x.Level == level && x.About == about && x.Key == key })
}

// A clock that differs is told by how much; a platform without one is reached all the same.
func TestDoctorsClock(t *testing.T) {
	for _, c := range []struct {
		ahead time.Duration // the platform's
		level string
	}{
		{0, "ok"},
		{10 * time.Second, "ok"},
		{-10 * time.Second, "ok"},
		{2 * time.Minute, "warning"},
		{-2 * time.Minute, "warning"},
		{10 * time.Minute, "fault"},
		{-48 * time.Hour, "fault"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(c.ahead).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusBadRequest)
		}))
		cfg := &config{Accounts: []accountConfig{{Name: "x", Channel: "x"}}}
		cfg.X.API = s.URL
		d := examined(t, connectors.Way{}, cfg)
		d.hosts(t.Context())
		s.Close()
		key := "doctor.clock"
		if c.level != "ok" {
			key = "doctor.clock_off"
		}
		if host := strings.TrimPrefix(s.URL, "http://"); !d.has("ok", host, "doctor.host") || !d.has(c.level, "clock", key) {
			t.Errorf("%v ahead: %+v", c.ahead, d.found)
		}
	}
}

// What is in the way of a call is told, with the host and what to do; a way that works, with its proxy, and never the proxy's password.
func TestDoctorsWay(t *testing.T) {
	authority := connectortest.NewAuthority(t)
	at := authority.Serve(t, "graph.facebook.com", time.Now().Add(time.Hour), http.NotFoundHandler())
	proxy := connectortest.NewProxy(t)
	proxy.Hosts["graph.facebook.com:443"] = at
	address := connectors.Secret(strings.Replace(proxy.Address, "http://", "http://anna:hemmelig@", 1))
	cfg := &config{Accounts: []accountConfig{{Name: "side", Channel: "facebook"}, {Name: "x", Channel: "x"}}}
	d := examined(t, connectors.Way{Proxy: address, CA: authority.PEM}, cfg)
	d.hosts(t.Context())
	if !d.has("ok", "graph.facebook.com", "doctor.host_proxy") || !d.has("fault", "api.x.com", "way.proxy_refused") {
		t.Errorf("%+v", d.found)
	}
	strange := examined(t, connectors.Way{Proxy: address}, cfg)
	strange.hosts(t.Context())
	if !strange.has("fault", "graph.facebook.com", "way.unknown_authority") {
		t.Errorf("%+v", strange.found)
	}
	for _, x := range append(d.found, strange.found...) {
		if x.level != well && x.Hint == "" {
			t.Errorf("nothing is to be done about %s", x.Text)
		}
		if strings.Contains(x.Text+x.Hint, "hemmelig") {
			t.Errorf("the password is in %+v", x)
		}
	}
}

// What to do follows from how far a call came: who was answered need not look at a firewall.
func TestDoctorAdvisesByHowFarItCame(t *testing.T) {
	d := examined(t, connectors.Way{}, nil)
	for name, c := range map[string]struct {
		err  *connectors.Error
		want string
	}{
		"no answer":   {connectors.Unreached(http.ErrHandlerTimeout, true), "doctor.away"},
		"nobody":      {&connectors.Error{Class: connectors.Transient, Reason: *inbox.Why("way.unreachable", "Host", "x")}, "doctor.away"},
		"out of sort": {connectors.Unreadable(http.StatusServiceUnavailable, nil), "doctor.unwell"},
		"refused":     {&connectors.Error{Class: connectors.Forbidden, Status: http.StatusForbidden}, "doctor.access"},
		"too much":    {&connectors.Error{Class: connectors.Throttled, Status: http.StatusTooManyRequests}, "doctor.later"},
	} {
		d.found = nil
		d.platform("byen", c.err)
		if got := d.found[0].Hint; got != d.texts.T(c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
