package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden frames")

// TestStories plays every story of testdata/stories. A story is lines of this language, one sentence each; # begins a remark.
//
//	post p: TEXT                          we post
//	say c by NAME [on p|under c]: TEXT    a citizen writes on Facebook; mention: on X
//	write c by NAME: TEXT                 in private; standby: while another app has the thread
//	NAME has read                         what we wrote to them in private
//	edit c: TEXT · delete c · attach c image "NAME" "ALT"
//	PERSON sits at 80x24 [en] [none]      someone logs in; · PERSON leaves
//	PERSON listens [en]                   logs in to plain lines
//	PERSON hears TEXT                     and all up to it; then what is said from there on · PERSON does not hear TEXT
//	PERSON presses KEY ...                keys as in a keymap; presses fast: faster than one can look
//	PERSON types TEXT · PERSON pastes TEXT
//	PERSON sees TEXT · PERSON does not see TEXT
//	PERSON stands on TEXT                 the row under the cursor has it
//	PERSON is at COLUMNSxROWS             resizes
//	PERSON looks like NAME                the whole frame, kept in testdata/frames/NAME.txt
//	PERSON has left                       the session has ended
//	after DURATION                        time goes by
//	the platform takes it|loses it|rejects it
//	the desk restarts                     as after a kill
//	screens lock after DURATION           for those who sit down from now on
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.story")
	if err != nil || len(files) < 15 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".story"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			play(t, string(data))
		})
	}
}

// play tells a story.
func play(t *testing.T, story string) *stage {
	t.Helper()
	s := newStage(t)
	for i, line := range strings.Split(story, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := s.tell(line); err != nil {
			t.Fatalf("line %d: %s\n%v", i+1, line, err)
		}
	}
	return s
}

var (
	said    = regexp.MustCompile(`^(say|mention|write|standby) (\S+) by "?([^":]+?)"?(?: (on|under) (\S+))?: (.*)$`)
	sitting = regexp.MustCompile(`^(\w+) sits at (\d+)x(\d+)( en| da)?( \w+)?$`)
	hearing = regexp.MustCompile(`^(\w+) listens( en| da)?$`)
	doing   = regexp.MustCompile(`^(\w+) (hears|does not hear|presses fast|presses|types|pastes|sees|does not see|stands on|is at|looks like|has left|leaves)(?: (.*))?$`)
)

func (s *stage) tell(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "post":
		id, words, _ := strings.Cut(rest, ": ")
		s.desk.Take(s.t, inbox.Incoming{
			Account: s.desk.Facebook, Event: inbox.ContextSeen, Source: inbox.FromPoll, Remote: inbox.RemoteID(id), Text: words, FromUs: true,
			At: s.desk.Clock.Now(), Observed: s.desk.Clock.Now(), Permalink: "https://facebook.example/" + id,
		})
	case strings.HasSuffix(line, " has read"):
		id := inbox.RemoteID("person-" + strings.TrimSuffix(line, " has read"))
		s.desk.Take(s.t, inbox.Incoming{
			Account: s.desk.Facebook, Event: inbox.Seen, Source: inbox.FromWebhook, Remote: id, Thread: id,
			At: s.desk.Clock.Now(), Observed: s.desk.Clock.Now(),
		})
	case word == "say" || word == "mention" || word == "write" || word == "standby":
		m := said.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("not understood")
		}
		s.desk.Clock.Add(time.Second)
		s.desk.Take(s.t, s.words(m))
	case word == "shelve" || word == "unshelve":
		return s.shelve(word, rest)
	case word == "edit" || word == "delete" || word == "attach":
		return s.change(word, rest)
	case word == "after":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return err
		}
		s.wait(d)
		return nil
	case strings.HasPrefix(line, "the platform "):
		fate, ok := map[string]inbox.OutgoingState{"takes it": inbox.Sent, "loses it": inbox.Unknown, "rejects it": inbox.Rejected}[line[13:]]
		if !ok {
			return fmt.Errorf("not understood")
		}
		s.deliver(fate)
	case strings.HasPrefix(line, "screens lock after "):
		d, err := time.ParseDuration(line[19:])
		s.idle = d
		return err
	case line == "the desk restarts":
		s.restart()
	case sitting.MatchString(line):
		m := sitting.FindStringSubmatch(line)
		lang, look := strings.TrimSpace(m[4]), strings.TrimSpace(m[5])
		if lang == "" {
			lang = "da"
		}
		if look == "" {
			look = string(ui.Dark)
		}
		s.seat(m[1], number(m[2]), number(m[3]), lang, ui.Name(look))
	case hearing.MatchString(line):
		m := hearing.FindStringSubmatch(line)
		lang := strings.TrimSpace(m[2])
		if lang == "" {
			lang = "da"
		}
		s.listener(m[1], lang)
	case doing.MatchString(line):
		m := doing.FindStringSubmatch(line)
		p := s.people[m[1]]
		if p == nil {
			return fmt.Errorf("%s does not sit here", m[1])
		}
		return p.does(m[2], m[3])
	default:
		return fmt.Errorf("not understood")
	}
	s.settle()
	return nil
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // digits: the pattern says so
	return n
}

