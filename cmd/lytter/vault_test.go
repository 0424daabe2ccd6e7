package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
)

func TestVaultKeepsWholeAndPrivate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x-token")
	if err := os.WriteFile(path, []byte("bare-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := secretRef("file:x-token").vault(dir)
	if err != nil {
		t.Fatal(err)
	}
	if g, err := v.Grant(); err != nil || g.Access != "bare-token" || g.Renewal != "" {
		t.Fatalf("%q, %v", g.Access.Reveal(), err)
	}
	unlock, err := v.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	want := connectors.Grant{Access: "new", Renewal: "next", Issued: end.Add(-2 * time.Hour), Expires: end, Scopes: []string{"a", "b"}}
	if err := v.Keep(want); err != nil {
		t.Fatal(err)
	}
	unlock()
	other, err := secretRef("file:x-token").vault(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]connectors.Vault{"the writer": v, "another process": other} {
		got, err := v.Grant()
		if err != nil || got.Access != want.Access || got.Renewal != want.Renewal || !got.Expires.Equal(end) || len(got.Scopes) != 2 {
			t.Errorf("%s: %q, %q, %v", name, got.Access.Reveal(), got.Renewal.Reveal(), err)
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Errorf("something is left beside the secret: %v, %v", list, err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 && !onWindows() {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("by hand"), 0o600); err != nil {
		t.Fatal(err)
	}
	if g, err := v.Grant(); err != nil || g.Access != "by hand" {
		t.Errorf("what a person wrote meanwhile is not seen: %v", err)
	}
}

func TestVaultLocksWhoeverReplaces(t *testing.T) {
	if onWindows() {
		t.Skip("no lock there")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	one, err := secretRef("file:token").vault(dir)
	if err != nil {
		t.Fatal(err)
	}
	two, err := secretRef("file:token").vault(dir)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := one.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := two.Lock(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("two have the lock: %v", err)
	}
	if err := one.Keep(connectors.Grant{Access: "b"}); err != nil {
		t.Fatal(err)
	}
	// The file that was locked has lost its name by now; who comes next must lock the one that has it.
	short, cancel = context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	unlock()
	next, err := two.Lock(short)
	if err != nil {
		t.Fatal(err)
	}
	defer next()
	if g, err := two.Grant(); err != nil || g.Access != "b" {
		t.Error(g.Access.Reveal(), err)
	}
}

func TestVaultThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token")
	if err := os.WriteFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := secretRef("file:token").vault(dir)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	if err := writePrivate(path, []byte("b"), func(string, string) error { return full }); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if g, err := v.Grant(); err != nil || g.Access != "a" {
		t.Error("a write that failed has changed the secret:", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("something is left: %v, %v", list, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Lock(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestVaultSaysNothingOfASecret(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(`{"access_token": "needle-in-hay", "issued": 7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secretRef("file:token").vault(dir); err == nil || strings.Contains(err.Error(), "needle") {
		t.Errorf("%v", err)
	}
}

func TestVaultOfTheEnvironmentIsFixed(t *testing.T) {
	t.Setenv("LYTTER_TEST_TOKEN", "from the environment")
	v, err := secretRef("env:LYTTER_TEST_TOKEN").vault("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Lock(t.Context()); !errors.Is(err, connectors.ErrFixed) {
		t.Error(err)
	}
	if connectors.NewToken(v, func(context.Context, connectors.Grant) (connectors.Grant, error) { panic("asked") }, time.Now).Renews() {
		t.Error("it says that it can be renewed")
	}
}
