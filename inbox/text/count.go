package text

import "unicode/utf8"

func XWeight(s string) int { return utf8.RuneCountInString(s) }

// Runes counts code points.
func Runes(s string) int { return utf8.RuneCountInString(s) }

// Bytes counts bytes.
func Bytes(s string) int { return len(s) }
