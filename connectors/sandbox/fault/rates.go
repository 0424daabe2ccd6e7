package fault

import (
	"fmt"
	"time"
)

// Names of faults, as they are counted.
const (
	WebhookDuplicated = "webhook_duplicated"
	WebhookReordered  = "webhook_reordered"
	WebhookDropped    = "webhook_dropped"
	WebhookDelayed    = "webhook_delayed"
	WebhookBatched    = "webhook_batched"
	API5xx            = "api_5xx"
	APIAnswerLost     = "api_answer_lost"
	APIThrottled      = "api_throttled"
	APIHTML           = "api_html"
	APITruncated      = "api_truncated"
	APISlow           = "api_slow"
)

// Rates says how often each fault happens. Rates are shares from 0 (never) to 1 (always); the zero value injects nothing.
type Rates struct {
	// Of webhook events.
	Duplicate float64  `json:"duplicate" toml:"duplicate"` // sent again as another POST, some time later
	Reorder   float64  `json:"reorder" toml:"reorder"`     // held back until one to five later ones have gone
	Drop      float64  `json:"drop" toml:"drop"`           // never sent
	Delay     float64  `json:"delay" toml:"delay"`         // sent late, by up to DelayFor
	DelayFor  Duration `json:"delay_for" toml:"delay_for"`
	Batch     float64  `json:"batch" toml:"batch"` // sent together with what else is waiting (Meta only)

	// Of API calls.
	Error5xx   float64  `json:"error_5xx" toml:"error_5xx"`     // refused by a broken server, before any effect
	LoseAnswer float64  `json:"lose_answer" toml:"lose_answer"` // of writes: it takes effect, then the connection breaks or nobody knows
	Throttle   float64  `json:"throttle" toml:"throttle"`       // refused as one too many, before any effect
	HTML       float64  `json:"html" toml:"html"`               // an HTML page for an answer, before any effect
	Truncate   float64  `json:"truncate" toml:"truncate"`       // it takes effect, then the answer breaks off in the middle
	Slow       float64  `json:"slow" toml:"slow"`               // answered after SlowFor
	SlowFor    Duration `json:"slow_for" toml:"slow_for"`
}

// Demo is the fault set that the demonstration runs on: 5 % of webhooks twice, 5 % out of order, 1 % lost, 2 % of API calls failing.
func Demo() Rates {
	return Rates{Duplicate: 0.05, Reorder: 0.05, Drop: 0.01, Batch: 0.1, Error5xx: 0.02}
}

// Check refuses rates outside of 0 to 1 and negative times.
func (r Rates) Check() error {
	for name, rate := range map[string]float64{
		"duplicate": r.Duplicate, "reorder": r.Reorder, "drop": r.Drop, "delay": r.Delay, "batch": r.Batch,
		"error_5xx": r.Error5xx, "lose_answer": r.LoseAnswer, "throttle": r.Throttle, "html": r.HTML,
		"truncate": r.Truncate, "slow": r.Slow,
	} {
		if !(rate >= 0 && rate <= 1) { // written so that NaN is refused
			return fmt.Errorf("fault rate %s is %v: it must lie between 0 and 1", name, rate)
		}
	}
	if r.DelayFor < 0 || r.SlowFor < 0 {
		return fmt.Errorf("delay_for %s and slow_for %s must not be negative", r.DelayFor, r.SlowFor)
	}
	return nil
}

// Duration is a time.Duration that is written like "1.5s" in JSON and TOML.
type Duration time.Duration

// MarshalText writes the form that UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("duration %q: %w", text, err)
	}
	*d = Duration(parsed)
	return nil
}

func (d Duration) String() string { return time.Duration(d).String() }
