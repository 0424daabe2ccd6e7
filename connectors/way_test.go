package connectors_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/connectors/facebook"
	"lytter/connectors/instagram"
	"lytter/connectors/twitter"
	"lytter/inbox"
)

const platformHost = "platform.test" // which no DNS knows: only a proxy finds it

// subscribers makes every connector, with its platform at an address.
func subscribers(t *testing.T, w connectors.Way, base string) map[string]connectors.Subscriber {
	t.Helper()
	rt, err := w.Transport()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.(interface{ CloseIdleConnections() }).CloseIdleConnections)
	secrets, ours := connectors.Secrets{"app-secret"}, inbox.RemoteID("1")
	fb, err := facebook.New(facebook.Config{
		AppID: "1", AppSecrets: secrets, VerifyToken: "v", BaseURL: base, Transport: rt,
		Pages: map[inbox.RemoteID]connectors.Vault{ours: connectors.Secret("token")},
	})
	if err != nil {
		t.Fatal(err)
	}
	ig, err := instagram.New(instagram.Config{
		AppID: "1", AppSecrets: secrets, VerifyToken: "v", InstagramURL: base, BaseURL: base, Transport: rt,
		Accounts: map[inbox.RemoteID]instagram.Account{ours: {Login: instagram.InstagramLogin, Token: connectors.Secret("token")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := twitter.New(twitter.Config{
		ConsumerKey: "k", ConsumerSecrets: secrets, Bearer: "bearer", BaseURL: base, Transport: rt,
		Accounts: map[inbox.RemoteID]twitter.Account{ours: {OAuth2: connectors.Secret("token")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]connectors.Subscriber{"facebook": fb, "instagram": ig, "twitter": x}
}

// call makes some call of a connector.
func call(t *testing.T, s connectors.Subscriber, channel string) *connectors.Error {
	t.Helper()
	c := inbox.Channel(channel)
	if channel == "twitter" {
		c = inbox.X
	}
	_, err := s.Subscribed(t.Context(), inbox.Account{ID: 1, Channel: c, Remote: "1"}, "https://desk.test/hooks/a")
	return connectors.AsError(err)
}

// Calls go through a proxy to a server whose certificate an authority of the house's own signed, or say in words why they did not. What
// failed before a connection was there was not done, for certain. No error holds the proxy's password, and whatever the platform answers,
// the proxy is asked for no other host.
func TestCallsThroughAProxyAndAnAuthorityOfOnesOwn(t *testing.T) {
	authority := connectortest.NewAuthority(t)
	answer := func(status int, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Location", "https://elsewhere.test/")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	later := time.Now().Add(time.Hour)
	well := authority.Serve(t, platformHost, later, answer(200, `{"data":[]}`))
	other := authority.Serve(t, "other.test", later, answer(200, `{"data":[]}`))
	expired := authority.Serve(t, platformHost, time.Now().Add(-time.Hour), answer(200, `{"data":[]}`))
	moved := authority.Serve(t, platformHost, later, answer(302, `{}`))
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	down := plain.Addr().String()
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	const password = "hemmelig-kode"
	login := "Basic " + base64.StdEncoding.EncodeToString([]byte("anna:"+password))
	for _, c := range []struct {
		name  string
		at    string // where the proxy finds the platform; "": it does not let us
		ca    []byte
		auth  string // that the proxy wants
		user  *url.Userinfo
		down  bool
		key   string // of the reason; "": it works
		maybe bool
	}{
		{name: "an authority that is trusted", at: well, ca: authority.PEM},
		{name: "one that is not", at: well, key: "way.unknown_authority"},
		{name: "another's certificate", at: other, ca: authority.PEM, key: "way.other_name"},
		{name: "an old one", at: expired, ca: authority.PEM, key: "way.expired"},
		{name: "a proxy that wants a login and gets it", at: well, ca: authority.PEM, auth: login, user: url.UserPassword("anna", password)},
		{name: "and gets a wrong one", at: well, ca: authority.PEM, auth: login, user: url.UserPassword("per", password), key: "way.proxy_login"},
		{name: "and gets none", at: well, ca: authority.PEM, auth: login, key: "way.proxy_login"},
		{name: "a proxy that does not let us", ca: authority.PEM, key: "way.proxy_refused"},
		{name: "a proxy that is not there", down: true, user: url.UserPassword("anna", password), key: "way.proxy_unreachable"},
		{name: "a platform that sends elsewhere", at: moved, ca: authority.PEM, key: "platform.unwell", maybe: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			proxy := connectortest.NewProxy(t)
			proxy.Auth = c.auth
			if c.at != "" {
				proxy.Hosts[platformHost+":443"] = c.at
			}
			u, err := url.Parse(proxy.Address)
			if err != nil {
				t.Fatal(err)
			}
			u.User = c.user
			if c.down {
				u.Host = down
			}
			for channel, s := range subscribers(t, connectors.Way{Proxy: connectors.Secret(u.String()), CA: c.ca}, "https://"+platformHost+"/") {
				e := call(t, s, channel)
				switch {
				case e == nil && c.key == "":
					continue
				case e == nil:
					t.Fatalf("%s: it worked", channel)
				}
				if e.Reason.Key != c.key && !(c.maybe && e.Class == connectors.Transient) || e.Maybe != c.maybe {
					t.Errorf("%s: %s, maybe %v: %v", channel, e.Reason.Key, e.Maybe, e)
				}
				if host, ok := e.Reason.Args["Host"]; ok && host != platformHost {
					t.Errorf("%s: it names the host %v", channel, host)
				}
				if name, ok := e.Reason.Args["Proxy"]; ok && name != u.Host {
					t.Errorf("%s: it names the proxy %v", channel, name)
				}
				var log strings.Builder
				slog.New(slog.NewTextHandler(&log, nil)).Info("x", "err", e)
				for _, said := range []string{fmt.Sprintf("%v %+v %#v", e, e.Err, e.Reason), log.String()} {
					if strings.Contains(said, password) || strings.Contains(said, login) {
						t.Errorf("%s: the password is in %s", channel, said)
					}
				}
			}
			asked := slices.Compact(proxy.Asked())
			if want := []string{platformHost + ":443"}; !c.down && !slices.Equal(asked, want) {
				t.Errorf("the proxy was asked for %v", asked)
			}
		})
	}
}

// Where nobody listens the host is named, with its port and nothing of what it was asked.
func TestAHostThatDoesNotAnswer(t *testing.T) {
	var listen net.ListenConfig
	none, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := none.Addr().String()
	if err := none.Close(); err != nil {
		t.Fatal(err)
	}
	for channel, s := range subscribers(t, connectors.Way{}, "http://"+host+"/") {
		e := call(t, s, channel)
		if e == nil || e.Maybe || e.Class != connectors.Transient || e.Reason.Key != "way.unreachable" || e.Reason.Args["Host"] != host {
			t.Errorf("%s: %+v", channel, e)
		}
	}
}

func TestAWayThatIsNone(t *testing.T) {
	for _, c := range []struct {
		way connectors.Way
		key string
	}{
		{connectors.Way{Proxy: "anna:hemmelig@proxy"}, "way.proxy_address"},
		{connectors.Way{Proxy: "ftp://anna:hemmelig@proxy:1"}, "way.proxy_address"},
		{connectors.Way{Proxy: "http://anna:hemmelig@:%zz"}, "way.proxy_address"},
		{connectors.Way{CA: []byte("hemmelig")}, "way.no_certificate"},
	} {
		_, err := c.way.Transport()
		if err == nil || inbox.ReasonOf(err).Key != c.key || strings.Contains(fmt.Sprintf("%+v", err), "hemmelig") {
			t.Errorf("%s: %v", c.key, err)
		}
	}
}

// The environment is read once in a process, so each case is a process of its own.
func TestTheProxyOfTheEnvironment(t *testing.T) {
	if base := os.Getenv("LYTTER_TEST_BASE"); base != "" {
		w := connectors.Way{CA: []byte(os.Getenv("LYTTER_TEST_CA"))}
		e := call(t, subscribers(t, w, base)["facebook"], "facebook")
		if e != nil {
			fmt.Println("reason", e.Reason.Key, e)
		} else {
			fmt.Println("reason none")
		}
		return
	}
	authority := connectortest.NewAuthority(t)
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":[]}`) })
	at := authority.Serve(t, platformHost, time.Now().Add(time.Hour), hello)
	proxy := connectortest.NewProxy(t)
	proxy.Hosts[platformHost+":443"] = at
	for _, c := range []struct {
		env     string
		none    string // NO_PROXY
		says    string
		through bool
	}{
		{proxy.Address, "", "reason none", true},
		{proxy.Address, platformHost, "reason way.no_host", false},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheProxyOfTheEnvironment$", "-test.count=1")
		cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
			return strings.Contains(strings.ToUpper(v), "_PROXY=")
		}), "HTTPS_PROXY="+c.env, "NO_PROXY="+c.none, "LYTTER_TEST_BASE=https://"+platformHost+"/", "LYTTER_TEST_CA="+string(authority.PEM))
		before := len(proxy.Asked())
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if !strings.Contains(string(out), c.says) {
			t.Errorf("HTTPS_PROXY=%s: want %q:\n%s", c.env, c.says, out)
		}
		if through := len(proxy.Asked()) > before; through != c.through {
			t.Errorf("HTTPS_PROXY=%s NO_PROXY=%s: through the proxy: %v", c.env, c.none, through)
		}
	}
}

// What is on this machine, as a sandbox is, needs no proxy.
func TestThisMachineNeedsNoProxy(t *testing.T) {
	rt, err := connectors.Way{Proxy: "http://proxy.test:3128"}.Transport()
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"https://graph.facebook.com/": "proxy.test:3128", "http://127.0.0.1:80/": "", "http://[::1]/": "", "http://localhost:1/": "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := connectors.Through(rt, u); got != want {
			t.Errorf("%s goes through %q", address, got)
		}
	}
}
