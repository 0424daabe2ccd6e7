package inbox_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"pgregory.net/rapid"
)

// gif is a picture of its own.
func gif(n int) []byte { return fmt.Appendf([]byte("GIF89a"), "%08d", n) }

func TestNewAttachment(t *testing.T) {
	for _, c := range []struct {
		name, alt string
		bytes     []byte
		want      string // its type, or why not
		called    string
	}{
		{"kort.gif", " Kort ", gif(1), "image/gif", "kort.gif"},
		{"kort.exe", "", gif(1), "image/gif", "kort.exe"}, // what it is its content says
		{`C:\Users\mette\kort.png`, "", []byte("\x89PNG\r\n\x1a\n"), "image/png", "kort.png"},
		{"/home/mette/kort\x1b[31m.jpg", "", []byte("\xff\xd8\xff"), "image/jpeg", "kort [31m.jpg"},
		{"a.pdf", "", []byte("%PDF-1.4"), "application/pdf", "a.pdf"},
		{"kort.png", "", []byte("<html>"), "refused.file_unknown", ""},
		{"kort.png", "", []byte("MZ\x00\x00"), "refused.file_unknown", ""},
		{"kort.png", "", nil, "refused.file_empty", ""},
		{"..", "", gif(1), "image/gif", ".."},
		{"/", "", gif(1), "refused.file_name", ""},
		{"", "", gif(1), "refused.file_name", ""},
		{strings.Repeat("å", inbox.MaxFileName+1), "", gif(1), "refused.file_name", ""},
		{"kort.gif", strings.Repeat("å", inbox.MaxAlt+1), gif(1), "refused.alt_too_long", ""},
		{"stor.gif", "", append(gif(1), make([]byte, inbox.MaxFile)...), "refused.file_too_big", ""},
	} {
		a, err := inbox.NewAttachment(c.name, c.alt, c.bytes)
		if err != nil {
			if inbox.CodeOf(err) != inbox.Invalid || inbox.ReasonOf(err).Key != c.want {
				t.Errorf("%q: %v; want %s", c.name, err, c.want)
			}
			continue
		}
		if a.Type != c.want || a.Name != c.called || a.Hash != inbox.HashOf(c.bytes) || a.Size != int64(len(c.bytes)) || a.Alt != strings.TrimSpace(c.alt) {
			t.Errorf("%q: %+v; want %s called %q", c.name, a, c.want, c.called)
		}
	}
}

func TestTakes(t *testing.T) {
	pictures := inbox.FileRule{Kind: "image", Types: []string{"image/png", "image/jpeg"}, MaxBytes: 5 << 20, Most: 4}
	moving := inbox.FileRule{Kind: "image", Types: []string{"image/gif"}, MaxBytes: 15 << 20, Most: 1}
	x := inbox.Capability{Allowed: true, MaxText: 10, Measure: inbox.CountRunes, Files: []inbox.FileRule{pictures, moving}}
	direct := inbox.Capability{Allowed: true, MaxText: 10, Measure: inbox.CountRunes, Files: []inbox.FileRule{moving}, FilesAlone: true}
	never := inbox.Capability{Allowed: true, NoFiles: inbox.Why("instagram.no_files")}
	png := func(n int) inbox.Attachment {
		return inbox.Attachment{Hash: inbox.Hash(fmt.Sprint(n)), Name: "p", Type: "image/png", Kind: "image", Size: 5 << 20}
	}
	large := png(9)
	large.Size++
	anim := inbox.Attachment{Hash: "g", Name: "g", Type: "image/gif", Kind: "image", Size: 15 << 20}
	for _, c := range []struct {
		may   inbox.Capability
		text  string
		files []inbox.Attachment
		want  string
	}{
		{x, "Kort", nil, ""},
		{x, "", nil, "refused.empty"},
		{x, "", []inbox.Attachment{png(1)}, ""},
		{x, "Kort", []inbox.Attachment{png(1), png(2), png(3), png(4)}, ""},
		{x, "Kort", []inbox.Attachment{png(1), png(2), png(3), png(4), png(5)}, "refused.too_many_files"},
		{x, "Kort", []inbox.Attachment{png(1), png(1)}, "refused.file_twice"},
		{x, "Kort", []inbox.Attachment{large}, "refused.file_too_big"},
		{x, "Kort", []inbox.Attachment{anim}, ""},
		{x, "Kort", []inbox.Attachment{png(1), anim}, "refused.files_mixed"},
		{x, "Kort", []inbox.Attachment{{Type: "application/pdf"}}, "refused.file_type"},
		{x, "Alt for lang tekst", []inbox.Attachment{png(1)}, "refused.too_long"},
		{direct, "", []inbox.Attachment{anim}, ""},
		{direct, "Kort", []inbox.Attachment{anim}, "refused.file_alone"},
		{never, "Kort", []inbox.Attachment{anim}, "instagram.no_files"},
		{inbox.Capability{Allowed: true}, "Kort", []inbox.Attachment{anim}, "refused.no_files"},
	} {
		got := ""
		if why := c.may.Takes(c.text, c.files); why != nil {
			got = why.Key
		}
		if got != c.want {
			t.Errorf("%q with %+v: %q, want %q", c.text, c.files, got, c.want)
		}
	}
}

