package main

import (
	"io"
	"net/http"
	"strings"
)

// answer is an HTTP answer that is kept, as an http.ResponseWriter or of a call.
type answer struct {
	strings.Builder
	status int
	header http.Header
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

// read keeps the answer of a call, as far as one to a challenge is long.
func (a *answer) read(resp *http.Response) error {
	a.status = resp.StatusCode
	_, err := io.Copy(a, io.LimitReader(resp.Body, 4<<10))
	return err
}
