package sandbox

import (
	"errors"
	"fmt"
	"time"

	"lytter/connectors/sandbox/city"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// population lets the people of the city act on the platforms. It is used by one goroutine at a time.
type population struct {
	server    *Server
	generator *city.Generator
	accounts  map[string]Account  // by key
	ids       map[city.Ref]string // what the platforms called the events that can still be answered
	talks     map[city.Ref]Author // of those that are private: with whom
	published int
}

func newPopulation(s *Server) (*population, error) {
	g, err := city.New(s.cfg.Seed, s.cityAccounts())
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	p := &population{server: s, generator: g, accounts: map[string]Account{}, ids: map[city.Ref]string{}, talks: map[city.Ref]Author{}}
	for _, a := range s.accounts {
		p.accounts[a.Key] = a
	}
	return p, nil
}

// xKept is how many posts of citizens to a handle a history may hold: a few less than the 800 that X still shows, so that live ones
// do not push the oldest out at once.
const xKept = 700

// loadHistory publishes what happened before now.
func (p *population) loadHistory(h History) error {
	if h.Conversations == 0 {
		return nil
	}
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		zone = time.FixedZone("CET", 3600) // no time zones on this machine: the rhythm of the day is an hour off in summer
	}
	events := p.generator.History(h.Conversations, h.Days, p.server.cfg.Now().In(zone))
	since := p.shownSince(events)
	for _, e := range events {
		if p.accounts[e.Account].Channel == ledger.X && e.Time.Before(since[e.Account]) {
			continue
		}
		if err := p.publish(e, true); err != nil && !errors.Is(err, world.ErrUnknown) { // it may answer what X does not show any more
			return fmt.Errorf("sandbox: history: %w", err)
		}
	}
	p.forget()
	return nil
}

// shownSince says from when on X still shows what was written to each handle.
func (p *population) shownSince(events []city.Event) map[string]time.Time {
	count, since := map[string]int{}, map[string]time.Time{}
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Ours || p.accounts[e.Account].Channel != ledger.X {
			continue
		}
		if count[e.Account]++; count[e.Account] == xKept {
			since[e.Account] = e.Time
		}
	}
	return since
}

// next publishes one more event, now.
func (p *population) next() error {
	e := p.generator.Next(p.server.cfg.Now())
	e.Time = time.Time{} // the platform's own now, so that ids grow with it
	err := p.publish(e, false)
	if p.published++; p.published%4096 == 0 {
		p.forget()
	}
	return err
}

func (p *population) publish(e city.Event, history bool) error {
	parent, known := p.ids[e.Parent]
	if e.Parent != 0 && !known {
		return world.Unknown("event", fmt.Sprint(e.Parent))
	}
	a := p.accounts[e.Account]
	d := world.Draft{
		Account: a.ID, Parent: parent, Ours: e.Ours, Author: world.Author{Name: e.Author.Name, Handle: e.Author.Handle},
		Text: e.Text, Time: e.Time, Label: e.Label, History: history,
	}
	with, private := p.talks[e.Parent]
	switch {
	case private && d.Ours:
		d.Author = with
		fallthrough
	case private, !history && p.confides(a, &e):
		d.Kind, d.Parent = world.KindDirect, ""
		p.talks[e.Ref] = d.Author
	}
	id, err := p.server.platforms[a.Channel].Publish(d)
	if err != nil {
		return err
	}
	if !history && a.Channel == ledger.Facebook && d.Kind == "" {
		if err := p.reaction(a, id, &e); err != nil {
			return err
		}
	}
	p.ids[e.Ref] = id
	return nil
}

// confides reports whether somebody writes to a page in private what they could have put on its wall: half of them do.
func (p *population) confides(a Account, e *city.Event) bool {
	return a.Channel == ledger.Facebook && e.Parent == 0 && !e.Ours && world.Share("private", e.Author.Name, e.Text) < 0.5
}

// reaction lets somebody react to what was just written, now and then.
func (p *population) reaction(a Account, id string, e *city.Event) error {
	if world.Share("reaction", id) >= 0.2 {
		return nil
	}
	kinds := [...]string{"like", "love", "care", "haha", "wow", "sorry", "anger"}
	_, err := p.server.platforms[a.Channel].Publish(world.Draft{
		Account: a.ID, Parent: id, Kind: world.KindReaction, Text: kinds[world.Hash("kind", id)%uint64(len(kinds))],
		Author: world.Author{Name: "Ven af " + e.Author.Name},
	})
	return err
}

// forget drops the ids that no coming event will answer.
func (p *population) forget() {
	for ref := range p.ids {
		if !p.generator.Knows(ref) {
			delete(p.ids, ref)
			delete(p.talks, ref)
		}
	}
}
