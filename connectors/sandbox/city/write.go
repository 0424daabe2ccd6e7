package city

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// post is something of ours, with what its commenters need to know.
type post struct {
	event   Event
	account int
	bind    bind
	appeal  float64 // how much it draws: most posts little, a few very much
}

// thread is a conversation of citizens, perhaps with us.
type thread struct {
	account  int
	bind     bind
	label    string
	lang     string
	intent   string
	context  Ref
	author   Author
	top      Ref
	last     Ref
	lastFrom Author // of the newest message that is not ours
	members  []Author
}

// newRef numbers an event.
func (g *Generator) newRef() Ref {
	g.ref++
	return g.ref
}

// writePost invents a post of ours.
func (g *Generator) writePost(r *rand.Rand, account int, at time.Time) (post, bool) {
	a := g.accounts[account]
	t, ok := g.draw(r, g.corpus.posts, func(t template) bool {
		return t.place == "all" || (t.place == "library") == a.Library
	}, a.Library, at)
	if !ok {
		return post{}, false
	}
	b := bind{}
	text := g.corpus.fill(r, t.text, b, scene{at: at, us: a.Name})
	e := Event{Ref: g.newRef(), Account: a.Key, Ours: true, Text: text, Time: at, Label: t.label, Intent: "post", Language: t.lang}
	return post{event: e, account: account, bind: b.hand(), appeal: 0.05 / (1.03 - r.Float64())}, true
}

// writeOpening invents the first message of a conversation: below a post of ours, or on its own.
func (g *Generator) writeOpening(r *rand.Rand, account int, below *post, at time.Time) (Event, *thread) {
	a := g.accounts[account]
	lang := language(r)
	t, ok := template{}, false
	b := bind{}
	if below != nil {
		if r.Float64() < 0.88 {
			t, ok = one(r, g.corpus.comments, func(t template) bool {
				return t.label == below.event.Label && t.lang == lang && t.place != "alone"
			})
		}
		if ok {
			for _, slot := range handed { // most talk about what the post is about
				if value, ok := below.bind[slot]; ok && r.Float64() < 0.85 {
					b[slot] = value
				}
			}
		}
	}
	if !ok {
		fits := func(t template) bool { return t.lang == lang && t.place != "post" }
		if below != nil {
			fits = func(t template) bool { return t.lang == lang && t.place == "any" }
		}
		t, _ = g.draw(r, g.corpus.comments, fits, a.Library, at)
	}
	author := g.somebody(r, lang, a.Channel)
	s := scene{at: at, us: a.Name, me: author.first()}
	text := g.dress(r, t, b, s, below == nil)
	text = g.voice(r, text, t, a.Channel)
	if a.Channel == X && below == nil {
		text = address(r, text, a)
	}
	e := Event{
		Ref: g.newRef(), Account: a.Key, Author: author, Text: text, Time: at, Label: t.label, Intent: t.intent, Language: lang,
	}
	th := &thread{
		account: account, bind: b.hand(), label: t.label, lang: lang, intent: t.intent, author: author,
		top: e.Ref, last: e.Ref, lastFrom: author, members: []Author{author},
	}
	if below != nil {
		e.Parent, e.Context, th.context = below.event.Ref, below.event.Ref, below.event.Ref
	}
	return e, th
}

// dress fills a template, and now and then puts a greeting before it, another thought and a signature behind it. Those who write on
// their own are politer and longer than those who comment.
func (g *Generator) dress(r *rand.Rand, t template, b bind, s scene, alone bool) string {
	polite := 0.09
	if alone {
		polite = 0.3
	}
	text := g.corpus.fill(r, t.text, b, s)
	if r.Float64() < polite*0.9 {
		text = g.more(r, text, t, b, s)
		if r.Float64() < 0.35 {
			text = g.more(r, text, t, b, s)
		}
	}
	ending := ""
	if t.lang == "en" {
		ending = "_en"
	}
	hasGreeting := strings.HasPrefix(text, "Hej") || strings.HasPrefix(text, "Hi") || t.intent == "inquiry"
	switch {
	case !hasGreeting && r.Float64() < polite:
		between := [...]string{". ", ", ", "! ", "\n\n"}[r.IntN(4)]
		if between == ", " && !strings.HasPrefix(text, "I ") && !strings.HasPrefix(text, "I'") && !properStart(text) {
			text = lowerFirst(text)
		}
		text = g.corpus.fill(r, "{greeting"+ending+"}", bind{}, s) + between + text
	case t.intent == "complaint" && t.lang == "da" && r.Float64() < 0.1:
		text = g.corpus.fill(r, "{sigh}", bind{}, s) + ". " + text
	}
	if t.intent != "praise" && r.Float64() < polite*0.8 {
		if !strings.ContainsAny(lastRune(text), ".!?") {
			text += "."
		}
		text += [...]string{" ", "\n", "\n\n"}[r.IntN(3)] + g.corpus.fill(r, "{thanks"+ending+"}", bind{}, s)
	}
	return text
}

