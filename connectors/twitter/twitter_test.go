package twitter

import (
	"net/http"
	"testing"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/connectors/sandbox"
	"lytter/inbox"
)

// forSandbox makes a connector for a sandbox, with what change makes of its configuration and of that of its accounts.
func forSandbox(tb testing.TB, h sandbox.Handshake, change func(*Config, *Account)) *Connector {
	tb.Helper()
	cfg := Config{
		ConsumerKey: connectors.Secret(h.XApp.ConsumerKey), ConsumerSecrets: connectors.Secrets{connectors.Secret(h.XApp.ConsumerSecret)},
		Bearer: connectors.Secret(h.XApp.BearerToken), Accounts: map[inbox.RemoteID]Account{}, BaseURL: h.X, Tier: SelfServe,
	}
	for _, a := range h.Accounts {
		if a.Channel != "x" {
			continue
		}
		acc := Account{Token: connectors.Secret(a.Token), Secret: connectors.Secret(a.Secret)}
		if change != nil {
			change(&cfg, &acc)
		}
		if acc.Activity { // X gives private events to OAuth 2.0 alone
			acc.OAuth2 = connectors.Secret(a.OAuth2Token)
		}
		cfg.Accounts[inbox.RemoteID(a.ID)] = acc
	}
	c, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func byActivity(_ *Config, a *Account) { a.Activity = true }

func platform(change func(*Config, *Account)) connectortest.Platform {
	return connectortest.Platform{
		Channel: inbox.X, Key: "x-kommunen", Samples: "x/aaa",
		New: func(tb testing.TB, h sandbox.Handshake) connectortest.Connector {
			tb.Helper()
			return forSandbox(tb, h, change)
		},
		Sign: func(h sandbox.Handshake, body []byte) http.Header {
			return connectortest.SignX(h.XApp.ConsumerSecret, body)
		},
		Strange: `{"for_user_id":"1","hologram_events":[{"id":"2"}]}`,
	}
}

func TestSuite(t *testing.T) {
	connectortest.Run(t, platform(nil))
}

func TestSamplesOfTheActivityAPI(t *testing.T) { connectortest.Samples(t, platform(nil), "x/xaa") }

// What an editor can do, by each tier and with the webhooks of each family.
func TestActs(t *testing.T) {
	enterprise := func(c *Config, a *Account) { c.Tier, a.Activity = Enterprise, true }
	for name, c := range map[string]struct {
		change func(*Config, *Account)
		tier   string
	}{"self-serve by Account Activity": {nil, "self-serve"}, "enterprise by the Activity API": {enterprise, "enterprise"}} {
		t.Run(name, func(t *testing.T) {
			connectortest.RunActs(t, platform(c.change), connectortest.Acts{
				Change: func(cfg *sandbox.Config) { cfg.X.Tier, cfg.X.Open = c.tier, true },
				Silent: []inbox.OutgoingKind{inbox.Hide, inbox.Unhide},
			})
		})
	}
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
