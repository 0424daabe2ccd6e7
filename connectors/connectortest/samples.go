package connectortest

import "testing"

// Samples decodes the public sample payloads of one more folder, for a platform that has several families of webhooks.
func Samples(t *testing.T, p Platform, folder string) {
	t.Helper()
	samples(t, p.decoding(), folder)
}
