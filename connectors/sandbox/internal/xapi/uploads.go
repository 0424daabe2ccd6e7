package xapi

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lytter/connectors/sandbox/ledger"
)

// Files come in pieces, before what they go along with (docs.x.com, "Media upload: initialize, append, finalize, status; metadata").

// upload is a file on its way, or there.
type upload struct {
	id        uint64
	owner     *user
	kind      string // media_type
	category  string
	total     int
	pieces    map[int][]byte
	finalized time.Time // zero: pieces are still to come
	failed    bool
	file      ledger.File
}

// medium is a file that goes along with a post.
type medium struct {
	key, kind, alt, url string
}

const (
	uploadLife = 24 * time.Hour
	maxPiece   = 5 << 20
	maxAlt     = 1000
	processFor = 5 * time.Second // that X works on what moves, by a clock as fast as that of retries
)

// uploadLimits are how large a file of a use may be, in bytes (docs.x.com, "Media best practices").
var uploadLimits = map[string]int{"image": 5 << 20, "gif": 15 << 20, "video": 512 << 20}

// uploadTypes are the types of a use.
var uploadTypes = map[string][]string{
	"image": {"image/jpeg", "image/png", "image/webp", "image/bmp"}, "gif": {"image/gif"}, "video": {"video/mp4", "video/quicktime"},
}

// use takes a category apart: tweet_image is an image for a post.
func use(category string) (of, kind string) {
	of, kind, _ = strings.Cut(category, "_")
	if of != "tweet" && of != "dm" {
		return "", ""
	}
	return of, kind
}

func (u *upload) idString() string { return decimal(u.id) }

// key is the name of it as part of a post.
func (u *upload) key() string {
	prefix := map[string]string{"image": "3_", "gif": "16_", "video": "7_"}
	_, kind := use(u.category)
	return prefix[kind] + u.idString()
}

// word is what the API calls such a medium.
func (u *upload) word() string {
	switch _, kind := use(u.category); kind {
	case "gif":
		return "animated_gif"
	case "video":
		return "video"
	}
	return "photo"
}

// expired reports whether it can no longer be used.
func (x *X) expired(u *upload) bool { return x.deps.Now().Sub(timeOf(u.id)) > uploadLife }

func (x *X) beginUpload(c *call) (int, any, *problem) {
	var req struct {
		Kind     string `json:"media_type"`
		Total    int    `json:"total_bytes"`
		Category string `json:"media_category"`
	}
	if err := json.Unmarshal(c.body, &req); err != nil {
		return 0, nil, invalid("body", "", "The request body is not valid: "+err.Error())
	}
	_, kind := use(req.Category)
	switch most := uploadLimits[kind]; {
	case most == 0:
		return 0, nil, invalid("media_category", req.Category, "$.media_category: does not have a value in the enumeration")
	case !slices.Contains(uploadTypes[kind], req.Kind):
		return 0, nil, invalid("media_type", req.Kind, "media type unrecognized.")
	case req.Total <= 0:
		return 0, nil, invalid("total_bytes", strconv.Itoa(req.Total), "$.total_bytes: must have a minimum value of 1")
	case req.Total > most:
		return 0, nil, invalid("total_bytes", strconv.Itoa(req.Total), "File size exceeds "+strconv.Itoa(most)+" bytes.")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	u := &upload{id: x.nextID(time.Time{}), owner: c.who.user, kind: req.Kind, category: req.Category, total: req.Total, pieces: map[int][]byte{}}
	if x.uploads == nil {
		x.uploads = map[string]*upload{}
	}
	x.uploads[u.idString()] = u
	return http.StatusOK, values{"data": x.uploadObject(u)}, nil
}

// uploadOf finds the upload that a path names. The caller holds the lock.
func (x *X) uploadOf(c *call, id string) (*upload, *problem) {
	u := x.uploads[id]
	if u == nil || u.owner != c.who.user || x.expired(u) {
		return nil, invalid("media_id", id, "Invalid mediaId.")
	}
	return u, nil
}

func (x *X) appendUpload(c *call) (int, any, *problem) {
	piece, at, p := readPiece(c)
	if p != nil {
		return 0, nil, p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	u, p := x.uploadOf(c, c.r.PathValue("id"))
	switch {
	case p != nil:
		return 0, nil, p
	case !u.finalized.IsZero():
		return 0, nil, invalid("media_id", u.idString(), "Segments cannot be appended to a finalized upload.")
	case len(piece) > maxPiece:
		return 0, nil, invalid("media", "", "Segment size exceeds the limit of 5 MB.")
	}
	u.pieces[at] = piece
	return http.StatusOK, values{"data": values{"expires_at": timeOf(u.id).Add(uploadLife).Unix()}}, nil
}

// readPiece takes a piece out of a form in parts.
func readPiece(c *call) (piece []byte, at int, p *problem) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, 0, invalid("media", "", "$.media: is missing but it is required")
	}
	form, err := multipart.NewReader(bytes.NewReader(c.body), params["boundary"]).ReadForm(2 * maxPiece)
	if err != nil {
		return nil, 0, plain(http.StatusBadRequest, "Bad Request", "The request body could not be read.")
	}
	index := ""
	if list := form.Value["segment_index"]; len(list) > 0 {
		index = list[0]
	}
	if at, err = strconv.Atoi(index); err != nil || at < 0 || at > 999 {
		return nil, 0, invalid("segment_index", index, "$.segment_index: must be between 0 and 999")
	}
	if len(form.File["media"]) != 1 {
		return nil, 0, invalid("media", "", "$.media: is missing but it is required")
	}
	f, err := form.File["media"][0].Open()
	if err == nil {
		piece, err = io.ReadAll(f)
		_ = f.Close() // it was read
	}
	if err != nil {
		return nil, 0, plain(http.StatusBadRequest, "Bad Request", "The request body could not be read.")
	}
	return piece, at, nil
}

