package connectortest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// missing lists what the ledger has of the account and the reader has not. Our own posts are context, and need not be read.
func (r *reader) missing() (out []string) {
	has := r.has()
	n := 0
	for _, item := range r.world.Ledger().Items(ledger.Filter{Channel: string(r.p.Channel), Account: string(r.account.Remote)}) {
		if item.Removed || item.Ours {
			continue
		}
		n++
		in, ok := has[inbox.RemoteID(item.ID)]
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("%s %s %q is not there", item.Kind, item.ID, item.Label))
		case ledger.HashText(in.Text) != item.TextHash && (r.p.Channel != inbox.X || !strings.Contains(in.Text, ".dk")):
			// The ledger has X's short links, connectors give them in full.
			out = append(out, fmt.Sprintf("%s %s says %q, and not what the platform has", item.Kind, item.ID, in.Text))
		case item.Parent != "" && string(in.Parent) != item.Parent:
			out = append(out, fmt.Sprintf("%s %s answers %q, not %q", item.Kind, item.ID, in.Parent, item.Parent))
		}
	}
	if n == 0 {
		r.t.Fatal("the platform has nothing to read")
	}
	return out
}

// patience is how long the suite waits for what must come, on a machine that has other things to do.
const patience = 3 * time.Minute

// complete reads until everything is there.
func (r *reader) complete() {
	r.t.Helper()
	deadline := time.Now().Add(patience)
	for rounds := 1; ; rounds++ {
		r.round()
		gaps := r.missing()
		if len(gaps) == 0 {
			return
		}
		if rounds == 20 || time.Now().After(deadline) {
			r.t.Fatalf("%d are missing after %d steps:\n%s", len(gaps), r.steps, strings.Join(gaps[:min(len(gaps), 10)], "\n"))
		}
	}
}

// paging reads while people write, under several posts at once, with pages that fail.
func paging(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	r := l.reader()
	r.round() // the connection
	l.faults(sandbox.Faults{Error5xx: 0.1, Truncate: 0.05, HTML: 0.05})
	posts := []inbox.RemoteID{l.post("Ny cykelsti på Havnegade"), l.post("Bibliotekerne holder åbent"), l.post("Husk affaldet på mandag")}
	const each = 60
	var wg sync.WaitGroup
	for n, post := range posts {
		wg.Go(func() {
			last := post
			for i := range each {
				pub := sandbox.Publication{Context: string(post), Text: fmt.Sprintf("Kommentar %d til %d", i, n), Account: p.Key}
				if i%4 == 3 {
					pub.Context, pub.Parent = "", string(last)
				}
				pub.Author = sandbox.Author{Name: fmt.Sprintf("Borger %d", i%17), Handle: fmt.Sprintf("borger%d", i%17)}
				got, err := l.world.Publish(pub)
				if err != nil {
					t.Error(err)
					return
				}
				last = inbox.RemoteID(got.ID)
			}
		})
	}
	for range 5 {
		r.round()
	}
	wg.Wait()
	r.complete()
}

// history reads what was there before the connection.
func history(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, func(cfg *sandbox.Config) { cfg.History = sandbox.History{Conversations: 300, Days: 20} })
	r := l.reader()
	r.complete()
	items, steps := len(r.items), r.steps
	r.round()
	if more := r.steps - steps; more > 30 {
		t.Errorf("reading again with nothing new took %d steps and gave %d items", more, len(r.items)-items)
	}
}

// poll takes a first step of the first stream.
func (l *live) poll() error {
	_, err := l.Poll(l.t.Context(), l.account, l.Streams(l.account)[0].Name, nil)
	return err
}

