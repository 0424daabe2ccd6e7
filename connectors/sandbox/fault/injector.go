package fault

import (
	"hash/fnv"
	"maps"
	"sync"
	"time"
)

// Injector rolls the dice. It may be used from any goroutine.
type Injector struct {
	seed uint64

	mu     sync.Mutex
	rates  Rates
	rolls  map[string]uint64 // how often each fault was rolled on each stream
	counts map[string]int64  // how often each fault was injected
}

// New returns an injector with these rates; see Rates.Check for what is a valid rate.
func New(seed uint64, rates Rates) (*Injector, error) {
	if err := rates.Check(); err != nil {
		return nil, err
	}
	return &Injector{seed: seed, rates: rates, rolls: map[string]uint64{}, counts: map[string]int64{}}, nil
}

// Rates returns the rates in force.
func (i *Injector) Rates() Rates {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.rates
}

// SetRates changes the rates from the next roll on. Invalid rates change nothing.
func (i *Injector) SetRates(rates Rates) error {
	if err := rates.Check(); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rates = rates
	return nil
}

// Counts returns how often each fault was injected so far.
func (i *Injector) Counts() map[string]int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return maps.Clone(i.counts)
}

// Webhook is the fate of one webhook event.
type Webhook struct {
	Drop      bool
	Duplicate bool
	Behind    int           // how many later ones overtake it; 0 is none
	Delay     time.Duration // before the platform sends it
}

// Webhook rolls for the next event of a callback. A dropped one suffers nothing else.
func (i *Injector) Webhook(callback string) Webhook {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.hit(WebhookDropped, callback, i.rates.Drop) {
		return Webhook{Drop: true}
	}
	var w Webhook
	w.Duplicate = i.hit(WebhookDuplicated, callback, i.rates.Duplicate)
	if i.hit(WebhookReordered, callback, i.rates.Reorder) {
		w.Behind = 1 + int(i.roll("behind", callback)*5)
	}
	if i.hit(WebhookDelayed, callback, i.rates.Delay) {
		w.Delay = time.Duration(i.roll("delay_for", callback) * float64(i.rates.DelayFor))
	}
	return w
}

// Batch rolls for whether the next POST to a callback takes along what else is waiting. It is counted by Batched, since there may be
// nothing to take along.
func (i *Injector) Batch(callback string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.roll(WebhookBatched, callback) < i.rates.Batch
}

// Batched counts a POST that carries more than one event.
func (i *Injector) Batched() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.counts[WebhookBatched]++
}

// call is the fate of one API call.
type call struct {
	slow  time.Duration
	fault string // the one that hits, or ""
	roll  float64
}

// api rolls for the next call of an API. At most one fault beside slowness hits.
func (i *Injector) api(stream string, write bool) call {
	i.mu.Lock()
	defer i.mu.Unlock()
	var c call
	if i.hit(APISlow, stream, i.rates.Slow) {
		c.slow = time.Duration(i.rates.SlowFor)
	}
	for _, f := range []struct {
		name string
		rate float64
	}{
		{APIThrottled, i.rates.Throttle},
		{API5xx, i.rates.Error5xx},
		{APIHTML, i.rates.HTML},
		{APIAnswerLost, i.rates.LoseAnswer},
		{APITruncated, i.rates.Truncate},
	} {
		if f.name == APIAnswerLost && !write {
			continue
		}
		if i.hit(f.name, stream, f.rate) {
			c.fault, c.roll = f.name, i.roll("variant", stream)
			break
		}
	}
	return c
}

// hit rolls for one fault and counts it when it happens. The caller holds the lock.
func (i *Injector) hit(name, stream string, rate float64) bool {
	if i.roll(name, stream) >= rate {
		return false
	}
	i.counts[name]++
	return true
}

// roll returns the next number in [0, 1) of a named series. The caller holds the lock.
func (i *Injector) roll(name, stream string) float64 {
	series := name + "\x00" + stream
	n := i.rolls[series]
	i.rolls[series] = n + 1
	h := fnv.New64a()
	h.Write([]byte(series)) // never fails
	return float64(mix(h.Sum64()^mix(i.seed+n*0x9e3779b97f4a7c15))>>11) / (1 << 53)
}

// mix is the finaliser of SplitMix64: every bit of the input touches every bit of the output.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
