package xapi

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lytter/connectors/sandbox/internal/world"

	"golang.org/x/text/unicode/norm"
)

// entities are what X finds in a text. Positions count code points.
type entities struct {
	mentions []mention
	hashtags []hashtag
	urls     []link
}

type mention struct {
	start, end int
	user       *user
}

type hashtag struct {
	start, end int
	tag        string
}

type link struct {
	start, end        int
	url               string // t.co
	expanded, display string
	media             bool // it stands for what is attached
}

var (
	linkPattern = regexp.MustCompile(`(?i)https?://[^\s]+|` + // a link as such, or the name of a host with a path or without
		`\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:dk|com|org|net|eu|info|nu)\b(?:/[^\s]*)?`)
	mentionPattern = regexp.MustCompile(`(?:^|[^\pL\pN_!#$%&*@])@([A-Za-z0-9_]{1,15})`)
	hashtagPattern = regexp.MustCompile(`(?:^|[^\pL\pN_&#])#([\pL\pN_]*\pL[\pL\pN_]*)`)
	usernameForm   = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)
)

func validUsername(s string) bool { return usernameForm.MatchString(s) }

// usernameFor makes a username out of a name.
func usernameFor(name string) string {
	folded := strings.NewReplacer("æ", "ae", "ø", "oe", "å", "aa", "ä", "a", "ö", "o", "ü", "u", "é", "e").Replace(strings.ToLower(name))
	var b strings.Builder
	for _, r := range folded {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			b.WriteRune(r)
		}
	}
	s := b.String()
	if s == "" {
		s = "user"
	}
	digits := string([]byte{'0' + byte(world.Hash("d1", name)%10), '0' + byte(world.Hash("d2", name)%10)})
	return s[:min(len(s), 13)] + digits
}

// write gives a post its text as X keeps it: answers begin with the handles of those they answer, and links are shortened. The caller
// holds the lock.
func (x *X) write(p *post, text string) {
	if p.replyTo != nil {
		prefix := x.replyPrefix(p, text)
		p.free = len(prefix)
		text = prefix + text
	}
	text, p.entities.urls = shorten(text)
	p.text = text
	// Positions of matches are bytes; those of entities are code points.
	point := func(at int) int { return utf8.RuneCountInString(text[:at]) }
	within := func(start int) bool {
		return slices.ContainsFunc(p.entities.urls, func(l link) bool { return start >= l.start && start < l.end })
	}
	for _, m := range mentionPattern.FindAllStringSubmatchIndex(text, -1) {
		name, start := text[m[2]:m[3]], point(m[2])-1
		if u := x.names[strings.ToLower(name)]; u != nil && !within(start) {
			p.entities.mentions = append(p.entities.mentions, mention{start: start, end: start + 1 + len(name), user: u})
		}
	}
	for _, m := range hashtagPattern.FindAllStringSubmatchIndex(text, -1) {
		tag, start := text[m[2]:m[3]], point(m[2])-1
		if !within(start) {
			p.entities.hashtags = append(p.entities.hashtags, hashtag{start: start, end: start + 1 + utf8.RuneCountInString(tag), tag: tag})
		}
	}
}

// replyPrefix names those that an answer goes to: the author of what it answers and whom that named at its own beginning. Those whom
// the text begins with already, and the author of the answer, are left out.
func (x *X) replyPrefix(p *post, text string) string {
	var b strings.Builder
	lower := strings.ToLower(text)
	add := func(u *user) {
		handle := "@" + strings.ToLower(u.username)
		if u != p.author && !strings.HasPrefix(lower, handle) && !strings.Contains(strings.ToLower(b.String()), handle+" ") {
			b.WriteString("@" + u.username + " ")
		}
	}
	add(p.replyTo.author)
	for _, m := range p.replyTo.entities.mentions {
		if m.start < utf8.RuneCountInString(p.replyTo.text[:p.replyTo.free]) || p.replyTo.replyTo == nil && m.user.ours {
			add(m.user)
		}
	}
	return b.String()
}

