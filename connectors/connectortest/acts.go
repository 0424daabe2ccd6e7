package connectortest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// Acts says what of RunActs a platform has.
type Acts struct {
	// Change prepares the sandbox: features that the app has been granted.
	Change func(*sandbox.Config)
	// Silent lists the acts of which the platform's webhooks do not tell.
	Silent []inbox.OutgoingKind
	// Window is how long after a person's last private message they can be answered; 0: always.
	Window time.Duration
	// Private is how long after a comment its author can be written to; 0: not at all.
	Private time.Duration
}

// RunActs runs the part of the suite about what an editor can do: that what Can allows the platform does, that what Can refuses the
// platform refuses, that the platform's own telling of an act comes to the same, and that private messages are read and found.
func RunActs(t *testing.T, p Platform, a Acts) {
	t.Helper()
	t.Run("ActsAreHonest", func(t *testing.T) { actsHonest(t, p, a) })
	t.Run("ActsConvergeWithTheirWebhooks", func(t *testing.T) { actsConverge(t, p, a) })
	t.Run("ActsMayBeRepeated", func(t *testing.T) { actsRepeat(t, p, a) })
	t.Run("WindowsClose", func(t *testing.T) { windows(t, p, a) })
	t.Run("DirectsAreComplete", func(t *testing.T) { directs(t, p, a) })
	t.Run("Law3_PrivateAcceptedAndLostIsFound", func(t *testing.T) { lostPrivate(t, p, a) })
	files(t, p, a)
}

// subject is something that an act can be about.
type subject struct {
	name string
	make func(l *live) (sandbox.Published, error)
	kind inbox.Kind
	ours bool
}

// subjects lists what a citizen or we may have written. A platform that has no such thing refuses to have it published.
func subjects() []subject {
	citizen := func(kind string, below bool) func(*live) (sandbox.Published, error) {
		return func(l *live) (sandbox.Published, error) {
			pub := sandbox.Publication{Account: l.p.Key, Kind: kind, Text: "Hvornår åbner I?", Author: mette()}
			if below {
				pub.Context = string(l.post("Vi holder åbent på søndag"))
			}
			return l.world.Publish(pub)
		}
	}
	return []subject{
		{"comment", citizen("", true), inbox.Comment, false},
		{"visitor's post", citizen("", false), inbox.Post, false},
		{"mention", citizen(sandbox.KindMention, false), inbox.Mention, false},
		{"private message", citizen(sandbox.KindDirect, false), inbox.Direct, false},
		{"our comment", func(l *live) (sandbox.Published, error) {
			return l.world.Publish(sandbox.Publication{Account: l.p.Key, Ours: true, Parent: string(l.ask("Hvornår?")), Text: "Kl. 10"})
		}, inbox.Comment, true},
	}
}

func mette() sandbox.Author { return sandbox.Author{Name: "Mette Holm", Handle: "metteholm"} }

// message is what the desk would have of an item of the ledger.
func (l *live) message(id string, kind inbox.Kind) (inbox.Message, inbox.RemoteID) {
	l.t.Helper()
	item, ok := l.world.Ledger().Item(string(l.p.Channel), string(l.account.Remote), id)
	if !ok {
		l.t.Fatalf("the ledger has no %s", id)
	}
	m := inbox.Message{
		ID: 1, Account: 1, Author: 1, Kind: kind, Direction: inbox.In, Remote: inbox.RemoteID(id), Parent: inbox.RemoteID(item.Parent), At: item.Time,
		Text: "Hvornår åbner I?",
	}
	if item.Ours {
		m.Direction, m.Author = inbox.Out, 0
	}
	if l.p.Channel == inbox.X && kind != inbox.Direct { // whatever names us is a mention there, and an answer to us names us
		m.Kind, m.Text = inbox.Mention, "@"+l.account.Handle+" "+m.Text
	}
	return m, inbox.RemoteID(item.AuthorID)
}

// outgoing is what the desk would send.
func (l *live) outgoing(do inbox.Action, m inbox.Message, who inbox.RemoteID, text string) inbox.Outgoing {
	o := reply(m.Remote, text)
	o.Kind, o.Person, o.Token = inbox.OutgoingKind(do), who, fmt.Sprintf("token-%d", time.Now().UnixNano())
	if m.Kind == inbox.Direct {
		item, _ := l.world.Ledger().Item(string(l.p.Channel), string(l.account.Remote), string(m.Remote))
		o.Thread = inbox.RemoteID(item.Thread)
		if do == inbox.ActReply {
			o.Kind = inbox.DirectReply
		}
	}
	return o
}

