package twitter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"lytter/connectors"
	"lytter/inbox"

	"github.com/dghubble/oauth1"
	"github.com/michimani/gotwi"
)

// exchange is the HTTP client of one call. It takes the library's request to the configured host, signs it there, sends it, reads and
// judges the answer by itself, keeps the body, and hands the library an empty object: the outcome is never the library's to decide.
type exchange struct {
	c     *Connector
	who   string            // whose limits it counts against
	op    string            // which of them
	auth  http.RoundTripper // signs and sends
	each  bool              // several things were asked for: a body that has refusals and no data tells of each of them
	begun atomic.Bool       // a connection was had: bytes may have left
	done  bool
	body  []byte // of a success
	err   *connectors.Error
}

// signer signs for an account, and sends; nil: it has no token.
func (c *Connector) signer(acc Account) http.RoundTripper {
	switch {
	case acc.OAuth2 != nil && acc.OAuth2 != connectors.Secret(""):
		var renew connectors.Renew
		if c.cfg.ClientID != "" {
			renew = c.renew
		}
		return c.renewing(connectors.NewToken(acc.OAuth2, renew, c.cfg.Now))
	case acc.Token != nil && acc.Secret != nil && acc.Token != connectors.Secret("") && acc.Secret != connectors.Secret(""):
		return c.signing(connectors.NewToken(acc.Token, nil, c.cfg.Now), connectors.NewToken(acc.Secret, nil, c.cfg.Now))
	}
	return nil
}

// signing signs by OAuth 1.0a. That covers the address, so it is signed for where X is, not for where the library thinks.
func (c *Connector) signing(token, secret *connectors.Token) http.RoundTripper {
	base := c.toBase()
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		t, err := token.Access()
		if err != nil {
			return nil, err
		}
		s, err := secret.Access()
		if err != nil {
			return nil, err
		}
		cfg := oauth1.NewConfig(c.cfg.ConsumerKey.Reveal(), c.cfg.ConsumerSecrets.Current().Reveal()) // the library writes into it
		signed := cfg.Client(oauth1.NoContext, oauth1.NewToken(t.Reveal(), s.Reveal())).Transport
		if o, ok := signed.(*oauth1.Transport); ok {
			o.Base = base
		}
		return signed.RoundTrip(req)
	})
}

// bearer shows a token, and sends.
func (c *Connector) bearer(token connectors.Secret) http.RoundTripper {
	base := c.toBase()
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
		return base.RoundTrip(req)
	})
}

// renewing is bearer for a token that ends: it is renewed shortly before, or when X refuses it. Then the request goes once more, which
// a refusal for the token's sake allows: nothing of it was done.
func (c *Connector) renewing(token *connectors.Token) *renewer { return &renewer{c: c, token: token} }

type renewer struct {
	c     *Connector
	token *connectors.Token
}

// RoundTrip implements http.RoundTripper.
func (r *renewer) RoundTrip(req *http.Request) (*http.Response, error) {
	g, err := r.token.Grant()
	if err != nil {
		return nil, err
	}
	access, now := g.Access, r.c.cfg.Now()
	if !g.Expires.IsZero() && r.token.Renews() && !now.Before(g.Expires.Add(-renewBefore)) {
		fresh, err := r.token.Renew(req.Context(), access)
		switch {
		case err == nil:
			access = fresh
		case !now.Before(g.Expires):
			return nil, err
		}
	}
	again, err := replayable(req)
	if err != nil {
		return nil, err
	}
	resp, err := r.c.bearer(access).RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	_ = resp.Body.Close() // a refusal for the token's sake says no more
	fresh, err := r.token.Renew(req.Context(), access)
	if err != nil {
		return nil, err
	}
	if req, err = again(); err != nil {
		return nil, err
	}
	return r.c.bearer(fresh).RoundTrip(req)
}

// replayable makes a request that can be sent once more: again gives it anew.
func replayable(req *http.Request) (again func() (*http.Request, error), err error) {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody() // never fails: see above
	}
	return func() (*http.Request, error) {
		next := req.Clone(req.Context())
		if req.GetBody == nil {
			return next, nil
		}
		var err error
		next.Body, err = req.GetBody()
		return next, err
	}, nil
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

var (
	errForeignHost = errors.New("the address is not the platform's")
	errTooLong     = errors.New("the answer is too long")
	errTwice       = errors.New("one call, one request")
)

const (
	libraryHost = "api.twitter.com" // the one that the library has built in
	signedHost  = "api.x.com"       // the one that calls are signed for
)

// toBase sends to the configured host what was signed for X.
func (c *Connector) toBase() http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.URL.Host != signedHost {
			return nil, errForeignHost
		}
		out := req.Clone(req.Context())
		out.URL.Scheme, out.URL.Host = c.base.Scheme, c.base.Host
		out.URL.Path = c.base.Path + out.URL.Path
		return c.cfg.Transport.RoundTrip(out)
	})
}

