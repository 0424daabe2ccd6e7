package graph

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lytter/connectors"
)

func TestSignatureVectors(t *testing.T) {
	for body, sum := range map[string]string{
		`{"object":"page","entry":[]}`: "550e646d4869f9eaf9e56ccc2b73b528c8d3aac4a24ff137e0a26e3e45bbd075",
		`{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"message":{"text":"\u00e4\u00f6\u00e5 \/ ok"}}]}]}`: "38da4f64799de286624627e8da4431134833a7dde3a32e544a54496989534a2a",
	} {
		h := http.Header{SignatureHeader: {"sha256=" + sum}}
		if err := Verify(connectors.Secrets{"secret"}, h, []byte(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if err := Verify(connectors.Secrets{"new", "secret"}, h, []byte(body)); err != nil { // a secret is being replaced
			t.Errorf("the older of two secrets: %v", err)
		}
		if Verify(connectors.Secrets{"new", ""}, h, []byte(body)) == nil {
			t.Error("another secret verifies")
		}
		if Verify(nil, h, []byte(body)) == nil {
			t.Error("no secret verifies")
		}
		if Verify(connectors.Secrets{"secret"}, h, []byte(strings.ReplaceAll(body, `\/`, "/")+" ")) == nil {
			t.Error("a body that was written anew verifies")
		}
	}
}

func TestChallenge(t *testing.T) {
	ask := func(q url.Values) (int, string, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hooks/x?"+q.Encode(), nil)
		Challenge("verify", w, r)
		return w.Code, w.Body.String(), w.Header().Get("Content-Type")
	}
	good := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {"verify"}, "hub.challenge": {"1158201444"}}
	if code, body, kind := ask(good); code != 200 || body != "1158201444" || !strings.HasPrefix(kind, "text/plain") {
		t.Errorf("%d %q %s", code, body, kind)
	}
	for name, v := range map[string][2]string{
		"mode": {"hub.mode", "unsubscribe"}, "token": {"hub.verify_token", "verif"}, "no token": {"hub.verify_token", ""},
		"script": {"hub.challenge", "<script>alert(1)</script>"}, "none": {"hub.challenge", ""}, "long": {"hub.challenge", strings.Repeat("a", 257)},
		"line": {"hub.challenge", "a\r\nb"},
	} {
		bad := url.Values{}
		for k := range good {
			bad.Set(k, good.Get(k))
		}
		bad.Set(v[0], v[1])
		if code, body, _ := ask(bad); code != http.StatusForbidden || v[1] != "" && strings.Contains(body, v[1]) {
			t.Errorf("%s: %d %q", name, code, body)
		}
	}
	w := httptest.NewRecorder()
	Challenge("", w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?hub.mode=subscribe&hub.verify_token=&hub.challenge=1", nil))
	if w.Code != http.StatusForbidden {
		t.Error("without a token of ours anybody may subscribe")
	}
}

func FuzzNotices(f *testing.F) {
	f.Add([]byte(`{"object":"page","entry":[{"id":"1","changes":[{"field":"feed","value":{}}]}]}`))
	f.Add([]byte(`[{"object":"page","entry":[{"id":1,"messaging":[{}],"standby":[1],"changed_fields":["feed"]}]}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		ns, err := Notices(body)
		if err != nil {
			return
		}
		for _, n := range ns {
			if len(n.Raw) == 0 {
				t.Errorf("an event without its bytes: %+v", n)
			}
		}
	})
}
