//go:build !linux && !darwin

package volume

// Network names the network file system that a folder is on. This system does not tell.
func Network(string) (string, error) { return "", ErrUnknown }
