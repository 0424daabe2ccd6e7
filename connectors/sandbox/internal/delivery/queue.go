package delivery

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"

	"lytter/connectors/sandbox/ledger"
)

// Queue holds the events of one callback until they are delivered or lost.
type Queue struct {
	courier *Courier
	target  Target
	stop    chan struct{} // closed when the subscription ends
	wake    chan struct{} // holds a token when a waiting worker should look again

	mu       sync.Mutex
	ready    []*job // to send now, in order
	timed    timers // to send later
	held     []*job // to be overtaken first
	left     int    // events in ready, timed, held and in POSTs under way; copies count too
	flushing int    // callers of flush: nothing is held back while there are any
	idle     chan struct{}
	ended    bool
}

// job is what one POST will carry.
type job struct {
	changes   []Change
	failed    int // attempts so far, all failed
	duplicate bool
	due       time.Time // in timed and held: at the latest
	behind    int       // in held: how many more must overtake it
	patient   bool      // a retry: flush does not hurry it
}

// chat reports whether it carries events of private messages, which go apart from all others: they have less patience.
func (j *job) chat() bool { return j.changes[0].Part != "" }

func newQueue(c *Courier, t Target) *Queue {
	return &Queue{courier: c, target: t, stop: make(chan struct{}), wake: make(chan struct{}, 1)}
}

// Enqueue enters an event into the ledger as due, rolls the dice for it, and queues what is left of it. It does not block.
func (q *Queue) Enqueue(event ledger.Event, change Change) {
	opt := &q.courier.opt
	event.Callback = q.target.Name
	change.Event = opt.Ledger.Due(event)
	fate := opt.Faults.Webhook(q.target.Name)
	if fate.Drop {
		opt.Ledger.Settle(change.Event, ledger.Dropped)
		return
	}
	now := opt.Now()
	j := &job{changes: []Change{change}, due: now.Add(fate.Delay), behind: fate.Behind}

	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		opt.Ledger.Settle(change.Event, ledger.Expired)
		return
	}
	q.left++
	hurry := q.flushing > 0
	switch {
	case j.behind > 0 && !hurry:
		j.due = now.Add(fate.Delay + opt.HoldFor)
		q.held = append(q.held, j)
	case fate.Delay > 0 && !hurry:
		heap.Push(&q.timed, j)
	default:
		q.ready = append(q.ready, j)
	}
	if fate.Duplicate {
		q.left++
		q.ready = append(q.ready, &job{changes: j.changes, duplicate: true})
	}
	q.signal()
}

// overtake lets the held events go that enough later ones have passed, now that j was delivered. The caller holds the lock.
func (q *Queue) overtake(j *job) {
	newest := slices.MaxFunc(j.changes, func(a, b Change) int { return cmp.Compare(a.Event, b.Event) }).Event
	q.held = slices.DeleteFunc(q.held, func(h *job) bool {
		if newest < h.changes[0].Event {
			return false
		}
		if h.behind--; h.behind > 0 {
			return false
		}
		q.ready = append(q.ready, h)
		q.signal()
		return true
	})
}

// work sends one job after the other until the courier or the subscription ends.
func (q *Queue) work() {
	for {
		j := q.next()
		if j == nil {
			return
		}
		q.send(j)
	}
}

// next waits for a job. It returns nil at the end.
func (q *Queue) next() *job {
	for {
		q.mu.Lock()
		j, wait := q.take()
		q.mu.Unlock()
		if j != nil {
			return j
		}
		var timer *time.Timer
		var due <-chan time.Time
		if wait > 0 {
			timer = time.NewTimer(wait)
			due = timer.C
		}
		select {
		case <-q.wake:
		case <-due:
		case <-q.stop:
			return nil
		case <-q.courier.ctx.Done():
			return nil
		}
		if timer != nil {
			timer.Stop()
		}
	}
}

// take picks what to send now, or says how long until something is due (0: nothing is). The caller holds the lock.
func (q *Queue) take() (j *job, wait time.Duration) {
	if q.ended || q.courier.ctx.Err() != nil {
		return nil, 0
	}
	now := q.courier.opt.Now()
	for len(q.timed) > 0 && !q.timed[0].due.After(now) {
		q.ready = append(q.ready, heap.Pop(&q.timed).(*job))
	}
	q.held = slices.DeleteFunc(q.held, func(j *job) bool {
		late := !j.due.After(now)
		if late {
			q.ready = append(q.ready, j)
		}
		return late
	})
	if len(q.ready) == 0 {
		return nil, q.untilDue(now)
	}
	j = q.ready[0]
	q.ready = q.ready[1:]
	q.join(j)
	if len(q.ready) > 0 {
		q.signal()
	}
	return j, 0
}

