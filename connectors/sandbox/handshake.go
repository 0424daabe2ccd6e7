package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"lytter/connectors/sandbox/internal/meta"
	"lytter/connectors/sandbox/ledger"
)

// Handshake is all that a desk, a test or a demonstration needs to know of a running sandbox: where it is, and what an operator would
// have copied from the platforms' dashboards. A child process prints it as its first line.
type Handshake struct {
	Graph        string    `json:"graph"`     // base addresses, without a slash at the end
	Instagram    string    `json:"instagram"` // stands for graph.instagram.com
	X            string    `json:"x"`
	Control      string    `json:"control"`
	ControlToken string    `json:"control_token"`
	Meta         MetaKeys  `json:"meta"`
	XApp         XKeys     `json:"x_app"`
	Accounts     []Access  `json:"accounts"`
	Started      time.Time `json:"started"`
}

// MetaKeys are the keys of the first Meta app.
type MetaKeys struct {
	AppID     string `json:"app_id"`
	AppSecret string `json:"app_secret"`
	// InstagramSecret is that of the Instagram app which belongs to it: of webhooks of accounts of Instagram Login.
	InstagramSecret string `json:"instagram_secret,omitempty"`
	InstagramAppID  string `json:"instagram_app_id,omitempty"`
}

// XKeys are the keys of the X app.
type XKeys struct {
	AppID          string `json:"app_id"`
	ConsumerKey    string `json:"consumer_key"`
	ConsumerSecret string `json:"consumer_secret"`
	BearerToken    string `json:"bearer_token"`
	ClientID       string `json:"client_id,omitempty"`     // of OAuth 2.0
	ClientSecret   string `json:"client_secret,omitempty"` // of OAuth 2.0
}

// Access is an account with the tokens for it.
type Access struct {
	Account
	Page        string `json:"page,omitempty"`   // of an Instagram account: the id of the Page it is linked with
	Login       string `json:"login,omitempty"`  // of an Instagram account: "instagram" if it is reached without the Page
	Token       string `json:"token,omitempty"`  // of a Page; of an Instagram account that of its Page or its own; of a handle OAuth 1.0a
	Secret      string `json:"secret,omitempty"` // of a handle: OAuth 1.0a
	OAuth2Token string `json:"oauth2_token,omitempty"`
	Renewal     string `json:"oauth2_renewal,omitempty"`
}

// Handshake describes the server.
func (s *Server) Handshake() Handshake {
	base := func(i int) string { return "http://" + s.listeners[i].Addr().String() }
	h := Handshake{
		Graph: base(0), Instagram: base(0) + "/instagram", X: base(1), Control: base(2), ControlToken: s.cfg.ControlToken, Started: s.cfg.Now().UTC(),
		XApp: XKeys{
			AppID: s.cfg.X.AppID, ConsumerKey: s.cfg.X.ConsumerKey, ConsumerSecret: s.cfg.X.ConsumerSecret, BearerToken: s.cfg.X.BearerToken,
			ClientID: s.cfg.X.ClientID, ClientSecret: s.cfg.X.ClientSecret,
		},
	}
	if len(s.cfg.Meta.Apps) > 0 {
		h.Meta = MetaKeys{AppID: s.cfg.Meta.Apps[0].ID, AppSecret: s.cfg.Meta.Apps[0].Secret, InstagramSecret: s.cfg.Meta.Apps[0].InstagramSecret}
		h.Meta.InstagramAppID = meta.InstagramAppID(h.Meta.AppID)
	}
	pages, own := map[string]string{}, map[string]string{}
	for _, t := range s.cfg.Meta.Tokens {
		if t.Kind == InstagramToken && own[t.Profile] == "" {
			own[t.Profile] = t.Value
		}
		if t.Kind == PageToken && pages[t.Pages[0]] == "" {
			pages[t.Pages[0]] = t.Value
		}
	}
	for _, a := range s.accounts {
		access := Access{Account: a}
		switch a.Channel {
		case ledger.Facebook:
			access.Token = pages[a.ID]
		case ledger.Instagram:
			for _, p := range s.cfg.Meta.Profiles {
				if p.ID == a.ID {
					access.Page, access.Login, access.Token = p.Page, p.Login, pages[p.Page]
					if p.Login == InstagramLogin {
						access.Token = own[p.ID]
					}
				}
			}
		case ledger.X:
			for _, x := range s.cfg.X.Handles {
				if x.ID == a.ID {
					access.Token, access.Secret, access.OAuth2Token, access.Renewal = x.AccessToken, x.AccessSecret, x.OAuth2Token, x.Renewal
				}
			}
		}
		h.Accounts = append(h.Accounts, access)
	}
	return h
}

// Account finds an account of the handshake by its key.
func (h Handshake) Account(key string) (Access, bool) {
	for _, a := range h.Accounts {
		if a.Key == key {
			return a, true
		}
	}
	return Access{}, false
}

// Serve is the body of a child process: it starts a server, writes its handshake to out as one line of JSON, and runs it until ctx
// ends, until in ends (the parent is gone, or has closed it), or until it is told to by POST /shutdown.
func Serve(ctx context.Context, cfg Config, in io.Reader, out io.Writer) error {
	s, err := New(cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := json.NewEncoder(out).Encode(s.Handshake()); err != nil {
		return fmt.Errorf("sandbox: writing the handshake: %w", err)
	}
	// This goroutine may outlive Serve while in stays open: a read of standard input cannot be interrupted. The process ends anyway.
	go func() {
		_, _ = io.Copy(io.Discard, in) // any end of it is the end
		s.End()
	}()
	return s.Run(ctx)
}

// Process is a sandbox in a child process.
type Process struct {
	Handshake Handshake

	cmd   *exec.Cmd
	stdin io.Closer
	once  sync.Once
	err   error
}

// ChildVariable is the variable of the environment that Start sets for its command: one that also serves people tells by it that it is to
// end up in Serve.
const ChildVariable = "LYTTER_SANDBOX_CHILD"

// Start starts a command that ends up in Serve, and waits for its handshake, for as long as ctx allows. The command must not have
// Stdin or Stdout set. The caller must Close the process that it gets; on an error the child is gone.
func Start(ctx context.Context, command *exec.Cmd) (*Process, error) {
	command.Env = append(command.Environ(), ChildVariable+"=1")
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	p := &Process{cmd: command, stdin: stdin}
	stop := context.AfterFunc(ctx, func() { _ = command.Process.Kill() }) // an error means that it has ended
	defer stop()
	line, err := bufio.NewReaderSize(stdout, 64<<10).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p.Handshake)
	}
	if err != nil {
		_ = command.Process.Kill()
		return nil, errors.Join(fmt.Errorf("sandbox: no handshake from the child: %w", err), p.Close())
	}
	return p, nil
}

// closeGrace is how long a child may take to end by itself.
const closeGrace = 5 * time.Second

// Close ends the child by closing its standard input, and waits for it. One that does not end is killed. Calling it again does
// nothing more.
func (p *Process) Close() error {
	p.once.Do(func() {
		_ = p.stdin.Close() // the child may have closed it
		kill := time.AfterFunc(closeGrace, func() { _ = p.cmd.Process.Kill() })
		defer kill.Stop()
		if err := p.cmd.Wait(); err != nil {
			p.err = fmt.Errorf("sandbox: the child ended badly: %w", err)
		}
	})
	return p.err
}

// Client returns a client for the child's control endpoint.
func (p *Process) Client() *Client { return NewClient(p.Handshake) }
