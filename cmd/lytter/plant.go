package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lytter/classify/seed"
	"lytter/inbox"
	"lytter/inbox/strict"
	"lytter/tui/sshserver"
)

// seeds are what a new desk begins with.
type seeds struct {
	calendars []seed.Calendar
	queues    []seed.Queue
	topics    []seed.Topic
	views     []seed.View
	rules     []byte
	templates []seed.Template
	people    []seedUser
}

// seedUser is somebody who works at a new desk. It is read from people.toml of the seed folder.
type seedUser struct {
	Login    string   `toml:"login"`
	Name     string   `toml:"name"`
	Role     string   `toml:"role"`
	Language string   `toml:"language"`
	Keys     []string `toml:"keys"` // public keys, as authorized_keys lines
	Queues   []string `toml:"queues"`
}

// settingSeeded says that a desk was seeded: it is never seeded again.
const settingSeeded = "seeded"

// ownSeeds reads the seeds that come with lytter, and over them those of a folder: a file that is there replaces ours whole.
func ownSeeds(folder string) (*seeds, error) {
	s := &seeds{}
	var err error
	read := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	read(func() (e error) { s.calendars, e = seed.Calendars(); return e })
	read(func() (e error) { s.queues, e = seed.Queues(); return e })
	read(func() (e error) { s.topics, e = seed.Topics(); return e })
	read(func() (e error) { s.views, e = seed.Views(); return e })
	read(func() (e error) { s.templates, e = seed.Templates(); return e })
	read(func() (e error) { s.rules, e = seed.Rules(); return e })
	if err != nil || folder == "" {
		return s, err
	}
	rules, err := os.ReadFile(filepath.Join(folder, "rules.toml"))
	if err == nil {
		s.rules = rules
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var people struct {
		User []seedUser `toml:"user"`
	}
	if err := readSeed(folder, "people.toml", &people); err != nil {
		return nil, err
	}
	s.people = people.User
	for name, into := range map[string]any{
		"topics.toml": &struct {
			Topic *[]seed.Topic `toml:"topic"`
		}{&s.topics},
		"views.toml": &struct {
			View *[]seed.View `toml:"view"`
		}{&s.views},
		"templates.toml": &struct {
			Template *[]seed.Template `toml:"template"`
		}{&s.templates},
		"calendars.toml": &struct {
			Calendar *[]seed.Calendar `toml:"calendar"`
		}{&s.calendars},
	} {
		if err := readSeed(folder, name, into); err != nil {
			return nil, err
		}
	}
	return s, s.readQueues(folder)
}

func readSeed(folder, name string, into any) error {
	data, err := os.ReadFile(filepath.Join(folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = strict.Decode(data, into)
	var se *strict.Error
	if errors.As(err, &se) {
		ce := &configError{File: filepath.Join(folder, name)}
		for _, f := range se.Faults {
			ce.Faults = append(ce.Faults, fault{Line: f.Line, Column: f.Column, Reason: inbox.Reason{Key: f.Key, Args: f.Args}})
		}
		return ce
	}
	return err
}

// readQueues reads queues.toml of a seed folder. Targets are written as lengths of time: "4h".
func (s *seeds) readQueues(folder string) error {
	var file struct {
		Queue []struct {
			Name     string   `toml:"name"`
			Calendar string   `toml:"calendar"`
			Target   duration `toml:"target"`
		} `toml:"queue"`
	}
	if err := readSeed(folder, "queues.toml", &file); err != nil || file.Queue == nil {
		return err
	}
	s.queues = nil
	for _, q := range file.Queue {
		s.queues = append(s.queues, seed.Queue{Name: q.Name, Calendar: q.Calendar, Target: q.Target.std()})
	}
	return nil
}

// plant seeds a desk that never was, in one transaction. local is the public key of whoever may read the data folder: an administrator.
func plant(ctx context.Context, st inbox.Store, s *seeds, lang, local string) error {
	return st.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		done, err := tx.Setting(settingSeeded)
		if err != nil || done != "" {
			return err
		}
		for _, c := range s.calendars {
			if err := tx.PutCalendar(&inbox.Calendar{Name: c.Name, Spec: c.Spec}); err != nil {
				return err
			}
		}
		if err := s.checkNames(); err != nil {
			return err
		}
		queues := make([]*inbox.Queue, len(s.queues))
		for i, q := range s.queues {
			queues[i] = &inbox.Queue{Name: q.Name, Calendar: q.Calendar, Target: q.Target, Position: i + 1}
		}
		if err := plantUsers(tx, s.people, queues, local); err != nil {
			return err
		}
		for _, q := range queues {
			if err := tx.PutQueue(q); err != nil {
				return err
			}
		}
		if err := plantTopics(s.topics, tx.PutTopic); err != nil {
			return err
		}
		for _, t := range s.standardAnswers() {
			if r := t.Check(); r != nil {
				return &inbox.Error{Code: inbox.Invalid, Op: "seed", Reason: *r}
			}
			if err := tx.PutTemplate(&t); err != nil {
				return err
			}
		}
		for i, v := range s.views {
			view := &inbox.View{Name: v.Name, Query: v.Query, Position: i + 1}
			if lang == "en" && v.English != "" {
				view.Name = v.English
			}
			if err := tx.PutView(view); err != nil {
				return err
			}
		}
		if err := tx.AddRules(&inbox.RuleSet{Bytes: s.rules}); err != nil {
			return err
		}
		if err := tx.Append(&inbox.Change{Kind: inbox.ChangeRules, Actor: inbox.ActorDesk, Ref: 1}); err != nil {
			return err
		}
		return tx.SetSetting(settingSeeded, tx.Now().UTC().Format("2006-01-02T15:04:05Z"))
	})
}

func (s *seeds) standardAnswers() []inbox.Template {
	out := make([]inbox.Template, len(s.templates))
	for i, t := range s.templates {
		out[i] = inbox.Template{Name: t.Name, Owner: t.Owner, Texts: t.Texts()}
	}
	return out
}

// checkNames refuses what no query could ask for.
func (s *seeds) checkNames() error {
	var names []string
	for _, q := range s.queues {
		names = append(names, q.Name)
	}
	for _, t := range s.topics {
		names = append(names, strings.Split(t.Path, "/")...)
	}
	for _, u := range s.people {
		names = append(names, u.Login, u.Name)
	}
	for _, name := range names {
		if r := inbox.CheckName(name); r != nil {
			return &inbox.Error{Code: inbox.Invalid, Op: "seed", Reason: *r}
		}
	}
	return nil
}

// localLogin is the login of whoever may read the data folder.
const localLogin = "local"

func plantUsers(tx inbox.Tx, people []seedUser, queues []*inbox.Queue, local string) error {
	users := []*inbox.User{{Login: localLogin, Name: "Administrator", Role: inbox.Admin, Keys: []string{local}}}
	for _, p := range people {
		role := inbox.Role(p.Role)
		if !slices.Contains(inbox.Roles(), role) {
			return inbox.E(inbox.Invalid, "seed", "seed.role", "Login", p.Login, "Value", p.Role)
		}
		for _, k := range p.Keys {
			if _, err := sshserver.ParseKey(k); err != nil {
				return inbox.E(inbox.Invalid, "seed", "seed.key", "Login", p.Login).With(err)
			}
		}
		users = append(users, &inbox.User{Login: p.Login, Name: p.Name, Role: role, Language: p.Language, Keys: p.Keys})
	}
	for i, u := range users {
		if err := tx.PutUser(u); err != nil {
			return err
		}
		if i == 0 {
			continue
		}
		for _, name := range people[i-1].Queues {
			at := slices.IndexFunc(queues, func(q *inbox.Queue) bool { return strings.EqualFold(q.Name, name) })
			if at < 0 {
				return inbox.E(inbox.Invalid, "seed", "seed.queue", "Login", u.Login, "Value", name)
			}
			queues[at].Members = append(queues[at].Members, u.ID)
		}
	}
	return nil
}

// plantTopics makes the tree; a path may name parents that have no line of their own. keep gives a topic its id.
func plantTopics(topics []seed.Topic, keep func(*inbox.Topic) error) error {
	ids := map[string]inbox.TopicID{"": 0}
	var put func(path, number string) error
	put = func(path, number string) error {
		if _, ok := ids[path]; ok {
			return nil
		}
		parent, name := "", path
		if i := strings.LastIndex(path, "/"); i >= 0 {
			parent, name = path[:i], path[i+1:]
			if err := put(parent, ""); err != nil {
				return err
			}
		}
		t := &inbox.Topic{Parent: ids[parent], Name: name, Number: number}
		if err := keep(t); err != nil {
			return err
		}
		ids[path] = t.ID
		return nil
	}
	for _, t := range topics {
		if err := put(t.Path, t.Number); err != nil {
			return err
		}
	}
	return nil
}

// directory is what a desk with these seeds and the accounts of a configuration would call its things.
func (s *seeds) directory(cfg *config) (*inbox.Directory, error) {
	setup := inbox.Setup{Templates: s.standardAnswers()}
	for i, q := range s.queues {
		setup.Queues = append(setup.Queues, inbox.Queue{ID: inbox.QueueID(i + 1), Name: q.Name})
	}
	for i, a := range cfg.Accounts {
		setup.Accounts = append(setup.Accounts, inbox.Account{ID: inbox.AccountID(i + 1), Name: a.Name, Title: a.Title, Channel: inbox.Channel(a.Channel)})
	}
	err := plantTopics(s.topics, func(t *inbox.Topic) error {
		t.ID = inbox.TopicID(len(setup.Topics) + 1)
		setup.Topics = append(setup.Topics, *t)
		return nil
	})
	return inbox.NewDirectory(setup), err
}
