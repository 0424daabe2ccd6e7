package connectors

import (
	"io"
	"net/http"
)

// Leaver is a Webhook whose platform calls when a person takes back what they let the app do: not as an event, but by a call of its own.
type Leaver interface {
	// Left checks the body of such a call; nil: it is the platform's. What it says is not believed, only looked into.
	Left(body []byte) error
}

// maxLeaving bounds the body of such a call: it is a few hundred bytes.
const maxLeaving = 16 << 10

// left takes the call that somebody has removed the app. Whose token that was we do not keep: access to all accounts whose platform calls
// like this is examined at once. Nothing is journaled: a desk that has just begun examines everything anyway.
func (r *Runner) left(w http.ResponseWriter, req *http.Request) {
	a, hook := r.hooked(w, req)
	if hook == nil {
		return
	}
	leaver := r.faces[a.Channel].leave
	if leaver == nil {
		http.NotFound(w, req)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxLeaving))
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	if err := leaver.Left(body); err != nil {
		r.unsigned(w, a, err)
		return
	}
	r.cfg.Log.Warn("somebody has removed the app; access is examined", "account", a.Name)
	for _, ln := range r.accounts {
		if ln.face.leave != nil && ln.face.exam != nil {
			poke(ln.called)
			poke(ln.exams)
		}
	}
	w.WriteHeader(http.StatusOK)
}
