package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// deed is something that can be done to the world: a POST of the control endpoint, and a step of a scenario, under one name. Both hand it
// the same members: a JSON object there, keys of TOML here.
type deed struct {
	members []string            // that it takes
	body    func(s *Server) any // a new value to read them into, with what holds where a member is left out
	// check says what is wrong with the members before anything is done, nil if nothing is. The error is a *memberError where one member
	// is to blame.
	check func(s *Server, body any) error
	do    func(ctx context.Context, s *Server, body any) (any, error)
}

// memberError is a fault of one member of a deed.
type memberError struct {
	member string
	err    error
}

func (e *memberError) Error() string { return e.member + ": " + e.err.Error() }
func (e *memberError) Unwrap() error { return e.err }

func blame(member string, err error) error {
	if err == nil {
		return nil
	}
	return &memberError{member, err}
}

var (
	errMissing = errors.New("it is missing")
	errMember  = errors.New("there is no such member")
)

// read fills a body with the members of a deed.
func (d deed) read(s *Server, members map[string]json.RawMessage) (any, error) {
	body := d.body(s)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(d.members, name) {
			return nil, blame(name, errMember)
		}
		one, err := json.Marshal(map[string]json.RawMessage{name: members[name]})
		if err != nil {
			return nil, blame(name, err)
		}
		dec := json.NewDecoder(bytes.NewReader(one))
		dec.DisallowUnknownFields() // of objects within
		if err := dec.Decode(body); err != nil {
			var wrong *json.UnmarshalTypeError
			if errors.As(err, &wrong) {
				err = fmt.Errorf("a %s does not fit", wrong.Value)
			}
			return nil, blame(name, err)
		}
	}
	return body, nil
}

// foresee reads the members and says what is wrong with them, without doing anything.
func (d deed) foresee(s *Server, members map[string]json.RawMessage) error {
	body, err := d.read(s, members)
	if err != nil {
		return err
	}
	return d.check(s, body)
}

// perform reads the members, checks them and does it.
func (d deed) perform(ctx context.Context, s *Server, members map[string]json.RawMessage) (any, error) {
	body, err := d.read(s, members)
	if err != nil {
		return nil, err
	}
	if err := d.check(s, body); err != nil {
		return nil, err
	}
	return d.do(ctx, s, body)
}

// deedOf makes a deed whose members are those of a struct, or of it the named ones.
func deedOf[T any](check func(*Server, *T) error, do func(context.Context, *Server, *T) (any, error), members ...string) deed {
	if len(members) == 0 {
		members = tags(reflect.TypeFor[T]())
	}
	return deed{
		members: members,
		body:    func(*Server) any { return new(T) },
		check: func(s *Server, body any) error {
			if check == nil {
				return nil
			}
			return check(s, body.(*T))
		},
		do: func(ctx context.Context, s *Server, body any) (any, error) { return do(ctx, s, body.(*T)) },
	}
}

// tags lists the names that the fields of a struct have in JSON.
func tags(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			out = append(out, name)
		}
	}
	return out
}

// Trouble is what may befall an account, or a whole platform. Kinds are the names of deeds.
type Trouble = world.Trouble

// troubleBody is the members that troubles have.
type troubleBody struct {
	Account string   `json:"account,omitempty"` // key, id or handle
	Channel string   `json:"channel,omitempty"` // needed only when the account is a handle that is used on two
	Token   string   `json:"token,omitempty"`   // this one alone
	Scopes  []string `json:"scopes,omitempty"`
	Why     string   `json:"why,omitempty"`
	Percent int      `json:"percent,omitempty"`
	For     Duration `json:"for,omitempty"`
	Times   *int     `json:"times,omitempty"` // nil is 1
	Version int      `json:"version,omitempty"`
}

func (b *troubleBody) trouble(kind string) Trouble {
	times := 1
	if b.Times != nil {
		times = *b.Times
	}
	return Trouble{
		Kind: kind, Account: b.Account, Token: b.Token, Scopes: b.Scopes, Why: b.Why, Percent: b.Percent, For: time.Duration(b.For),
		Times: times, Version: b.Version,
	}
}

// troubles are the kinds of trouble with their members.
func troubles() map[string][]string {
	token := []string{"account", "channel", "token"}
	account := []string{"account", "channel"}
	return map[string][]string{
		world.ExpireToken:    token,
		world.RevokeToken:    append([]string{"why"}, token...),
		world.RestoreToken:   token,
		world.TakeScope:      append([]string{"scopes"}, token...),
		world.GiveScope:      append([]string{"scopes"}, token...),
		world.Unsubscribe:    account,
		world.DisableWebhook: account,
		world.RemoveApp:      account,
		world.Suspend:        account,
		world.Reinstate:      account,
		world.Usage:          append([]string{"percent", "for"}, account...),
		world.TakeTarget:     append([]string{"times"}, account...),
		world.Sunset:         {"version"},
	}
}

// deeds lists all that can be done, by name.
func deeds() map[string]deed {
	all := everydayDeeds()
	for kind, members := range troubles() {
		all[kind] = deedOf(
			func(s *Server, b *troubleBody) error { return s.foresee(b.Channel, b.trouble(kind)) },
			func(_ context.Context, s *Server, b *troubleBody) (any, error) {
				return okAnswer{true}, s.Befall(b.Channel, b.trouble(kind))
			},
			members...,
		)
	}
	return all
}

// Deeds lists the names of all that can be done by a POST of the control endpoint or a step of a scenario.
func Deeds() []string { return slices.Sorted(maps.Keys(deeds())) }

// foresee says why trouble could not come, nil if it may.
func (s *Server) foresee(channel string, t Trouble) error {
	if err := t.Check(); err != nil || t.Kind == world.Sunset {
		return err
	}
	if t.Account == "" {
		return blame("account", errMissing)
	}
	_, err := s.account(channel, t.Account)
	return blame("account", err)
}

// Befall lets trouble come. Its Account may be a key, an id or a handle, with the channel where a handle is used on two.
func (s *Server) Befall(channel string, t Trouble) error {
	if err := s.foresee(channel, t); err != nil {
		return err
	}
	if t.Kind == world.Sunset {
		if err := s.graph.Sunset(t.Version); err != nil {
			return fmt.Errorf("sunset: %w", err)
		}
		return nil
	}
	a, err := s.account(channel, t.Account)
	if err != nil {
		return err
	}
	t.Account = a.ID
	if err := s.platforms[a.Channel].Befall(t); err != nil {
		return fmt.Errorf("%s of %s: %w", t.Kind, a.Key, err)
	}
	return nil
}
