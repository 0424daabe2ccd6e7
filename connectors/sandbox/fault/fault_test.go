package fault

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lytter/internal/leak"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { os.Exit(leak.Check(m.Run)) }

func TestRatesAreChecked(t *testing.T) {
	for name, r := range map[string]Rates{
		"above one": {Drop: 1.1}, "negative": {Duplicate: -0.1}, "not a number": {Error5xx: math.NaN()},
		"negative delay": {DelayFor: -1}, "negative slowness": {SlowFor: -1},
	} {
		if _, err := New(1, r); err == nil {
			t.Errorf("%s: accepted", name)
		}
		i, err := New(1, Demo())
		if err != nil {
			t.Fatal(err)
		}
		if err := i.SetRates(r); err == nil || i.Rates() != Demo() {
			t.Errorf("%s: %v, now %+v", name, err, i.Rates())
		}
	}
}

// TestDice: faults happen at their rates, are counted, and depend on the seed and on nothing else.
func TestDice(t *testing.T) {
	rates := Rates{Duplicate: 0.2, Reorder: 0.1, Drop: 0.05, Delay: 0.3, DelayFor: Duration(time.Second)}
	roll := func(seed uint64, n int) (fates []Webhook, counts map[string]int64) {
		i, err := New(seed, rates)
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			fates = append(fates, i.Webhook("a"))
			i.Webhook("b") // another stream does not disturb the first
		}
		return fates, i.Counts()
	}
	const n = 20_000
	fates, counts := roll(1, n)
	got := map[string]int64{}
	for _, f := range fates {
		if f.Drop && f != (Webhook{Drop: true}) {
			t.Fatalf("a dropped one suffers more: %+v", f)
		}
		if f.Behind < 0 || f.Behind > 5 || f.Delay < 0 || f.Delay > time.Second {
			t.Fatalf("out of bounds: %+v", f)
		}
		for name, is := range map[string]bool{WebhookDropped: f.Drop, WebhookDuplicated: f.Duplicate, WebhookReordered: f.Behind > 0} {
			if is {
				got[name]++
			}
		}
	}
	for name, rate := range map[string]float64{WebhookDropped: 0.05, WebhookDuplicated: 0.2 * 0.95, WebhookReordered: 0.1 * 0.95} {
		if share := float64(got[name]) / n; math.Abs(share-rate) > 0.01 {
			t.Errorf("%s happens to %.3f, want %.3f", name, share, rate)
		}
		if counts[name] < got[name] {
			t.Errorf("%s: %d counted, %d happened on one of two streams", name, counts[name], got[name])
		}
	}
	again, _ := roll(1, n)
	if diff := cmp.Diff(fates, again); diff != "" {
		t.Error("the same seed rolls otherwise")
	}
	if other, _ := roll(2, n); cmp.Equal(fates, other) {
		t.Error("another seed rolls the same")
	}
}

type dialect struct{}

func (dialect) Unavailable(w http.ResponseWriter, _ *http.Request, _ float64) { w.WriteHeader(503) }
func (dialect) Unknown(http.ResponseWriter, *http.Request, float64) bool      { return false }
func (dialect) Throttled(w http.ResponseWriter, _ *http.Request)              { w.WriteHeader(429) }

// TestAPIFaults looks at each fault from the caller's side: what comes, and whether the call took effect.
func TestAPIFaults(t *testing.T) {
	const body = `{"id":"1234567890"}`
	for _, c := range []struct {
		name   string
		rates  Rates
		method string
		effect bool
		want   string // status and body, or the error
	}{
		{"none", Rates{}, "POST", true, "201 " + body},
		{API5xx, Rates{Error5xx: 1}, "POST", false, "503 "},
		{APIThrottled, Rates{Throttle: 1}, "GET", false, "429 "},
		{APIHTML, Rates{HTML: 1}, "GET", false, "200 <!DOCTYPE html>"},
		{APIHTML, Rates{HTML: 1}, "POST", false, "502 <!DOCTYPE html>"},
		{APIAnswerLost, Rates{LoseAnswer: 1}, "POST", true, "EOF"},
		{"none", Rates{LoseAnswer: 1}, "GET", true, "201 " + body},
		{APITruncated, Rates{Truncate: 1}, "POST", true, "unexpected EOF"},
		{APISlow, Rates{Slow: 1, SlowFor: Duration(time.Millisecond)}, "GET", true, "201 " + body},
	} {
		t.Run(c.name+" "+c.method, func(t *testing.T) {
			i, err := New(1, c.rates)
			if err != nil {
				t.Fatal(err)
			}
			var effect, lost atomic.Bool // an answer that is lost orders nothing
			srv := httptest.NewServer(i.Handler("api", dialect{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				lost.Store(AnswerLost(r.Context()))
				effect.Store(true)
				w.WriteHeader(201)
				_, _ = io.WriteString(w, body)
			})))
			defer srv.Close()
			req, err := http.NewRequest(c.method, srv.URL, strings.NewReader(""))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			resp, err := srv.Client().Do(req)
			if err == nil {
				defer resp.Body.Close()
				var b []byte
				if b, err = io.ReadAll(resp.Body); err == nil {
					got = resp.Status[:3] + " " + string(b)
				}
			}
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF):
				got = "unexpected EOF"
			case errors.Is(err, io.EOF):
				got = "EOF"
			case err != nil:
				t.Fatal(err)
			}
			if !strings.HasPrefix(got, c.want) || effect.Load() != c.effect {
				t.Errorf("got %.40q with effect %v, want %q with effect %v", got, effect.Load(), c.want, c.effect)
			}
			if wantLost := c.name == APIAnswerLost || c.name == APITruncated; lost.Load() != wantLost {
				t.Errorf("the handler is told that the answer is lost: %v", lost.Load())
			}
			if c.name != "none" && i.Counts()[c.name] != 1 || c.name == "none" && len(i.Counts()) != 0 {
				t.Errorf("counted: %v", i.Counts())
			}
		})
	}
}

func TestRatesAsJSON(t *testing.T) {
	r := Rates{Drop: 0.01, DelayFor: Duration(1500 * time.Millisecond)}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"delay_for":"1.5s"`) {
		t.Fatalf("%s, %v", b, err)
	}
	var back Rates
	if err := json.Unmarshal(b, &back); err != nil || back != r {
		t.Errorf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"delay_for":"soon"}`), &back); err == nil {
		t.Error("soon is a duration")
	}
}
