package connectortest

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// files runs the part of the suite about files that go along with answers.
func files(t *testing.T, p Platform, a Acts) {
	t.Helper()
	t.Run("FilesAreHonest", func(t *testing.T) { filesHonest(t, p, a) })
	t.Run("FilesThatAreTooLarge", func(t *testing.T) { filesTooLarge(t, p, a) })
	t.Run("FilesTogether", func(t *testing.T) { filesTogether(t, p, a) })
	t.Run("UploadsMayFail", func(t *testing.T) { uploadsFail(t, p, a) })
	t.Run("Law3_FileAcceptedAndLostIsFound", func(t *testing.T) { lostFile(t, p, a) })
}

// Picture is a small picture whose bytes no other number has.
func Picture(number int, kind string) []byte {
	img := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.RGBA{R: uint8(number), G: uint8(number >> 8), A: 255}})
	img.SetColorIndex(number%8, number/8%8, 1)
	var b bytes.Buffer
	var err error
	switch kind {
	case "image/png":
		err = png.Encode(&b, img)
	case "image/gif":
		err = gif.Encode(&b, img, nil)
	default:
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}

// sample gives bytes of a type.
func sample(kind string) []byte {
	switch kind {
	case "image/png", "image/jpeg", "image/gif":
		return Picture(1, kind)
	case "image/webp":
		return []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
	case "video/mp4":
		return []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp41isom\x00\x00\x00\x08mdat")
	case "video/webm":
		return []byte("\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x86\x81\x01webm")
	case "audio/mpeg":
		return []byte("ID3\x04\x00\x00\x00\x00\x00\x00")
	case "audio/wave":
		return []byte("RIFF\x24\x00\x00\x00WAVEfmt ")
	}
	return []byte("%PDF-1.4\n%%EOF\n")
}

// attachment is what the desk would have of bytes.
func (l *live) attachment(b []byte) inbox.Attachment {
	l.t.Helper()
	a, err := inbox.NewAttachment("kort over lukningen.bin", "Kort over \"Nørrebrogade\"", b)
	if err != nil {
		l.t.Fatal(err)
	}
	a.Bytes = b
	return a
}

// with brings files and sends an outgoing with them, as the Runner does.
func (l *live) with(o inbox.Outgoing, files ...inbox.Attachment) (inbox.Outgoing, connectors.Receipt, error) {
	l.t.Helper()
	o.Attachments = files
	up, ok := l.Connector.(connectors.Uploader)
	if !ok {
		l.t.Fatal("Can allows files, and the connector brings none")
	}
	names, err := up.Upload(l.t.Context(), l.account, o)
	l.harmless(err)
	if err != nil {
		return o, connectors.Receipt{}, err
	}
	for i := range names {
		o.Attachments[i].Remote = names[i]
	}
	r, err := l.Send(l.t.Context(), l.account, o)
	l.harmless(err)
	return o, r, err
}

// carriers calls f for everything that an answer can be to, in public and in private.
func carriers(t *testing.T, p Platform, a Acts, f func(t *testing.T, l *live, m inbox.Message, may inbox.Capability, out func(string) inbox.Outgoing)) {
	t.Helper()
	for _, s := range subjects() {
		for _, do := range []inbox.Action{inbox.ActReply, inbox.ActPrivate} {
			if s.ours {
				continue
			}
			t.Run(s.name+"/"+string(do), func(t *testing.T) {
				l := open(t, p, a.Change)
				o, m, may := l.possible(s, do, "")
				if (len(may.Files) == 0) == (may.NoFiles == nil) {
					t.Errorf("%d kinds of files, and why none: %v", len(may.Files), may.NoFiles)
				}
				f(t, l, m, may, func(text string) inbox.Outgoing { return l.outgoing(do, m, o.Person, text) })
			})
		}
	}
}

