package twitter

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lytter/connectors"
)

func ask(t *testing.T, c *Connector, q url.Values) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	c.Challenge(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hooks/x?"+q.Encode(), nil))
	var answer struct {
		Token string `json:"response_token"`
	}
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, answer.Token
}

func TestChallengeAndSignatureVectors(t *testing.T) {
	c, err := New(Config{ConsumerSecrets: connectors.Secrets{"consumer-secret", "older-secret"}})
	if err != nil {
		t.Fatal(err)
	}
	if code, token := ask(t, c, url.Values{"crc_token": {"abc123"}, "nonce": {"x"}}); code != 200 || token != "sha256=uWCvRjzPn3Ze439/BvadzeJY3nkdXavefSSjmCbY1dY=" {
		t.Errorf("%d %q", code, token)
	}
	body := []byte(`{"for_user_id":"1"}`)
	if err := c.Verify(http.Header{SignatureHeader: {"sha256=Hlco0COzwYOsSzVcCoqAGpNZdK3BYQku/gWz9SSGVjA="}}, body); err != nil {
		t.Error(err)
	}
	old := base64.StdEncoding.EncodeToString(mac("older-secret", body))
	if err := c.Verify(http.Header{SignatureHeader: {"sha256=" + old}}, body); err != nil {
		t.Error("a secret that is being replaced:", err)
	}
}

// The answer to a challenge is a signature with the key of the webhooks: nobody may have an event signed by asking for a challenge.
func TestChallengeSignsNoEvent(t *testing.T) {
	c, err := New(Config{ConsumerSecrets: connectors.Secrets{"consumer-secret"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{`{"for_user_id":"1"}`, `{}`, `[]`, `"x"`, "", strings.Repeat("a", 257), "a b", "a\n"} {
		code, token := ask(t, c, url.Values{"crc_token": {event}})
		if code == http.StatusOK || token != "" {
			t.Errorf("%q was signed: %s", event, token)
		}
	}
	if code, _ := ask(t, &Connector{}, url.Values{"crc_token": {"abc"}}); code == http.StatusOK {
		t.Error("without a secret anybody can answer")
	}
}

// Ids are those in *_str: the numbers beside them are rounded.
func TestRoundedNumbersAreNotBelieved(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "webhook", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		d, err := decode(body)
		if err != nil {
			t.Fatal(f, err)
		}
		for _, in := range d.Items {
			for _, id := range []string{string(in.Remote), string(in.Parent), string(in.Context)} {
				if len(id) == 19 && strings.HasSuffix(id, "000") || id != "" && !strings.Contains(string(body), `"`+id+`"`) {
					t.Errorf("%s: id %s", f, id)
				}
			}
		}
	}
}

func TestIDs(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"2", "1", true}, {"10", "9", true}, {"9", "10", false}, {"1", "1", false}, {"1", "", true}, {"", "", false}} {
		if newer(c.a, c.b) != c.want {
			t.Errorf("newer(%q, %q)", c.a, c.b)
		}
	}
	if at := timeOf("1990000000000000000").UTC().Format("2006-01"); at != "2025-11" {
		t.Errorf("the time of an id: %s", at)
	}
	for _, none := range []string{"", "x", "-1", "20"} {
		if !timeOf(none).IsZero() {
			t.Errorf("%q has a time", none)
		}
	}
}

func TestSameText(t *testing.T) {
	for _, c := range []struct {
		ours, theirs string
		want         bool
	}{
		{"Kl. 10", "@mette @havneborg Kl. 10", true},
		{"Se havneborg.dk/svoem og https://x.dk", "@m Se http://havneborg.dk/svoem og https://x.dk/", true},
		{"Kl. 10", "Kl. 11", false},
		{"Kl. 10", "Kl. 10 eller 11", false},
	} {
		if sameText(c.ours, c.theirs) != c.want {
			t.Errorf("%q, %q", c.ours, c.theirs)
		}
	}
}
