package bench

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Result is one figure. Of times less is better, of rates more.
type Result struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // messages/s, ms, MB ...
	// Peer is what was measured beside it in the same run, in the same unit; nil where there is nothing of the kind.
	Peer      *string  `json:"peer"`
	PeerValue *float64 `json:"peer_value"`
	Ratio     *float64 `json:"ratio"` // Value to PeerValue; nil too where that is 0
}

// The units.
const (
	postsPerSecond         = "posts/s"
	messagesPerSecond      = "messages/s"
	conversationsPerSecond = "conversations/s"
	conversations          = "conversations"
	millis                 = "ms"
	seconds                = "s"
	megabytes              = "MB"
	timesText              = "times its text"
	percent                = "%"
)

// figure makes a Result without a peer.
func figure(name string, value float64, unit string) Result {
	return Result{Name: name, Value: round(value), Unit: unit}
}

// beside adds a peer.
func (r Result) beside(peer string, value float64) Result {
	r.Peer = &peer
	v := round(value)
	r.PeerValue = &v
	if v > 0 {
		ratio := round(r.Value / v)
		r.Ratio = &ratio
	}
	return r
}

// round keeps four digits: more would be noise.
func round(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0
	}
	scale := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

// Aim is what a figure should reach; more says whether that is a least or a most.
type Aim struct {
	Value float64
	More  bool
}

// Met reports whether a value reaches the aim.
func (a Aim) Met(v float64) bool {
	if a.More {
		return v >= a.Value
	}
	return v <= a.Value
}

// Aims of figures by name: what this release sets out to reach on two cores.
func Aims() map[string]Aim {
	return map[string]Aim{
		"ack.rate": {10_000, true}, "ingest.rate": {3_000, true}, "ingest.live.rate": {2_000, true}, "index.rate": {5_000, true},
		"visible.p99": {50, false}, "index.rebuild": {480, false}, "index.size": {3, false},
		"hub.core": {50, false}, "hub.update.p99": {5, false}, "search.p50": {1, false}, "search.p95": {10, false},
		"rules.1000.rate": {120_000, true}, "rules.1000.match.rate": {400_000, true}, "rules.10000.rate": {60_000, true},
	}
}

// times are durations of the same thing done many times.
type times []time.Duration

// ms is the duration, in milliseconds, below which the share q of them lies.
func (t times) ms(q float64) float64 {
	return float64(quantile(t, q)) / float64(time.Millisecond)
}

// quantile is the value below which the share q of them lies; zero of none.
func quantile[T cmp.Ordered](of []T, q float64) (v T) {
	if len(of) == 0 {
		return v
	}
	s := slices.Sorted(slices.Values(of))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

// per is how many a second.
func per(n int, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}
	return float64(n) / took.Seconds()
}