// arrived fails the test unless one act came about, with the very files.
func (l *live) arrived(did []ledger.Act, text string, alt bool, want ...inbox.Attachment) {
	l.t.Helper()
	if len(did) != 1 || did[0].Text != text || len(did[0].Files) != len(want) {
		l.t.Fatalf("the platform did %+v; want %q with %d files", did, text, len(want))
	}
	for i, w := range want {
		f := did[0].Files[i]
		if f.Hash != string(w.Hash) || f.Type != w.Type || int64(f.Size) != w.Size {
			l.t.Errorf("file %d came as %+v, and was %+v", i, f, w)
		}
		if alt && w.Kind == "image" && f.Alt != w.Alt {
			l.t.Errorf("the description came as %q; want %q", f.Alt, w.Alt)
		}
	}
}

func filesHonest(t *testing.T, p Platform, a Acts) {
	t.Helper()
	carriers(t, p, a, func(t *testing.T, l *live, _ inbox.Message, may inbox.Capability, out func(string) inbox.Outgoing) {
		t.Helper()
		e := l.listen()
		for _, kind := range []string{
			"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/wave", "application/pdf",
		} {
			for _, text := range []string{"", "Her er kortet"} {
				l.heard(e)
				l.honest(e, may, out(text), l.attachment(sample(kind)))
			}
		}
	})
}

// honest fails the test unless the platform does with a file what Can says that it does, and tells of it so that it is known again.
func (l *live) honest(e *ear, may inbox.Capability, o inbox.Outgoing, f inbox.Attachment) {
	l.t.Helper()
	why := may.Takes(o.Text, []inbox.Attachment{f})
	was := len(l.acts())
	o, r, err := l.with(o, f)
	did := l.acts()[was:]
	if why != nil {
		if got := connectors.AsError(err); got == nil || got.Maybe || len(did) != 0 {
			l.t.Errorf("%s, %q: Takes says no (%s), the platform: %v, did %+v", f.Type, o.Text, why.String(), err, did)
		}
		return
	}
	if err != nil {
		l.t.Fatalf("%s, %q: Takes says yes, the platform: %v", f.Type, o.Text, err)
	}
	l.arrived(did, o.Text, may.Alt, f)
	if string(r.Remote) != did[0].ID {
		l.t.Errorf("the receipt names %s, the ledger %s", r.Remote, did[0].ID)
	}
	for _, in := range l.heard(e) {
		if in.Remote == r.Remote && in.FromUs && !o.ShownAs(in.Text, in.Media) {
			l.t.Errorf("%s, %q: its echo is not known again: %q %+v", f.Type, o.Text, in.Text, in.Media)
		}
	}
}

func filesTooLarge(t *testing.T, p Platform, a Acts) {
	t.Helper()
	carriers(t, p, a, func(t *testing.T, l *live, _ inbox.Message, may inbox.Capability, out func(string) inbox.Outgoing) {
		t.Helper()
		for _, rule := range may.Files {
			if rule.MaxBytes >= inbox.MaxFile { // what is larger is on no desk
				continue
			}
			b := append(sample(rule.Types[0]), make([]byte, rule.MaxBytes)...)
			f := l.attachment(b[:rule.MaxBytes+1])
			if why := may.Takes("", []inbox.Attachment{f}); why == nil || why.Key != "refused.file_too_big" {
				t.Errorf("%s of %d bytes: %v", f.Type, f.Size, why)
			}
			was := len(l.acts())
			_, _, err := l.with(out(""), f)
			l.want(err, connectors.Rejected, false)
			if did := l.acts()[was:]; len(did) != 0 {
				t.Errorf("the platform did %+v", did)
			}
		}
	})
}

