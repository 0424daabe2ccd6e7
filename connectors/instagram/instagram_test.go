package instagram

import (
	"net/http"
	"testing"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/connectors/sandbox"
	"lytter/inbox"
)

// forSandbox makes a connector of a sandbox's accounts, each by its own login.
func forSandbox(tb testing.TB, h sandbox.Handshake, changes ...func(*Config)) *Connector {
	tb.Helper()
	accounts := map[inbox.RemoteID]Account{}
	for _, a := range h.Accounts {
		if a.Channel == "instagram" {
			accounts[inbox.RemoteID(a.ID)] = Account{Login: Login(a.Login), Token: connectors.Secret(a.Token), Page: inbox.RemoteID(a.Page)}
		}
	}
	cfg := Config{
		AppID: h.Meta.AppID, AppSecrets: connectors.Secrets{connectors.Secret(h.Meta.AppSecret)}, VerifyToken: connectors.Secret("verify"), Accounts: accounts,
		InstagramSecrets: connectors.Secrets{connectors.Secret(h.Meta.InstagramSecret)}, BaseURL: h.Graph, InstagramURL: h.Graph + "/instagram", Pause: -1,
	}
	for _, f := range changes {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func platform() connectortest.Platform {
	return connectortest.Platform{
		Channel: inbox.Instagram, Key: "ig-kommunen", Samples: "instagram",
		New: func(tb testing.TB, h sandbox.Handshake) connectortest.Connector {
			tb.Helper()
			return forSandbox(tb, h)
		},
		Sign: func(h sandbox.Handshake, body []byte) http.Header {
			return connectortest.SignMeta(h.Meta.AppSecret, body)
		},
		Strange: `{"object":"instagram","entry":[{"id":"1","time":1795327065,"changes":[{"field":"holograms","value":{"media_id":"2"}}]}]}`,
	}
}

// ownLogin makes the account one of Instagram Login.
func ownLogin(c *sandbox.Config) {
	p := &c.Meta.Profiles[0]
	p.Login = sandbox.InstagramLogin
	c.Meta.Tokens = append(c.Meta.Tokens, sandbox.MetaToken{
		Value: "IGAAownTokenOfTheProfile", Kind: sandbox.InstagramToken, App: c.Meta.Apps[0].ID, User: p.ID, Profile: p.ID, Scopes: sandbox.InstagramScopes(),
	})
}

func TestSuite(t *testing.T) {
	t.Run("FacebookLogin", func(t *testing.T) { connectortest.Run(t, platform()) })
	t.Run("InstagramLogin", func(t *testing.T) {
		p := platform()
		p.Change = ownLogin
		connectortest.Run(t, p)
	})
}

// Of what an editor does Instagram's webhooks tell the answers alone.
func TestActs(t *testing.T) {
	for _, c := range []struct {
		name       string
		human, own bool
	}{{"FacebookLogin", false, false}, {"HumanAgent", true, false}, {"InstagramLogin", false, true}} {
		t.Run(c.name, func(t *testing.T) {
			acts := connectortest.Acts{
				Change: func(cfg *sandbox.Config) {
					cfg.Meta.HumanAgent = c.human
					if c.own {
						ownLogin(cfg)
					}
				},
				Silent: []inbox.OutgoingKind{inbox.Hide, inbox.Unhide, inbox.Delete},
				Window: windowUsual, Private: windowPrivate,
			}
			if c.human {
				acts.Window = windowHuman
			}
			p := platform()
			p.New = func(tb testing.TB, h sandbox.Handshake) connectortest.Connector {
				tb.Helper()
				return forSandbox(tb, h, func(cfg *Config) { cfg.HumanAgent = c.human })
			}
			connectortest.RunActs(t, p, acts)
		})
	}
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
