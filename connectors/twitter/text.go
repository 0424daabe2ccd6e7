package twitter

import (
	"strings"

	"lytter/inbox"
)

// X escapes three signs of HTML in texts, and puts a short link of its own for every address.

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// plain undoes the escaping.
func plain(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return unescape.Replace(s)
}

// link is a short link in a text.
type link struct {
	short, full string
	media       bool // it stands for what is attached
}

// fullLink is an address as its author wrote it. To one without a scheme X adds http.
func fullLink(expanded, display string) string {
	if display != "" && expanded == "http://"+display {
		return display
	}
	return expanded
}

// readable gives a text as its author wrote it: addresses in full, without the links that stand for what is attached.
func readable(s string, links []link) string {
	s = plain(s)
	for _, l := range links {
		switch {
		case l.short == "":
		case l.media:
			s = strings.TrimSpace(strings.ReplaceAll(s, l.short, ""))
		case l.full != "":
			s = strings.ReplaceAll(s, l.short, l.full)
		}
	}
	return s
}

// sameText reports whether a text on X is the one that we sent. X gives addresses a scheme that we may not have written.
func sameText(ours, theirs string) bool {
	return inbox.SameText(bareLinks(ours), bareLinks(theirs))
}

// bareLinks takes from addresses what X adds to them.
func bareLinks(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		w = strings.TrimPrefix(strings.TrimPrefix(w, "https://"), "http://")
		words[i] = strings.TrimSuffix(w, "/")
	}
	return strings.Join(words, " ")
}
