package inbox_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"pgregory.net/rapid"
)

// posted is something of ours on the platform: what it did not forget, whatever became of its answer.
type posted struct {
	by     inbox.OutgoingID
	kind   inbox.OutgoingKind
	spot   inbox.RemoteID
	echo   inbox.Incoming
	before inbox.ConversationID // where it was written
}

// outgoings is a desk, a platform, and all that may come between the two.
type outgoings struct {
	*rapid.T
	ctx    context.Context
	d      *inboxtest.Desk
	seats  []*inbox.Seat
	convs  []inbox.ConversationID
	told   int // things that citizens did
	press  int
	posts  []posted
	again  map[inbox.OutgoingID]int  // how often a person had something sent again that may have been sent
	judged map[inbox.OutgoingID]bool // a person has decided about it
	acts   map[inbox.OutgoingID]int  // how often an act of moderation was done
	reach  map[string]int            // what the runs have met
}

func (w *outgoings) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v", err)
	}
}

// may is for what the desk may refuse.
func (w *outgoings) may(err error) {
	w.Helper()
	switch inbox.CodeOf(err) {
	case "", inbox.Conflict, inbox.Forbidden, inbox.Invalid:
	default:
		w.Fatalf("%v", err)
	}
}

func (w *outgoings) all(states ...inbox.OutgoingState) (out []inbox.Outgoing) {
	w.Helper()
	if len(states) == 0 {
		states = inbox.OutgoingStates()
	}
	w.d.Read(w.T, func(tx inbox.Tx) (err error) {
		out, err = tx.OutgoingIn(0, states...)
		return err
	})
	return out
}

func (w *outgoings) pick(states ...inbox.OutgoingState) (inbox.Outgoing, bool) {
	list := w.all(states...)
	if len(list) == 0 {
		return inbox.Outgoing{}, false
	}
	return list[w.n("which", len(list))], true
}

func (w *outgoings) n(what string, below int) int { return rapid.IntRange(0, below-1).Draw(w.T, what) }

// publish is the platform doing what it was asked.
func (w *outgoings) publish(o *inbox.Outgoing) inbox.RemoteID {
	if !o.Kind.Says() {
		w.acts[o.ID]++
		return ""
	}
	for _, p := range w.posts { // in order, and once
		if p.by != o.ID && p.before == o.Conversation && p.by > o.ID && w.again[o.ID] == 0 && w.again[p.by] == 0 {
			w.Fatalf("%d goes out after %d of the same conversation", o.ID, p.by)
		}
	}
	remote := inbox.RemoteID(fmt.Sprint("r", len(w.posts)))
	echo := inbox.Incoming{
		Account: o.Account, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: remote, Parent: o.Target, Context: "post",
		FromUs: true, Text: o.Text, At: w.d.Clock.Now(),
	}
	if o.Kind != inbox.PublicReply {
		echo.Kind, echo.Parent, echo.Context, echo.Thread = inbox.Direct, "", "", o.Thread
	}
	if o.Kind == inbox.PrivateReply { // it is in the thread of the person, wherever the comment was
		if echo.Thread = o.Person; echo.Thread == "" {
			echo.Thread = "somebody"
		}
	}
	w.posts = append(w.posts, posted{by: o.ID, kind: o.Kind, spot: o.Spot(), echo: echo, before: o.Conversation})
	times := 0
	for _, p := range w.posts {
		if p.by == o.ID {
			times++
		}
	}
	if times > 1+w.again[o.ID] {
		w.Fatalf("%d is on the platform %d times, and a person said again %d times", o.ID, times, w.again[o.ID])
	}
	return remote
}

func (w *outgoings) reply() {
	r := inbox.Reply{
		Conversation: w.convs[w.n("conversation", len(w.convs))], Text: []string{"Tak", "Hej med dig"}[w.n("text", 2)],
		Private: w.n("private", 2) == 0, ThenClose: w.n("close", 4) == 0,
	}
	if w.press == 0 || w.n("second press", 4) > 0 {
		w.press++
	}
	r.Token = fmt.Sprint("press ", w.press)
	before := len(w.all())
	o, err := w.seats[w.n("seat", len(w.seats))].Reply(w.ctx, r)
	w.may(err)
	if err == nil && o.Token == r.Token && len(w.all()) == before {
		w.reach["second press"]++
	}
}

