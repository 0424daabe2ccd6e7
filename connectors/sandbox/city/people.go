package city

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Author is somebody who writes.
type Author struct {
	Name   string
	Handle string // what the channel calls them; "" on Facebook
}

// first is the name that others would use.
func (a Author) first() string {
	name, _, _ := strings.Cut(a.Name, " ")
	return name
}

// somebody draws a person: now and then one of the regulars, whom every city page has.
func (g *Generator) somebody(r *rand.Rand, lang, channel string) Author {
	var name string
	if regulars := g.regulars[lang]; r.Float64() < 0.25 {
		name = regulars[int(r.Float64()*r.Float64()*float64(len(regulars)))] // the first ones most
	} else {
		name = g.name(r, lang)
	}
	return Author{Name: name, Handle: handle(channel, name)}
}

// name joins a first and a last name, sometimes with a letter or a second name between them.
func (g *Generator) name(r *rand.Rand, lang string) string {
	if lang == "da" && r.Float64() < 0.06 { // not only Danish names write Danish
		lang = "en"
	}
	pick := func(list string) string {
		values := g.corpus.lists[list+"_"+lang]
		return values[r.IntN(len(values))]
	}
	first, last := pick("first"), pick("last")
	switch f := r.Float64(); {
	case f < 0.08:
		return first + " " + string([]rune(pick("last"))[0]) + ". " + last
	case f < 0.2 && lang == "da":
		return first + " " + pick("last") + " " + last
	case f < 0.24:
		return first
	}
	return first + " " + last
}

// handle makes the name that a person has on a channel: always the same one.
func handle(channel, name string) string {
	h := fnv.New32a()
	h.Write([]byte(channel + name)) // never fails
	n := int(h.Sum32() % 1000)
	parts := strings.Fields(fold(name))
	first, last := parts[0], parts[len(parts)-1]
	switch channel {
	case Instagram:
		return [...]string{
			first + "." + last, first + last + strconv.Itoa(n%100), first + "_" + last, last + "." + first, first + strconv.Itoa(n),
		}[n%5]
	case X:
		s := [...]string{
			first + last, first + "_" + last, capital(first) + capital(last), first + strconv.Itoa(n), last + strconv.Itoa(n%100),
		}[n%5]
		return s[:min(len(s), 15)]
	}
	return ""
}

// fold leaves letters, digits and spaces of ASCII.
func fold(s string) string {
	s = asciiDanish.Replace(strings.ToLower(s))
	return strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r == ' ' {
			return r
		}
		return -1
	}, s)
}

var asciiDanish = strings.NewReplacer("æ", "ae", "ø", "oe", "å", "aa", "Æ", "Ae", "Ø", "Oe", "Å", "Aa", "ü", "u", "é", "e")
