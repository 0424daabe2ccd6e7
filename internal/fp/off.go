//go:build !failpoints

package fp

// Hit marks a moment. In this build it is nothing.
func Hit(string) {}
