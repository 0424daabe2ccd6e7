package meta

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"lytter/connectors/sandbox/fault"
)

// ServeHTTP answers a Graph API call.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.login(w, r) {
		return
	}
	answer, err := g.answer(w.Header(), r)
	if err != nil {
		writeError(w, err)
		return
	}
	write(w, http.StatusOK, answer)
}

func writeError(w http.ResponseWriter, err *apiError) {
	if err.code == 190 || err.code == 104 || err.code == 2500 {
		// RFC 6750 wants it quoted; the message is ours and holds no control characters that strconv would have to escape.
		w.Header().Set("WWW-Authenticate", `OAuth "Facebook Platform" "invalid_token" `+strconv.Quote(err.message))
	}
	write(w, err.status, err.body())
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(appendJSON(nil, answer)) // the caller may be gone
}

// Unavailable implements fault.Dialect.
func (g *Graph) Unavailable(w http.ResponseWriter, _ *http.Request, roll float64) {
	switch {
	case roll < 0.5:
		writeError(w, serviceDown())
	case roll < 0.8:
		writeError(w, unknownError())
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(fault.Page)) // the caller may be gone
	}
}

// Unknown implements fault.Dialect. Of code 1 with this subcode it is known that the message may have been delivered ("Send API: error
// codes").
func (g *Graph) Unknown(w http.ResponseWriter, _ *http.Request, roll float64) bool {
	if roll < 0.7 {
		return false
	}
	writeError(w, &apiError{
		status: http.StatusInternalServerError, kind: oauthException, code: 1, subcode: 1357046, message: "An unknown error has occurred.",
	})
	return true
}

// Throttled implements fault.Dialect: the account that the call is about has used up what it has, for the next minute.
func (g *Graph) Throttled(w http.ResponseWriter, r *http.Request) {
	full, id, kind, err := load{percent: 100, regain: 1}, "", "pages", tooManyPageCalls()
	if req, apiErr := g.readRequest(r); apiErr == nil {
		g.mu.RLock()
		if pr := profileOf(g.nodes[req.id()]); pr != nil {
			id, kind, err = pr.ID, "instagram", tooManyInstagramCalls()
		} else if pg := pageOf(g.nodes[req.id()]); pg != nil {
			id = pg.ID
		}
		g.mu.RUnlock()
	}
	if id != "" {
		w.Header().Set("X-Business-Use-Case-Usage", string(appendJSON(nil, full.business(id, kind))))
	}
	writeError(w, err)
}

func (g *Graph) answer(h http.Header, r *http.Request) (any, *apiError) {
	req, err := g.readRequest(r)
	if err != nil {
		return nil, err
	}
	h.Set("facebook-api-version", req.version)

	g.mu.RLock()
	err = g.authenticate(r, req)
	var node any
	if err == nil {
		node = g.resolve(req)
		err = g.charge(h, req, node)
	}
	g.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	if a, ok := node.(*app); ok && req.edge() == "subscriptions" {
		return g.subscriptions(req, a) // calls out, so it locks by itself
	}
	if req.method == http.MethodGet {
		g.mu.RLock()
		defer g.mu.RUnlock()
		return g.get(req, g.resolve(req))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	node = g.resolve(req)
	if err := g.restriction(req, node); err != nil {
		return nil, err
	}
	g.spring(req, node)
	return g.change(req, g.resolve(req))
}

// me is the person or system user behind a token.
type me struct{ id string }

// resolve finds what the first segment of the path names. The caller holds the lock.
func (g *Graph) resolve(req *request) any {
	id := req.id()
	if id == "me" && req.token.Kind == InstagramToken {
		return g.nodes[req.token.Profile]
	}
	if id == "me" && !req.appOnly {
		if req.token.Kind == PageToken {
			return g.nodes[req.token.Pages[0]]
		}
		return &me{req.token.User}
	}
	if a, ok := g.apps[id]; ok {
		return a
	}
	return g.live(id)
}

// get reads a node or one of its edges. The caller holds the lock for reading.
func (g *Graph) get(req *request, node any) (any, *apiError) {
	if req.id() == "debug_token" && req.edge() == "" {
		return g.debugToken(req)
	}
	if req.id() == "ig_hashtag_search" && req.edge() == "" {
		return g.searchHashtag(req)
	}
	if req.edge() == "recent_media" {
		return g.recentMedia(req)
	}
	switch n := node.(type) {
	case *me:
		return g.getMe(req, n)
	case *page:
		return g.getPage(req, n)
	case *post:
		return g.getPost(req, n)
	case *comment:
		return g.getComment(req, n)
	case *person:
		return g.getPerson(req, n)
	case *chat:
		return g.getChat(req, n)
	case *message:
		return g.getMessage(req, n)
	case *profile:
		return g.getProfile(req, n)
	case *media:
		return g.getMedia(req, n)
	case *igComment:
		return g.getIGComment(req, n)
	case *app:
		if req.edge() == "" && req.app == n {
			return object{{"id", n.ID}, {"name", n.Name}}, nil
		}
	}
	return nil, missing("get", req.id())
}

// change writes. The caller holds the lock.
func (g *Graph) change(req *request, node any) (any, *apiError) {
	if req.appOnly {
		return nil, missing(strings.ToLower(req.method), req.id())
	}
	switch n := node.(type) {
	case *me:
		return g.leave(req, n)
	case *page:
		switch {
		case req.edge() == "subscribed_apps":
			return g.changeInstalled(req, n)
		case req.edge() == "messages" && req.method == http.MethodPost:
			return g.send(req, n)
		case req.edge() == "message_attachments" && req.method == http.MethodPost:
			return g.keepUpload(req, n)
		case req.edge() == "blocked":
			return g.block(req, n)
		}
	case *post:
		return g.changePost(req, n)
	case *comment:
		return g.changeComment(req, n)
	case *profile:
		return g.changeProfile(req, n)
	case *media:
		return g.changeMedia(req, n)
	case *igComment:
		return g.changeIGComment(req, n)
	}
	return nil, missing(strings.ToLower(req.method), req.id())
}

var success = object{{"success", true}}

// lost reports whether the caller will hear of this call's effect, for the ledger.
func (req *request) lost() bool { return fault.AnswerLost(req.ctx) }

// jsonStrings reads a list parameter: a,b or ["a","b"].
func jsonStrings(s string) []string {
	var out []string
	if json.Unmarshal([]byte(s), &out) == nil {
		return out
	}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
