package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"lytter/classify/seed"
	"lytter/connectors/sandbox"

	"golang.org/x/crypto/ssh"
)

// world is the folder of a demonstration: a configuration as anybody would write it, with its secrets in files, the seeds of a city, and
// the keys of its people.
type world struct {
	dir  string
	cfg  *config
	keys map[string]ssh.Signer // by login
}

// demoUsers are the people of the demonstration. The first is who sits at the screen.
var demoUsers = []seedUser{
	{Login: "mette", Name: "Mette Lind", Role: "editor", Queues: []string{"Teknik og Miljø"}},
	{Login: "jonas", Name: "Jonas Kjær", Role: "editor"},
	{Login: "signe", Name: "Signe Toft", Role: "lead", Queues: []string{"Teknik og Miljø"}},
	{Login: "amira", Name: "Amira Haddad", Role: "agent", Queues: []string{"International House"}},
}

// librariesRule routes what is written on the libraries' page, whatever its words: an account is known only where it is configured.
const librariesRule = `

[[rule]]
id     = "bibliotekernes-side"
name   = "Alt på bibliotekernes side"
when   = 'account:bibliotekerne'
topics = ["bibliotek"]
queue  = "Fremtidens bibliotek"
  [[rule.example]]
  text    = "Sikke en aften!"
  account = "bibliotekerne"
  match   = true
  [[rule.example]]
  text    = "Sikke en aften!"
  account = "kommunen"
  match   = false
`

// newWorld writes the folder. The platforms are a sandbox's; webhooks arrive at web.
func newWorld(dir, lang string, h sandbox.Handshake, web net.Addr) (*world, error) {
	w := &world{dir: dir, keys: map[string]ssh.Signer{}}
	if err := os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "seeds"), 0o700); err != nil {
		return nil, err
	}
	if err := w.people(); err != nil {
		return nil, err
	}
	rules, err := seed.Rules()
	if err != nil {
		return nil, err
	}
	if err := w.write("seeds/rules.toml", string(rules)+librariesRule); err != nil {
		return nil, err
	}
	toml, err := w.configuration(lang, h, web)
	if err != nil {
		return nil, err
	}
	if err := w.write("lytter.toml", toml); err != nil {
		return nil, err
	}
	w.cfg, err = readConfig(filepath.Join(dir, "lytter.toml"))
	return w, err
}

func (w *world) write(name, content string) error {
	return os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600)
}

// people makes keys and writes people.toml.
func (w *world) people() error {
	var b strings.Builder
	for _, u := range demoUsers {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		signer, err := ssh.NewSignerFromKey(key)
		if err != nil {
			return err
		}
		w.keys[u.Login] = signer
		public := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
		fmt.Fprintf(&b, "[[user]]\nlogin = %q\nname = %q\nrole = %q\nkeys = [%q]\n", u.Login, u.Name, u.Role, public)
		if len(u.Queues) > 0 {
			queues, err := json.Marshal(u.Queues) // a list of strings reads the same in TOML
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "queues = %s\n", queues)
		}
		b.WriteString("\n")
	}
	return w.write("seeds/people.toml", b.String())
}

// secret writes a secret to a file of its own and gives the reference to it.
func (w *world) secret(name, value string) (string, error) {
	file := "secrets/" + name
	return fmt.Sprintf("%q", "file:"+file), w.write(file, value+"\n")
}

// demoNames are our own names of the sandbox's accounts.
var demoNames = map[string]string{
	"fb-kommunen": "kommunen", "fb-bibliotekerne": "bibliotekerne", "ig-kommunen": "instagram", "x-kommunen": "x",
}

func (w *world) configuration(lang string, h sandbox.Handshake, web net.Addr) (string, error) {
	var b strings.Builder
	var bad error
	secret := func(name, value string) string {
		ref, err := w.secret(name, value)
		if err != nil && bad == nil {
			bad = err
		}
		return ref
	}
	fmt.Fprintf(&b, `# The configuration of a demonstration: three simulated platforms on this machine.
data     = "data"
language = %q
timezone = "Europe/Copenhagen"

[web]
listen = %q
public = "http://%s"

[seed]
folder = "seeds"

[meta]
app_id     = %q
app_secret = %s
verify     = %s
api        = %q
instagram_app_id = %q

[x]
consumer_key    = %s
consumer_secret = %s
bearer          = %s
client_id       = %q
client_secret   = %s
api             = %q
self_serve      = true  # what the simulated app may do by its contract: it answers those who named it, and likes nothing
`, lang, web, web, h.Meta.AppID, secret("meta-app", h.Meta.AppSecret), secret("meta-verify", newToken()), h.Graph, h.Meta.InstagramAppID,
		secret("x-key", h.XApp.ConsumerKey), secret("x-secret", h.XApp.ConsumerSecret), secret("x-bearer", h.XApp.BearerToken),
		h.XApp.ClientID, secret("x-client-secret", h.XApp.ClientSecret), h.X)
	for _, a := range h.Accounts {
		name := demoNames[a.Key]
		if name == "" {
			continue
		}
		fmt.Fprintf(&b, "\n[[account]]\nname = %q\nchannel = %q\nid = %q\ntitle = %q\nhandle = %q\ntoken = %s\n", name, a.Channel, a.ID, a.Name, a.Handle,
			secret(name+"-token", a.Token))
		if a.Secret != "" {
			fmt.Fprintf(&b, "token_secret = %s\n", secret(name+"-token-secret", a.Secret))
		}
		if a.Page != "" {
			fmt.Fprintf(&b, "page = %q\n", a.Page)
		}
	}
	return b.String(), bad
}
