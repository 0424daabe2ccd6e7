package index

import (
	"flag"
	"os"
	"testing"

	"lytter/inbox/inboxtest"
)

// TestMain keeps the properties short unless they are told to be long (-rapid.checks): each check of theirs is a whole desk.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir, os.Getenv(childMode))
		return
	}
	flag.Parse()
	told := false
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	checks := "12"
	if raceDetector {
		checks = "2"
	}
	if !told {
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// tempDir makes a folder that goes with the test.
func tempDir(t inboxtest.TB) string {
	dir, err := os.MkdirTemp("", "index")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
