package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lytter/inbox"
)

// shelve puts a picture of so many bytes on the shelf, or a file that is none, or takes one off.
func (s *stage) shelve(word, rest string) error {
	seat := s.desk.Seat(s.t, s.desk.Carl)
	ctx := context.Background()
	parts := strings.Split(rest, `"`)
	words := strings.Fields(parts[0])
	if word == "unshelve" {
		list, err := seat.Files(ctx)
		for _, f := range list {
			if f.Name == words[0] {
				return seat.RemoveFile(ctx, f.Hash)
			}
		}
		return fmt.Errorf("no %s there: %w", words[0], err)
	}
	b := []byte("GIF89a" + words[0])
	if strings.HasSuffix(words[0], ".pdf") {
		b = []byte("%PDF-1.4\n" + words[0])
	}
	alt := ""
	if len(parts) > 1 {
		alt = parts[1]
	}
	_, err := seat.PutFile(ctx, words[0], alt, append(b, make([]byte, number(words[1]))...))
	s.settle()
	return err
}

const filesStory = `
post p: Nye cykelstier
say c1 by Søren on p: Hvor er der lukket?
shelve kort-over-lukningen.gif 212000 "Kort: Nørrebrogade er lukket mellem Fælledvej og Blågårdsgade"
shelve åbningstider.gif 34000
shelve vejledning.pdf 900000
shelve luftfoto.gif 2000000 "Pladsen set fra oven"
anna sits at SIZE LANG
anna presses enter r
anna types Her er kortet.
anna presses ctrl+f
anna looks like LANG-SIZE-shelf
anna types kort
anna presses enter
anna looks like LANG-SIZE-attached
`

// TestFilesFrames keeps the shelf and the composer with a file, in two languages and three sizes.
func TestFilesFrames(t *testing.T) {
	for _, lang := range []string{"da", "en"} {
		for _, size := range []string{"80x24", "120x40", "160x45"} {
			t.Run(lang+"-"+size, func(t *testing.T) {
				t.Parallel()
				play(t, strings.NewReplacer("SIZE", size, "LANG", lang).Replace(filesStory))
			})
		}
	}
}

// TestFilesGoWithTheirReply follows a file from the composer to the outgoing, and back by undo.
func TestFilesGoWithTheirReply(t *testing.T) {
	s := newStage(t)
	for _, line := range []string{
		"post p: Nye cykelstier", "say c1 by Søren on p: Hvor er der lukket?", `shelve kort.gif 100 "Kort"`, "shelve andet.gif 100",
		"anna sits at 80x24", "anna presses enter r", "anna presses ctrl+f", "anna types andet", "anna presses enter ctrl+s",
	} {
		if err := s.tell(line); err != nil {
			t.Fatal(line, err)
		}
	}
	outgoing := func() (out []inbox.Outgoing) {
		s.desk.Read(t, func(tx inbox.Tx) (err error) {
			out, err = tx.OutgoingIn(0, inbox.Queued)
			return err
		})
		return out
	}
	out := outgoing()
	if len(out) != 1 || out[0].Text != "" || len(out[0].Attachments) != 1 || out[0].Attachments[0].Name != "andet.gif" {
		t.Fatalf("handed in: %+v", out)
	}
	for _, line := range []string{"anna presses z", "anna sees andet.gif", "anna presses ctrl+f", "anna types kort", "anna presses enter"} {
		if err := s.tell(line); err != nil {
			t.Fatal(line, err)
		}
	}
	if len(outgoing()) != 0 {
		t.Fatal("it goes all the same")
	}
	if err := s.tell("anna sees Her kan højst vedhæftes 1."); err != nil {
		t.Fatal(err)
	}
	if f := s.people["anna"].app.compose.files; len(f) != 2 || f[0].Name != "andet.gif" || f[1].Name != "kort.gif" || f[1].Alt != "Kort" {
		t.Errorf("the composer has %+v", f)
	}
}