func (l *live) acts() []ledger.Act { return l.world.Ledger().Acts(ledger.Filter{}) }

func actsHonest(t *testing.T, p Platform, a Acts) {
	t.Helper()
	for _, s := range subjects() {
		for _, do := range inbox.Actions() {
			if s.ours && do != inbox.ActEdit && do != inbox.ActDelete {
				continue // that the desk refuses by itself
			}
			t.Run(s.name+"/"+string(do), func(t *testing.T) {
				l := open(t, p, a.Change)
				m, who := l.written(s)
				may := connectors.NewAbilities(l.Connector).Can(l.account, m, do, time.Now())
				if may.Allowed == (may.Reason != nil) {
					t.Errorf("allowed %v with reason %v", may.Allowed, may.Reason)
				}
				o := l.outgoing(do, m, who, "Vi åbner kl. 10")
				was := len(l.acts())
				_, err := l.Send(t.Context(), l.account, o)
				did := l.acts()[was:]
				if !may.Allowed {
					e := connectors.AsError(err)
					if e == nil || e.Maybe || len(did) != 0 {
						t.Errorf("Can says no (%s), the platform: %v, did %+v", may.Reason.String(), err, did)
					}
					return
				}
				if err != nil || len(did) != 1 || did[0].Kind != string(o.Kind) {
					t.Errorf("Can says yes; the platform: %v, did %+v; want one %s", err, did, o.Kind)
				}
				if do != inbox.ActEdit && do != inbox.ActReply && do != inbox.ActPrivate {
					return
				}
				if may.MaxText <= 0 {
					t.Error("a text without a limit")
				}
				long := strings.Repeat("å", may.MaxText)
				for i := may.MaxText; may.Fits(long) != nil; i-- { // not every measure is of characters
					long = strings.Repeat("å", i)
				}
				long += "åå"
				_, err = l.Send(t.Context(), l.account, l.outgoing(do, m, who, long))
				l.want(err, connectors.Rejected, false)
			})
		}
	}
}

// ear is a callback that keeps what a connector makes of what it hears.
type ear struct {
	mu    sync.Mutex
	items []inbox.Incoming
}

// listen subscribes to the account's webhooks.
func (l *live) listen() *ear {
	l.t.Helper()
	e := &ear{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			l.Challenge(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = l.Verify(r.Header, body)
		}
		if err != nil {
			l.t.Error("a webhook:", err)
			return
		}
		d, err := l.Decode(body)
		if err != nil || len(d.Unread) > 0 {
			l.t.Errorf("a webhook that is not read: %v %+v\n%s", err, d.Unread, body)
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.items = append(e.items, d.Items...)
	}))
	l.t.Cleanup(server.Close)
	if err := l.Subscribe(l.t.Context(), l.account, server.URL); err != nil {
		l.t.Fatal(err)
	}
	return e
}

