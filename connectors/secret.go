package connectors

import (
	"fmt"
	"io"
)

// Secret is a token, a key or a password. However it is printed, logged or marshalled it shows as "…"; only Reveal tells it.
type Secret string

const hidden = "…"

// Reveal gives the secret itself. Call it where it is used, and nowhere else.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format implements fmt.Formatter, so that no verb tells more than String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements encoding.TextMarshaler, for JSON, TOML and slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Secrets are several that are valid at once, as while one is being replaced. The first is the current one.
type Secrets []Secret

// Current is the first, "" if there is none.
func (s Secrets) Current() Secret {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}
