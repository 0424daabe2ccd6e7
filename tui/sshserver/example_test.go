package sshserver_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"

	"lytter/inbox"
	"lytter/tui/sshserver"
)

// How the owner of a data folder serves, and how a command on the same machine is its client.
func Example() {
	var (
		dir   string                                                  // the data folder, whose lock we hold
		users func() []inbox.User                                     // the desk's directory, disabled users too
		admin func() inbox.UserID                                     // who whoever may read the folder is
		words func(inbox.UserID, error) string                        // the catalogue, in the user's language
		show  func(context.Context, *sshserver.Session) error         // the screens
		do    func(context.Context, *sshserver.Session, []string) int // the commands
	)
	serve := func(ctx context.Context) error {
		host, err := sshserver.HostKey(dir)
		if err != nil {
			return err
		}
		local, err := sshserver.LocalKey(dir)
		if err != nil {
			return err
		}
		srv, err := sshserver.New(sshserver.Config{
			HostKey: host, Users: users, LocalKey: local.PublicKey(), LocalUser: admin,
			Screen: show, Command: do, Explain: words, Log: slog.Default(),
		})
		if err != nil {
			return err
		}
		sock, err := sshserver.ListenSocket(sshserver.SocketPath(dir))
		if err != nil {
			return err
		}
		tcp, err := new(net.ListenConfig).Listen(ctx, "tcp", ":2222")
		if err != nil {
			return errors.Join(err, sock.Close())
		}
		var wg sync.WaitGroup
		errs := make([]error, 3)
		for i, l := range []net.Listener{sock, tcp} {
			wg.Go(func() { errs[i] = srv.Serve(l) })
		}
		<-ctx.Done()
		errs[2] = srv.Shutdown(context.WithoutCancel(ctx)) // bounded by Limits.Drain
		wg.Wait()
		return errors.Join(errs...)
	}
	command := func(ctx context.Context, args []string) (int, error) {
		host, err := sshserver.HostPublicKey(dir)
		if err != nil {
			return 1, err // Unavailable: there is no owner yet
		}
		local, err := sshserver.LocalKey(dir)
		if err != nil {
			return 1, err
		}
		c, err := sshserver.Dial(ctx, sshserver.SocketPath(dir), local, host)
		if err != nil {
			return 1, err // Unavailable: there is no owner now
		}
		exit, err := c.Run(ctx, args, os.Stdin, os.Stdout, os.Stderr)
		return exit, errors.Join(err, c.Close())
	}
	fmt.Println(serve != nil, command != nil)
}
