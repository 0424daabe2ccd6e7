package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/instagram"
	"lytter/inbox"
)

// Clocks that differ more than the first are worth knowing; more than the second, and X refuses what is signed with OAuth 1.0a.
const (
	skewNoted = 30 * time.Second
	skewMost  = 5 * time.Minute
)

// callTime is how long a platform has for one call.
const callTime = 20 * time.Second

// A desk that runs has so long to ask for webhooks.
const (
	subscribeTries = 5
	subscribePause = 2 * time.Second
)

// hosts asks each platform's host for a sign of life, and what time it has.
func (d *doctor) hosts(ctx context.Context) {
	for _, base := range d.cfg.hosts() {
		u, err := url.Parse(base)
		if err != nil {
			continue // config check has told
		}
		skew, err := d.reach(ctx, base)
		switch proxy := connectors.Through(d.carrier, u); {
		case ctx.Err() != nil:
			return
		case err != nil:
			d.logger().Debug("doctor", "host", u.Host, "err", err)
			d.advise(broken, u.Host, &connectors.Unreached(err, false).Reason, d.texts.T("doctor.away"))
			continue
		case proxy != "":
			d.say(well, u.Host, inbox.Why("doctor.host_proxy", "Proxy", proxy))
		default:
			d.say(well, u.Host, inbox.Why("doctor.host"))
		}
		d.clock(u.Host, skew)
	}
}

// hosts lists the addresses of the platforms that accounts are on, each once.
func (c *config) hosts() []string {
	var out []string
	add := func(own, standard string) {
		if own == "" {
			own = standard
		}
		if !slices.Contains(out, own) {
			out = append(out, own)
		}
	}
	for _, a := range c.Accounts {
		switch {
		case a.Channel == string(inbox.X):
			add(c.X.API, "https://api.x.com/")
		case instagram.Login(a.Login) == instagram.InstagramLogin:
			add(c.Meta.InstagramAPI, "https://graph.instagram.com/")
			add(c.Meta.API, "https://graph.facebook.com/") // its webhooks are asked for there
		default:
			add(c.Meta.API, "https://graph.facebook.com/")
		}
	}
	return out
}

// reach calls a host, whatever it answers, and tells how far its clock is ahead of ours.
func (d *doctor) reach(ctx context.Context, base string) (skew time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base, nil)
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	resp, err := d.carrier.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	took := time.Since(begun)
	if err := resp.Body.Close(); err != nil {
		return 0, err
	}
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, nil // a host that does not tell the time can be reached all the same
	}
	return at.Add(time.Second / 2).Sub(begun.Add(took / 2)), nil // it tells whole seconds
}

func (d *doctor) clock(host string, skew time.Duration) {
	why := inbox.Why("doctor.clock_off", "Host", host, "Span", d.texts.Span(skew.Abs()))
	switch off := skew.Abs(); {
	case off > skewMost:
		d.say(broken, "clock", why)
	case off > skewNoted:
		d.say(warning, "clock", why)
	default:
		d.say(well, "clock", inbox.Why("doctor.clock", "Host", host))
	}
}

// accounts examines each account as its platform sees it.
func (d *doctor) accounts(ctx context.Context) {
	p, err := connect(d.cfg, time.Now, 0)
	if err != nil {
		d.refuse(broken, "lytter.toml", err)
		return
	}
	by := map[inbox.Channel]connectors.Connector{}
	for _, c := range p.list {
		by[c.Channel()] = c
	}
	callbacks := d.cfg.callbacks()
	tried := map[string]bool{}
	for _, c := range d.cfg.Accounts {
		if ctx.Err() != nil {
			return
		}
		a := inbox.Account{Name: c.Name, Channel: inbox.Channel(c.Channel), Remote: inbox.RemoteID(c.ID), Handle: c.Handle}
		con := by[a.Channel]
		works := d.access(ctx, con, a)
		if works {
			d.linked(ctx, con, a)
		}
		switch callback := callbacks[c.Name]; {
		case callback == "":
			d.say(well, c.Name, inbox.Why("doctor.polled"))
		default:
			if works {
				d.subscribed(ctx, con, a, callback)
			}
			if !tried[callback] {
				tried[callback] = true
				d.callback(ctx, con, c.Name, callback)
			}
		}
		d.usage(con, a)
	}
}

// inTime gives one call its time.
func inTime(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return f(ctx)
}

// access reports whether the token works.
func (d *doctor) access(ctx context.Context, c connectors.Connector, a inbox.Account) bool {
	ex, ok := c.(connectors.Examiner)
	if !ok {
		return true
	}
	var x connectors.Examination
	if err := inTime(ctx, func(ctx context.Context) (err error) { x, err = ex.Examine(ctx, a); return err }); err != nil {
		d.platform(a.Name, err)
		return false
	}
	now := time.Now()
	for _, f := range x.Findings(now) {
		if strings.HasPrefix(f.Reason.Key, "platform.permissions_") { // told below, one by one
			continue
		}
		level := warning
		if f.State != "" {
			level = broken
		}
		d.advise(level, a.Name, &f.Reason, d.texts.T("doctor.login", "Channel", string(a.Channel)))
	}
	for _, p := range x.Permissions {
		if !p.Granted {
			level := warning
			if p.Must {
				level = broken
			}
			d.say(level, a.Name, inbox.Why("doctor.permission", "Name", p.Name, "Use", d.texts.T(permissionKey(p.Name))))
		}
	}
	if x.Fault != nil || !x.Expires.IsZero() && !now.Before(x.Expires) {
		return false
	}
	if x.Expires.IsZero() {
		d.say(well, a.Name, inbox.Why("doctor.token"))
	} else {
		d.say(well, a.Name, inbox.Why("doctor.token_until", "When", d.texts.When(x.Expires, now)))
	}
	return true
}

