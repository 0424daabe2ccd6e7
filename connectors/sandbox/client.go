package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// Client speaks to the control endpoint of a sandbox in another process. Errors of the sandbox come back as *ControlError.
type Client struct {
	base, token string
	http        *http.Client
}

// NewClient returns a client for the sandbox that a handshake describes.
func NewClient(h Handshake) *Client {
	return &Client{base: h.Control, token: h.ControlToken, http: &http.Client{Transport: &http.Transport{IdleConnTimeout: 10 * time.Second}}}
}

// Close gives back the client's connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// ControlError is a refusal of the control endpoint.
type ControlError struct {
	Status  int
	Message string
}

func (e *ControlError) Error() string {
	return fmt.Sprintf("sandbox control: status %d: %s", e.Status, e.Message)
}

// Publish puts an item onto its platform.
func (c *Client) Publish(ctx context.Context, p Publication) (Published, error) {
	return ask[Published](ctx, c, http.MethodPost, "/publish", p)
}

// Edit gives an item a new text, by its author.
func (c *Client) Edit(ctx context.Context, channel, id, text string) error {
	_, err := ask[okAnswer](ctx, c, http.MethodPost, "/edit", editBody{Channel: channel, ID: id, Text: text})
	return err
}

// Remove takes an item away, by its author.
func (c *Client) Remove(ctx context.Context, channel, id string) error {
	_, err := ask[okAnswer](ctx, c, http.MethodPost, "/remove", targetBody{Channel: channel, ID: id})
	return err
}

// Hide hides a comment or shows it again, by our staff on the platform's own site.
func (c *Client) Hide(ctx context.Context, channel, id string, hidden bool) error {
	_, err := ask[okAnswer](ctx, c, http.MethodPost, "/hide", hideBody{Channel: channel, ID: id, Hidden: &hidden})
	return err
}

// Faults returns the fault rates in force.
func (c *Client) Faults(ctx context.Context) (Faults, error) {
	return ask[Faults](ctx, c, http.MethodGet, "/faults", nil)
}

// SetFaults changes all fault rates.
func (c *Client) SetFaults(ctx context.Context, f Faults) (Faults, error) {
	return ask[Faults](ctx, c, http.MethodPost, "/faults", f)
}

// StartTraffic lets citizens write; see Server.StartTraffic.
func (c *Client) StartTraffic(ctx context.Context, rate float64, length time.Duration) (Traffic, error) {
	return ask[Traffic](ctx, c, http.MethodPost, "/traffic", trafficBody{Rate: rate, For: Duration(length)})
}

// StopTraffic ends live traffic.
func (c *Client) StopTraffic(ctx context.Context) (Traffic, error) {
	return ask[Traffic](ctx, c, http.MethodPost, "/stop_traffic", nil)
}

// Traffic reports on live traffic.
func (c *Client) Traffic(ctx context.Context) (Traffic, error) {
	return ask[Traffic](ctx, c, http.MethodGet, "/traffic", nil)
}

// Flush delivers what is held back and waits until nothing is on its way, or the time is over.
func (c *Client) Flush(ctx context.Context, timeout time.Duration) (Idle, error) {
	return ask[Idle](ctx, c, http.MethodPost, "/flush", flushBody{Timeout: Duration(timeout)})
}

// Summary counts what the ledger holds.
func (c *Client) Summary(ctx context.Context) (Summary, error) {
	return ask[Summary](ctx, c, http.MethodGet, "/ledger/summary", nil)
}

// Accounts lists our accounts.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	return ask[[]Account](ctx, c, http.MethodGet, "/accounts", nil)
}

