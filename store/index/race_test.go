//go:build race

package index

// The race detector makes the store some twenty times as slow.
const raceDetector = true