func (w *outgoings) moderate() {
	th := w.d.Find(w.T, w.d.Facebook, "c1")
	do := rapid.SampledFrom([]inbox.Action{inbox.ActHide, inbox.ActUnhide, inbox.ActLike, inbox.ActUnlike, inbox.ActBlock}).Draw(w.T, "do")
	_, err := w.seats[1].Moderate(w.ctx, inbox.Moderation{Conversation: th.ID, Message: th.Msgs[0].ID, Do: do, Why: "derfor"})
	w.may(err)
}

// send is a sender at work, which may die at any point.
func (w *outgoings) send() {
	if w.n("undo time is over", 2) == 0 {
		w.d.Clock.Add(20 * time.Second)
	}
	o, err := w.d.Claim(w.ctx, w.d.Facebook, "sender")
	w.must(err)
	if o == nil {
		return
	}
	end := w.n("end", 10)
	if end == 0 { // it dies before the first byte
		w.dies()
		return
	}
	w.must(w.d.Begin(w.ctx, o.ID, "sender"))
	o.Attempts++
	fate := inbox.Fate{State: inbox.Sent, At: w.d.Clock.Now()}
	why := inbox.Why("platform.unclear")
	switch end {
	case 1: // after the first byte, before it arrived
		w.dies()
		return
	case 2: // after it arrived
		w.publish(o)
		w.dies()
		return
	case 3: // nobody knows, and it did arrive
		w.publish(o)
		fate = inbox.Fate{State: inbox.Unknown, Reason: why}
	case 4:
		fate = inbox.Fate{State: inbox.Unknown, Reason: why}
	case 5:
		fate = inbox.Fate{State: inbox.Rejected, Reason: why}
	case 6:
		fate = inbox.Fate{State: inbox.Retry, Reason: why, After: time.Second}
	case 7: // the platform shows it before it answers
		fate.Remote = w.publish(o)
		w.echo()
	default:
		fate.Remote = w.publish(o)
	}
	if o.Kind.Repeatable() && fate.State == inbox.Unknown {
		fate.State = inbox.Retry
	}
	w.must(w.d.Settle(w.ctx, o.ID, fate))
}

func (w *outgoings) dies() {
	w.reach["deaths"]++
	if w.n("expires", 3) == 0 { // another finds out later
		w.d.Clock.Add(3 * time.Minute)
		w.must(w.d.Overtaken(w.ctx, false))
		return
	}
	w.must(w.d.Overtaken(w.ctx, true))
}

// echo shows one of ours back, by webhook or poll, with or without our mark; any, at any time, any number of times.
func (w *outgoings) echo() {
	if len(w.posts) == 0 {
		return
	}
	p := w.posts[w.n("post", len(w.posts))]
	in := p.echo
	if w.n("poll", 2) == 0 {
		in.Source = inbox.FromPoll
	}
	if w.n("mark", 3) == 0 {
		w.d.Read(w.T, func(tx inbox.Tx) error {
			o, err := tx.Outgoing(p.by)
			in.Token = o.Token
			return err
		})
	}
	in.Observed = w.d.Clock.Now()
	w.d.Take(w.T, in)
	alike := 0
	for _, o := range w.all() {
		if o.Kind.Says() && o.Spot() == p.spot && o.Text == p.echo.Text {
			alike++
		}
		if o.ID == p.by && !o.State.Ended() && o.Kind == inbox.PrivateReply && o.Person == "" {
			alike++ // who was written to is not shown
		}
	}
	if o := w.outgoing(p.by); alike < 2 && !o.State.Ended() {
		w.Fatalf("%d is shown by the platform, and %s", o.ID, o.State)
	}
}

func (w *outgoings) outgoing(id inbox.OutgoingID) (o *inbox.Outgoing) {
	w.d.Read(w.T, func(tx inbox.Tx) (err error) {
		o, err = tx.Outgoing(id)
		return err
	})
	return o
}

// find looks one up as the Runner does.
func (w *outgoings) find() {
	o, ok := w.pick(inbox.Unknown)
	if !ok {
		return
	}
	for _, p := range w.posts {
		if p.spot != o.Spot() || p.kind != o.Kind || p.echo.Text != o.Text || p.echo.At.Before(o.SendingAt.Add(-time.Minute)) {
			continue
		}
		taken := false
		w.d.Read(w.T, func(tx inbox.Tx) error {
			other, err := tx.FindSent(o.Account, p.echo.Remote)
			taken = other != nil && other.ID != o.ID
			return err
		})
		if !taken {
			w.reach["found"]++
			w.must(w.d.Settle(w.ctx, o.ID, inbox.Fate{State: inbox.Sent, Remote: p.echo.Remote, At: p.echo.At}))
			return
		}
	}
}