func faults(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	target := l.ask("Hvornår åbner svømmehallen?")
	for _, c := range []struct {
		name  string
		rates sandbox.Faults
		class connectors.Class
		maybe bool // of a send
	}{
		{"throttled", sandbox.Faults{Throttle: 1}, connectors.Throttled, false},
		{"5xx", sandbox.Faults{Error5xx: 1}, connectors.Transient, true},
		{"html", sandbox.Faults{HTML: 1}, connectors.Transient, true},
		{"truncated", sandbox.Faults{Truncate: 1}, connectors.Transient, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l.t = t
			l.faults(sandbox.Faults{})
			if c.maybe { // what is looked up before a send is looked up now, so that the send itself fails
				_, _ = l.Find(t.Context(), l.account, reply(target, "x"))
			}
			l.faults(c.rates)
			for range 8 { // the forms that a platform has for it
				err := l.poll()
				l.want(err, c.class, connectors.AsError(err).Maybe)
				if c.class == connectors.Throttled && connectors.AsError(err).RetryAfter <= 0 {
					t.Error("nobody says how long to wait")
				}
				_, err = l.Send(t.Context(), l.account, reply(target, "Kl. 10, "+c.name+fmt.Sprint(time.Now().UnixNano())))
				l.want(err, c.class, c.maybe)
				if _, err = l.Find(t.Context(), l.account, reply(target, "Kl. 10")); err == nil {
					t.Error("a look-up that failed says that nothing is there")
				}
			}
		})
	}
}

func lostToken(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	target := l.ask("Hvornår åbner svømmehallen?")
	if state := l.examined(); state != "" {
		t.Errorf("a good token was found %s", state)
	}
	bad := l.hand
	bad.Accounts = nil
	for _, a := range l.hand.Accounts {
		if a.Token != "" {
			a.Token = "EAAOwrong" + a.Token[:12]
		}
		a.OAuth2Token, a.Secret = "", "wrong"
		bad.Accounts = append(bad.Accounts, a)
	}
	l.Connector = p.New(t, bad)
	if state := l.examined(); state != inbox.AccountNeedsLogin {
		t.Errorf("a token that does not work was found %q", state)
	}
	l.want(l.poll(), connectors.Auth, false)
	_, err := l.Send(t.Context(), l.account, reply(target, "Kl. 10"))
	l.want(err, connectors.Auth, false)
	_, err = l.Find(t.Context(), l.account, reply(target, "Kl. 10"))
	l.want(err, connectors.Auth, false)
	stranger := l.account
	stranger.Remote = "4711"
	_, err = l.Send(t.Context(), stranger, reply(target, "Kl. 10"))
	l.want(err, connectors.Auth, false)
	if acts := l.world.Ledger().Acts(ledger.Filter{}); len(acts) > 0 {
		t.Errorf("something was done with a token that does not work: %+v", acts)
	}
}

// examined is what the account is in because of what an examination found; "": it works.
func (l *live) examined() inbox.AccountState {
	l.t.Helper()
	x, err := l.Examine(l.t.Context(), l.account)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, f := range x.Findings(time.Now()) {
		if f.State != "" {
			return f.State
		}
	}
	return ""
}

func unreachable(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	target := l.ask("Hvornår åbner svømmehallen?")
	// Nobody listens: nothing can have left.
	var listen net.ListenConfig
	none, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hand := l.hand
	hand.Graph = "http://" + none.Addr().String()
	hand.X = hand.Graph
	if err := none.Close(); err != nil {
		t.Fatal(err)
	}
	working := l.Connector
	l.Connector = p.New(t, hand)
	l.want(l.poll(), connectors.Transient, false)
	_, err = l.Send(t.Context(), l.account, reply(target, "Kl. 10"))
	l.want(err, connectors.Transient, false)

	// Somebody takes the call and hangs up: it may have been done.
	rude, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := rude.Accept()
			if err != nil {
				return
			}
			_ = c.Close() // that is the rudeness
		}
	})
	defer wg.Wait()
	defer func() { _ = rude.Close() }() // ends the goroutine
	hand.Graph = "http://" + rude.Addr().String()
	hand.X = hand.Graph
	l.Connector = p.New(t, hand)
	l.want(l.poll(), connectors.Transient, true)

	// The caller gives up.
	l.Connector = working
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.Poll(ctx, l.account, l.Streams(l.account)[0].Name, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was given up: %v", err)
	}
}