// finishUpload puts the pieces together. A picture is looked at at once; what moves is worked on for a while, and may turn out to be
// nothing.
func (x *X) finishUpload(c *call) (int, any, *problem) {
	x.mu.Lock()
	defer x.mu.Unlock()
	u, p := x.uploadOf(c, c.r.PathValue("id"))
	if p != nil {
		return 0, nil, p
	}
	var whole []byte
	for i := range len(u.pieces) {
		piece, ok := u.pieces[i]
		if !ok {
			return 0, nil, invalid("media_id", u.idString(), "Segments do not add up to provided total file size.")
		}
		whole = append(whole, piece...)
	}
	if len(whole) != u.total {
		return 0, nil, invalid("media_id", u.idString(), "Segments do not add up to provided total file size.")
	}
	right := http.DetectContentType(whole) == u.kind
	if u.word() == "photo" && !right {
		return 0, nil, invalid("media", "", "media type unrecognized.")
	}
	u.finalized, u.failed, u.file = x.deps.Now(), !right, ledger.FileOf(u.kind, whole)
	return http.StatusOK, values{"data": x.uploadObject(u)}, nil
}

func (x *X) getUpload(c *call) (int, any, *problem) {
	if command := c.query.Get("command"); command != "STATUS" {
		return 0, nil, invalid("command", command, "The `command` query parameter value ["+command+"] is not one of [STATUS]")
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	u, p := x.uploadOf(c, c.query.Get("media_id"))
	if p != nil {
		return 0, nil, p
	}
	return http.StatusOK, values{"data": x.uploadObject(u)}, nil
}

// processing is how long X works on what moves.
func (x *X) processing() time.Duration {
	return time.Duration(float64(processFor) / max(x.deps.Speed, 1))
}

// state is how far the work on something finalized is.
func (x *X) state(u *upload) string {
	age := x.deps.Now().Sub(u.finalized)
	switch {
	case u.word() == "photo", age >= x.processing() && !u.failed:
		return "succeeded"
	case age >= x.processing():
		return "failed"
	case age > 0:
		return "in_progress"
	}
	return "pending"
}

func (x *X) uploadObject(u *upload) values {
	left := int(timeOf(u.id).Add(uploadLife).Sub(x.deps.Now()).Seconds())
	o := values{"id": u.idString(), "media_key": u.key(), "expires_after_secs": left}
	if u.finalized.IsZero() {
		return o
	}
	o["size"] = u.total
	if u.word() == "photo" {
		return o
	}
	work := values{"state": x.state(u)}
	switch work["state"] {
	case "pending", "in_progress":
		work["check_after_secs"] = int(x.processing().Seconds())
	case "failed":
		work["error"] = values{"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}
	case "succeeded":
		work["progress_percent"] = 100
	}
	o["processing_info"] = work
	return o
}

func (x *X) describeUpload(c *call) (int, any, *problem) {
	var req struct {
		ID       string `json:"id"`
		Metadata struct {
			Alt *struct {
				Text string `json:"text"`
			} `json:"alt_text"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(c.body, &req); err != nil {
		return 0, nil, invalid("body", "", "The request body is not valid: "+err.Error())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	u, p := x.uploadOf(c, req.ID)
	switch alt := req.Metadata.Alt; {
	case p != nil:
		return 0, nil, p
	case alt == nil || utf8.RuneCountInString(alt.Text) > maxAlt:
		return 0, nil, invalid("metadata.alt_text.text", "", "$.metadata.alt_text.text: must be at most 1000 characters long")
	case u.word() == "video":
		return 0, nil, invalid("id", req.ID, "Alt text is not supported for this media type.")
	default:
		u.file.Alt = alt.Text
	}
	return http.StatusOK, values{"data": values{"id": req.ID, "associated_metadata": values{"alt_text": values{"text": req.Metadata.Alt.Text}}}}, nil
}

// using finds the uploads that go along with a post or a direct message: they are there, ours, of that use, and not too many. The caller
// holds the lock.
func (x *X) using(c *call, of, parameter string, ids []string, most int) ([]*upload, *problem) {
	bad := invalid(parameter, strings.Join(ids, ","), "Your media IDs are invalid.")
	out := make([]*upload, 0, len(ids))
	for i, id := range ids {
		u := x.uploads[id]
		if u == nil || u.owner != c.who.user || x.expired(u) || u.finalized.IsZero() || x.state(u) != "succeeded" || slices.Contains(ids[:i], id) {
			return nil, bad
		}
		if for_, _ := use(u.category); for_ != of {
			return nil, bad
		}
		if u.word() != "photo" && len(ids) > 1 {
			return nil, invalid(parameter, strings.Join(ids, ","), "A post can have one video or animated GIF, or up to four photos.")
		}
		out = append(out, u)
	}
	if len(out) > most {
		return nil, invalid(parameter, strings.Join(ids, ","), "$."+parameter+": there must be a maximum of "+strconv.Itoa(most)+" items in the array")
	}
	return out, nil
}

func filesOf(us []*upload) []ledger.File {
	var out []ledger.File
	for _, u := range us {
		out = append(out, u.file)
	}
	return out
}

func mediaOf(us []*upload) []medium {
	var out []medium
	for _, u := range us {
		out = append(out, medium{key: u.key(), kind: u.word(), alt: u.file.Alt, url: "https://pbs.twimg.com/media/" + u.file.Hash + ".jpg"})
	}
	return out
}

// carry adds media to a post: one link stands for all of them, at the end of the text.
func (p *post) carry(media []medium) {
	if len(media) == 0 {
		return
	}
	p.media = media
	l := link{url: "https://t.co/" + code(media[0].key, 0), display: "pic.x.com/" + code(media[0].key, 0), media: true}
	l.expanded = "https://x.com/" + p.author.username + "/status/" + p.idString() + "/photo/1"
	p.text = strings.TrimSuffix(p.text, " ")
	if p.text != "" {
		p.text += " "
	}
	l.start = utf8.RuneCountInString(p.text)
	p.text += l.url
	l.end = utf8.RuneCountInString(p.text)
	p.entities.urls = append(p.entities.urls, l)
}

func (p *post) mediaKeys() []string {
	var keys []string
	for _, m := range p.media {
		keys = append(keys, m.key)
	}
	return keys
}

// object writes a medium with the selected fields (docs.x.com, data dictionary, "Media").
func (m medium) object(fields []string) values {
	o := values{"media_key": m.key, "type": m.kind}
	for _, f := range fields {
		switch {
		case f == "url" && m.kind == "photo", f == "preview_image_url" && m.kind != "photo":
			o[f] = m.url
		case f == "alt_text" && m.alt != "":
			o[f] = m.alt
		}
	}
	return o
}

// v1Medium is a medium in the API v1.1 (docs.x.com, "Entities object: media").
type v1Medium struct {
	ID       json.Number `json:"id"`
	IDStr    string      `json:"id_str"`
	Indices  [2]int      `json:"indices"`
	Media    string      `json:"media_url_https"`
	URL      string      `json:"url"`
	Display  string      `json:"display_url"`
	Expanded string      `json:"expanded_url"`
	Type     string      `json:"type"`
}

// v1Media lists the media of a post.
func (p *post) v1Media() []v1Medium {
	if len(p.media) == 0 {
		return nil
	}
	l := p.entities.urls[len(p.entities.urls)-1]
	out := make([]v1Medium, len(p.media))
	for i, m := range p.media {
		_, id, _ := strings.Cut(m.key, "_")
		out[i] = v1Medium{
			ID: json.Number(id), IDStr: id, Indices: [2]int{l.start, l.end}, Media: m.url, URL: l.url, Display: l.display, Expanded: l.expanded,
			Type: m.kind,
		}
	}
	return out
}
