package sandbox

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"lytter/connectors/sandbox/fault"
	"lytter/connectors/sandbox/ledger"
)

// Duration is a time.Duration that is written like "1.5s" in JSON.
type Duration = fault.Duration

// Summary is the ledger in figures, with the faults injected so far.
type Summary struct {
	ledger.Summary
	Faults map[string]int64 `json:"faults"`
}

// Summary counts what the ledger holds.
func (s *Server) Summary() Summary {
	return Summary{Summary: s.ledger.Summary(), Faults: s.faults.Counts()}
}

const maxControlBody = 1 << 20

// calls are what can be asked, and the scenario; deeds are beside them.
func (s *Server) calls() map[string]func(r *http.Request) (any, error) {
	return map[string]func(r *http.Request) (any, error){
		"GET /healthz":        func(*http.Request) (any, error) { return okAnswer{true}, nil },
		"GET /accounts":       func(*http.Request) (any, error) { return s.Accounts(), nil },
		"GET /ledger/summary": func(*http.Request) (any, error) { return s.Summary(), nil },
		"GET /faults":         func(*http.Request) (any, error) { return s.faults.Rates(), nil },
		"GET /traffic":        func(*http.Request) (any, error) { return s.Traffic(), nil },
		"GET /scenario":       func(*http.Request) (any, error) { return s.Scenario(), nil },
		"POST /scenario": func(r *http.Request) (any, error) {
			data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxControlBody))
			if err != nil {
				return nil, fmt.Errorf("the body cannot be read: %w", err)
			}
			sc, err := ReadScenario(data)
			if err != nil {
				return nil, err
			}
			return okAnswer{true}, s.Play(sc)
		},
	}
}

// control serves the control endpoint; docs/sandbox.md describes it.
func (s *Server) control() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := f(r)
			if err != nil {
				status := http.StatusBadRequest
				if errors.Is(err, ErrUnknown) {
					status = http.StatusNotFound
				}
				controlError(w, status, err.Error())
				return
			}
			writeJSON(w, http.StatusOK, answer)
		})
	}
	for pattern, f := range s.calls() {
		handle(pattern, f)
	}
	for name, d := range deeds() {
		handle("POST /"+name, func(r *http.Request) (any, error) {
			members := map[string]json.RawMessage{}
			if err := readJSON(r, &members); err != nil {
				return nil, err
			}
			return d.perform(r.Context(), s, members)
		})
	}
	mux.HandleFunc("GET /ledger", s.readLedger)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		controlError(w, http.StatusNotFound, fmt.Sprintf("there is no %s %s", r.Method, r.URL.Path))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(token), []byte(s.cfg.ControlToken)) != 1 {
			controlError(w, http.StatusUnauthorized, "the control token is missing or wrong")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// readJSON reads a body into v. An empty body leaves v as it is.
func readJSON(r *http.Request, v any) error {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxControlBody)).Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("the body cannot be read: %w", err)
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may be gone
}

func controlError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"error": message})
}

// readLedger streams rows of the ledger, one JSON object a line.
func (s *Server) readLedger(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f := ledger.Filter{Channel: q.Get("channel"), Account: q.Get("account")}
	if after := q.Get("after"); after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil {
			controlError(w, http.StatusBadRequest, "after is not a number: "+after)
			return
		}
		f.After = n
	}
	if limit := q.Get("limit"); limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil || n < 0 {
			controlError(w, http.StatusBadRequest, "limit is not a number of rows: "+limit)
			return
		}
		f.Limit = n
	}
	switch kind := q.Get("kind"); kind {
	case "", "items":
		writeLines(w, s.ledger.Items(f))
	case "events":
		writeLines(w, s.ledger.Events(f))
	case "attempts":
		writeLines(w, s.ledger.Attempts(f))
	case "acts":
		writeLines(w, s.ledger.Acts(f))
	default:
		controlError(w, http.StatusBadRequest, "kind is not items, events, attempts or acts: "+kind)
	}
}

func writeLines[T any](w http.ResponseWriter, rows []T) {
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	enc := json.NewEncoder(w)
	for i := range rows {
		if enc.Encode(&rows[i]) != nil {
			return // the caller is gone
		}
	}
}
