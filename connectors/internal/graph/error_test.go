package graph

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
)

func TestClasses(t *testing.T) {
	for _, c := range []struct {
		code, sub, status int
		extra             string
		class             connectors.Class
		maybe             bool
		key               string
	}{
		{1, 0, 500, "", connectors.Transient, true, "platform.unwell"},
		{1, 99, 400, "", connectors.Transient, true, "platform.unwell"},
		{2, 0, 500, `,"is_transient":true`, connectors.Transient, true, "platform.unwell"},
		{1200, 0, 400, "", connectors.Transient, true, "platform.unwell"},
		{777, 0, 400, `,"is_transient":true`, connectors.Transient, true, "platform.unwell"},
		{777, 0, 500, "", connectors.Transient, true, "platform.unwell"},
		{777, 0, 503, "", connectors.Transient, true, "platform.unwell"},
		{777, 0, 400, "", connectors.Rejected, false, "platform.rejected"},
		{4, 0, 403, "", connectors.Throttled, false, "platform.throttled"},
		{17, 0, 400, "", connectors.Throttled, false, "platform.throttled"},
		{32, 0, 403, "", connectors.Throttled, false, "platform.throttled"},
		{341, 0, 400, "", connectors.Throttled, false, "platform.throttled"},
		{613, 0, 400, "", connectors.Throttled, false, "platform.throttled"},
		{613, 2534040, 400, "", connectors.Throttled, false, "platform.throttled"},
		{80001, 0, 400, "", connectors.Throttled, false, "platform.throttled"},
		{80002, 0, 400, "", connectors.Throttled, false, "platform.throttled"},
		{80006, 0, 400, "", connectors.Throttled, false, "platform.throttled"},
		{9, 0, 400, "", connectors.Throttled, false, "platform.throttled"},
		{3, 0, 400, "", connectors.Forbidden, false, "platform.permission"},
		{10, 0, 403, "", connectors.Forbidden, false, "platform.permission"},
		{200, 0, 403, "", connectors.Forbidden, false, "platform.permission"},
		{299, 0, 403, "", connectors.Forbidden, false, "platform.permission"},
		{230, 0, 403, "", connectors.Forbidden, false, "platform.permission"},
		{12, 0, 400, "", connectors.Forbidden, false, "platform.retired"},
		{10, 2018278, 400, "", connectors.Rejected, false, "platform.window_closed"},
		{10, 2534022, 400, "", connectors.Rejected, false, "platform.window_closed"},
		{10, 2018108, 400, "", connectors.Rejected, false, "platform.person_unavailable"},
		{10, 2018300, 403, "", connectors.Rejected, false, "refused.standby"},
		{10900, 0, 400, "", connectors.Rejected, false, "facebook.private_spent"},
		{10901, 0, 400, "", connectors.Rejected, false, "platform.window_closed"},
		{551, 0, 400, "", connectors.Rejected, false, "platform.person_unavailable"},
		{200, 1545041, 400, "", connectors.Rejected, false, "platform.person_unavailable"},
		{10, 1893063, 400, "", connectors.Forbidden, false, "platform.restricted"},
		{100, 33, 400, "", connectors.Gone, false, "platform.gone"},
		{100, 2018001, 400, "", connectors.Gone, false, "platform.gone"},
		{100, 2534014, 400, "", connectors.Gone, false, "platform.gone"},
		{100, 0, 400, "", connectors.Rejected, false, "platform.rejected"},
		{100, 2018047, 400, "", connectors.Rejected, false, "platform.rejected"},
		{102, 0, 401, "", connectors.Auth, false, "platform.token"},
		{190, 0, 401, "", connectors.Auth, false, "platform.token"},
		{190, 458, 400, "", connectors.Auth, false, "platform.token_app_removed"},
		{190, 459, 400, "", connectors.Auth, false, "platform.token_checkpoint"},
		{190, 460, 400, "", connectors.Auth, false, "platform.token_password"},
		{190, 463, 400, "", connectors.Auth, false, "platform.token_expired"},
		{190, 492, 400, "", connectors.Auth, false, "platform.token_role"},
		{368, 1390008, 400, "", connectors.Throttled, false, "platform.blocked"},
		{506, 0, 400, "", connectors.Duplicate, false, "platform.duplicate"},
		{1609005, 0, 400, "", connectors.Rejected, false, "platform.bad_link"},
	} {
		body := `{"error":{"message":"expired duplicate rate limit","type":"OAuthException","code":` + strconv.Itoa(c.code) +
			`,"error_subcode":` + strconv.Itoa(c.sub) + `,"fbtrace_id":"Abc"` + c.extra + `}}`
		e := judge(c.status, http.Header{}, []byte(body))
		if e == nil || e.Class != c.class || e.Maybe != c.maybe || e.Reason.Key != c.key || e.Trace != "Abc" {
			t.Errorf("%d/%d: %v, reason %v", c.code, c.sub, e, e.Reason.Key)
		}
		if c.class == connectors.Throttled && e.RetryAfter < time.Minute {
			t.Errorf("%d/%d: wait %v", c.code, c.sub, e.RetryAfter)
		}
		if narrow := c.code == 613 || c.code == 80006; e.Wide != (c.class == connectors.Throttled && !narrow) {
			t.Errorf("%d/%d: wide %v", c.code, c.sub, e.Wide)
		}
	}
}

