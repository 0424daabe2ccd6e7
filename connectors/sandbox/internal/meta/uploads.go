package meta

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"lytter/connectors/sandbox/ledger"
)

// Files that come by API: the picture of a comment, in the call that writes it ("Object comments": source), and what private messages
// carry, before the call that sends it ("Attachment Upload API"; "Upload media for Instagram messaging").

// formPart is a file of a form in parts.
type formPart struct {
	kind  string // the content type that the part says; "" if it says none
	bytes []byte
}

// upload is a file that private messages can carry.
type upload struct {
	page     string
	platform string // "" is Messenger
	kind     string // image, video, audio, file
	file     ledger.File
	at       time.Time
}

const (
	maxForm    = 32 << 20 // of a form with a file
	maxPhoto   = 4 << 20  // the picture of a comment
	maxImage   = 8 << 20  // in private
	maxUpload  = 25 << 20
	uploadLife = 90 * 24 * time.Hour
)

// bodyBound is how long a body may be.
func bodyBound(r *http.Request) int64 {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return maxForm
	}
	return maxBody
}

// readFiles takes the files out of a form.
func (req *request) readFiles(r *http.Request) error {
	req.files = map[string]formPart{}
	for field, list := range r.MultipartForm.File {
		f, err := list[0].Open()
		if err != nil {
			return err
		}
		b, err := io.ReadAll(f)
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
		req.files[field] = formPart{kind: list[0].Header.Get("Content-Type"), bytes: b}
	}
	return r.MultipartForm.RemoveAll()
}

// picture reads the picture of a comment; ok is false if there is none. A part that does not say what it is gets its error as a success,
// as the platform does it.
func (req *request) picture() (file ledger.File, ok bool, err *apiError) {
	p, ok := req.files["source"]
	if !ok {
		return file, false, nil
	}
	switch kind := http.DetectContentType(p.bytes); {
	case p.kind == "" || p.kind == "application/octet-stream":
		return file, true, oauthError(http.StatusOK, 324, 0, "(#324) Requires upload file")
	case len(p.bytes) > maxPhoto:
		return file, true, oauthError(http.StatusBadRequest, 324, 1366046, "(#324) Your photos couldn't be uploaded. Photos should be smaller than 4 MB "+
			"and saved as JPG, PNG, GIF, TIFF, HEIF or WebP files.")
	case kind != "image/jpeg" && kind != "image/png" && kind != "image/gif":
		return file, true, oauthError(http.StatusBadRequest, 324, 2069019, "(#324) Missing or invalid image file")
	}
	return ledger.FileOf(p.kind, p.bytes), true, nil
}

// takes are the types that private messages carry, by what a call says that they are.
var takes = map[string][]string{
	"image": {"image/jpeg", "image/png", "image/gif"},
	"video": {"video/mp4", "video/webm", "video/avi", "application/ogg"},
	"audio": {"audio/mpeg", "audio/wave", "audio/aac", "video/mp4"},
	"file":  {"application/pdf"},
}

// keepUpload serves POST /{page}/message_attachments. The caller holds the lock.
func (g *Graph) keepUpload(req *request, pg *page) (any, *apiError) {
	platform := strings.ToLower(req.param("platform"))
	switch {
	case platform == "instagram" && pg.profile == nil:
		return nil, notAllowed()
	case platform == "instagram":
		if err := req.mayUseInstagram(pg.profile, pg.ID, scopeInstagramMessages); err != nil {
			return nil, err
		}
	case platform == "" || platform == "messenger":
		platform = ""
		if err := req.mayWrite(pg, pg.ID, scopeMessaging); err != nil {
			return nil, err
		}
	default:
		return nil, badParameter("param platform must be one of {MESSENGER, INSTAGRAM}")
	}
	var m outbound
	if json.Unmarshal([]byte(req.param("message")), &m) != nil || m.Attachment == nil {
		return nil, badParameter("The parameter message is required")
	}
	p, ok := req.files["filedata"]
	types := takes[m.Attachment.Type]
	said, _, err := mime.ParseMediaType(p.kind)
	kind := http.DetectContentType(p.bytes)
	most := maxUpload
	if m.Attachment.Type == "image" {
		most = maxImage
	}
	switch {
	case types == nil:
		return nil, badParameter("param message[attachment][type] must be one of {IMAGE, VIDEO, AUDIO, FILE, TEMPLATE}")
	case !ok || len(p.bytes) == 0:
		return nil, badParameter("Must upload exactly one file")
	case err != nil, !slices.Contains(types, said), !slices.Contains(types, kind):
		return nil, oauthError(http.StatusBadRequest, 100, 2018047, "(#100) Upload attachment failure. The attachment type does not match the file")
	case len(p.bytes) > most:
		return nil, oauthError(http.StatusBadRequest, 100, 2018109, "(#100) Attachment size exceeds allowable limit")
	}
	id := g.number("upload", 1_857_000_000_000_000)
	g.uploads[id] = upload{page: pg.ID, platform: platform, kind: m.Attachment.Type, file: ledger.FileOf(said, p.bytes), at: g.deps.Now()}
	return object{{"attachment_id", id}}, nil
}

// attach looks up the file that a message carries by its id.
func (g *Graph) attach(out *outbound, pg *page, platform string) *apiError {
	a := out.Attachment
	if a == nil || a.Payload.ID == "" {
		return nil
	}
	u, ok := g.uploads[a.Payload.ID]
	switch {
	case !ok, u.page != pg.ID, u.platform != platform, g.deps.Now().Sub(u.at) > uploadLife:
		return oauthError(http.StatusBadRequest, 100, 2018074, "(#100) Invalid attachment ID, or it has expired")
	case u.kind != a.Type:
		return oauthError(http.StatusBadRequest, 100, 2018047, "(#100) Upload attachment failure. The attachment type does not match the file")
	}
	a.Payload.URL = "https://cdn.example/v/" + u.file.Hash + "?id=" + a.Payload.ID
	out.files = []ledger.File{u.file}
	return nil
}
