package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"lytter/inbox/text"
)

// Hash names bytes: the hexadecimal digits of their SHA-256.
type Hash string

// HashOf is the name of bytes.
func HashOf(b []byte) Hash {
	sum := sha256.Sum256(b)
	return Hash(hex.EncodeToString(sum[:]))
}

// The bounds of a file.
const (
	MaxFile     = 25 << 20 // bytes; no platform takes more by the ways that we have
	MaxFileName = 100      // characters
	MaxAlt      = 1000     // characters (X API, "Media metadata": alt_text)
	MaxAttached = 10       // files that go with one thing said
)

// Attachment is a file that goes along with what is said. Its bytes are kept under Hash.
type Attachment struct {
	Hash Hash   `json:"hash"`
	Type string `json:"type"` // of its content: image/png
	Kind string `json:"kind"` // the same as Media.Type has it: image, video, audio, file
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
	Alt  string `json:"alt,omitempty"`

	// Only while it is sent: the bytes, and what the platform calls it once they are uploaded. An upload can be done again.
	Bytes  []byte `json:"-"`
	Remote string `json:"-"`
}

// Media is an attachment as part of a message.
func (a Attachment) Media() Media { return Media{Type: a.Kind, Name: a.Name, Size: a.Size, Alt: a.Alt} }

// File is a file on the desk's shelf: pictures and papers that many answers need. The shelf is everybody's.
type File struct {
	Attachment
	By UserID
	At time.Time
}

// fileKinds are the types that an answer can carry, and what they are in the words of Media.
var fileKinds = map[string]string{
	"image/jpeg": "image", "image/png": "image", "image/gif": "image", "image/webp": "image",
	"video/mp4": "video", "video/webm": "video",
	"audio/mpeg": "audio", "audio/wave": "audio",
	"application/pdf": "file",
}