// heard flushes and gives what came since the call before.
func (l *live) heard(e *ear) []inbox.Incoming {
	l.t.Helper()
	if idle := l.world.Flush(l.t.Context()); !idle.Idle {
		l.t.Fatalf("%d events are still on their way", idle.Waiting)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.items
	e.items = nil
	return out
}

// written has a subject written. Where the platform has no such thing the test is skipped.
func (l *live) written(s subject) (inbox.Message, inbox.RemoteID) {
	l.t.Helper()
	got, err := s.make(l)
	if errors.Is(err, sandbox.ErrRefused) {
		l.t.Skip("the platform has no such thing")
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return l.message(got.ID, s.kind)
}

// possible has a subject written and makes of an act on it, with a text, an outgoing. Where it is not possible the test is skipped.
func (l *live) possible(s subject, do inbox.Action, text string) (inbox.Outgoing, inbox.Message, inbox.Capability) {
	l.t.Helper()
	m, who := l.written(s)
	may := connectors.NewAbilities(l.Connector).Can(l.account, m, do, time.Now())
	if !may.Allowed {
		l.t.Skip("not possible")
	}
	return l.outgoing(do, m, who, text), m, may
}

// told is what a platform says of an act.
func told(k inbox.OutgoingKind) inbox.Event {
	switch k {
	case inbox.Hide:
		return inbox.Hid
	case inbox.Unhide:
		return inbox.Unhid
	case inbox.Delete:
		return inbox.Deleted
	case inbox.Edit:
		return inbox.Edited
	case inbox.PublicReply, inbox.DirectReply, inbox.PrivateReply:
		return inbox.Posted
	}
	return "" // who may write and what we like the desk knows alone
}

func actsConverge(t *testing.T, p Platform, a Acts) {
	t.Helper()
	for _, s := range subjects() {
		for _, do := range inbox.Actions() {
			t.Run(s.name+"/"+string(do), func(t *testing.T) {
				l := open(t, p, a.Change)
				e := l.listen()
				o, _, _ := l.possible(s, do, "Vi åbner kl. 10")
				if do == inbox.ActUnhide {
					hide := o
					hide.Kind = inbox.Hide
					if _, err := l.Send(t.Context(), l.account, hide); err != nil {
						t.Fatal(err)
					}
				}
				l.heard(e)
				r, err := l.Send(t.Context(), l.account, o)
				if err != nil {
					t.Fatal(err)
				}
				want := told(o.Kind)
				found := false
				for _, in := range l.heard(e) {
					found = found || in.Event == want && l.tells(in, o, r)
					if in.Event == inbox.Posted && !in.FromUs || (in.Event == inbox.Reacted || in.Event == inbox.Unreacted) {
						t.Errorf("what we did came back as another's: %+v", in)
					}
				}
				silent := want == "" || slices.Contains(a.Silent, o.Kind) || s.kind == inbox.Mention && p.Channel != inbox.X
				if found == silent {
					t.Errorf("the webhook tells of it: %v; want %v", found, !silent)
				}
			})
		}
	}
}

// tells reports whether a webhook tells of an outgoing just what the receipt said.
func (l *live) tells(in inbox.Incoming, o inbox.Outgoing, r connectors.Receipt) bool {
	switch o.Kind {
	case inbox.PublicReply:
		return in.FromUs && in.Remote == r.Remote && inbox.SameText(o.Text, in.Text)
	case inbox.DirectReply, inbox.PrivateReply:
		if in.Token != "" && in.Token != o.Token {
			l.t.Errorf("the mark came back as %q", in.Token)
		}
		return in.FromUs && in.Kind == inbox.Direct && in.Remote == r.Remote && in.Thread != "" && (o.Thread == "" || in.Thread == o.Thread)
	case inbox.Edit:
		return in.Remote == o.Target && in.Text == o.Text
	}
	return in.Remote == o.Target
}

// actsRepeat does each act that may be done twice a second time, as after a crash.
func actsRepeat(t *testing.T, p Platform, a Acts) {
	t.Helper()
	for _, s := range subjects() {
		for _, do := range inbox.Actions() {
			if !inbox.OutgoingKind(do).Repeatable() || do == inbox.ActReply {
				continue
			}
			t.Run(s.name+"/"+string(do), func(t *testing.T) {
				l := open(t, p, a.Change)
				o, _, _ := l.possible(s, do, "Vi åbner kl. 10")
				for _, rates := range []sandbox.Faults{{LoseAnswer: 1}, {Error5xx: 1}, {}} {
					l.faults(rates)
					_, err := l.Send(t.Context(), l.account, o)
					if rates != (sandbox.Faults{}) {
						l.want(err, connectors.Transient, true)
						continue
					}
					class := connectors.ClassOf(err)
					if err != nil && !(do == inbox.ActDelete && class == connectors.Gone) && class != connectors.Duplicate {
						t.Errorf("once more: %v", err)
					}
				}
			})
		}
	}
}

func windows(t *testing.T, p Platform, a Acts) {
	t.Helper()
	if a.Window == 0 && a.Private == 0 {
		t.Skip("nothing closes here")
	}
	try := func(name string, kind inbox.Kind, pub sandbox.Publication, do inbox.Action, window time.Duration) {
		for _, late := range []bool{false, true} {
			if window == 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s/late=%v", name, late), func(t *testing.T) {
				l := open(t, p, a.Change)
				pub.Author, pub.Account, pub.Time = mette(), p.Key, time.Now().Add(-window+time.Hour)
				if late {
					pub.Time = time.Now().Add(-window - time.Hour)
				}
				if kind == inbox.Comment {
					pub.Context = string(l.say(sandbox.Publication{Ours: true, Text: "Vi holder åbent", Time: pub.Time.Add(-time.Hour)}))
				}
				got, err := l.world.Publish(pub)
				if err != nil {
					t.Fatal(err)
				}
				m, who := l.message(got.ID, kind)
				may := connectors.NewAbilities(l.Connector).Can(l.account, m, do, time.Now())
				if d := may.Until.Sub(pub.Time.Add(window)).Abs(); may.Allowed == late || d > 2*time.Second {
					t.Errorf("allowed %v until %v (%v)", may.Allowed, may.Until, may.Reason)
				}
				_, err = l.Send(t.Context(), l.account, l.outgoing(do, m, who, "Vi åbner kl. 10"))
				if late {
					l.want(err, connectors.Rejected, false)
					if key := connectors.AsError(err).Reason.Key; key != "platform.window_closed" {
						t.Errorf("the editor is told %s", key)
					}
				} else if err != nil {
					t.Error(err)
				}
			})
		}
	}
	direct := sandbox.Publication{Kind: sandbox.KindDirect, Text: "Hvornår åbner I?"}
	try("direct", inbox.Direct, direct, inbox.ActReply, a.Window)
	try("private", inbox.Comment, sandbox.Publication{Text: "Hvornår åbner I?"}, inbox.ActPrivate, a.Private)
}

