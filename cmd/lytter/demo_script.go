package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
	"lytter/inbox/strict"
	"lytter/tui/sshserver"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"
)

//go:embed demo/first_minute.toml
var firstMinute []byte

// beat is one thing that happens in a demonstration, and what it must lead to.
type beat struct {
	ID     string   `toml:"id"`
	At     duration `toml:"at"`
	Within duration `toml:"within"` // what comes after that is late, as on a machine that has much else to do

	Account string `toml:"account"` // where a citizen writes
	Author  string `toml:"author"`
	Handle  string `toml:"handle"`
	Say     string `toml:"say"`

	Seat string   `toml:"seat"` // who of us does something, over SSH
	Do   []string `toml:"do"`   // a command of the desk; {id} is the conversation of an earlier beat
	Of   string   `toml:"of"`   // the beat whose conversation the outcome is looked for in; "" is this one's

	Topic  string   `toml:"topic"`
	Queue  string   `toml:"queue"`
	Why    []string `toml:"why"` // words that the tag explains itself with
	Taken  string   `toml:"taken"`
	Echoed bool     `toml:"echoed"` // the reply has come back from the platform
}

// beatReport is how a beat went.
type beatReport struct {
	ID     string  `json:"id"`
	OK     bool    `json:"ok"`
	Late   bool    `json:"late,omitempty"`   // it came, and later than the script says
	Missed string  `json:"missed,omitempty"` // what did not come to be
	After  float64 `json:"seconds,omitempty"`
}

func readScript(data []byte) ([]beat, error) {
	var f struct {
		Beat []beat `toml:"beat"`
	}
	if err := strict.Decode(data, &f); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return f.Beat, nil
}

// stage is where a script is played: a desk, its people, and the platforms.
type stage struct {
	house    *house
	platform *sandbox.Client
	keys     map[string]ssh.Signer

	mu   sync.Mutex
	said map[string]sandbox.Published // by beat
}

// play plays a script; the reports are in its order. Beats run side by side, each from its own time on.
func (s *stage) play(ctx context.Context, script []beat) ([]beatReport, error) {
	reports := make([]beatReport, len(script))
	g, ctx := errgroup.WithContext(ctx)
	begun := time.Now()
	for i, b := range script {
		reports[i].ID = b.ID
		g.Go(func() error {
			if !sleep(ctx, b.At.std()-time.Since(begun)) {
				reports[i].Missed = "time"
				return nil
			}
			start := time.Now()
			missed, err := s.perform(ctx, b)
			if err != nil {
				missed = err.Error()
			}
			took := time.Since(start)
			reports[i].OK, reports[i].Missed, reports[i].After = missed == "", missed, took.Seconds()
			reports[i].Late = missed == "" && took > b.Within.std()
			return nil
		})
	}
	return reports, g.Wait()
}

// sleep waits; false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(0, d))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// beatPatience is how long a beat's outcome is waited for at least.
const beatPatience = 2 * time.Minute

// perform lets a beat happen, and waits for what it must lead to; missed says what did not come.
func (s *stage) perform(ctx context.Context, b beat) (missed string, err error) {
	ctx, cancel := context.WithTimeout(ctx, max(b.Within.std(), beatPatience))
	defer cancel()
	if b.Say != "" {
		err = s.say(ctx, b)
	} else {
		err = s.do(ctx, b)
	}
	if err != nil {
		return "", err
	}
	of := b.Of
	if of == "" {
		of = b.ID
	}
	for {
		if missed, err = s.lacks(ctx, b, of); missed == "" && err == nil {
			return "", nil
		}
		if missed == "echo" {
			if err := s.decide(ctx, b.Seat, of); err != nil {
				return "", err
			}
		}
		if !sleep(ctx, 100*time.Millisecond) {
			return missed, nil
		}
	}
}

// account gives the sandbox's key of one of our accounts.
func (s *stage) account(name string) string {
	for key, ours := range demoNames {
		if ours == name {
			return key
		}
	}
	return name
}

