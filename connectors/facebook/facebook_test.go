package facebook

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
	pages := map[inbox.RemoteID]connectors.Vault{}
	for _, a := range h.Accounts {
		if a.Channel == "facebook" {
			pages[inbox.RemoteID(a.ID)] = connectors.Secret(a.Token)
		}
	}
	c, err := New(Config{
		AppID: h.Meta.AppID, AppSecrets: connectors.Secrets{connectors.Secret(h.Meta.AppSecret)}, VerifyToken: "verify", Pages: pages,
		BaseURL: h.Graph,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestSuite(t *testing.T) { connectortest.Run(t, platform()) }

func platform() connectortest.Platform {
	return connectortest.Platform{
		Channel: inbox.Facebook, Key: "fb-kommunen", New: forSandbox, Samples: "facebook",
		Sign: func(h sandbox.Handshake, body []byte) http.Header {
			return connectortest.SignMeta(h.Meta.AppSecret, body)
		},
		Strange: `{"object":"page","entry":[{"id":"1","time":1795327065,"changes":[{"field":"feed","value":{"item":"hologram","verb":"beam"}}]}]}`,
	}
}

func FuzzDecode(f *testing.F) {
	connectortest.Seed(f, "facebook")
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := decode(body)
		if err == nil {
			connectortest.Sound(t, body, d)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	connectortest.BenchDecode(b, (*Connector)(nil), "comment_add.json")
}

// TestActs runs the acts with and without the feature Human Agent.
func TestActs(t *testing.T) {
	for name, human := range map[string]bool{"plain": false, "HumanAgent": true} {
		t.Run(name, func(t *testing.T) {
			acts := connectortest.Acts{
				Change: func(c *sandbox.Config) { c.Meta.HumanAgent = human },
				Window: window, Private: privateFor,
			}
			if human {
				acts.Window = humanWindow
			}
			p := platform()
			p.New = func(tb testing.TB, h sandbox.Handshake) connectortest.Connector {
				tb.Helper()
				c := forSandbox(tb, h).(*Connector)
				c.cfg.HumanAgent = human
				return c
			}
			connectortest.RunActs(t, p, acts)
		})
	}
}
