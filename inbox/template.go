package inbox

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// TemplateID identifies a standard answer.
type TemplateID int64

// Template is a standard answer: a text that a person sends, changes first, or leaves. A rule suggests one by its name.
type Template struct {
	ID    TemplateID
	Name  string            // of one line, unique whatever the case
	Owner string            // who keeps it right; for people
	Texts map[string]string // by language, da and en: at least one
}

// MaxTemplate bounds a standard answer's text, and its name and owner a hundredth of it, in characters.
const MaxTemplate = 10_000

// Text is the text in a language, or in another where it has none in it.
func (t *Template) Text(lang string) string {
	if s, ok := t.Texts[lang]; ok {
		return s
	}
	for _, l := range Languages() {
		if s, ok := t.Texts[l]; ok {
			return s
		}
	}
	return ""
}

// Languages lists the languages that the desk speaks and answers in.
func Languages() []string { return []string{"da", "en"} }

// Template finds a standard answer by name, whatever the case; nil: there is none.
func (d *Directory) Template(name string) *Template {
	for i := range d.Templates {
		if strings.EqualFold(d.Templates[i].Name, name) {
			return &d.Templates[i]
		}
	}
	return nil
}

// TemplateNames lists the names of the standard answers.
func (d *Directory) TemplateNames() []string {
	out := make([]string, len(d.Templates))
	for i := range d.Templates {
		out[i] = d.Templates[i].Name
	}
	return out
}

// Check says what is wrong with a standard answer, or nil.
func (t *Template) Check() *Reason {
	line := func(s string) bool {
		return utf8.RuneCountInString(s) <= MaxTemplate/100 && !strings.ContainsAny(s, "\r\n")
	}
	switch {
	case strings.TrimSpace(t.Name) == "" || !line(t.Name) || !line(t.Owner):
		return Why("template.name", "Name", t.Name)
	case len(t.Texts) == 0:
		return Why("template.empty", "Name", t.Name)
	}
	for lang, text := range t.Texts {
		if !slices.Contains(Languages(), lang) || strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > MaxTemplate {
			return Why("template.empty", "Name", t.Name)
		}
	}
	return nil
}

// PutTemplates makes standard answers, each in the place of the one that has its name. All or none is done. It tells how many were made.
func (s *Seat) PutTemplates(ctx context.Context, list []Template) (made int, err error) {
	const op = "seat.PutTemplates"
	if err := s.may(op, DoTemplates); err != nil {
		return 0, err
	}
	err = s.desk.setup(ctx, func(tx Tx) error {
		made = 0
		for _, t := range list {
			if r := t.Check(); r != nil {
				return &Error{Code: Invalid, Op: op, Reason: *r}
			}
			have, err := templateNamed(tx, t.Name)
			if err != nil {
				return err
			}
			t.ID = 0
			if have != nil {
				t.ID = have.ID
			} else {
				made++
			}
			if err := tx.PutTemplate(&t); err != nil {
				return err
			}
			if err := s.toldTemplate(tx, &t); err != nil {
				return err
			}
		}
		return nil
	})
	return made, err
}

// DeleteTemplate deletes a standard answer. One that a rule in force suggests is refused: the rule would stand out.
func (s *Seat) DeleteTemplate(ctx context.Context, name string) error {
	const op = "seat.DeleteTemplate"
	if err := s.may(op, DoTemplates); err != nil {
		return err
	}
	d := s.desk
	return d.setup(ctx, func(tx Tx) error {
		t, err := templateNamed(tx, name)
		if err != nil {
			return err
		}
		if t == nil {
			return E(NotFound, op, "template.not_found", "Name", name)
		}
		if err := tx.DeleteTemplate(t.ID); err != nil {
			return err
		}
		dir, err := loadDirectory(tx, d.Location, d.Cutter, d.Config.Rules.IDs)
		if err != nil {
			return err
		}
		if dir.Rules != nil && d.rules.Load().fault == nil {
			if _, err := d.Config.Rules.Compile(dir.Rules, dir); err != nil {
				return E(Conflict, op, "template.used", "Name", t.Name).With(err)
			}
		}
		return s.toldTemplate(tx, t)
	})
}

func (s *Seat) toldTemplate(tx Tx, t *Template) error {
	return tx.Append(&Change{Kind: ChangeTemplate, Actor: ActorUser, User: s.User.ID, Ref: int64(t.ID), Detail: t.Name})
}

func templateNamed(tx Tx, name string) (*Template, error) {
	all, err := tx.Templates()
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(t Template) bool { return strings.EqualFold(t.Name, name) }); i >= 0 {
		return &all[i], nil
	}
	return nil, nil
}
