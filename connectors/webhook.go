package connectors

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"lytter/inbox"
)

// maxBody bounds a webhook body. Meta sends up to 1,000 changes in one.
const maxBody = 8 << 20

// Handler serves /hooks/{account}: GET is the platform's question whether the address is ours, POST is events. It is to be served with
// time limits on reading. 200 is given only for what is durable; nothing is kept of a body whose signature is wrong.
func (r *Runner) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hooks/{account}", r.challenge)
	mux.HandleFunc("POST /hooks/{account}", r.receive)
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

func (r *Runner) receive(w http.ResponseWriter, req *http.Request) {
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
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil {
		r.counts.refused.Add(1)
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
		} else {
			http.Error(w, "the body could not be read", http.StatusBadRequest)
		}
		return
	}
	if err := hook.Verify(req.Header, body); err != nil {
		if n := r.counts.unsigned.Add(1); n&(n-1) == 0 { // logged at 1, 2, 4, 8 ...: whoever sends them must not fill the log
			r.cfg.Log.Warn("webhook with a wrong signature", "account", a.Name, "so_far", n, "err", err)
		}
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
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
	w.WriteHeader(http.StatusOK)
}