func sendAndEcho(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	r := l.reader()
	r.round()
	post := l.post("Vi holder åbent på søndag")
	top := l.say(sandbox.Publication{Context: string(post), Text: "Også svømmehallen?"})
	below := l.say(sandbox.Publication{Parent: string(top), Text: "Det vil jeg også gerne vide"})
	r.round()
	for _, target := range []inbox.RemoteID{top, below} {
		text := "Ja, fra kl. 10. Læs mere på https://havneborg.dk/svoem?a=1&b=2 <3 " + string(target[len(target)-3:])
		got, err := l.Send(t.Context(), l.account, reply(target, text))
		if err != nil {
			t.Fatal(err)
		}
		acts := l.world.Ledger().Acts(ledger.Filter{})
		if act := acts[len(acts)-1]; act.Kind != ledger.ActReply || act.ID != string(got.Remote) || act.Text != text {
			t.Fatalf("the platform has %+v; the receipt says %+v", act, got)
		}
		var echo inbox.Incoming
		for deadline := time.Now().Add(patience); ; {
			r.round()
			var ok bool
			if echo, ok = r.has()[got.Remote]; ok {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("no poll brings the answer back")
			}
		}
		if !echo.FromUs || echo.Parent == "" || echo.Parent == echo.Context && target != post {
			t.Errorf("the echo is %+v", echo)
		}
		l.say(sandbox.Publication{Parent: string(target), Text: text}) // a citizen says the same: that is not our answer
		found, err := l.Find(t.Context(), l.account, reply(target, text))
		if err != nil || len(found) != 1 || found[0].Remote != got.Remote {
			t.Errorf("looking it up gives %+v, %v", found, err)
		}
		if found, err := l.Find(t.Context(), l.account, reply(target, text+" og mere")); err != nil || len(found) != 0 {
			t.Errorf("looking another text up gives %+v, %v", found, err)
		}
		old := reply(target, text)
		old.SendingAt = time.Now().Add(time.Hour)
		if found, err := l.Find(t.Context(), l.account, old); err != nil || len(found) != 0 {
			t.Errorf("something older than the send is taken for it: %+v, %v", found, err)
		}
		_, err = l.Send(t.Context(), l.account, reply(target, text))
		if class := connectors.ClassOf(err); err != nil && class != connectors.Duplicate {
			t.Errorf("the same again: %v", err)
		}
	}
}

func lostAnswer(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	for i := range 6 {
		target := l.ask(fmt.Sprintf("Hvornår åbner svømmehal %d?", i))
		text := fmt.Sprintf("Svømmehal %d åbner kl. 10, se havneborg.dk", i)
		l.faults(sandbox.Faults{LoseAnswer: 1})
		if i%2 == 1 {
			_, _ = l.Find(t.Context(), l.account, reply(target, text)) // so that a look-up before the send is not what is cut off
			l.faults(sandbox.Faults{Truncate: 1})
		}
		_, err := l.Send(t.Context(), l.account, reply(target, text))
		l.want(err, connectors.Transient, true)
		l.faults(sandbox.Faults{})
		acts := l.world.Ledger().Acts(ledger.Filter{})
		if len(acts) != i+1 {
			t.Fatalf("the platform did %d things; want %d", len(acts), i+1)
		}
		found, err := l.Find(t.Context(), l.account, reply(target, text))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || string(found[0].Remote) != acts[i].ID {
			t.Fatalf("found %+v; the platform has %+v", found, acts[i])
		}
	}
}

func goneTarget(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	target := l.ask("Hvornår åbner svømmehallen?")
	if err := l.world.Remove(string(p.Channel), string(target)); err != nil {
		t.Fatal(err)
	}
	_, err := l.Send(t.Context(), l.account, reply(target, "Kl. 10"))
	e := connectors.AsError(err)
	if e == nil || e.Class != connectors.Gone && e.Class != connectors.Rejected || e.Maybe {
		t.Errorf("answering what is gone: %v", err)
	}
}

