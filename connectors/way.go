package connectors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"lytter/inbox"
)

// Way is how calls reach the platforms: one for a whole house.
type Way struct {
	// Proxy is the address of a proxy, with name and password if it asks for them: http://, https:// or socks5://. Calls to this very
	// machine go without it. "" is what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say.
	Proxy Secret
	// CA is PEM with the certificates of authorities that are trusted beside those of the system.
	CA []byte
}

// Transport makes what carries the calls of all connectors. It verifies certificates, keeps nothing of a proxy's password in its errors,
// and says in them which host or proxy failed, and why: see Unreached. It does not choose whom to call: connectors refuse hosts that are
// not their platform's before they come here. The error is an inbox.Error: the proxy is no address, or CA holds no certificate.
func (w Way) Transport() (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone() // which asks the environment for a proxy
	if w.Proxy != "" {
		u, err := w.proxy()
		if err != nil {
			return nil, err
		}
		t.Proxy = func(req *http.Request) (*url.URL, error) {
			if thisMachine(req.URL.Hostname()) {
				return nil, nil //nolint:nilnil // the contract of http.Transport.Proxy: no proxy
			}
			return u, nil
		}
	}
	if len(w.CA) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, inbox.E(inbox.Unavailable, "connectors.Way", "way.no_roots").With(err)
		}
		if !roots.AppendCertsFromPEM(w.CA) {
			return nil, inbox.E(inbox.Invalid, "connectors.Way", "way.no_certificate")
		}
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	t.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, req *http.Request, resp *http.Response) error {
		switch {
		case resp.StatusCode == http.StatusOK:
			return nil
		case resp.StatusCode == http.StatusProxyAuthRequired:
			return blocked(errors.New("the proxy asks who we are"), inbox.Why("way.proxy_login", "Proxy", proxy.Host))
		}
		host, _, _ := strings.Cut(req.Host, ":")
		return blocked(fmt.Errorf("the proxy answered %d", resp.StatusCode),
			inbox.Why("way.proxy_refused", "Proxy", proxy.Host, "Host", host, "Status", resp.StatusCode))
	}
	return &carrier{t}, nil
}

// proxy reads the proxy's address. What it says of a wrong one does not hold it: there may be a password in it.
func (w Way) proxy() (*url.URL, error) {
	u, err := url.Parse(w.Proxy.Reveal())
	if err != nil || u.Hostname() == "" {
		return nil, inbox.E(inbox.Invalid, "connectors.Way", "way.proxy_address")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, inbox.E(inbox.Invalid, "connectors.Way", "way.proxy_address")
}

// Through names the proxy by which an address is called, without its password; "": none.
func Through(rt http.RoundTripper, address *url.URL) string {
	c, ok := rt.(*carrier)
	if !ok {
		return ""
	}
	u, err := c.Proxy(&http.Request{URL: address})
	if err != nil || u == nil {
		return ""
	}
	return u.Host
}

// thisMachine reports whether a host is the machine itself.
func thisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// blockedError says why a call did not come through, in words for people.
type blockedError struct {
	reason inbox.Reason
	err    error
}

func (e *blockedError) Error() string { return e.reason.Key + ": " + e.err.Error() }
func (e *blockedError) Unwrap() error { return e.err }

func blocked(err error, why *inbox.Reason) error { return &blockedError{reason: *why, err: err} }

// carrier is a transport whose errors say what is in the way.
type carrier struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (c *carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		err = c.explain(req, err)
	}
	return resp, err
}

// explain finds out what a failed call failed at.
func (c *carrier) explain(req *http.Request, err error) error {
	var known *blockedError
	if errors.As(err, &known) {
		return err
	}
	host := req.URL.Hostname()
	var op *net.OpError
	toProxy := errors.As(err, &op) && op.Op == "proxyconnect"
	if toProxy {
		if u, perr := c.Proxy(req); perr == nil && u != nil {
			host = u.Host
		}
	}
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var noTLS tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.As(err, &authority):
		return blocked(err, inbox.Why("way.unknown_authority", "Host", host))
	case errors.As(err, &name):
		return blocked(err, inbox.Why("way.other_name", "Host", host))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return blocked(err, inbox.Why("way.expired", "Host", host))
	case errors.As(err, &invalid):
		return blocked(err, inbox.Why("way.certificate", "Host", host))
	case errors.As(err, &noTLS):
		return blocked(err, inbox.Why("way.no_tls", "Host", host))
	case toProxy:
		return blocked(err, inbox.Why("way.proxy_unreachable", "Proxy", host))
	case errors.As(err, &dns) && dns.IsNotFound:
		return blocked(err, inbox.Why("way.no_host", "Host", host))
	case errors.Is(err, context.Canceled): // nothing was in the way
		return err
	}
	return blocked(err, inbox.Why("way.unreachable", "Host", req.URL.Host))
}

// inTheWay is what a failed call failed at, if it is known.
func inTheWay(err error) (inbox.Reason, bool) {
	var known *blockedError
	if errors.As(err, &known) {
		return known.reason, true
	}
	return inbox.Reason{}, false
}
