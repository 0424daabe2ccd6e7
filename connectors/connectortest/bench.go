package connectortest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"lytter/connectors"
)

// SignMeta signs as Meta does (Graph API, "Webhooks: validating payloads"), written apart from the connectors.
func SignMeta(secret string, body []byte) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return http.Header{http.CanonicalHeaderKey("X-Hub-Signature-256"): {"sha256=" + hex.EncodeToString(mac.Sum(nil))}}
}

// SignX signs as X does (X API, "Webhooks: signature header validation"), written apart from the connectors.
func SignX(secret string, body []byte) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return http.Header{http.CanonicalHeaderKey("x-twitter-webhooks-signature"): {"sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
}

// Seed gives a fuzz target the connector's fixtures and, where they are, the public sample payloads of a folder.
func Seed(f *testing.F, folder string) {
	f.Helper()
	f.Add([]byte(`{}`))
	for _, dir := range []string{
		filepath.Join("testdata", "webhook"), filepath.Join("..", "..", "..", "shared", "payloads", filepath.FromSlash(folder)),
	} {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && d.Name() == "spec" {
				if err == nil {
					err = filepath.SkipDir
				}
				return err
			}
			if filepath.Ext(path) != ".json" {
				return nil
			}
			body, err := os.ReadFile(path) //nolint:gosec // test data
			if err == nil {
				f.Add(body)
			}
			return err
		})
		if err != nil {
			f.Fatal(err)
		}
	}
}

// BenchDecode measures the decoding of one fixture.
func BenchDecode(b *testing.B, hook connectors.Webhook, name string) {
	b.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "webhook", name))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := hook.Decode(body); err != nil {
			b.Fatal(err)
		}
	}
}
