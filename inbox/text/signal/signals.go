package signal

import "lytter/inbox/text"

// Signals is what was read of one message, and which of it a person has set. The numbers are stored.
type Signals int64

// The signals. A message that is neither positive nor negative is neutral.
const (
	Read Signals = 1 << iota // it was read: else nothing is known
	Negative
	Positive
	Question
	Emergency // danger to life
	Threat
	SelfHarm
	Spamlike
	// The language that a person says a text is in: what its words tell is not kept, but read again (text.Languages).
	InDanish
	InEnglish
	InNorwegian
	InSwedish
	InGerman

	// Danger is any of the three that somebody must see at once.
	Danger = Emergency | Threat | SelfHarm
	// Sentiment is what of the signals tells it.
	Sentiment = Negative | Positive
	// Language is any of the languages; none of them is another.
	Language = InDanish | InEnglish | InNorwegian | InSwedish | InGerman
)

// Each thing that a person can set is one of these: the signals that it is made of.
const (
	settled = 32 // the bits above say which signals a person has set
	all     = Negative | Positive | Question | Danger | Spamlike | Language
)

// Settable lists the things that a person can set.
func Settable() []Signals { return []Signals{Sentiment, Question, Danger, Spamlike, Language} }

// Has reports whether any of the signals is there.
func (s Signals) Has(some Signals) bool { return s&some != 0 }

// Known reports whether the message was read.
func (s Signals) Known() bool { return s&Read != 0 }

// Set reports whether a person has set any of the signals.
func (s Signals) Set(some Signals) bool { return s>>settled&some != 0 }

// Corrected reports whether a person has set anything.
func (s Signals) Corrected() bool { return s.Set(all) }

// Correct is the signals with one settable thing as a person says it is: value is some of its signals, or none.
func (s Signals) Correct(thing, value Signals) Signals {
	thing &= all
	return s&^thing | value&thing | Read | thing<<settled
}

// Again is what is known when the text was read anew: what a person has set stays.
func (s Signals) Again(fresh Signals) Signals {
	kept := s >> settled & all
	return fresh&^kept | s&kept | Read | kept<<settled
}

// Tone names the sentiment as the query language does.
func (s Signals) Tone() string {
	switch {
	case s.Has(Negative):
		return "negative"
	case s.Has(Positive):
		return "positive"
	}
	return "neutral"
}

// Tongues is the languages that a person says it is in.
func (s Signals) Tongues() (out text.Tongue) {
	for _, l := range tongues {
		if s.Has(l.signal) {
			out |= l.tongue
		}
	}
	return out
}

var tongues = []struct {
	signal Signals
	tongue text.Tongue
}{
	{InDanish, text.Danish},
	{InEnglish, text.English},
	{InNorwegian, text.Norwegian},
	{InSwedish, text.Swedish},
	{InGerman, text.German},
}

// names of the signals in the query language and on the command line.
var names = []struct {
	signal Signals
	name   string
}{
	{Negative, "negative"},
	{Positive, "positive"},
	{Question, "question"},
	{Emergency, "emergency"},
	{Threat, "threat"},
	{SelfHarm, "self-harm"},
	{Spamlike, "spam-like"},
	{InDanish, "da"},
	{InEnglish, "en"},
	{InNorwegian, "no"},
	{InSwedish, "sv"},
	{InGerman, "de"},
}

// Names lists the signals that are there by their names in the query language.
func (s Signals) Names() (out []string) {
	for _, n := range names {
		if s.Has(n.signal) {
			out = append(out, n.name)
		}
	}
	return out
}

// Named gives the signal of a name, 0 if there is none.
func Named(name string) Signals {
	for _, n := range names {
		if n.name == name {
			return n.signal
		}
	}
	return 0
}

// Word names what a person has set, as the log keeps it: the signal, or that the thing is not there.
func Word(thing, value Signals) string {
	if names := (value & thing).Names(); len(names) > 0 {
		return names[0]
	}
	switch thing {
	case Sentiment:
		return "neutral"
	case Question:
		return "no-question"
	case Danger:
		return "no-danger"
	case Language:
		return "other-language"
	}
	return "no-spam"
}

// ParseWord reads what Word gives.
func ParseWord(word string) (thing, value Signals, ok bool) {
	for _, thing := range Settable() {
		if Word(thing, 0) == word {
			return thing, 0, true
		}
		if v := Named(word); v&thing != 0 {
			return thing, v, true
		}
	}
	return 0, 0, false
}

// Words lists what Word gives, thing by thing.
func Words() (out []string) {
	for _, thing := range Settable() {
		out = append(out, (thing & all).Names()...)
		out = append(out, Word(thing, 0))
	}
	return out
}
