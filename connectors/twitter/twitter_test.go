package twitter

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
		if a.Channel == "x" {
			accounts[inbox.RemoteID(a.ID)] = Account{Token: connectors.Secret(a.Token), Secret: connectors.Secret(a.Secret)}
		}
	}
	c, err := New(Config{
		ConsumerKey: connectors.Secret(h.XApp.ConsumerKey), ConsumerSecrets: connectors.Secrets{connectors.Secret(h.XApp.ConsumerSecret)},
		Bearer: connectors.Secret(h.XApp.BearerToken), Accounts: accounts, BaseURL: h.X, SelfServe: true,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, connectortest.Platform{
		Channel: inbox.X, Key: "x-kommunen", New: forSandbox, Samples: "x/aaa",
		Sign: func(h sandbox.Handshake, body []byte) http.Header {
			return connectortest.SignX(h.XApp.ConsumerSecret, body)
		},
		Strange: `{"for_user_id":"1","hologram_events":[{"id":"2"}]}`,
	})
}

func FuzzDecode(f *testing.F) {
	connectortest.Seed(f, "x")
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := decode(body)
		if err == nil {
			connectortest.Sound(t, body, d)
		}
	})
}

func BenchmarkDecode(b *testing.B) { connectortest.BenchDecode(b, (*Connector)(nil), "mention.json") }
