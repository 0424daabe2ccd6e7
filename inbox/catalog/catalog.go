package catalog

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed da/*.toml en/*.toml
var files embed.FS

// Catalog is all sentences in all languages. It is immutable and safe for concurrent use.
type Catalog struct {
	bundle *i18n.Bundle
	keys   map[string]map[string]bool // language -> key
}

// Languages lists what the catalogue speaks.
func Languages() []string { return []string{"da", "en"} }

// New reads the embedded catalogue. An error names every key that one language has and another lacks.
func New() (*Catalog, error) { return load(files) }

func load(fsys fs.FS) (*Catalog, error) {
	c := &Catalog{bundle: i18n.NewBundle(language.English), keys: map[string]map[string]bool{}}
	c.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, lang := range Languages() {
		c.keys[lang] = map[string]bool{}
		names, err := fs.Glob(fsys, lang+"/*.toml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			mf, err := c.bundle.ParseMessageFileBytes(data, strings.TrimSuffix(path.Base(name), ".toml")+"."+lang+".toml")
			if err != nil {
				return nil, fmt.Errorf("catalog: %s: %w", name, err)
			}
			for _, m := range mf.Messages {
				if c.keys[lang][m.ID] {
					return nil, fmt.Errorf("catalog: %s: key %q is there twice", name, m.ID)
				}
				c.keys[lang][m.ID] = true
			}
		}
	}
	var missing []string
	for _, a := range Languages() {
		for _, b := range Languages() {
			for k := range c.keys[a] {
				if !c.keys[b][k] {
					missing = append(missing, k+" ("+b+")")
				}
			}
		}
	}
	if len(missing) > 0 {
		sort.Strings(missing)
		return nil, fmt.Errorf("catalog: missing: %s", strings.Join(missing, ", "))
	}
	return c, nil
}

// Keys lists all keys, sorted.
func (c *Catalog) Keys() []string {
	out := make([]string, 0, len(c.keys["en"]))
	for k := range c.keys["en"] {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// For gives the texts of a language; one that the catalogue does not speak gets English.
func (c *Catalog) For(lang string) *Texts {
	if c.keys[lang] == nil {
		lang = "en"
	}
	return &Texts{Lang: lang, loc: i18n.NewLocalizer(c.bundle, lang), keys: c.keys[lang]}
}

// Texts speaks one language. It is safe for concurrent use.
type Texts struct {
	Lang string // "da" or "en"
	loc  *i18n.Localizer
	keys map[string]bool
}

// Has reports whether there is a sentence for a key.
func (t *Texts) Has(key string) bool { return t.keys[key] }

// T gives the sentence for a key; args are pairs of name and value. A key without a sentence shows as itself in brackets, so that it is
// seen and reported; a test keeps that from happening.
func (t *Texts) T(key string, args ...any) string {
	if !t.keys[key] {
		return "[" + key + "]"
	}
	return t.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: pairs(args)})
}

// N is T for a number of things: the sentence has forms for one and many, and {{.Count}}.
func (t *Texts) N(key string, n int, args ...any) string {
	if !t.keys[key] {
		return "[" + key + "]"
	}
	data := pairs(args)
	data["Count"] = t.Number(int64(n))
	return t.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
}

func (t *Texts) say(lc *i18n.LocalizeConfig) string {
	s, err := t.loc.Localize(lc)
	if err != nil {
		return "[" + lc.MessageID + ": " + err.Error() + "]"
	}
	if lc.TemplateData != nil { // a name, an excerpt, a query: whatever was put in
		s = text.Masked(s)
	}
	return s
}

func pairs(args []any) map[string]any {
	m := make(map[string]any, len(args)/2+1)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = args[i+1]
	}
	return m
}

// words are the arguments whose values are words of the desk, which have a translation of their own under "word.".
var words = map[string]bool{
	"Role": true, "Needs": true, "State": true, "From": true, "To": true, "Event": true, "Channel": true, "Reason": true, "Act": true,
}

// Reason gives the sentence of a reason, "" for nil.
func (t *Texts) Reason(r *inbox.Reason) string {
	if r == nil {
		return ""
	}
	if !t.keys[r.Key] {
		return "[" + r.String() + "]"
	}
	return t.say(&i18n.LocalizeConfig{MessageID: r.Key, TemplateData: t.args(r.Args)})
}

func (t *Texts) args(in map[string]any) map[string]any {
	out := make(map[string]any, len(in))
	for k, v := range in {
		if s, ok := v.(string); ok && words[k] {
			v = t.Word(s)
		}
		out[k] = v
	}
	return out
}

// Word translates a word of the desk: a role, a state, a channel. One without a translation stays as it is.
func (t *Texts) Word(s string) string {
	if key := "word." + strings.ReplaceAll(s, "-", "_"); t.keys[key] {
		return t.T(key)
	}
	return s
}

// Error gives what to tell a person about an error, and a hint at the next step ("" where there is none).
func (t *Texts) Error(err error) (text, hint string) {
	if err == nil {
		return "", ""
	}
	var q *query.Error
	if errors.As(err, &q) {
		return t.queryError(q)
	}
	r := inbox.ReasonOf(err)
	return t.Reason(r), t.Hint(r)
}

// Hint gives the next step that a reason asks for, "" where there is none.
func (t *Texts) Hint(r *inbox.Reason) string {
	if r == nil || !t.keys[r.Key+"_hint"] {
		return ""
	}
	return t.say(&i18n.LocalizeConfig{MessageID: r.Key + "_hint", TemplateData: t.args(r.Args)})
}

func (t *Texts) queryError(q *query.Error) (text, hint string) {
	key := "query." + q.Key
	if !t.keys[key] {
		return "[" + q.Error() + "]", ""
	}
	args, suggest := q.Args, q.Suggest
	if name, ok := q.Args["Field"].(string); ok && t.Lang == "da" { // in the words that a Dane types
		if f, ok := query.LookupField(name); ok {
			suggest = danish(f, suggest)
			args = maps.Clone(q.Args)
			args["Field"] = f.DanishName()
			if args["Example"] == f.Info().Example {
				args["Example"] = f.DanishExample()
			}
		}
	}
	text = t.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: args})
	if len(suggest) > 0 {
		hint = t.T("query.suggest", "Suggest", strings.Join(suggest, ", "))
	}
	return text, hint
}

// danish gives values of a field by the names that Danish screens show.
func danish(f query.Field, values []string) []string {
	var out []string
	for _, v := range values {
		for _, c := range f.Info().Values {
			if c.Name == v && len(c.Danish) > 0 {
				v = c.Danish[0]
			}
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
