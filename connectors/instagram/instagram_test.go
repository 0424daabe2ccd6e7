package instagram

import (
	"net/http"
	"testing"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/connectors/sandbox"
	"lytter/inbox"
)

func forSandbox(tb testing.TB, h sandbox.Handshake) connectortest.Connector {
	tb.Helper()
	accounts := map[inbox.RemoteID]Account{}
	for _, a := range h.Accounts {
		if a.Channel == "instagram" {
			accounts[inbox.RemoteID(a.ID)] = Account{Token: connectors.Secret(a.Token), Page: inbox.RemoteID(a.Page)}
		}
	}
	c, err := New(Config{
		AppID: h.Meta.AppID, AppSecrets: connectors.Secrets{connectors.Secret(h.Meta.AppSecret)}, VerifyToken: "verify", Accounts: accounts,
		BaseURL: h.Graph, Pause: -1,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Platform{
		Channel: inbox.Instagram, Key: "ig-kommunen", New: forSandbox, Samples: "instagram",
		Sign: func(h sandbox.Handshake, body []byte) http.Header {
			return connectortest.SignMeta(h.Meta.AppSecret, body)
		},
		Strange: `{"object":"instagram","entry":[{"id":"1","time":1795327065,"changes":[{"field":"holograms","value":{"media_id":"2"}}]}]}`,
	})
}

func FuzzDecode(f *testing.F) {
	connectortest.Seed(f, "instagram")
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := decode(body)
		if err == nil {
			connectortest.Sound(t, body, d)
		}
	})
}

func BenchmarkDecode(b *testing.B) { connectortest.BenchDecode(b, (*Connector)(nil), "comment.json") }