func TestWaits(t *testing.T) {
	body := []byte(`{"error":{"message":"m","code":80001}}`)
	h := http.Header{}
	h.Set("X-Business-Use-Case-Usage", `{"1":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":23}]}`)
	if e := judge(400, h, body); e.RetryAfter != 23*time.Minute || e.Reason.Args["Minutes"] != 23 {
		t.Errorf("regain: %v %v", e.RetryAfter, e.Reason)
	}
	h = http.Header{"Retry-After": {"300"}}
	if e := judge(400, h, body); e.RetryAfter != 5*time.Minute {
		t.Errorf("retry after: %v", e.RetryAfter)
	}
	if e := judge(400, nil, []byte(`{"error":{"code":368}}`)); e.RetryAfter < time.Hour {
		t.Errorf("blocked for %v", e.RetryAfter)
	}
}

// The platform's own words are shown to the editor, bounded.
func TestSaid(t *testing.T) {
	e := judge(400, nil, []byte(`{"error":{"code":100,"message":"(#100) param","error_user_msg":"`+strings.Repeat("å", 5000)+`"}}`))
	said, ok := e.Reason.Args["Said"].(string)
	if !ok || !strings.HasPrefix(said, "åå") || len(said) > 300 || !strings.HasSuffix(said, "å") || len(e.Error()) > 1000 {
		t.Errorf("said %q", said)
	}
}

// Every public sample of an error is taken for one, of a class.
func TestSampleErrors(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "payloads", "meta_errors")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("no sample payloads here")
	}
	want := map[string]connectors.Class{
		"1_": connectors.Transient, "2_": connectors.Transient, "4_": connectors.Throttled, "17_": connectors.Throttled,
		"32_": connectors.Throttled, "613_": connectors.Throttled, "8000": connectors.Throttled, "190_": connectors.Auth,
		"200_p": connectors.Forbidden, "200_1": connectors.Rejected, "551_": connectors.Rejected, "368_": connectors.Throttled,
		"506_": connectors.Duplicate, "12_": connectors.Forbidden, "100_": connectors.Gone, "10_": connectors.Rejected,
		"null_": connectors.Rejected, "ig_": connectors.Rejected,
	}
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		e := judge(http.StatusBadRequest, nil, body)
		if e == nil {
			t.Errorf("%s is taken for a success", f.Name())
			continue
		}
		found := false
		for prefix, class := range want {
			if strings.HasPrefix(f.Name(), prefix) {
				found = true
				if e.Class != class {
					t.Errorf("%s: class %s; want %s", f.Name(), e.Class, class)
				}
			}
		}
		if !found {
			t.Errorf("%s: %s, and nobody says what it should be", f.Name(), e.Class)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add(200, []byte(`{"id":"1"}`))
	f.Add(400, []byte(`{"error":{"code":"190","error_user_title":null}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := judge(status, http.Header{}, body)
		if e == nil && (status < 200 || status > 299) {
			t.Errorf("status %d is a success", status)
		}
		if e != nil && e.Reason.Key == "" {
			t.Errorf("no reason: %v", e)
		}
	})
}