// shorten replaces links by t.co links of 23 characters, as X does with every link.
func shorten(text string) (string, []link) {
	var links []link
	var b strings.Builder
	last := 0
	for _, at := range linkPattern.FindAllStringIndex(text, -1) {
		found := strings.TrimRight(text[at[0]:at[1]], ".,;:!?)»\"'")
		if at[0] > 0 && text[at[0]-1] == '@' { // a mail address or a handle, no link
			continue
		}
		b.WriteString(text[last:at[0]])
		last = at[0] + len(found)
		expanded := found
		if !strings.Contains(strings.ToLower(found), "://") {
			expanded = "http://" + found
		}
		_, display, _ := strings.Cut(expanded, "://")
		start := utf8.RuneCountInString(b.String())
		short := "https://t.co/" + code(expanded, start)
		links = append(links, link{start: start, end: start + len(short), url: short, expanded: expanded, display: display})
		b.WriteString(short)
	}
	b.WriteString(text[last:])
	return b.String(), links
}

// code is the ten characters of a short link.
func code(seed string, at int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	h := world.Hash("t.co", seed, string(rune(at)))
	out := make([]byte, 10)
	for i := range out {
		out[i] = alphabet[h%62]
		h /= 62
	}
	return string(out)
}

// maxWeight is the longest post of an account without a premium plan.
const maxWeight = 280

// weight counts a text as X does (docs.x.com, "Counting characters"): most scripts 1, others 2, an emoji 2 however many code points it
// is made of, a link 23. Links are expected to be shortened, which makes them 23 long. Letters and accents that have a composed form
// count as composed.
func weight(text string) int {
	runes := []rune(norm.NFC.String(text))
	total := 0
	for i := 0; i < len(runes); {
		if n := emoji(runes[i:]); n > 0 {
			total += 2
			i += n
			continue
		}
		r := runes[i]
		if r <= 0x10ff || (r >= 0x2000 && r <= 0x200d) || (r >= 0x2010 && r <= 0x201f) || (r >= 0x2032 && r <= 0x2037) {
			total++
		} else {
			total += 2
		}
		i++
	}
	return total
}

// emoji returns how many code points the emoji sequence at the beginning is made of, 0 when there is none.
func emoji(r []rune) int {
	const joiner, variation, keycap = 0x200d, 0xfe0f, 0x20e3
	flag := func(c rune) bool { return c >= 0x1f1e6 && c <= 0x1f1ff }
	at := func(i int) rune {
		if i < len(r) {
			return r[i]
		}
		return 0
	}
	if flag(at(0)) && flag(at(1)) {
		return 2
	}
	if c := at(0); c == '#' || c == '*' || (c >= '0' && c <= '9') {
		switch {
		case at(1) == variation && at(2) == keycap:
			return 3
		case at(1) == keycap:
			return 2
		}
		return 0
	}
	n := 0
	for {
		c := at(n)
		pictograph := (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x2600 && c <= 0x27bf) || (c >= 0x203c && c <= 0x3299 && at(n+1) == variation)
		if !pictograph {
			if n > 0 {
				return n - 1 // the joiner belongs to nothing
			}
			return 0
		}
		n++
		for at(n) == variation || (at(n) >= 0x1f3fb && at(n) <= 0x1f3ff) || (at(n) >= 0xe0020 && at(n) <= 0xe007f) {
			n++
		}
		if at(n) != joiner {
			return n
		}
		n++
	}
}

// long reports whether a post is longer than ordinary accounts can write.
func (p *post) long() bool { return weight(p.text[p.free:]) > maxWeight }

// cutText is the text that stands in for a longer one: its beginning and a link to the post.
func (p *post) cutText(codePoints int) string {
	runes := []rune(p.text)
	end := max(codePoints-len(" https://t.co/")-11, 0)
	head := strings.TrimRightFunc(string(runes[:min(end, len(runes))]), unicode.IsSpace)
	return head + "… https://t.co/" + code(p.idString(), 0)
}