// NewAttachment looks at bytes: what they are says their content, never their name. An Error of code Invalid if no platform takes them.
func NewAttachment(name, alt string, b []byte) (Attachment, error) {
	const op = "inbox.NewAttachment"
	a := Attachment{Hash: HashOf(b), Type: http.DetectContentType(b), Size: int64(len(b)), Alt: oneLine(alt)}
	a.Name = oneLine(path.Base(strings.ReplaceAll(name, `\`, "/")))
	a.Kind = fileKinds[a.Type]
	switch {
	case a.Name == "" || a.Name == "." || a.Name == "/" || text.Runes(a.Name) > MaxFileName:
		return a, E(Invalid, op, "refused.file_name", "Max", MaxFileName)
	case len(b) == 0:
		return a, E(Invalid, op, "refused.file_empty", "Name", a.Name)
	case len(b) > MaxFile:
		return a, E(Invalid, op, "refused.file_too_big", "Name", a.Name, "Max", megabytes(MaxFile))
	case a.Kind == "":
		return a, E(Invalid, op, "refused.file_unknown", "Name", a.Name)
	case text.Runes(a.Alt) > MaxAlt:
		return a, E(Invalid, op, "refused.alt_too_long", "Name", a.Name, "Max", MaxAlt)
	}
	return a, nil
}

// oneLine is a text on one line, without what no terminal should be sent.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(string(text.CleanLine(s))), " ")
}

func megabytes(n int64) int { return int(n >> 20) }

// FileRule is a kind of file that may go along, and how many of it. Files of two rules never go together.
type FileRule struct {
	Kind     string   // as Attachment.Kind
	Types    []string // of its content
	MaxBytes int64
	Most     int
}

// takes reports whether a file falls under the rule.
func (r FileRule) takes(a Attachment) bool { return slices.Contains(r.Types, a.Type) }

// Takes says why files cannot go along with a text, or nil. What it allows the platform may still refuse.
func (c Capability) Takes(s string, files []Attachment) *Reason {
	if len(files) == 0 {
		return c.Fits(s)
	}
	if c.NoFiles != nil || len(c.Files) == 0 {
		return c.noFiles()
	}
	rule := -1
	for i, a := range files {
		at := slices.IndexFunc(c.Files, func(r FileRule) bool { return r.takes(a) })
		switch {
		case at < 0:
			return Why("refused.file_type", "Name", a.Name, "Type", a.Type)
		case a.Size > c.Files[at].MaxBytes:
			return Why("refused.file_too_big", "Name", a.Name, "Max", megabytes(c.Files[at].MaxBytes))
		case rule >= 0 && at != rule:
			return Why("refused.files_mixed")
		case i+1 > c.Files[at].Most:
			return Why("refused.too_many_files", "Max", c.Files[at].Most)
		case slices.ContainsFunc(files[:i], func(b Attachment) bool { return b.Hash == a.Hash }):
			return Why("refused.file_twice", "Name", a.Name)
		case text.Runes(a.Alt) > MaxAlt:
			return Why("refused.alt_too_long", "Name", a.Name, "Max", MaxAlt)
		}
		rule = at
	}
	if strings.TrimSpace(s) == "" {
		return nil
	}
	if c.FilesAlone {
		return Why("refused.file_alone")
	}
	return c.Fits(s)
}

func (c Capability) noFiles() *Reason {
	if c.NoFiles != nil {
		return c.NoFiles
	}
	return Why("refused.no_files")
}

// ShownAs reports whether a text and media that a platform shows are what an outgoing says. The platform's own account of files has
// neither their names nor their bytes, so it is their number and kind that tell; beside a text that is the same they need not be told.
func (o *Outgoing) ShownAs(s string, media []Media) bool {
	if !SameText(o.Text, s) {
		return false
	}
	if strings.TrimSpace(o.Text) != "" {
		return true
	}
	if len(media) != len(o.Attachments) {
		return false
	}
	for i, a := range o.Attachments {
		if !a.shownAs(media[i].Type) {
			return false
		}
	}
	return len(media) > 0
}

// shownAs reports whether a platform may call a file so. What it has no better word for may be any, and moving pictures are videos to X.
func (a Attachment) shownAs(kind string) bool {
	switch kind {
	case "image", "audio", "file":
		return kind == a.Kind
	case "video":
		return kind == a.Kind || a.Type == "image/gif"
	}
	return true
}

// joined lists the files of both, each once.
func joined(a, b []Attachment) []Attachment {
	out := slices.Clone(a)
	for _, f := range b {
		if !slices.ContainsFunc(out, func(have Attachment) bool { return have.Hash == f.Hash }) {
			out = append(out, f)
		}
	}
	return out[:min(len(out), MaxAttached)]
}

// Bytes gives the bytes of a file, for sending it. An Error of code NotFound if they are not kept.
func (d *Desk) Bytes(ctx context.Context, h Hash) (b []byte, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		b, err = tx.Bytes(h)
		return err
	})
	return b, err
}

// Files lists the shelf, by name.
func (s *Seat) Files(ctx context.Context) (out []File, err error) {
	if err := s.may("seat.Files", DoReply); err != nil {
		return nil, err
	}
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.Files()
		return err
	})
	return out, err
}

// PutFile puts a file on the shelf. The same bytes are one file: putting them again gives it a new name and description. An Error of code
// Invalid if no platform takes it or its name or description holds a CPR number, of code Conflict if another file has the name.
func (s *Seat) PutFile(ctx context.Context, name, alt string, b []byte) (f File, err error) {
	const op = "seat.PutFile"
	if err := s.may(op, DoReply); err != nil {
		return f, err
	}
	if f.Attachment, err = NewAttachment(name, alt, b); err != nil {
		return f, err
	}
	if text.SureCPR(f.Name, f.Alt) != text.Unlikely {
		return f, E(Invalid, op, "refused.file_cpr")
	}
	return f, s.desk.Store.Update(ctx, Persons, func(tx Tx) error {
		shelf, err := tx.Files()
		if err != nil {
			return err
		}
		for _, have := range shelf {
			if have.Hash != f.Hash && strings.EqualFold(have.Name, f.Name) {
				return E(Conflict, op, "refused.file_name_taken", "Name", f.Name)
			}
		}
		f.By, f.At = s.User.ID, tx.Now()
		if err := tx.PutBytes(f.Hash, b); err != nil {
			return err
		}
		if err := tx.PutFile(f); err != nil {
			return err
		}
		return tx.Append(&Change{Kind: ChangeFile, Actor: ActorUser, User: s.User.ID, Word: FilePut, Detail: f.Name})
	})
}

// RemoveFile takes a file from the shelf. What is written with it keeps it; its bytes go when nothing has it any more.
func (s *Seat) RemoveFile(ctx context.Context, h Hash) error {
	const op = "seat.RemoveFile"
	if err := s.may(op, DoReply); err != nil {
		return err
	}
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error {
		shelf, err := tx.Files()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(shelf, func(f File) bool { return f.Hash == h })
		if at < 0 {
			return E(NotFound, op, "refused.no_such_file")
		}
		if err := tx.DeleteFile(h); err != nil {
			return err
		}
		if _, err := tx.EraseBytes(); err != nil {
			return err
		}
		return tx.Append(&Change{Kind: ChangeFile, Actor: ActorUser, User: s.User.ID, Word: FileRemoved, Detail: shelf[at].Name})
	})
}

// attached gives attachments as the shelf, or what else keeps their bytes, knows them: of what comes with an answer only which, in which
// order, under which name and with which description is the writer's to say.
func attached(tx Tx, files []Attachment) ([]Attachment, error) {
	const op = "seat.attached"
	if len(files) > MaxAttached {
		return nil, E(Invalid, op, "refused.too_many_files", "Max", MaxAttached)
	}
	out := make([]Attachment, 0, len(files))
	for _, f := range files {
		b, err := tx.Bytes(f.Hash)
		if CodeOf(err) == NotFound {
			return nil, E(Conflict, op, "refused.file_gone", "Name", f.Name).With(err)
		}
		if err != nil {
			return nil, err
		}
		a, err := NewAttachment(f.Name, f.Alt, b)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
