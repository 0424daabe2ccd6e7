package graph

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"lytter/connectors"
)

// SignatureHeader carries the signature of a webhook (Graph API, "Webhooks: validating payloads").
const SignatureHeader = "X-Hub-Signature-256"

// Errors of a signature.
var (
	ErrNoSignature  = errors.New("graph: the body is not signed")
	ErrBadSignature = errors.New("graph: the signature is not the app's")
)

// Verify checks the signature of a webhook over its very bytes. Any of the secrets will do: an app's secret is replaced while webhooks
// come, and Instagram's app has another than Facebook's. Of several signature headers none is believed.
func Verify(secrets connectors.Secrets, header http.Header, body []byte) error {
	values := header.Values(SignatureHeader)
	if len(values) != 1 {
		return ErrNoSignature
	}
	given, ok := strings.CutPrefix(values[0], "sha256=")
	if !ok {
		return ErrNoSignature
	}
	sum, err := hex.DecodeString(given)
	if err != nil || len(sum) != sha256.Size {
		return ErrBadSignature
	}
	if !anySigned(secrets, body, sum) {
		return ErrBadSignature
	}
	return nil
}

// Left checks the form by which Meta tells that a person has removed the app: signed_request is the signature, a dot, and JSON, both in
// base64url; it is over the second part as it stands (Meta, "Data Deletion Request Callback", "Parse the signed request"; the call of
// "Deauthorize callback URL" is the same).
func Left(secrets connectors.Secrets, body []byte) error {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ErrNoSignature
	}
	given, payload, ok := strings.Cut(form.Get("signed_request"), ".")
	if !ok {
		return ErrNoSignature
	}
	unpadded := func(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "=")) }
	sum, err := unpadded(given)
	if err != nil || len(sum) != sha256.Size {
		return ErrBadSignature
	}
	if !anySigned(secrets, []byte(payload), sum) {
		return ErrBadSignature
	}
	var said struct {
		Algorithm string `json:"algorithm"`
	}
	text, err := unpadded(payload)
	if err != nil || json.Unmarshal(text, &said) != nil || !strings.EqualFold(said.Algorithm, "HMAC-SHA256") {
		return ErrBadSignature
	}
	return nil
}

// anySigned reports whether a sum is one of the secrets' over a body.
func anySigned(secrets connectors.Secrets, body, sum []byte) bool {
	good := 0
	for _, s := range secrets {
		if s == "" {
			continue // anybody can sign with no key
		}
		mac := hmac.New(sha256.New, []byte(s.Reveal()))
		mac.Write(body)
		good |= subtle.ConstantTimeCompare(mac.Sum(nil), sum)
	}
	return good == 1
}

// maxChallenge bounds what is sent back.
const maxChallenge = 256

// Challenge answers Meta's handshake: the challenge as it came, if the token is ours (Graph API, "Webhooks: verification requests").
func Challenge(verify connectors.Secret, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	given, challenge := q.Get("hub.verify_token"), q.Get("hub.challenge")
	same := subtle.ConstantTimeCompare([]byte(given), []byte(verify.Reveal())) == 1
	if q.Get("hub.mode") != "subscribe" || verify == "" || !same || !harmless(challenge) {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, challenge) //nolint:gosec // a plain word (see harmless), as plain text; the caller may be gone
}

// harmless reports whether a challenge is no more than a word, so that nobody can have us say anything else.
func harmless(s string) bool {
	if s == "" || len(s) > maxChallenge {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