func filesTogether(t *testing.T, p Platform, a Acts) {
	t.Helper()
	carriers(t, p, a, func(t *testing.T, l *live, _ inbox.Message, may inbox.Capability, out func(string) inbox.Outgoing) {
		t.Helper()
		for _, rule := range may.Files {
			if rule.Kind != "image" || rule.Most < 2 {
				continue
			}
			var all []inbox.Attachment
			for i := range rule.Most + 1 {
				all = append(all, l.attachment(Picture(i, rule.Types[i%2])))
			}
			if why := may.Takes("", all); why == nil {
				t.Errorf("%d pictures are allowed", len(all))
			}
			_, _, err := l.with(out(""), all...)
			l.want(err, connectors.Rejected, false)
			was := len(l.acts())
			if _, _, err := l.with(out(""), all[:rule.Most]...); err != nil {
				t.Fatal(err)
			}
			l.arrived(l.acts()[was:], "", may.Alt, all[:rule.Most]...)
		}
	})
}

// uploadsFail: whatever becomes of an upload, nothing is said, and it can be done again.
func uploadsFail(t *testing.T, p Platform, a Acts) {
	t.Helper()
	carriers(t, p, a, func(t *testing.T, l *live, _ inbox.Message, may inbox.Capability, out func(string) inbox.Outgoing) {
		t.Helper()
		f := l.attachment(sample("image/png"))
		if may.Takes("", []inbox.Attachment{f}) != nil {
			t.Skip("not possible")
		}
		up, ok := l.Connector.(connectors.Uploader)
		if !ok {
			t.Fatal("the connector brings no files")
		}
		was := len(l.acts())
		for _, rates := range []sandbox.Faults{{Error5xx: 1}, {LoseAnswer: 1}} {
			l.faults(rates)
			o := out("")
			o.Attachments = []inbox.Attachment{f}
			_, err := up.Upload(t.Context(), l.account, o)
			l.harmless(err)
			if err != nil && connectors.ClassOf(err) != connectors.Transient {
				t.Errorf("%+v: %v", rates, err)
			}
		}
		l.faults(sandbox.Faults{})
		if did := l.acts()[was:]; len(did) != 0 {
			t.Errorf("an upload said something: %+v", did)
		}
		if _, _, err := l.with(out(""), f); err != nil {
			t.Fatal(err)
		}
		l.arrived(l.acts()[was:], "", may.Alt, f)
	})
}

// lostFile loses the answer to a send of nothing but a file: looking tells it from what else we said there, before and after.
func lostFile(t *testing.T, p Platform, a Acts) {
	t.Helper()
	carriers(t, p, a, func(t *testing.T, l *live, _ inbox.Message, may inbox.Capability, out func(string) inbox.Outgoing) {
		t.Helper()
		f := l.attachment(sample("image/png"))
		if may.Takes("", []inbox.Attachment{f}) != nil {
			t.Skip("not possible")
		}
		if _, err := l.Send(t.Context(), l.account, out("Kortet kommer")); err != nil {
			t.Fatal(err)
		}
		o := out("")
		o.Attachments = []inbox.Attachment{f}
		names, err := l.Connector.(connectors.Uploader).Upload(t.Context(), l.account, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Attachments[0].Remote = names[0]
		found, err := l.Find(t.Context(), l.account, o)
		if connectors.ClassOf(err) == connectors.Forbidden {
			t.Skip("the platform does not let us look there: a person must")
		}
		if err != nil || len(found) != 0 {
			t.Fatalf("found before it was sent: %+v, %v", found, err)
		}
		was := len(l.acts())
		l.faults(sandbox.Faults{LoseAnswer: 1})
		_, err = l.Send(t.Context(), l.account, o)
		l.want(err, connectors.Transient, true)
		l.faults(sandbox.Faults{})
		did := l.acts()[was:]
		l.arrived(did, "", may.Alt, f)
		if _, err := l.Send(t.Context(), l.account, out("Sig til, hvis det ikke kan ses")); err != nil {
			t.Fatal(err)
		}
		found, err = l.Find(t.Context(), l.account, o)
		if err != nil || len(found) != 1 || string(found[0].Remote) != did[0].ID {
			t.Fatalf("found %+v, %v; the platform has %+v", found, err, did[0])
		}
	})
}
