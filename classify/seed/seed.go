// Package seed is what a new desk begins with, for the contact centre of a Danish city: topics, queues with their opening hours, views,
// rules with examples, and standard answers. They are files, embedded as they are; a desk is seeded from them once and edits its own from then on.
//
// It knows no store: who seeds a desk gives the things their numbers.
package seed

import (
	"embed"
	"fmt"
	"time"

	"lytter/inbox/strict"
)

//go:embed topics.toml queues.toml calendars.toml views.toml rules.toml templates.toml
var files embed.FS

// Topic is one topic of the tree. A parent comes before its children.
type Topic struct {
	Path   string `toml:"path"`   // of names, by slashes: vej/cykel
	Number string `toml:"number"` // the organisation's own classification number, if any
}

// Queue is one queue.
type Queue struct {
	Name     string
	Calendar string        // name of a calendar
	Target   time.Duration // first answer, in open time
}

// Calendar is named opening hours.
type Calendar struct {
	Name string `toml:"name"`
	Spec string `toml:"spec"` // what clock.Parse reads
}

// View is a saved query on conversations.
type View struct {
	Name    string `toml:"name"`    // Danish
	English string `toml:"english"` // the name where the desk speaks English
	Query   string `toml:"query"`
}

// Template is a standard answer.
type Template struct {
	Name  string `toml:"name"`
	Owner string `toml:"owner"`
	Da    string `toml:"da"`
	En    string `toml:"en"`
}

// Texts are its texts by language.
func (t *Template) Texts() map[string]string {
	out := map[string]string{}
	for lang, text := range map[string]string{"da": t.Da, "en": t.En} {
		if text != "" {
			out[lang] = text
		}
	}
	return out
}

// Files lists the names of the files that a desk is seeded from.
func Files() []string {
	return []string{"calendars.toml", "queues.toml", "topics.toml", "views.toml", "templates.toml", "rules.toml"}
}

// File gives one of Files, byte for byte.
func File(name string) ([]byte, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	return data, nil
}

// Topics lists the topics, parents first.
func Topics() ([]Topic, error) {
	var f struct {
		Topic []Topic `toml:"topic"`
	}
	err := read("topics.toml", &f)
	return f.Topic, err
}

// Queues lists the queues in order of position.
func Queues() ([]Queue, error) {
	var f struct {
		Queue []struct {
			Name     string `toml:"name"`
			Calendar string `toml:"calendar"`
			Target   string `toml:"target"`
		} `toml:"queue"`
	}
	if err := read("queues.toml", &f); err != nil {
		return nil, err
	}
	out := make([]Queue, 0, len(f.Queue))
	for _, q := range f.Queue {
		target, err := time.ParseDuration(q.Target)
		if err != nil {
			return nil, fmt.Errorf("seed: queue %s: %w", q.Name, err)
		}
		out = append(out, Queue{Name: q.Name, Calendar: q.Calendar, Target: target})
	}
	return out, nil
}

// Calendars lists the calendars.
func Calendars() ([]Calendar, error) {
	var f struct {
		Calendar []Calendar `toml:"calendar"`
	}
	err := read("calendars.toml", &f)
	return f.Calendar, err
}

// Views lists the views in order of position.
func Views() ([]View, error) {
	var f struct {
		View []View `toml:"view"`
	}
	err := read("views.toml", &f)
	return f.View, err
}

// Templates lists the standard answers.
func Templates() ([]Template, error) {
	var f struct {
		Template []Template `toml:"template"`
	}
	err := read("templates.toml", &f)
	return f.Template, err
}

// Rules gives the rule file, byte for byte.
func Rules() ([]byte, error) { return File("rules.toml") }

func read(name string, into any) error {
	data, err := File(name)
	if err != nil {
		return err
	}
	if err := strict.Decode(data, into); err != nil {
		return fmt.Errorf("seed: %s: %w", name, err)
	}
	return nil
}
