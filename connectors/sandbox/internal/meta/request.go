package meta

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// request is an API call, read.
type request struct {
	ctx     context.Context
	method  string     // after method=… was honoured
	version string     // "v26.0"
	path    []string   // without the version: an id and perhaps an edge
	params  url.Values // query and body together
	query   url.Values // query alone: a few parameters are read only there
	files   map[string]formPart
	base    string // scheme and host as the caller sees them, for paging links
	token   *Token
	app     *app // the app behind the token
	// instagram says that the call came to graph.instagram.com, which the sandbox has below /instagram.
	instagram bool
	appOnly   bool // the token is the app's own
}

// The versions that are alive at first. A dead one answers as the oldest of them; one to come does not exist ("Graph API: versioning").
const (
	oldestVersion  = 21
	currentVersion = 26
)

const maxBody = 8 << 20

var versionSegment = regexp.MustCompile(`^v(\d+)\.(\d+)$`)

// readRequest takes an HTTP request apart. Parameters may come in the query, as a form, as multipart or as a JSON object.
func (g *Graph) readRequest(r *http.Request) (*request, *apiError) {
	req := &request{ctx: r.Context(), method: r.Method, query: r.URL.Query(), params: url.Values{}, base: "http://" + r.Host}
	if err := req.readPath(r.URL.Path, int(g.oldest.Load())); err != nil {
		return nil, err
	}
	for name, values := range req.query {
		req.params[name] = values
	}
	if r.Body != nil && r.Method != http.MethodGet {
		r.Body = http.MaxBytesReader(nil, r.Body, bodyBound(r))
		if err := req.readBody(r); err != nil {
			return nil, badParameter("The request body could not be read")
		}
	}
	// Libraries that can only GET and POST say what they mean in a parameter.
	if r.Method == http.MethodPost {
		if m := strings.ToUpper(req.params.Get("method")); m != "" {
			req.method = m
		}
	}
	switch req.method {
	case http.MethodGet, http.MethodPost, http.MethodDelete:
		return req, nil
	}
	return nil, oauthError(http.StatusBadRequest, 100, 0, "Unsupported method %s", strings.ToLower(req.method))
}

func (req *request) readPath(path string, oldest int) *apiError {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if segments[0] == "instagram" && len(segments) > 1 {
		req.instagram, segments = true, segments[1:]
		req.base += "/instagram"
	}
	req.version = "v" + strconv.Itoa(currentVersion) + ".0" // an unversioned call gets the app's default
	if m := versionSegment.FindStringSubmatch(segments[0]); m != nil {
		major, err := strconv.Atoi(m[1])
		if err != nil || major > currentVersion || (major >= 4 && m[2] != "0") { // since v4 there are no minor versions
			return unknownPath(path)
		}
		req.version = "v" + strconv.Itoa(max(major, oldest)) + ".0"
		segments = segments[1:]
	}
	req.path = segments
	if len(segments) == 0 || segments[0] == "" || len(segments) > 2 {
		return unknownPath(path)
	}
	return nil
}

func (req *request) readBody(r *http.Request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = "" // none, or none that can be read: the body is then not looked at, as Meta does
	}
	switch kind {
	case "application/json":
		var fields map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&fields); err != nil {
			return err
		}
		for name, value := range fields {
			var s string
			if json.Unmarshal(value, &s) != nil {
				s = string(value) // numbers, booleans and objects keep their JSON form
			}
			req.params.Set(name, s)
		}
	case "multipart/form-data":
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			return err
		}
		req.merge(r.MultipartForm.Value)
		return req.readFiles(r)
	case "application/x-www-form-urlencoded":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return err
		}
		req.merge(form)
	}
	return nil
}

// merge lets the body win over the query.
func (req *request) merge(form url.Values) {
	for name, values := range form {
		req.params[name] = values
	}
}

func (req *request) id() string { return req.path[0] }

func (req *request) edge() string {
	if len(req.path) < 2 {
		return ""
	}
	return req.path[1]
}

func (req *request) param(name string) string { return req.params.Get(name) }

// flag reads a boolean parameter as the Graph does.
func (req *request) flag(name string) (value, ok bool, err *apiError) {
	switch strings.ToLower(req.param(name)) {
	case "":
		return false, req.params.Has(name), nil
	case "true", "1":
		return true, true, nil
	case "false", "0":
		return false, true, nil
	}
	return false, true, badParameter("Param %s must be a boolean", name)
}

// fields reads the fields parameter; without one the node's defaults are shown.
func (req *request) fields(defaults ...string) ([]field, *apiError) {
	s := req.param("fields")
	if s == "" {
		return fieldsOf(defaults...), nil
	}
	out, err := parseFields(s)
	if err != nil {
		return nil, oauthError(http.StatusBadRequest, 2500, 0, "Syntax error: %s", err)
	}
	return out, nil
}
