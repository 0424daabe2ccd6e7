package xapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"lytter/connectors/sandbox/fault"
)

const problemType = "https://api.twitter.com/2/problems/"

// problem is an error of the API v2 (docs.x.com, "Response codes and errors").
type problem struct {
	status int
	v1     bool           // a rate limit that is told as by v1.1
	Title  string         `json:"title"`
	Detail string         `json:"detail"`
	Type   string         `json:"type"`
	Status int            `json:"status,omitempty"`
	Errors []problemError `json:"errors,omitempty"`
}

type problemError struct {
	Parameters map[string][]string `json:"parameters,omitempty"`
	Message    string              `json:"message"`
}

// partial is an error about one of several things that were asked for. It comes with status 200.
type partial struct {
	Value        string `json:"value"`
	Detail       string `json:"detail"`
	Title        string `json:"title"`
	ResourceType string `json:"resource_type"`
	Parameter    string `json:"parameter"`
	ResourceID   string `json:"resource_id"`
	Type         string `json:"type"`
}

func (p *problem) Error() string {
	return fmt.Sprintf("x problem %d: %s: %s", p.status, p.Title, p.Detail)
}

func plain(status int, title, detail string) *problem {
	return &problem{status: status, Title: title, Detail: detail, Type: "about:blank", Status: status}
}

func unauthorized() *problem { return plain(http.StatusUnauthorized, "Unauthorized", "Unauthorized") }
func notFound() *problem     { return plain(http.StatusNotFound, "Not Found", "Not Found") }
func forbidden(detail string) *problem {
	return plain(http.StatusForbidden, "Forbidden", detail)
}

func unsupportedAuth(used string, supported ...string) *problem {
	return &problem{
		status: http.StatusForbidden, Title: "Unsupported Authentication", Status: http.StatusForbidden,
		Detail: "Authenticating with " + used + " is forbidden for this endpoint.  Supported authentication types are [" +
			strings.Join(supported, ", ") + "].",
		Type: problemType + "unsupported-authentication",
	}
}

func invalid(parameter, value, message string) *problem {
	return &problem{
		status: http.StatusBadRequest, Title: "Invalid Request", Detail: "One or more parameters to your request was invalid.",
		Type: problemType + "invalid-request",
		Errors: []problemError{{
			Parameters: map[string][]string{parameter: {value}}, Message: message,
		}},
	}
}

func notFoundPartial(kind, parameter, id string) partial {
	return partial{
		Value: id, ResourceID: id, Parameter: parameter, ResourceType: kind, Title: "Not Found Error",
		Detail: "Could not find " + kind + " with " + parameter + ": [" + id + "].", Type: problemType + "resource-not-found",
	}
}

func writeProblem(w http.ResponseWriter, p *problem) {
	if p.v1 {
		writeJSON(w, p.status, "application/json", values{"errors": []values{{"code": 88, "message": "Rate limit exceeded"}}})
		return
	}
	writeJSON(w, p.status, "application/problem+json", p)
}

func writeJSON(w http.ResponseWriter, status int, contentType string, body any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil { // every body here is made of plain values
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimRight(b.Bytes(), "\n")) // the caller may be gone
}

// Unavailable implements fault.Dialect.
func (x *X) Unavailable(w http.ResponseWriter, _ *http.Request, roll float64) {
	switch {
	case roll < 0.6:
		writeProblem(w, plain(http.StatusServiceUnavailable, "Service Unavailable", "Service Unavailable"))
	case roll < 0.8:
		writeProblem(w, plain(http.StatusInternalServerError, "Internal Server Error", "Internal Server Error"))
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte(fault.Page)) // the caller may be gone
	}
}

// Unknown implements fault.Dialect: a gateway that waited too long for what was done all the same.
func (x *X) Unknown(w http.ResponseWriter, _ *http.Request, roll float64) bool {
	switch {
	case roll < 0.7:
		return false
	case roll < 0.85:
		writeProblem(w, plain(http.StatusServiceUnavailable, "Service Unavailable", "Service Unavailable"))
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusGatewayTimeout)
		_, _ = w.Write([]byte(fault.Page)) // the caller may be gone
	}
	return true
}

// Throttled implements fault.Dialect.
func (x *X) Throttled(w http.ResponseWriter, _ *http.Request) {
	x.limits.full(w.Header())
	writeProblem(w, tooMany())
}

// noLegacy is what calls of the API v1.1 get from an app that is not an enterprise's (docs.x.com, "Migrate to v2").
func noLegacy() values {
	return values{"errors": []values{{
		"code": 453,
		"message": "You currently have access to a subset of X API V2 endpoints and limited v1.1 endpoints (e.g. media post, oauth) only. " +
			"If you need access to this endpoint, you may need a different access level. You can learn more here: " +
			"https://developer.x.com/en/portal/product",
	}}}
}

// tooManyOf refuses a call too many. Lists and writing of direct messages still do so in the words of v1.1 (docs.x.com, "Rate limits").
func tooManyOf(op string) *problem {
	p := tooMany()
	p.v1 = op == OpDirects || op == OpMessage
	return p
}

func tooMany() *problem {
	return plain(http.StatusTooManyRequests, "Too Many Requests", "Too Many Requests")
}