// join lets a fresh job take along what is ready behind it, when the dice say so. The caller holds the lock.
func (q *Queue) join(j *job) {
	if q.target.Batch <= 1 || len(q.ready) == 0 || j.failed > 0 || !q.courier.opt.Faults.Batch(q.target.Name) {
		return
	}
	n := 0
	for n < len(q.ready) && len(j.changes) < q.target.Batch {
		other := q.ready[n]
		if other.failed > 0 || other.duplicate != j.duplicate || other.chat() != j.chat() {
			break
		}
		j.changes = append(slices.Clip(j.changes), other.changes...)
		n++
	}
	q.ready = q.ready[n:]
	if n > 0 {
		q.courier.opt.Faults.Batched()
	}
}

// untilDue returns how long nothing will be due, 0 when nothing is queued at all. The caller holds the lock.
func (q *Queue) untilDue(now time.Time) time.Duration {
	var first time.Time
	if len(q.timed) > 0 {
		first = q.timed[0].due
	}
	for _, j := range q.held {
		if first.IsZero() || j.due.Before(first) {
			first = j.due
		}
	}
	if first.IsZero() {
		return 0
	}
	return max(first.Sub(now), time.Millisecond)
}

// done books a finished attempt: a failed job waits for its next one, or is given up.
func (q *Queue) done(j *job, ok bool) (gaveUp bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if ok {
		q.left -= len(j.changes)
		q.overtake(j)
	} else {
		j.failed++
		if wait, again := q.target.Retry(j.changes[0].Part, j.failed); again && !q.ended {
			j.due, j.patient = q.courier.opt.Now().Add(wait), true
			heap.Push(&q.timed, j)
			q.signal()
		} else {
			q.expire(j)
			gaveUp = !q.ended
		}
	}
	q.announce()
	return gaveUp
}

// flush hurries what waits and waits itself; it returns how many events are left when ctx ends.
func (q *Queue) flush(ctx context.Context) (waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flushing++
	defer func() { q.flushing-- }()
	for _, j := range q.held {
		j.due = time.Time{}
	}
	for _, j := range q.timed {
		if !j.patient {
			j.due = time.Time{}
		}
	}
	heap.Init(&q.timed)
	q.signal()
	for q.left > 0 {
		if q.idle == nil {
			q.idle = make(chan struct{})
		}
		idle := q.idle
		q.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
		case <-q.courier.ctx.Done():
		}
		q.mu.Lock()
		if ctx.Err() != nil || q.courier.ctx.Err() != nil {
			break
		}
	}
	return q.left
}

// end gives up everything and stops the workers.
func (q *Queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return
	}
	q.ended = true
	for _, jobs := range [][]*job{q.ready, q.timed, q.held} {
		for _, j := range jobs {
			q.expire(j)
		}
	}
	q.ready, q.timed, q.held = nil, nil, nil
	close(q.stop)
	q.announce()
}

// expire gives a job up. A copy that gives up says nothing about its original, which may still be on its way. The caller holds the lock.
func (q *Queue) expire(j *job) {
	q.left -= len(j.changes)
	if j.duplicate {
		return
	}
	for _, c := range j.changes {
		q.courier.opt.Ledger.Settle(c.Event, ledger.Expired)
	}
}

// announce wakes flush when nothing is left. The caller holds the lock.
func (q *Queue) announce() {
	if q.idle != nil && q.left == 0 {
		close(q.idle)
		q.idle = nil
	}
}

// signal makes one worker look again. A worker that finds more than one job passes the signal on.
func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// timers is a heap of jobs by due time.
type timers []*job

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, k int) bool { return t[i].due.Before(t[k].due) }
func (t timers) Swap(i, k int)      { t[i], t[k] = t[k], t[i] }
func (t *timers) Push(x any)        { *t = append(*t, x.(*job)) }
func (t *timers) Pop() any {
	last := len(*t) - 1
	j := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	return j
}