// words is what a citizen writes.
func (s *stage) words(m []string) inbox.Incoming {
	in := inbox.Incoming{
		Account: s.desk.Facebook, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: inbox.RemoteID(m[2]),
		Author: &inbox.Author{Remote: inbox.RemoteID("person-" + m[3]), Name: m[3], Followers: -1}, Text: strings.ReplaceAll(m[6], `\n`, "\n"),
		At: s.desk.Clock.Now(), Observed: s.desk.Clock.Now(), Permalink: "https://facebook.example/" + m[2],
	}
	if m[1] == "mention" {
		in.Account, in.Kind = s.desk.X, inbox.Mention
		in.Author.Handle = strings.ToLower(strings.ReplaceAll(m[3], " ", ""))
	}
	if m[1] == "write" || m[1] == "standby" {
		in.Kind, in.Thread, in.Standby = inbox.Direct, in.Author.Remote, m[1] == "standby"
	}
	switch m[4] {
	case "on":
		in.Context, in.Parent = inbox.RemoteID(m[5]), inbox.RemoteID(m[5])
	case "under":
		in.Parent = inbox.RemoteID(m[5])
	}
	return in
}

// change edits, deletes or attaches.
func (s *stage) change(word, rest string) error {
	s.desk.Clock.Add(time.Second)
	id, more, _ := strings.Cut(rest, " ")
	id = strings.TrimSuffix(id, ":")
	acc := s.desk.Facebook
	var m *inbox.Message
	s.desk.Read(s.t, func(tx inbox.Tx) (err error) {
		if m, err = tx.FindMessage(acc, inbox.RemoteID(id)); err != nil || m != nil {
			return err
		}
		post, err := tx.FindPost(acc, inbox.RemoteID(id))
		if post != nil {
			m = &inbox.Message{Remote: post.Remote}
		}
		return err
	})
	if m == nil {
		return fmt.Errorf("nobody said %s", id)
	}
	in := inbox.Incoming{
		Account: acc, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: m.Remote, Parent: m.Parent, Text: m.Text, At: s.desk.Clock.Now(),
		Observed: s.desk.Clock.Now(),
	}
	switch word {
	case "edit":
		in.Event, in.Text = inbox.Edited, more
	case "delete":
		in.Event, in.Text = inbox.Deleted, ""
	case "attach":
		kind, names, _ := strings.Cut(more, " ")
		parts := strings.Split(names, `"`)
		if len(parts) < 4 {
			return fmt.Errorf("not understood")
		}
		in.Event, in.Text = inbox.Edited, m.Text+" "
		in.Media = []inbox.Media{{Type: kind, Name: parts[1], Alt: parts[3], Size: 204800, URL: "https://cdn.example/x"}}
	}
	s.desk.Take(s.t, in)
	s.settle()
	return nil
}

func (p *person) does(what, rest string) error {
	screen := p.screen()
	switch what {
	case "presses fast":
		for _, k := range strings.Fields(rest) {
			p.send(key(k))
			p.settle()
		}
	case "presses":
		p.press(strings.Fields(rest)...)
	case "types":
		p.types(strings.ReplaceAll(rest, `\n`, "\n"))
	case "pastes":
		p.send(tea.PasteMsg{Content: strings.ReplaceAll(rest, `\n`, "\n")})
		p.settle()
	case "sees":
		if !strings.Contains(squeeze(screen), squeeze(rest)) {
			return fmt.Errorf("%s does not see it:\n%s", p.name, screen)
		}
	case "does not see":
		if strings.Contains(squeeze(screen), squeeze(rest)) {
			return fmt.Errorf("%s sees it:\n%s", p.name, screen)
		}
	case "hears", "does not hear":
		return p.hears(rest, what == "hears")
	case "stands on":
		id := p.app.list.cursor()
		d := p.app.list.rows[id]
		if d == nil || !strings.Contains(d.row.Text+" "+d.row.Author.Name, rest) {
			return fmt.Errorf("%s stands on %+v:\n%s", p.name, d, screen)
		}
	case "is at":
		w, h, _ := strings.Cut(rest, "x")
		p.send(tea.WindowSizeMsg{Width: number(w), Height: number(h)})
		p.settle()
	case "looks like":
		return p.looksLike(rest)
	case "has left":
		if !p.quit {
			return fmt.Errorf("%s has not", p.name)
		}
	case "leaves":
		p.leave()
	}
	return nil
}

// squeeze makes lines and runs of spaces single spaces, so that a sentence is found where the screen broke it.
func squeeze(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("│▌", r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// looksLike compares the whole frame with the one that is kept.
func (p *person) looksLike(name string) error {
	got := p.screen()
	if strings.HasSuffix(name, "-styled") {
		got = strings.ReplaceAll(p.app.View().Content, "\x1b", "^") + "\n"
	}
	path := filepath.Join("testdata", "frames", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(got), 0o644)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		return fmt.Errorf("%s (-want +got; rewrite with -update):\n%s", path, d)
	}
	return nil
}
