package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"

	"lytter/connectors/sandbox/ledger"
)

// send makes one attempt and books it. A bug in a platform's Compose or Sign costs this attempt, not the queue.
func (q *Queue) send(j *job) {
	status, hash, err := q.post(j)
	if errors.Is(err, errStopped) {
		return // the sandbox ends: what became of this POST is unknown, and the event stays pending
	}
	outcome := ledger.Refused
	switch {
	case err != nil:
		outcome = ledger.Unreachable
		q.courier.opt.Log.Debug("webhook callback did not answer", "callback", q.target.Name, "attempt", j.failed+1, "err", err)
	case status == http.StatusOK:
		outcome = ledger.Accepted
	}
	events := make([]int64, len(j.changes))
	for i, c := range j.changes {
		events[i] = c.Event
	}
	q.courier.opt.Ledger.Tried(ledger.Attempt{
		Callback: q.target.Name, Events: events, Attempt: j.failed + 1, Duplicate: j.duplicate,
		Status: status, Outcome: outcome, Time: q.courier.opt.Now(), BodyHash: hash,
	})
	if q.done(j, outcome == ledger.Accepted) && q.target.GaveUp != nil {
		q.target.GaveUp(j.changes)
	}
}

var errStopped = errors.New("stopped")

// post sends the job and returns the status of the answer, and the fingerprint of what was sent. Only 200 is a success: both platforms document that and nothing else
// (Meta, "Webhooks: getting started"; X, "Webhooks: introduction").
func (q *Queue) post(j *job) (status int, hash string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			q.courier.opt.Log.Error("webhook could not be written", "callback", q.target.Name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(q.courier.ctx, q.target.Timeout)
	defer cancel()
	body := q.target.Compose(j.changes)
	hash = ledger.HashText(string(body))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, q.target.URL, bytes.NewReader(body))
	if err != nil {
		return 0, hash, err
	}
	req.Header.Set("Content-Type", "application/json")
	q.target.Sign(req.Header, body)
	resp, err := q.courier.client.Do(req)
	if err != nil {
		if q.courier.ctx.Err() != nil {
			return 0, hash, errStopped
		}
		return 0, hash, err
	}
	defer resp.Body.Close()
	// The answer's body says nothing; reading some of it lets the connection be used again.
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	return resp.StatusCode, hash, nil
}
