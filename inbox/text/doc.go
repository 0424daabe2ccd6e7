// Package text is what the desk knows of words: it cuts a text into tokens, gives each token the keys that it is matched by, counts
// a text the way a platform does, and makes outside text safe for a terminal.
//
// It knows no message, no query and no screen: bytes in, tokens or bytes out. Everything in it is a pure function, but for the cache
// in a Cutter, which nobody can see but by the clock.
//
// # Tokens
//
// A word is letters, marks and digits. An apostrophe (' or ’) between them belongs to it, and so do soft hyphens and zero-width
// characters, which are in no key. Everything else separates: hyphen, slash and dot too, so that 14.05 is the numbers 14 and 05.
// A script that is written without spaces gives one word for each run.
//
//	#CykelByen_2026   a hashtag; then Cykel, Byen and 2026, each a position further
//	@kbh.kommune      a handle, and its name as one word; the @ in an e-mail address is none
//	www.kk.dk/borger  an address, keyed by its host without www.; then the words of host and path, not of query and fragment
//	👍🏽               an emoji, one grapheme cluster, at the position of the word that follows
//
// # Keys
//
// Exact is the word as Fold makes it: small letters, no accents, aa ae oe as å æ ø. Danish is the stem of Exact, so that equal Exact
// implies equal Danish. English is the stem of the word before aa, ae and oe were made one: "shoes" is not "shøs". Parts are the
// Danish stems of a compound's parts: package compound holds the rule and the table of Danish words that it goes by. Words with digits or
// underscores, and words of more than 96 bytes, are neither stemmed nor taken apart; a key is at most 128 runes.
//
// # Invariants
//
//   - Tokens lie on rune boundaries, 0 <= Start < End <= len, ordered by Start; Pos never decreases.
//   - Fold(s[Start:End]) == Keys.Exact for words and numbers; for hashtags and handles without their sign.
//   - Keys are a function of the bytes of the word and of KeysVersion, of nothing else.
//   - What Clean and CleanLine return changes no cell of a screen that is not its own, and neither do the pieces that Truncate and
//     Wrap make of it.
package text
