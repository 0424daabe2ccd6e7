package connectors

import (
	"context"

	"lytter/inbox"
)

// Asker is a Subscriber that can name what it asks for.
type Asker interface {
	// Events names the events that Subscribe has the platform send for an account, as the platform calls them.
	Events(a inbox.Account) []string
}

// Linker is a Connector whose accounts hang on another thing of their platform.
type Linker interface {
	// Linked asks the platform whether an account is linked as it is configured. nil: it is; an Error of class Rejected says how it is not.
	Linked(ctx context.Context, a inbox.Account) error
}