// directs reads private messages by polling alone: of many threads, with attachments, from before and after the connection.
func directs(t *testing.T, p Platform, a Acts) {
	t.Helper()
	l := open(t, p, a.Change)
	r := l.reader()
	say := func(i int, text string, media ...sandbox.Media) {
		l.say(sandbox.Publication{
			Kind: sandbox.KindDirect, Text: text, Media: media, Author: sandbox.Author{Name: fmt.Sprintf("Borger %d", i), Handle: fmt.Sprintf("borger%d", i)},
		})
	}
	for i := range 40 {
		say(i, fmt.Sprintf("Spørgsmål fra %d", i))
	}
	r.complete()
	for i := range 40 {
		if i%3 == 0 {
			say(i, fmt.Sprintf("Mere fra %d", i))
			say(i, "", sandbox.Media{Type: "image", URL: "https://scontent.example/1.jpg"})
		}
	}
	r.complete()
	has := r.has()
	for _, item := range l.world.Ledger().Items(ledger.Filter{Channel: string(p.Channel)}) {
		in := has[inbox.RemoteID(item.ID)]
		if in.Kind != inbox.Direct || in.Thread == "" || in.FromUs != item.Ours || item.Thread != "" && string(in.Thread) != item.Thread {
			t.Errorf("%s came as %+v", item.ID, in)
		}
		if item.Chars == 0 && len(in.Media) != 1 {
			t.Errorf("the picture of %s came as %+v", item.ID, in.Media)
		}
	}
}

func lostPrivate(t *testing.T, p Platform, a Acts) {
	t.Helper()
	l := open(t, p, a.Change)
	ab := connectors.NewAbilities(l.Connector)
	for i := range 4 {
		s, do := subjects()[3], inbox.ActReply
		if i%2 == 1 {
			s, do = subjects()[0], inbox.ActPrivate
		}
		got, err := s.make(l)
		if err != nil {
			t.Fatal(err)
		}
		m, who := l.message(got.ID, s.kind)
		if !ab.Can(l.account, m, do, time.Now()).Allowed {
			continue
		}
		if i == 3 && p.Channel != inbox.X {
			who = "" // the platform does not show who wrote the comment
		}
		o := l.outgoing(do, m, who, fmt.Sprintf("Svar %d: kl. 10", i))
		l.faults(sandbox.Faults{LoseAnswer: 1})
		was := len(l.acts())
		_, err = l.Send(t.Context(), l.account, o)
		l.want(err, connectors.Transient, true)
		l.faults(sandbox.Faults{})
		did := l.acts()[was:]
		if len(did) != 1 {
			t.Fatalf("the platform did %+v", did)
		}
		found, err := l.Find(t.Context(), l.account, o)
		if err != nil || len(found) != 1 || string(found[0].Remote) != did[0].ID {
			t.Fatalf("%s %d: found %+v, %v; the platform has %+v", do, i, found, err, did[0])
		}
		o.Text += " og mere"
		if found, err := l.Find(t.Context(), l.account, o); err != nil || len(found) != 0 {
			t.Errorf("another text is found as %+v, %v", found, err)
		}
	}
}