func (w *outgoings) resolve() {
	if o, ok := w.pick(inbox.Unknown, inbox.Held); ok {
		w.decide(o, rapid.SampledFrom([]inbox.Resolution{inbox.ItWasSent, inbox.SendAgain, inbox.GiveUp}).Draw(w.T, "decision"))
	}
}

func (w *outgoings) decide(o inbox.Outgoing, r inbox.Resolution) {
	err := w.seats[1].Resolve(w.ctx, o.ID, r)
	w.may(err)
	if err != nil {
		return
	}
	if w.judged[o.ID] = true; o.State == inbox.Unknown && r == inbox.SendAgain {
		w.again[o.ID]++
		w.reach["again"]++
	}
	if o.Reason != nil {
		w.reach[o.Reason.Key]++
	}
}

// citizen edits or deletes what is answered, and says that they wrote more.
func (w *outgoings) citizen() {
	w.told++
	target := []string{"c1", "c2"}[w.n("target", 2)]
	in := w.d.Say(target, "jens", fmt.Sprint("rettet ", w.told))
	in.Event, in.Author, in.Observed = inbox.Edited, nil, w.d.Clock.Now()
	if w.n("delete", 8) == 0 {
		in.Event = inbox.Deleted
	}
	w.d.Take(w.T, in)
}

func (w *outgoings) account() {
	state := []inbox.AccountState{inbox.AccountNeedsLogin, inbox.AccountLive}[w.n("state", 2)]
	w.must(w.d.SetAccountState(w.ctx, w.d.Facebook, state, nil, nil))
	if state == inbox.AccountLive {
		w.must(w.d.ReleaseHeld(w.ctx, w.d.Facebook))
	}
}

// ends brings everything to an end as people would: what is left before them they look up and decide.
func (w *outgoings) ends() {
	w.must(w.d.SetAccountState(w.ctx, w.d.Facebook, inbox.AccountLive, nil, nil))
	w.must(w.d.ReleaseHeld(w.ctx, w.d.Facebook))
	w.must(w.d.Overtaken(w.ctx, true))
	for range 200 {
		w.d.Clock.Add(20 * time.Second)
		o, err := w.d.Claim(w.ctx, w.d.Facebook, "sender")
		w.must(err)
		if o != nil {
			w.must(w.d.Begin(w.ctx, o.ID, "sender"))
			w.must(w.d.Settle(w.ctx, o.ID, inbox.Fate{State: inbox.Sent, Remote: w.publish(o), At: w.d.Clock.Now()}))
			continue
		}
		waiting := w.all(inbox.Unknown, inbox.Held)
		if len(waiting) == 0 {
			break
		}
		for _, o := range waiting {
			there := slices.ContainsFunc(w.posts, func(p posted) bool { return p.by == o.ID })
			switch {
			case o.State == inbox.Unknown && there:
				w.decide(o, inbox.ItWasSent)
			case o.State == inbox.Unknown:
				w.decide(o, inbox.GiveUp)
			default:
				w.decide(o, inbox.SendAgain)
			}
		}
	}
	for _, p := range w.posts { // all of it is shown to us in the end
		w.d.Take(w.T, p.echo)
	}
}

// check is what must hold in the end.
func (w *outgoings) check() {
	for _, o := range w.all() {
		if !o.State.Ended() {
			w.Fatalf("%d ends as %s: %v", o.ID, o.State, o.Reason)
		}
		if o.State != inbox.Sent || w.judged[o.ID] {
			continue
		}
		if !o.Kind.Says() {
			if w.acts[o.ID] == 0 {
				w.Fatalf("%s is said to be done", o.Kind)
			}
			continue
		}
		w.d.Read(w.T, func(tx inbox.Tx) error {
			m, err := tx.FindMessage(o.Account, o.Remote)
			if err != nil {
				return err
			}
			if m == nil || m.Conversation != o.Conversation || m.Direction != inbox.Out {
				w.Fatalf("%d (%s, %s) is said to be sent: %+v, and was written in conversation %d", o.ID, o.Kind, o.Remote, m, o.Conversation)
			}
			if m.Outgoing == o.ID && m.By != o.By {
				w.Fatalf("%d is said to be by %d", o.ID, m.By)
			}
			return nil
		})
	}
	last := map[inbox.OutgoingID]inbox.OutgoingState{}
	w.d.Read(w.T, func(tx inbox.Tx) error {
		changes, err := tx.Changes(0, 100_000)
		for _, c := range changes {
			if c.Kind != inbox.ChangeOutgoing {
				continue
			}
			if to := inbox.OutgoingState(c.Word); !last[c.Outgoing].CanBecome(to) {
				w.Fatalf("%d went from %q to %q", c.Outgoing, last[c.Outgoing], to)
			} else {
				last[c.Outgoing] = to
			}
		}
		return err
	})
	for _, p := range w.posts {
		n := 0
		w.d.Read(w.T, func(tx inbox.Tx) error {
			return tx.EachMessage(0, func(m inbox.Message) error {
				if m.Remote == p.echo.Remote {
					n++
				}
				return nil
			})
		})
		if n != 1 {
			w.Fatalf("%s is in the desk %d times", p.echo.Remote, n)
		}
	}
	w.d.Read(w.T, func(tx inbox.Tx) error { // no conversation is left with nothing in it
		stamps, err := tx.Newest(inbox.Key{}, 1000)
		for _, st := range stamps {
			if msgs, merr := tx.MessagesOf(st.ID); merr != nil || len(msgs) == 0 {
				w.Fatalf("conversation %d is empty (%v)", st.ID, merr)
			}
		}
		return err
	})
}