func (s *stage) say(ctx context.Context, b beat) error {
	at, err := s.platform.Publish(ctx, sandbox.Publication{
		Account: s.account(b.Account), Author: sandbox.Author{Name: b.Author, Handle: b.Handle}, Text: b.Say, Label: "scenario",
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said[b.ID] = at
	return nil
}

// conversation finds where a beat's message is; 0 if it has not come yet.
func (s *stage) conversation(ctx context.Context, id string) (inbox.ConversationID, error) {
	s.mu.Lock()
	at, ok := s.said[id]
	s.mu.Unlock()
	if !ok {
		return 0, nil
	}
	a, ok := s.house.desk.Directory().AccountFor(inbox.Channel(at.Channel), inbox.RemoteID(at.Account))
	if !ok {
		return 0, nil
	}
	var c inbox.ConversationID
	err := s.house.store.View(ctx, func(tx inbox.Tx) error {
		m, err := tx.FindMessage(a.ID, inbox.RemoteID(at.ID))
		if m != nil {
			c = m.Conversation
		}
		return err
	})
	return c, err
}

// do runs a command of the desk as somebody, over SSH, once what it is about has come.
func (s *stage) do(ctx context.Context, b beat) error {
	args := slices.Clone(b.Do)
	for i, a := range args {
		id, ok := strings.CutPrefix(a, "{")
		if !ok {
			continue
		}
		c, err := s.conversation(ctx, strings.TrimSuffix(id, "}"))
		for err == nil && c == 0 && sleep(ctx, 100*time.Millisecond) {
			c, err = s.conversation(ctx, strings.TrimSuffix(id, "}"))
		}
		if err != nil {
			return err
		}
		args[i] = strconv.FormatInt(int64(c), 10)
	}
	return s.command(ctx, b.Seat, args)
}

// unsureFor is how long a person leaves a reply to the desk that may have been sent, before looking at the platform.
const unsureFor = 15 * time.Second

// decide does what a person does about a reply that may have been sent: looks at the platform, and sends it again if it is not there.
// Platforms fail in a demonstration too.
func (s *stage) decide(ctx context.Context, login, of string) error {
	id, err := s.conversation(ctx, of)
	if err != nil || id == 0 {
		return err
	}
	var unsure *inbox.Outgoing
	err = s.house.store.View(ctx, func(tx inbox.Tx) error {
		list, err := tx.OutgoingOf(id)
		for i := range list {
			if o := &list[i]; o.State == inbox.Unknown && tx.Now().Sub(o.SendingAt) > unsureFor {
				unsure = o
			}
		}
		return err
	})
	if err != nil || unsure == nil {
		return err
	}
	acts, err := s.platform.Acts(ctx, ledger.Filter{})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(acts, func(a ledger.Act) bool { return a.Text == unsure.Text }) {
		return nil // it is there: the desk is about to find it
	}
	return s.command(ctx, login, []string{"resolve", strconv.FormatInt(int64(id), 10), string(inbox.SendAgain)})
}

// command runs one command over SSH with a person's own key.
func (s *stage) command(ctx context.Context, login string, args []string) error {
	client, err := sshserver.Dial(ctx, sshserver.SocketPath(s.house.cfg.Data), s.keys[login], s.house.host.PublicKey())
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }() // what it was for is over
	var complaint bytes.Buffer
	code, err := client.Run(ctx, args, nil, io.Discard, &complaint)
	if err == nil && code != exitOK {
		err = fmt.Errorf("%s: exit %d: %s", args[0], code, strings.TrimSpace(complaint.String()))
	}
	return err
}

// lacks says what of a beat's outcome is not there yet.
func (s *stage) lacks(ctx context.Context, b beat, of string) (string, error) {
	id, err := s.conversation(ctx, of)
	if err != nil || id == 0 {
		return "message", err
	}
	var t *inbox.Thread
	err = s.house.store.View(ctx, func(tx inbox.Tx) error {
		ts, err := tx.Threads([]inbox.ConversationID{id})
		if len(ts) == 1 {
			t = ts[0]
		}
		return err
	})
	if err != nil || t == nil {
		return "conversation", err
	}
	dir := s.house.desk.Directory()
	if b.Topic != "" {
		topic, ok := dir.TopicAt(b.Topic)
		if tag := t.Tag(topic); !ok || tag == nil || tag.Removed {
			return "topic", nil
		} else if missing := unexplained(t, tag, b.Why); missing != "" {
			return missing, nil
		}
	}
	if q := dir.QueueNamed(b.Queue); b.Queue != "" && (q == nil || t.Queue != q.ID) {
		return "queue", nil
	}
	if b.Taken != "" && dir.Users[t.TakenBy].Login != b.Taken {
		return "taken", nil
	}
	if b.Echoed {
		for _, m := range t.Msgs {
			if m.Direction == inbox.Out && m.Outgoing != 0 && !m.EchoedAt.IsZero() {
				return "", nil
			}
		}
		return "echo", nil
	}
	return "", nil
}

// unexplained says which words a tag should explain itself with and does not.
func unexplained(t *inbox.Thread, tag *inbox.Tagging, words []string) string {
	if tag.Rule == "" || len(tag.Hits) == 0 {
		return "why"
	}
	var said []string
	for _, m := range t.Msgs {
		if m.ID != tag.Message {
			continue
		}
		for _, h := range tag.Hits {
			said = append(said, cut(m.Text, h.Start, h.End))
		}
	}
	spoken := strings.Join(said, " ")
	for _, w := range words {
		if !strings.Contains(spoken, w) {
			return "why: " + w
		}
	}
	return ""
}