// Play plays a scenario, given as TOML, from now on.
func (c *Client) Play(ctx context.Context, scenario string) error {
	resp, err := c.send(ctx, http.MethodPost, "/scenario", strings.NewReader(scenario))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Scenario reports on the scenario that was played last.
func (c *Client) Scenario(ctx context.Context) (ScenarioState, error) {
	return ask[ScenarioState](ctx, c, http.MethodGet, "/scenario", nil)
}

// AwaitWebhooks waits until each of our accounts has its webhooks subscribed; it is an error if the time is over first.
func (c *Client) AwaitWebhooks(ctx context.Context, timeout time.Duration) error {
	_, err := ask[okAnswer](ctx, c, http.MethodPost, "/await_webhooks", flushBody{Timeout: Duration(timeout)})
	return err
}

// Shutdown ends the server.
func (c *Client) Shutdown(ctx context.Context) error {
	_, err := ask[okAnswer](ctx, c, http.MethodPost, "/shutdown", nil)
	return err
}

// Items reads the items of the ledger.
func (c *Client) Items(ctx context.Context, f ledger.Filter) ([]ledger.Item, error) {
	return rows[ledger.Item](ctx, c, "items", f)
}

// Events reads the webhook events of the ledger.
func (c *Client) Events(ctx context.Context, f ledger.Filter) ([]ledger.Event, error) {
	return rows[ledger.Event](ctx, c, "events", f)
}

// Attempts reads the deliveries of the ledger.
func (c *Client) Attempts(ctx context.Context, f ledger.Filter) ([]ledger.Attempt, error) {
	return rows[ledger.Attempt](ctx, c, "attempts", f)
}

// Acts reads the writes by API of the ledger.
func (c *Client) Acts(ctx context.Context, f ledger.Filter) ([]ledger.Act, error) {
	return rows[ledger.Act](ctx, c, "acts", f)
}

// ExpireToken lets the time of the tokens of an account (key, id or handle) be over.
func (c *Client) ExpireToken(ctx context.Context, account string) error {
	return c.Befall(ctx, Trouble{Kind: world.ExpireToken, Account: account})
}

// RevokeToken kills the tokens of an account before their time; why is "" or a reason such as "password" or "role".
func (c *Client) RevokeToken(ctx context.Context, account, why string) error {
	return c.Befall(ctx, Trouble{Kind: world.RevokeToken, Account: account, Why: why})
}

// RestoreToken lets the tokens of an account live again.
func (c *Client) RestoreToken(ctx context.Context, account string) error {
	return c.Befall(ctx, Trouble{Kind: world.RestoreToken, Account: account})
}

// TakeScope takes permissions from the tokens of an account.
func (c *Client) TakeScope(ctx context.Context, account string, scopes ...string) error {
	return c.Befall(ctx, Trouble{Kind: world.TakeScope, Account: account, Scopes: scopes})
}

// GiveScope grants permissions again.
func (c *Client) GiveScope(ctx context.Context, account string, scopes ...string) error {
	return c.Befall(ctx, Trouble{Kind: world.GiveScope, Account: account, Scopes: scopes})
}

// Unsubscribe ends the webhooks of an account without a word.
func (c *Client) Unsubscribe(ctx context.Context, account string) error {
	return c.Befall(ctx, Trouble{Kind: world.Unsubscribe, Account: account})
}

// DisableWebhook lets the platform give up the callback of an account, as after long failure.
func (c *Client) DisableWebhook(ctx context.Context, account string) error {
	return c.Befall(ctx, Trouble{Kind: world.DisableWebhook, Account: account})
}

// RemoveApp lets the owner of an account remove the app.
func (c *Client) RemoveApp(ctx context.Context, account string) error {
	return c.Befall(ctx, Trouble{Kind: world.RemoveApp, Account: account})
}

// Suspend restricts an account, and Reinstate lets it go.
func (c *Client) Suspend(ctx context.Context, account string) error {
	return c.Befall(ctx, Trouble{Kind: world.Suspend, Account: account})
}

// Reinstate ends what Suspend began.
func (c *Client) Reinstate(ctx context.Context, account string) error {
	return c.Befall(ctx, Trouble{Kind: world.Reinstate, Account: account})
}

// Usage lets so much of an account's calls be used up, for a time; 0 is the platform's own window. With 0 percent all its windows begin
// anew, as if they had passed.
func (c *Client) Usage(ctx context.Context, account string, percent int, length time.Duration) error {
	return c.Befall(ctx, Trouble{Kind: world.Usage, Account: account, Percent: percent, For: length})
}

// TakeTarget lets so many of the next answers find what they answer removed.
func (c *Client) TakeTarget(ctx context.Context, account string, times int) error {
	return c.Befall(ctx, Trouble{Kind: world.TakeTarget, Account: account, Times: times})
}

// Sunset makes a version of the Graph API the oldest that is alive.
func (c *Client) Sunset(ctx context.Context, oldest int) error {
	return c.Befall(ctx, Trouble{Kind: world.Sunset, Version: oldest})
}

// Befall makes trouble of any kind. Its account is a key, an id or a handle.
func (c *Client) Befall(ctx context.Context, t Trouble) error {
	b := troubleBody{Account: t.Account, Token: t.Token, Scopes: t.Scopes, Why: t.Why, Percent: t.Percent, For: Duration(t.For), Version: t.Version}
	if t.Kind == world.TakeTarget {
		b.Times = &t.Times
	}
	_, err := ask[okAnswer](ctx, c, http.MethodPost, "/"+t.Kind, b)
	return err
}

func (c *Client) do(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("sandbox control: %w", err)
		}
		reader = bytes.NewReader(b)
	}
	return c.send(ctx, method, path, reader)
}

func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("sandbox control: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("sandbox control: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	var problem struct {
		Error string `json:"error"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&problem); err != nil {
		problem.Error = "an answer that cannot be read: " + err.Error()
	}
	return nil, &ControlError{Status: resp.StatusCode, Message: problem.Error}
}

func ask[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	var answer T
	resp, err := c.do(ctx, method, path, body)
	if err != nil {
		return answer, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return answer, fmt.Errorf("sandbox control: %s: %w", path, err)
	}
	return answer, nil
}

func rows[T any](ctx context.Context, c *Client, kind string, f ledger.Filter) ([]T, error) {
	q := url.Values{"kind": {kind}, "after": {strconv.FormatInt(f.After, 10)}, "limit": {strconv.Itoa(f.Limit)}}
	if f.Channel != "" {
		q.Set("channel", f.Channel)
	}
	if f.Account != "" {
		q.Set("account", f.Account)
	}
	resp, err := c.do(ctx, http.MethodGet, "/ledger?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	dec := json.NewDecoder(resp.Body)
	var out []T
	for {
		var row T
		if err := dec.Decode(&row); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("sandbox control: reading the ledger: %w", err)
		}
		out = append(out, row)
	}
}
