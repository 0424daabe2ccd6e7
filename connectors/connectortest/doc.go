// Package connectortest is the suite that every connector passes: what its webhooks decode to (goldens), signatures, replay, things
// unknown; and, before the simulated platform over real HTTP, reading everything while more is written, limits, failures, lost tokens,
// sending, and finding what was sent when the answer was lost.
//
// A connector's test calls [Run] with how to make one, and keeps its fixtures and goldens in testdata. "go test -update" writes the
// goldens anew: look at each before committing it.
//
// It must not know a connector.
package connectortest
