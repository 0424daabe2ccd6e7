// Package catalog is the only place where the desk has sentences: Danish and English, one file a subject in each language. Everything
// below the edge speaks in keys (inbox.Reason, query.Error); screens and commands speak through a Texts.
//
// A key is missing in no language: New refuses a catalogue whose languages differ. It knows no screen.
package catalog
