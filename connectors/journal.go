package connectors

import (
	"context"
	"net/http"
	"time"

	"lytter/inbox"
)

// Journal keeps webhook bodies as they came until they are ingested and backed up.
type Journal interface {
	// Append makes a body durable and gives its row. Rows grow. An error says that the body is not kept: the platform must be told to
	// come again.
	Append(ctx context.Context, account inbox.AccountID, header http.Header, body []byte) (int64, error)
	// Read lists at most n rows behind after, in order.
	Read(ctx context.Context, after int64, n int) ([]Row, error)
}

// Row is a webhook body in the journal.
type Row struct {
	ID      int64
	Account inbox.AccountID // whose address it came to
	At      time.Time       // when
	Body    []byte
	Damaged bool // Body is not what was written
}