func honest(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	r := l.reader()
	r.round()
	target := l.ask("Hvornår åbner svømmehallen?")
	r.complete()
	in := r.has()[target]
	m := inbox.Message{
		ID: 1, Account: 1, Remote: in.Remote, Parent: in.Parent, Kind: in.Kind, Direction: inbox.In, Text: in.Text, Media: in.Media, At: in.At,
	}
	ab := connectors.NewAbilities(l.Connector)
	may := ab.Can(l.account, m, inbox.ActReply, time.Now())
	if !may.Allowed || may.Reason != nil || may.MaxText <= 0 {
		t.Fatalf("a fresh question cannot be answered: %+v", may)
	}
	longest := strings.Repeat("å", may.MaxText)
	if why := may.Fits(longest); why != nil {
		t.Fatal("the longest text does not fit:", why)
	}
	if _, err := l.Send(t.Context(), l.account, reply(target, longest)); err != nil {
		t.Error("the longest text:", err)
	}
	if why := may.Fits(longest + "å"); why == nil {
		t.Error("one sign too many fits")
	}
	_, err := l.Send(t.Context(), l.account, reply(target, longest+"å"))
	l.want(err, connectors.Rejected, false)

	for name, bad := range map[string]func(*inbox.Account, *inbox.Message){
		"our own": func(_ *inbox.Account, m *inbox.Message) { m.Direction = inbox.Out },
		"deleted": func(_ *inbox.Account, m *inbox.Message) { m.DeletedAt = time.Now() },
		"off":     func(a *inbox.Account, _ *inbox.Message) { a.State = inbox.AccountOff },
		"other":   func(a *inbox.Account, _ *inbox.Message) { a.Channel = "telex" },
	} {
		a, m := l.account, m
		bad(&a, &m)
		if c := ab.Can(a, m, inbox.ActReply, time.Now()); c.Allowed || c.Reason == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if c := ab.Can(l.account, m, "levitate", time.Now()); c.Allowed || c.Reason == nil {
		t.Errorf("an act that nobody knows: %+v", c)
	}
	_, err = l.Send(t.Context(), l.account, inbox.Outgoing{ID: 2, Account: 1, Kind: "levitate", Target: target, Text: "op"})
	l.want(err, connectors.Rejected, false)
}

func fetch(t *testing.T, p Platform) {
	t.Helper()
	l := open(t, p, nil)
	post := l.post("Vi holder åbent på søndag")
	top := l.say(sandbox.Publication{Context: string(post), Text: "Også svømmehallen?"})
	gone := l.say(sandbox.Publication{Context: string(post), Text: "Slet mig"})
	if err := l.world.Remove(string(p.Channel), string(gone)); err != nil {
		t.Fatal(err)
	}
	got, err := l.Fetch(t.Context(), l.account, []inbox.Pending{
		{ID: 1, Account: 1, What: inbox.WantContext, Remote: post},
		{ID: 2, Account: 1, What: inbox.WantParent, Remote: top},
		{ID: 3, Account: 1, What: inbox.WantParent, Remote: gone},
		{ID: 4, Account: 1, What: inbox.WantParent, Remote: top},
	})
	if err != nil {
		t.Fatal(err)
	}
	find := func(a connectors.Answer, id inbox.RemoteID) *inbox.Incoming {
		for i := range a.Items {
			if a.Items[i].Remote == id {
				return &a.Items[i]
			}
		}
		t.Fatalf("%s is not in %+v", id, a)
		return nil
	}
	if in := find(got[0], post); in.Event != inbox.ContextSeen || in.Text != "Vi holder åbent på søndag" || in.Source != inbox.FromFetch {
		t.Errorf("our post came as %+v", in)
	}
	for _, a := range []connectors.Answer{got[1], got[3]} {
		if in := find(a, top); in.Event != inbox.Posted || in.FromUs || !strings.HasSuffix(in.Text, "Også svømmehallen?") || in.Parent != post {
			t.Errorf("the question came as %+v", in)
		}
	}
	if connectors.ClassOf(got[2].Err) != connectors.Gone {
		t.Errorf("what is gone came as %+v", got[2])
	}
	l.faults(sandbox.Faults{Throttle: 1})
	_, err = l.Fetch(t.Context(), l.account, []inbox.Pending{{ID: 5, Account: 1, What: inbox.WantParent, Remote: "17900000000000123_1"}})
	l.want(err, connectors.Throttled, false)
}
