// Package signal reads what a message shows by itself: whether it praises or complains, asks, tells of danger to somebody, or looks like
// unwanted advertising. It goes by the cut tokens, the lexicon (inbox/text/internal/lexicon) and the organisation's own words, and by
// nothing else: the same text reads the same, and every reading can be explained by its words ([Reader.Explain]).
//
// # Sentiment
//
// A word weighs from -3 to 3, by the lexicon of the text's language (both, where the text does not tell); an own word by what the
// organisation says. A word that strengthens ("meget", "very") directly before it adds a half, one that weakens ("lidt") takes a half. A
// word that turns ("ikke", "not") among the three before it in the sentence turns it: praise to four fifths of a complaint, a complaint to two fifths of
// praise. What is wanted ("virker", "answer") weighs -2 where such a word is among the three before or behind it. A turn of phrase weighs
// in the place of its words. What stands before the last "men" or "but" counts half. The sum makes a text positive from 1.5 and negative
// from -1.5; between it is neutral.
//
// # Danger
//
// Danger to life, threats and self-harm are told by turns of phrase alone, in the words that stand in the lexicon, so that a single word
// ("brænder", "112") never is one; what only looks like one ("brænder for sagen") is listed and takes it away. It is made to be right
// when it tells, not to tell of all: rules may find more.
//
// It knows no message, no person and no store. Nothing here allocates but Explain and the making of a Reader.
package signal
