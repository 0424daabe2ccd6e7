package graph

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
)

// exchange is the HTTP client of one call. It sends the library's request, reads and judges the answer by itself, keeps the body, and
// hands the library an empty object: the outcome is never the library's to decide.
type exchange struct {
	client  *Client
	token   connectors.Secret
	patient bool        // it may take as long as its context lets it
	begun   atomic.Bool // a connection was had: bytes may have left
	done    bool        // a request was made
	body    []byte      // of a success
	err     *connectors.Error
}

var (
	errForeignHost = errors.New("the address is not the platform's")
	errTooLong     = errors.New("the answer is too long")
	errTwice       = errors.New("one call, one request")
)

// Do implements the library's HttpClient.
func (ex *exchange) Do(req *http.Request) (*http.Response, error) {
	if ex.done {
		return nil, ex.fail(fault(errTwice))
	}
	ex.done = true
	if req.URL.Scheme != ex.client.base.Scheme || req.URL.Host != ex.client.base.Host {
		return nil, ex.fail(fault(errForeignHost))
	}
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { ex.begun.Store(false) }, // net/http begins anew only where nothing was taken
		GotConn: func(httptrace.GotConnInfo) { ex.begun.Store(true) },
	}
	if ex.patient { // the body tells
		trace = &httptrace.ClientTrace{}
	}
	client := *ex.client.http
	if ex.patient {
		client.Timeout = 0
	}
	resp, err := client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return nil, ex.fail(connectors.Unreached(bare(err), ex.begun.Load()))
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, ex.client.cfg.MaxBody+1))
	ex.client.note(ex.token, resp.Header)
	switch {
	case err != nil:
		return nil, ex.fail(connectors.Unreadable(resp.StatusCode, bare(err)))
	case int64(len(body)) > ex.client.cfg.MaxBody:
		return nil, ex.fail(connectors.Unreadable(resp.StatusCode, errTooLong))
	}
	if e := judge(resp.StatusCode, resp.Header, body); e != nil {
		return nil, ex.fail(e)
	}
	ex.body = body
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: resp.Proto, Header: http.Header{}, Request: req,
		Body: io.NopCloser(bytes.NewReader([]byte("{}"))),
	}, nil
}

// Get implements the library's HttpClient; the library has no use for it.
func (ex *exchange) Get(address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return nil, ex.fail(fault(bare(err)))
	}
	return ex.Do(req)
}

// Post implements the library's HttpClient; the library has no use for it.
func (ex *exchange) Post(address, kind string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, body)
	if err != nil {
		return nil, ex.fail(fault(bare(err)))
	}
	req.Header.Set("Content-Type", kind)
	return ex.Do(req)
}

func (ex *exchange) fail(e *connectors.Error) error {
	ex.err = e
	return e
}

// settle is the outcome of the call: what was judged here, whatever the library made of it.
func (ex *exchange) settle(ctx context.Context, err error, out any) error {
	switch {
	case ex.err != nil:
		if ctx.Err() != nil && ex.err.Status == 0 { // the library hides whose doing it was
			ex.err.Err = ctx.Err()
		}
		return ex.err
	case !ex.done && err != nil:
		return fault(fmt.Errorf("graph: the request could not be made: %w", bare(err)))
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(ex.body, out); err != nil {
		return connectors.Unreadable(http.StatusOK, err)
	}
	return nil
}

// bare takes the address off an error: it may hold a proof, and what a caller put there.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("%s: %w", u.Op, u.Err)
	}
	return err
}
