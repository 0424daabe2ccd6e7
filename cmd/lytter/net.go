package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"lytter/connectors"
	"lytter/inbox"
)

// netConfig is how calls leave the house.
type netConfig struct {
	Proxy string `toml:"proxy"` // http://host:port; with a password in it, file: or env:. "" is what the environment says
	CA    string `toml:"ca"`    // a PEM file of authorities trusted beside the system's; relative to the file
}

// way reads how calls leave the house.
func (n netConfig) way(base string) (w connectors.Way, err error) {
	if w.Proxy, err = n.proxy(base); err != nil {
		return w, err
	}
	w.CA, err = n.authorities(base)
	return w, err
}

// proxy reads the proxy's address. One with a password is a secret, and does not stand in the configuration.
func (n netConfig) proxy(base string) (connectors.Secret, error) {
	if kind, _, _ := strings.Cut(n.Proxy, ":"); kind == "file" || kind == "env" {
		return secretRef(n.Proxy).read(base)
	}
	if u, err := url.Parse(n.Proxy); err == nil && u.User != nil {
		return "", inbox.E(inbox.Invalid, "config", "config.proxy_secret")
	}
	return connectors.Secret(n.Proxy), nil
}

func (n netConfig) authorities(base string) ([]byte, error) {
	if n.CA == "" {
		return nil, nil
	}
	path := n.CA
	if !filepath.IsAbs(path) {
		path = filepath.Join(base, path)
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, inbox.E(inbox.Invalid, "config", "config.secret_file", "File", n.CA).With(err)
	}
	return pem, nil
}

// check finds what is wrong, key by key.
func (n netConfig) check(base string, add func(key, why string, args ...any)) {
	one := func(key string, w connectors.Way, err error) {
		if err == nil {
			_, err = w.Transport()
		}
		if err != nil {
			addError(err, func(why string, args ...any) { add(key, why, args...) })
		}
	}
	proxy, err := n.proxy(base)
	one("proxy", connectors.Way{Proxy: proxy}, err)
	ca, err := n.authorities(base)
	one("ca", connectors.Way{CA: ca}, err)
}

// transport carries the calls of all connectors.
func (c *config) transport() (http.RoundTripper, error) {
	w, err := c.Net.way(filepath.Dir(c.file))
	if err != nil {
		return nil, err
	}
	return w.Transport()
}
