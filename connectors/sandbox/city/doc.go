// Package city invents what people write to a large Danish city, and what the city writes, so that a desk has something believable to
// work on.
//
// Texts are made of templates and lists of our own (texts/*.txt), filled in and roughened: short words, long ones, misspellings, emoji,
// hashtags. The city, its streets and its people do not exist. About 80 in 100 texts are Danish, the others English. Every text carries
// what it is about, so that whoever tags them can be scored. There are no personal numbers in them.
//
// The package knows no platform but by the name of its channel, and no time but the one that it is given. The same seed, accounts and
// arguments give the same events.
package city