// TestLaw3_FilesStayWithTheirReply tears desks apart: people put files on the shelf and take them off, write with them, take back and
// send again; senders come, upload, fail and die. Whatever leaves has just the bytes that its writer chose, in their order, and those are
// kept for as long as anything has them.
func TestLaw3_FilesStayWithTheirReply(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := inboxtest.New(r)
		ctx := t.Context()
		seat := d.Seat(r, d.Anna)
		var convs []inbox.ConversationID
		for i := range 3 {
			id := fmt.Sprint("c", i)
			d.Take(r, d.Say(id, fmt.Sprint("citizen", i), "Hvor er der lukket?"))
			convs = append(convs, d.Find(r, d.Facebook, id).ID)
		}
		chosen := map[inbox.OutgoingID][]inbox.Hash{}
		might := func(err error) {
			switch inbox.CodeOf(err) {
			case "", inbox.Conflict, inbox.Invalid, inbox.NotFound:
			default:
				r.Fatal(err)
			}
		}
		hashes := func(as []inbox.Attachment) (out []inbox.Hash) {
			for _, a := range as {
				out = append(out, a.Hash)
			}
			return out
		}
		shelf := func() []inbox.File {
			list, err := seat.Files(ctx)
			might(err)
			return list
		}
		steps := map[string]func(*rapid.T){
			"put": func(r *rapid.T) {
				n := rapid.IntRange(0, 4).Draw(r, "file")
				_, err := seat.PutFile(ctx, fmt.Sprint(rapid.IntRange(0, 4).Draw(r, "name"), ".gif"), "", gif(n))
				might(err)
			},
			"remove": func(r *rapid.T) {
				might(seat.RemoveFile(ctx, inbox.HashOf(gif(rapid.IntRange(0, 4).Draw(r, "file")))))
			},
			"write": func(r *rapid.T) {
				list := shelf()
				if len(list) == 0 {
					return
				}
				f := rapid.SampledFrom(list).Draw(r, "chosen").Attachment
				lie := f
				lie.Type, lie.Size, lie.Kind = "text/html", 1, "file" // what it is is not the caller's to say
				rep := inbox.Reply{Conversation: rapid.SampledFrom(convs).Draw(r, "to"), Attachments: []inbox.Attachment{lie}}
				if rapid.Bool().Draw(r, "text") {
					rep.Text = "Her"
				}
				o, err := seat.Reply(ctx, rep)
				might(err)
				if err == nil {
					chosen[o.ID] = hashes(rep.Attachments)
					if o.Attachments[0].Type != "image/gif" || o.Attachments[0].Size != int64(len(gif(0))) {
						r.Fatalf("taken at its word: %+v", o.Attachments)
					}
				}
			},
			"draft": func(r *rapid.T) {
				dr := inbox.Draft{Conversation: rapid.SampledFrom(convs).Draw(r, "in"), Kind: inbox.DraftReply}
				for _, f := range shelf() {
					dr.Attachments = append(dr.Attachments, f.Attachment)
				}
				might(seat.SaveDraft(ctx, dr))
			},
			"take back": func(r *rapid.T) {
				for id, want := range chosen {
					err := seat.UndoSend(ctx, id)
					might(err)
					if err != nil {
						continue
					}
					var o *inbox.Outgoing
					var drafts []inbox.Draft
					d.Read(r, func(tx inbox.Tx) (err error) {
						if o, err = tx.Outgoing(id); err == nil {
							drafts, err = tx.DraftsIn(d.Anna, o.Conversation)
						}
						return err
					})
					back := slices.ContainsFunc(drafts, func(dr inbox.Draft) bool {
						has := hashes(dr.Attachments)
						return !slices.ContainsFunc(want, func(h inbox.Hash) bool { return !slices.Contains(has, h) })
					})
					if !back {
						r.Fatalf("what was taken back is in no draft: %v in %+v", want, drafts)
					}
					return
				}
			},
			"send": func(r *rapid.T) {
				d.Clock.Add(20 * time.Second)
				o, err := d.Claim(ctx, d.Facebook, "sender")
				might(err)
				if o == nil {
					return
				}
				if got := hashes(o.Attachments); !slices.Equal(got, chosen[o.ID]) {
					r.Fatalf("%d leaves with %v; its writer chose %v", o.ID, got, chosen[o.ID])
				}
				for _, a := range o.Attachments {
					b, err := d.Bytes(ctx, a.Hash)
					if err != nil || inbox.HashOf(b) != a.Hash || !bytes.HasPrefix(b, []byte("GIF89a")) {
						r.Fatalf("its bytes are gone or others: %v", err)
					}
				}
				switch rapid.IntRange(0, 3).Draw(r, "fate") {
				case 0: // died while it uploaded
					might(d.Overtaken(ctx, true))
				case 1: // the upload failed
					might(d.Settle(ctx, o.ID, inbox.Fate{State: inbox.Retry, Reason: inbox.Why("platform.unwell"), After: time.Second}))
				case 2:
					might(d.Begin(ctx, o.ID, "sender"))
					might(d.Settle(ctx, o.ID, inbox.Fate{State: inbox.Sent, Remote: inbox.RemoteID(fmt.Sprint("r", o.ID))}))
				case 3: // died while it sent
					might(d.Begin(ctx, o.ID, "sender"))
					might(d.Overtaken(ctx, true))
				}
				if after := o.ID; len(chosen[after]) > 0 {
					d.Read(r, func(tx inbox.Tx) error {
						now, err := tx.Outgoing(after)
						if err == nil && !slices.Equal(hashes(now.Attachments), chosen[after]) {
							r.Fatalf("%d has lost its files", after)
						}
						return err
					})
				}
			},
		}
		for n := range 2 {
			_, err := seat.PutFile(ctx, fmt.Sprint(n, ".gif"), "", gif(n))
			might(err)
		}
		names := slices.Sorted(maps.Keys(steps))
		for range rapid.IntRange(4, 14).Draw(r, "steps") {
			steps[rapid.SampledFrom(names).Draw(r, "step")](r)
		}
	})
}
