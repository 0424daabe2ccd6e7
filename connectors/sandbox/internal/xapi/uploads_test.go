package xapi

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// bring uploads bytes in two pieces, and gives the id and the answer to the last call.
func (f *fixture) bring(t *testing.T, kind, category string, b []byte) (id string, answer map[string]any) {
	t.Helper()
	begin := fmt.Sprintf(`{"media_type":%q,"total_bytes":%d,"media_category":%q}`, kind, len(b), category)
	status, body, _ := f.call(asUser, "POST", "/2/media/upload/initialize", begin)
	if status != 200 {
		return "", body
	}
	id = text(body, "data", "id")
	for i, piece := range [][]byte{b[:len(b)/2], b[len(b)/2:]} {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("media", "piece")
		for _, err := range []error{err, second(part.Write(piece)), w.WriteField("segment_index", strconv.Itoa(i)), w.Close()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/2/media/upload/"+id+"/append", &form)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Authorization", f.sign(r, "https://api.x.com", nil))
		rec := httptest.NewRecorder()
		f.handler.ServeHTTP(rec, r)
		if rec.Code != 200 {
			t.Fatalf("piece %d: %d %s", i, rec.Code, rec.Body)
		}
	}
	_, answer, _ = f.call(asUser, "POST", "/2/media/upload/"+id+"/finalize", "")
	return id, answer
}

func TestUploads(t *testing.T) {
	f := newFixture(t, nil)
	ask := f.publish(world.Draft{Author: world.Author{Name: "Mette", Handle: "mette"}, Text: "Hvor?"})
	reply := func(media string) int {
		status, _, _ := f.call(asUser, "POST", "/2/tweets", fmt.Sprintf(`{"reply":{"in_reply_to_tweet_id":%q},"media":{"media_ids":[%s]}}`, ask, media))
		return status
	}
	gif := []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")
	png := []byte("\x89PNG\r\n\x1a\n....")

	if id, answer := f.bring(t, "image/png", "tweet_gif", gif); id != "" {
		t.Errorf("a type that is none of its use: %v", answer)
	}
	if _, answer := f.bring(t, "image/png", "tweet_image", gif); text(answer, "title") != "Invalid Request" {
		t.Errorf("bytes of another type than said: %v", answer)
	}
	direct, _ := f.bring(t, "image/png", "dm_image", png)
	if status := reply(strconv.Quote(direct)); status != 400 {
		t.Errorf("what is for direct messages went with a post: %d", status)
	}

	moving, answer := f.bring(t, "image/gif", "tweet_gif", gif)
	if state := text(answer, "data", "processing_info", "state"); state != "pending" {
		t.Errorf("what moves is ready at once: %v", answer)
	}
	if status := reply(strconv.Quote(moving)); status != 400 {
		t.Errorf("it is used before it is ready: %d", status)
	}
	bad, _ := f.bring(t, "video/mp4", "tweet_video", gif)
	f.advance(time.Minute)
	for id, want := range map[string]string{moving: "succeeded", bad: "failed"} {
		_, body, _ := f.call(asUser, "GET", "/2/media/upload?command=STATUS&media_id="+id, "")
		if state := text(body, "data", "processing_info", "state"); state != want {
			t.Errorf("%s: %v", want, body)
		}
	}
	still, _ := f.bring(t, "image/png", "tweet_image", png)
	if status := reply(strconv.Quote(moving) + "," + strconv.Quote(still)); status != 400 {
		t.Errorf("what moves went with what does not: %d", status)
	}
	if status := reply(strconv.Quote(moving)); status != 201 {
		t.Errorf("it is ready: %d", status)
	}
	f.advance(uploadLife + time.Minute)
	if status := reply(strconv.Quote(still)); status != 400 {
		t.Errorf("what has expired is used: %d", status)
	}
	acts := f.deps.Ledger.Acts(ledger.Filter{})
	if len(acts) != 1 || len(acts[0].Files) != 1 || acts[0].Files[0].Hash != ledger.FileOf("", gif).Hash {
		t.Errorf("the ledger has %+v", acts)
	}
}