// few has rapid try less often than it does by itself, unless it is told how often.
func few(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if was != f.DefValue {
		return
	}
	set := func(v string) {
		if err := f.Value.Set(v); err != nil {
			t.Fatal(err)
		}
	}
	set(strconv.Itoa(n))
	t.Cleanup(func() { set(was) })
}

// Law 3: whatever the order of receipt, echo, look-up, death, second press, second seat, undo, decision, broken account and moved target: nothing
// is on the platform twice unless a person said again; everything ends, by itself or by a person; answers of one conversation keep their order.
func TestLaw3_OnceWhateverHappensBetween(t *testing.T) {
	reach := map[string]int{}
	few(t, 30)
	lacks := func() (out []string) {
		for _, what := range []string{"deaths", "second press", "held.stale"} { // what is met seldom has tests of its own
			if reach[what] == 0 {
				out = append(out, what)
			}
		}
		return out
	}
	property := func(rt *rapid.T) {
		d := inboxtest.New(rt, func(c *inbox.Config) { c.Settings.LoopMost = 4 })
		w := &outgoings{
			T: rt, ctx: context.Background(), d: d, seats: []*inbox.Seat{d.Seat(rt, d.Anna), d.Seat(rt, d.Carl)},
			again: map[inbox.OutgoingID]int{}, judged: map[inbox.OutgoingID]bool{}, acts: map[inbox.OutgoingID]int{}, reach: reach,
		}
		direct := d.Say("d1", "jens", "Privat spørgsmål")
		direct.Kind, direct.Context, direct.Thread = inbox.Direct, "", "jens"
		if rapid.IntRange(0, 3).Draw(rt, "knows the thread") > 0 {
			d.Take(rt, direct)
			w.convs = append(w.convs, d.Find(rt, d.Facebook, "d1").ID)
		}
		d.Take(rt, d.Say("c1", "jens", "Hej"), d.Say("c2", "jens", "Hvornår?"))
		hidden := d.Say("c3", "", "Hvem er jeg?")
		hidden.Author = nil
		d.Take(rt, hidden)
		for _, c := range []string{"c1", "c2", "c3"} {
			w.convs = append(w.convs, d.Find(rt, d.Facebook, c).ID)
		}
		steps := []func(){
			w.reply, w.reply, w.moderate, w.send, w.send, w.send, w.send, w.send, w.echo, w.echo, w.find, w.resolve, w.citizen, w.account,
			func() {
				if o, ok := w.pick(inbox.Queued, inbox.Held, inbox.Retry); ok {
					w.may(w.seats[1].UndoSend(w.ctx, o.ID))
				}
			},
			func() { w.may(w.seats[0].Release(w.ctx, w.convs[w.n("release", len(w.convs))])) },
			func() {
				d.Clock.Add([]time.Duration{time.Second, 20 * time.Second, 20 * time.Second, 3 * time.Minute, 31 * time.Minute}[w.n("time", 5)])
			},
		}
		for range rapid.IntRange(10, 60).Draw(rt, "steps") {
			steps[w.n("step", len(steps))]()
		}
		w.ends()
		w.check()
	}
	rapid.Check(t, property)
	for tries := 0; !t.Failed() && len(lacks()) > 0 && tries < 20; tries++ { // on, until all is met: chance does not decide
		rapid.Check(t, property)
	}
	for _, what := range lacks() {
		t.Errorf("no run met %s: %v", what, reach)
	}
	t.Log(reach)
}
