package connectors

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"lytter/inbox"
	"lytter/internal/fp"

	"golang.org/x/sync/semaphore"
)

// maxBody bounds a webhook body. Meta sends up to 1,000 changes in one.
const maxBody = 8 << 20

// maxHeld bounds the bodies that are held at once, in bytes. Anybody can send one: that it is signed is known when it is whole.
const maxHeld = 64 << 20

// firstBytes is what a body gets before it shows that it is longer; then always twice as much.
const firstBytes = 16 << 10

// Handler serves /hooks/{account}: GET is the platform's question whether the address is ours, POST is events. It is to be served with
// time limits on reading. POST /hooks/{account}/deauthorize is where a Leaver's platform calls.
// 200 is given only for what is durable; nothing is kept of a body whose signature is wrong.
func (r *Runner) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hooks/{account}", r.challenge)
	held := semaphore.NewWeighted(maxHeld)
	mux.HandleFunc("POST /hooks/{account}", func(w http.ResponseWriter, req *http.Request) { r.receive(w, req, held) })
	mux.HandleFunc("POST /hooks/{account}/deauthorize", r.left)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		err := r.guard(func() error {
			mux.ServeHTTP(w, req)
			return nil
		})
		if err != nil {
			r.cfg.Log.Error("a webhook made us panic", "path", req.URL.Path, "err", err)
			http.Error(w, "internal error", http.StatusInternalServerError) // the platform comes again
		}
	})
}

// hooked finds the account of an address.
func (r *Runner) hooked(w http.ResponseWriter, req *http.Request) (inbox.Account, Webhook) {
	a, ok := r.cfg.Desk.Directory().AccountNamed(req.PathValue("account"))
	f := r.faces[a.Channel]
	if !ok || f == nil || f.hook == nil {
		http.NotFound(w, req)
		return a, nil
	}
	return a, f.hook
}

func (r *Runner) challenge(w http.ResponseWriter, req *http.Request) {
	if _, hook := r.hooked(w, req); hook != nil {
		hook.Challenge(w, req)
	}
}

func (r *Runner) receive(w http.ResponseWriter, req *http.Request, held *semaphore.Weighted) {
	a, hook := r.hooked(w, req)
	if hook == nil {
		return
	}
	r.counts.received.Add(1)
	if e := req.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		r.counts.refused.Add(1) // what is small on the wire may be huge unpacked; no platform packs
		http.Error(w, "content encodings are not taken", http.StatusUnsupportedMediaType)
		return
	}
	if !signed(req.Header) {
		r.unsigned(w, a, errUnsigned)
		return
	}
	body, release, err := readBody(req, held)
	defer release()
	if err != nil {
		r.counts.refused.Add(1)
		switch {
		case errors.Is(err, errLong):
			http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
		case errors.Is(err, errFull):
			w.Header().Set("Retry-After", "30")
			http.Error(w, "not now", http.StatusServiceUnavailable)
		default:
			http.Error(w, "the body could not be read", http.StatusBadRequest)
		}
		return
	}
	if err := hook.Verify(req.Header, body); err != nil {
		r.unsigned(w, a, err)
		return
	}
	fp.Hit("hook.read")
	row, err := r.cfg.Journal.Append(req.Context(), a.ID, req.Header, body)
	if err != nil {
		r.counts.refused.Add(1)
		r.cfg.Log.Error("a webhook could not be kept; the platform will come again", "account", a.Name, "err", err)
		w.Header().Set("Retry-After", "30")
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	r.counts.acknowledged.Add(1)
	r.backlog.came(row)
	if ln := r.accounts[a.ID]; ln != nil {
		ln.mu.Lock()
		ln.hooked = r.cfg.Now()
		ln.mu.Unlock()
	}
	poke(r.arrived)
	fp.Hit("hook.kept")
	w.WriteHeader(http.StatusOK)
}

// unsigned refuses a body that is not proven to be the platform's.
func (r *Runner) unsigned(w http.ResponseWriter, a inbox.Account, err error) {
	if n := r.counts.unsigned.Add(1); n&(n-1) == 0 { // logged at 1, 2, 4, 8 ...: whoever sends them must not fill the log
		r.cfg.Log.Warn("webhook with a wrong signature", "account", a.Name, "so_far", n, "err", err)
	}
	w.Header().Set("Connection", "close") // what it has not sent yet is not read
	http.Error(w, "the signature is wrong", http.StatusUnauthorized)
}

var (
	errUnsigned = errors.New("there is no signature")
	errLong     = errors.New("the body is too long")
	errFull     = errors.New("too many bodies are held")
)

// signed reports whether a header bears a signature, of whatever platform. Without one a body is not read.
func signed(h http.Header) bool {
	for name := range h {
		if strings.Contains(name, "Signature") {
			return true
		}
	}
	return false
}

// readBody reads a body. What it takes of memory it takes out of held, as it comes and not as it was announced; release gives it back.
func readBody(req *http.Request, held *semaphore.Weighted) (body []byte, release func(), err error) {
	if req.ContentLength > maxBody {
		return nil, func() {}, errLong
	}
	release = func() { held.Release(int64(cap(body))) }
	for {
		if len(body) == cap(body) {
			if cap(body) > maxBody {
				return body, release, errLong
			}
			size := max(firstBytes, 2*cap(body))
			if size > maxBody {
				size = maxBody + 1
			}
			if !held.TryAcquire(int64(size - cap(body))) {
				return body, release, errFull
			}
			body = append(make([]byte, 0, size), body...)
		}
		n, err := req.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > maxBody:
			return body, release, errLong
		case errors.Is(err, io.EOF):
			return body, release, nil
		case err != nil:
			return body, release, err
		}
	}
}