// RoundTrip implements http.RoundTripper for the library.
func (ex *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	if ex.done {
		return nil, ex.fail(fault(errTwice))
	}
	ex.done = true
	if req.URL.Host != libraryHost && req.URL.Host != signedHost {
		return nil, ex.fail(fault(errForeignHost))
	}
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { ex.begun.Store(false) }, // net/http begins anew only where nothing was taken
		GotConn: func(httptrace.GotConnInfo) { ex.begun.Store(true) },
	}
	out := req.Clone(httptrace.WithClientTrace(req.Context(), trace))
	out.URL.Scheme, out.URL.Host = "https", signedHost
	out.Host, out.RequestURI = "", ""
	out.Header.Del("Authorization")
	if req.Body == nil || req.Body == http.NoBody {
		out.Header.Del("Content-Type")
	}
	client := &http.Client{
		Transport:     ex.auth,
		Timeout:       ex.c.cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // it would carry the token elsewhere
	}
	resp, err := client.Do(out)
	if err != nil {
		var e *connectors.Error
		if errors.As(err, &e) { // there is no token to call with
			return nil, ex.fail(e)
		}
		return nil, ex.fail(connectors.Unreached(bare(err), ex.begun.Load()))
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, ex.c.cfg.MaxBody+1))
	ex.c.note(ex.who, ex.op, resp.Header)
	switch {
	case err != nil:
		return nil, ex.fail(connectors.Unreadable(resp.StatusCode, bare(err)))
	case int64(len(body)) > ex.c.cfg.MaxBody:
		return nil, ex.fail(connectors.Unreadable(resp.StatusCode, errTooLong))
	}
	if e := judge(resp.StatusCode, resp.Header, body, ex.c.cfg.Now()); e != nil && (!ex.each || e.Status != http.StatusOK || e.Class != connectors.Gone) {
		return nil, ex.fail(e)
	}
	ex.body = body
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: resp.Proto, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader([]byte("{}"))),
	}, nil
}

func (ex *exchange) fail(e *connectors.Error) error {
	ex.err = e
	return e
}

// settle is the outcome of the call: what was judged here, whatever the library made of it.
func (ex *exchange) settle(ctx context.Context, err error, out any) error {
	switch {
	case ex.err != nil:
		if ctx.Err() != nil && ex.err.Status == 0 {
			ex.err.Err = ctx.Err()
		}
		return ex.err
	case !ex.done && err != nil:
		return fault(fmt.Errorf("twitter: the request could not be made: %w", bare(err)))
	case out == nil || len(bytes.TrimSpace(ex.body)) == 0:
		return nil
	}
	if err := json.Unmarshal(ex.body, out); err != nil {
		return connectors.Unreadable(http.StatusOK, err)
	}
	return nil
}

// library lets gotwi make a request in an account's name, and decodes the answer into out.
func (c *Connector) library(ctx context.Context, a inbox.Account, op string, do func(*gotwi.Client) error, out any) error {
	ex := &exchange{c: c, who: string(a.Remote), op: op, auth: c.signers[a.Remote]}
	g, err := gotwi.NewClientWithAccessToken(&gotwi.NewClientWithAccessTokenInput{
		HTTPClient: &http.Client{Transport: ex}, AccessToken: "none", // signed in exchange
	})
	if err != nil {
		return fault(err)
	}
	return ex.settle(ctx, do(g), out)
}

// request is one that the library has not.
type request struct {
	who, op string            // whose limits it counts against, and which of them
	auth    http.RoundTripper // signs and sends
	each    bool              // see exchange
	method  string
	path    string
	query   url.Values
	body    any    // JSON; nil: none
	form    []byte // the body, where it is no JSON, and
	kind    string // its content type
}

// as is a request in an account's name.
func (c *Connector) as(a inbox.Account, op, method, path string) request {
	return request{who: string(a.Remote), op: op, auth: c.signers[a.Remote], method: method, path: path}
}

// app is a request in the app's own name.
func (c *Connector) app(method, path string) request {
	return request{who: "app", op: opHooks, auth: c.bearer(c.cfg.Bearer), method: method, path: path}
}

// call makes a request, and decodes the answer into out.
func (c *Connector) call(ctx context.Context, r request, out any) error {
	address := url.URL{Scheme: "https", Host: signedHost, Path: r.path, RawQuery: r.query.Encode()}
	var payload io.Reader
	switch {
	case r.form != nil:
		payload = bytes.NewReader(r.form)
	case r.body != nil:
		b, err := json.Marshal(r.body)
		if err != nil {
			return fault(err)
		}
		payload = bytes.NewReader(b)
		r.kind = "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), payload)
	if err != nil {
		return fault(bare(err))
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	ex := &exchange{c: c, who: r.who, op: r.op, auth: r.auth, each: r.each}
	resp, err := ex.RoundTrip(req)
	if err == nil {
		err = resp.Body.Close()
	}
	return ex.settle(ctx, err, out)
}

// bare takes the address off an error.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("%s: %w", u.Op, u.Err)
	}
	return err
}

// fault is an error of our own making, before anything was sent.
func fault(err error) *connectors.Error {
	return &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("platform.fault"), Err: err}
}
