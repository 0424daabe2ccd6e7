// Package text cuts text into tokens and keys, and makes outside text safe for a terminal.
package text