// permissionKey is the key of the sentence that says what a permission is for.
func permissionKey(name string) string { return "permission." + strings.ReplaceAll(name, ".", "_") }

// platform tells why a platform did not do what it was asked.
func (d *doctor) platform(about string, err error) {
	e := connectors.AsError(err)
	d.logger().Debug("doctor", "about", about, "err", err)
	level, do := broken, d.texts.T("doctor.away")
	switch {
	case e.Class == connectors.Throttled:
		level, do = warning, d.texts.T("doctor.later")
	case e.Class == connectors.Auth, e.Class == connectors.Forbidden:
		do = d.texts.T("doctor.access")
	case e.Status != 0: // it was reached
		do = d.texts.T("doctor.unwell")
	}
	d.advise(level, about, &e.Reason, do)
}

func (d *doctor) linked(ctx context.Context, c connectors.Connector, a inbox.Account) {
	l, ok := c.(connectors.Linker)
	if !ok {
		return
	}
	if err := inTime(ctx, func(ctx context.Context) error { return l.Linked(ctx, a) }); err != nil {
		d.platform(a.Name, err)
		return
	}
	d.say(well, a.Name, inbox.Why("doctor.linked"))
}

func (d *doctor) subscribed(ctx context.Context, c connectors.Connector, a inbox.Account, callback string) {
	s, ok := c.(connectors.Subscriber)
	if !ok {
		return
	}
	var has bool
	ask := func() error {
		return inTime(ctx, func(ctx context.Context) (err error) { has, err = s.Subscribed(ctx, a, callback); return err })
	}
	err := ask()
	for tries := 0; err == nil && !has && d.running && tries < subscribeTries && sleep(ctx, subscribePause); tries++ {
		err = ask() // a desk that has just begun is about to ask for them
	}
	events := ""
	if asker, ok := c.(connectors.Asker); ok {
		events = strings.Join(asker.Events(a), ", ")
	}
	switch {
	case err != nil:
		d.platform(a.Name, err)
	case has:
		d.say(well, a.Name, inbox.Why("doctor.subscribed", "Events", events))
	case d.running:
		d.say(warning, a.Name, inbox.Why("doctor.unsubscribed", "Events", events))
	default:
		d.say(warning, a.Name, inbox.Why("doctor.unsubscribed_idle", "Events", events))
	}
}

// callback asks the public address what a platform asks it before it sends there, and compares with what the answer must be. From here
// the address may be reached another way than from outside: it says what can be told.
func (d *doctor) callback(ctx context.Context, c connectors.Connector, about, callback string) {
	hook, ok := c.(connectors.Webhook)
	if !ok {
		return
	}
	if !d.running {
		d.say(warning, about, inbox.Why("doctor.callback_idle", "Address", callback))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	q := url.Values{"crc_token": {rand.Text()}}
	if c.Channel() != inbox.X {
		verify, err := d.cfg.Meta.Verify.read(d.cfg.dir())
		if err != nil {
			d.refuse(broken, about, err)
			return
		}
		q = url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {rand.Text()}, "hub.verify_token": {verify.Reveal()}}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, callback+"?"+q.Encode(), nil)
	if err != nil {
		d.say(broken, about, inbox.Why("config.public", "Value", callback))
		return
	}
	var want answer
	hook.Challenge(&want, req)
	resp, err := d.carrier.RoundTrip(req)
	if err != nil {
		d.logger().Debug("doctor", "callback", callback, "err", err)
		d.say(warning, about, inbox.Why("doctor.callback_away", "Address", callback, "Why", d.texts.Reason(&connectors.Unreached(err, false).Reason)))
		return
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	var have answer
	if err := have.read(resp); err != nil || have.status != want.code() || have.String() != want.String() {
		d.say(broken, about, inbox.Why("doctor.callback_other", "Address", callback, "Status", resp.StatusCode))
		return
	}
	d.say(well, about, inbox.Why("doctor.callback", "Address", callback))
}

func (d *doctor) usage(c connectors.Connector, a inbox.Account) {
	m, ok := c.(connectors.Meter)
	if !ok {
		return
	}
	switch u := m.Usage(a); {
	case u.At.IsZero():
	case u.Percent >= 75: // where the background slows down
		d.say(warning, a.Name, inbox.Why("doctor.used", "Percent", u.Percent))
	default:
		d.say(well, a.Name, inbox.Why("cli.accounts.used", "Percent", u.Percent))
	}
}