// more adds another thought on the same subject.
func (g *Generator) more(r *rand.Rand, text string, t template, b bind, s scene) string {
	next, ok := one(r, g.corpus.comments, func(o template) bool {
		return o.label == t.label && o.lang == t.lang && o.intent == t.intent && o.place != "post" && o.text != t.text
	})
	if !ok {
		return text
	}
	added := g.corpus.fill(r, next.text, b, s)
	if strings.Contains(text, added) {
		return text
	}
	if !strings.ContainsAny(lastRune(text), ".!?") {
		text += "."
	}
	return text + " " + added
}

// names are words at the beginning of templates and lists that keep their capital.
var names = []string{"MitID", "Digital", "Kulturnatten", "Byparken", "Fjordparken", "Bispehaven", "Lystskoven", "Engparken"}

// properStart reports whether the first word is a name or an abbreviation, which keeps its capital.
func properStart(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	if utf8.RuneCountInString(word) < 2 || word == strings.ToUpper(word) {
		return true
	}
	return slices.Contains(names, word) ||
		strings.HasSuffix(word, "gade") || strings.HasSuffix(word, "vej") || strings.HasSuffix(word, "gården")
}

func lastRune(s string) string {
	_, n := utf8.DecodeLastRuneInString(s)
	return s[len(s)-n:]
}

// address puts the handle into a post that has to name us: in place of our name, before the text, behind it, or in the middle.
func address(r *rand.Rand, text string, a Account) string {
	handle := "@" + a.Handle
	if strings.Contains(text, a.Name) {
		return strings.Replace(text, a.Name, handle, 1)
	}
	switch f := r.Float64(); {
	case f < 0.6:
		return handle + " " + text
	case f < 0.85:
		return text + " " + handle
	}
	first, rest, ok := strings.Cut(text, ". ")
	if !ok {
		return handle + " " + text
	}
	return first + " " + handle + ". " + rest
}

// Roles in a thread.
const (
	rolePeer   = "peer"
	rolePeers  = "peers"
	roleAuthor = "author"
	roleAnswer = "answer"
	roleAfter  = "after"
)

// writeNext invents the next message of a thread. It reports false when the role has no text for it.
func (g *Generator) writeNext(r *rand.Rand, th *thread, role string, at time.Time) (Event, bool) {
	a := g.accounts[th.account]
	t, ok := g.line(r, th, role)
	if !ok {
		return Event{}, false
	}
	e := Event{
		Ref: g.newRef(), Account: a.Key, Time: at, Label: th.label, Intent: role, Language: th.lang, Context: th.context, Parent: th.last,
	}
	s := scene{at: at, us: a.Name, first: th.lastFrom.first()}
	switch role {
	case roleAnswer:
		e.Ours = true
		s.first = th.author.first()
		e.Parent = th.top
	case roleAuthor, roleAfter:
		e.Author = th.author
	default:
		e.Author = g.peer(r, th, role)
		if r.Float64() < 0.6 {
			e.Parent = th.top
		}
	}
	s.me = e.Author.first()
	e.Text = g.corpus.fill(r, t.text, th.bind.hand(), s)
	if !e.Ours {
		e.Text = g.voice(r, e.Text, template{lang: th.lang, intent: role}, a.Channel)
		th.lastFrom = e.Author
	}
	th.last = e.Ref
	return e, true
}

// line picks the template of a role: the closest to what the thread is about and how it began.
func (g *Generator) line(r *rand.Rand, th *thread, role string) (template, bool) {
	for _, role := range []string{role + "-" + th.intent, role} {
		for _, label := range []string{th.label, "*"} {
			t, ok := one(r, g.corpus.threads, func(t template) bool {
				return t.label == label && t.intent == role && t.lang == th.lang
			})
			if ok {
				return t, true
			}
		}
	}
	return template{}, false
}

// peer is another citizen: in a heated thread often one who is in it already.
func (g *Generator) peer(r *rand.Rand, th *thread, role string) Author {
	if role == rolePeers && len(th.members) > 3 && r.Float64() < 0.7 {
		return th.members[r.IntN(len(th.members))]
	}
	p := g.somebody(r, th.lang, g.accounts[th.account].Channel)
	th.members = append(th.members, p)
	return p
}
