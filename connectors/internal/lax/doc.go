// Package lax reads JSON the way platforms write it: ids as strings or numbers, times in seconds, milliseconds or words, booleans in
// quotes, null anywhere. A value that cannot be read at all is left empty, never an error: whether it is needed the caller knows.
//
// It must not know a platform.
package lax
