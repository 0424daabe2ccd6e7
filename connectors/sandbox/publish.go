package sandbox

import (
	"fmt"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// Errors that Publish, Edit, Remove and Hide wrap.
var (
	ErrUnknown = world.ErrUnknown // no such account, post or comment
	ErrRefused = world.ErrRefused // the platform has no such thing
)

// Author is a citizen. The same name (or handle, where there is one) is the same person each time.
type Author = world.Author

// Publication is something to be published.
type Publication struct {
	Channel string    `json:"channel,omitempty"` // needed only when the account is a handle that is used on two channels
	Account string    `json:"account"`           // key, id or handle
	Author  Author    `json:"author,omitzero"`
	Ours    bool      `json:"ours,omitempty"` // our staff publish it on the platform's own site
	Text    string    `json:"text"`
	Parent  string    `json:"parent,omitempty"`  // what it answers
	Context string    `json:"context,omitempty"` // our post, where it answers that
	Quotes  string    `json:"quotes,omitempty"`  // on X
	Label   string    `json:"label,omitempty"`
	Time    time.Time `json:"time,omitzero"`  // zero is now
	Kind    string    `json:"kind,omitempty"` // one of the kinds below; "" is a post, or a comment on Parent or Context
	Media   []Media   `json:"media,omitempty"`
	Standby bool      `json:"standby,omitempty"` // another app holds the thread
}

// Media is something attached.
type Media = world.Media

// Kinds of publications. A platform refuses those that it does not have. Reactions and readings make no item: their ID is Parent or the
// thread.
const (
	KindDirect   = world.KindDirect
	KindPostback = world.KindPostback
	KindMention  = world.KindMention
	KindTag      = world.KindTag
	KindLive     = world.KindLive
	KindShare    = world.KindShare
	KindReview   = world.KindReview
	KindReaction = world.KindReaction
	KindUnreact  = world.KindUnreact
	KindRead     = world.KindRead
)

// Published is where it went.
type Published struct {
	Channel string `json:"channel"`
	Account string `json:"account"` // the platform's id
	ID      string `json:"id"`
}

// Publish puts an item onto its platform. Its webhooks go the usual way.
func (s *Server) Publish(p Publication) (Published, error) {
	a, err := s.account(p.Channel, p.Account)
	if err != nil {
		return Published{}, err
	}
	parent := p.Parent
	if parent == "" {
		parent = p.Context
	}
	id, err := s.platforms[a.Channel].Publish(world.Draft{
		Account: a.ID, Parent: parent, Quotes: p.Quotes, Ours: p.Ours, Author: p.Author, Text: p.Text, Time: p.Time, Label: p.Label,
		Kind: p.Kind, Media: p.Media, Standby: p.Standby,
	})
	if err != nil {
		return Published{}, fmt.Errorf("publishing to %s: %w", a.Key, err)
	}
	return Published{Channel: a.Channel, Account: a.ID, ID: id}, nil
}

// account finds one by its key, id or handle.
func (s *Server) account(channel, name string) (Account, error) {
	name = strings.TrimPrefix(name, "@")
	for _, a := range s.accounts {
		if (channel == "" || channel == a.Channel) && (name == a.Key || name == a.ID || strings.EqualFold(name, a.Handle)) {
			return a, nil
		}
	}
	return Account{}, world.Unknown("account", strings.TrimSpace(channel+" "+name))
}

func (s *Server) platform(channel string) (world.Platform, error) {
	p, ok := s.platforms[channel]
	if !ok {
		return nil, world.Unknown("channel", channel)
	}
	return p, nil
}

// Edit gives an item a new text, by its author.
func (s *Server) Edit(channel, id, text string) error {
	p, err := s.platform(channel)
	if err != nil {
		return err
	}
	return p.Edit(id, text)
}

// Remove takes an item away, by its author.
func (s *Server) Remove(channel, id string) error {
	p, err := s.platform(channel)
	if err != nil {
		return err
	}
	return p.Remove(id)
}

// Hide hides a comment or shows it again, by our staff on the platform's own site.
func (s *Server) Hide(channel, id string, hidden bool) error {
	p, err := s.platform(channel)
	if err != nil {
		return err
	}
	return p.Hide(id, hidden)
}
