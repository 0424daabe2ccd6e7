package index

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mutant is one small fault in the code that law 6 rests on. Old stands exactly once in the file.
type mutant struct {
	what, file, old, new string
}

const (
	matchFile   = "inbox/query/match.go"
	searchFile  = "inbox/search.go"
	tailFile    = "inbox/tail.go"
	gramsFile   = "store/index/grams.go"
	compileFile = "store/index/compile.go"
	phraseFile  = "store/index/phrase.go"
	knownFile   = "store/index/known.go"
	readerFile  = "store/index/reader.go"
	mergeFile   = "store/index/merge.go"
	mappingFile = "store/index/mapping.go"
	followFile  = "store/index/follow.go"
	writeFile   = "store/index/write.go"
	hubFile     = "inbox/hub.go"
	hubViewFile = "inbox/hub_view.go"
	subFile     = "inbox/sub.go"
)

var mutants = []mutant{
	{"matcher: words of a phrase may stand anywhere behind the first", matchFile, "if k >= len(toks) || toks[k].Pos != want {", "if k >= len(toks) {"},
	{"matcher: near reaches one further", matchFile, "last := toks[i].Pos + s.Slop", "last := toks[i].Pos + s.Slop + 1"},
	{"matcher: = takes stems too", matchFile, "exact := s.Op == Exact", "exact := false"},
	{"matcher: a quoted word takes compounds too", matchFile, "case Adjacent, Exact:\n", "case Adjacent, Exact:\n\t\tif s.Op == Adjacent && len(s.Keys) == 1 && t.Keys.HasPart(s.Keys[0].Danish) {\n\t\t\treturn true\n\t\t}\n"},
	{"matcher: a part of a part is a part", matchFile, "!t.Keys.HasPart(k.Danish)", "!strings.Contains(t.Keys.Parts, k.Danish)"},
	{"matcher: a window holds its end", matchFile, "if v >= w.Lo && v < w.Hi {", "if v >= w.Lo && v <= w.Hi {"},
	{"matcher: none is forgotten", matchFile, "return m.None\n", "return false\n"},
	{"matcher: a handle is an author's only", matchFile, "slices.Contains(d.Handles, s.Part) || s.anywhere(d.Texts[Text], work)", "slices.Contains(d.Handles, s.Part)"},

	{"compiler: what was let through is negated", compileFile, "between(c.but(a.may, b.sure), c.but(a.sure, b.may))", "between(c.but(a.may, b.may), c.but(a.sure, b.may))"},
	{"compiler: what is not sure to go is sure to stay", compileFile, "between(c.but(a.may, b.sure), c.but(a.sure, b.may))", "between(c.but(a.may, b.sure), c.but(a.sure, b.sure))"},
	{"compiler: what must not hold is put off as if it must", compileFile, "\t\t\tin = c.apart()\n", "\t\t\tin = c\n"},
	{"compiler: what may match is sure to", compileFile, "both(out.sure, a.sure))", "both(out.may, a.may))"},
	{"phrase: words that stand anywhere are a phrase", phraseFile, "\tcase !told && p.stands(&t, false):\n\t\treturn maybe, nil\n\t}\n\treturn no, nil", "\t}\n\treturn yes, nil"},
	{"phrase: a shared mark is sure", phraseFile, "w.here && !t.isShared(w.part[t.width].main)", "w.here"},
	{"phrase: words of the same English stem are forgotten", phraseFile, "loose = append(loose, wordTerm(k.English, have))", "_ = loose"},
	{"phrase: and so they are where they stand", phraseFile, "(english == like.english || english == 0 && main == like.stem)", "english == 0 && main == like.stem"},
	{"phrase: and so they are where the Danish stem is the same", phraseFile, "(english == like.english || english == 0 && main == like.stem)", "english == like.english"},
	{"phrase: = is as sure as without", phraseFile, "case p.seek.Op != query.Exact && p.stands(&t, true):", "case p.stands(&t, true):"},
	{"phrase: it crosses messages", phraseFile, "\t\t\tp.toks = p.toks[:0]\n\t\t\tat = -1\n", "\t\t\tat--\n"},
	{"compiler: English stems are not asked for", compileFile, "wanted[k.English] |= englishKey", "wanted[k.English] |= 0"},
	{"compiler: parts are not asked for", compileFile, "ts = append(ts, partTerm(k.Danish))", "_ = partTerm(k.Danish)"},
	{"mapping: parts are not indexed", mappingFile, "words.add(partTerm(stem))", "_ = partTerm(stem)"},
	{"compiler: the kinds of a word's terms are taken one for another", compileFile, "if have&kinds != 0 {", "if have == kinds {"},
	{"compiler: of a prefix's words, stems count", compileFile, "if kindsOf(term)&exactKey != 0 {\n\t\t\tts", "if kindsOf(term) != 0 {\n\t\t\tts"},
	{"compiler: windows are exact", compileFile, "return between(either(ends), sure), nil", "return exactly(either(ends)), nil"},
	{"compiler: what a window touches is left out", compileFile, "return between(either(ends), sure), nil", "return exactly(sure), nil"},
	{"compiler: the first buckets of a range are left out", compileFile, "out = append(out, run{level, a, up<<span - 1})", "out = append(out, run{level, a + 1, up<<span - 1})"},
	{"compiler: a part of an or is left out", compileFile, "may, sure = append(may, a.may), append(sure, a.sure)", "may, sure = append(may[:len(may)/2], a.may), append(sure, a.sure)"},
	{"compiler: age in an or is taken for one that must hold", compileFile, "case *query.AllOf:\n\t\tout := &query.AllOf{}", "case *query.AnyOf:\n\t\tout := &query.AnyOf{}"},
	{"compiler: an end of a word is looked for anywhere", knownFile, "if atEnd && l.terms[at+len(part)] < wordEnd {", "if false {"},
	{"compiler: and so is an end of three letters", gramsFile, "if atEnd && !bytes.HasSuffix(word, part) || !atEnd && !bytes.Contains(word, part) {", "if !bytes.Contains(word, part) {"},
	{"compiler: of the words with three letters some are left out", gramsFile, "fewest = g.words[s[0]:s[1]]", "fewest = g.words[s[0] : s[1]-(s[1]-s[0])/4]"},
	{"reader: deleted documents are given", readerFile, "h.may.bits = c.alive(h.may.bits)", "_ = c.alive"},
	{"reader: what is not sure is", readerFile, "out = min(out, v)", "_ = v"},
	{"reader: a page begins with the last of the one before", knownFile, "if at.Less(k) {\n\t\t\t\treturn 1", "if at.Less(k) || at == k {\n\t\t\t\treturn 1"},
	{"reader: segments are given one after the other", mergeFile, "case newest == nil || newest.head.Less(s.head.Key):", "case newest == nil:"},
	{"reader: a segment is opened when the others are at their end", mergeFile, "s.head, s.full = given{Key: k}, true", "_ = k\n\t\ts.full = true"},
	{"mapping: hashtags are not indexed", mappingFile, "add(tagTerm(t.Keys.Exact))", "_ = tagTerm(t.Keys.Exact)"},
	{"mapping: of several values only the first is indexed", mappingFile, "for _, id := range ids {\n", "for _, id := range ids[:min(1, len(ids))] {\n"},
	{"mapping: ids sort the wrong way", mappingFile, "binary.BigEndian.PutUint64(b[8:], ^(uint64(k.ID) ^ 1<<63))", "binary.BigEndian.PutUint64(b[8:], uint64(k.ID)^1<<63)"},
	{"follower: the old document stays", writeFile, "ops.Delete(keyID(k))", "_ = k"},
	{"follower: what is gone stays", followFile, "b.ids = ids[:n]", "for _, d := range b.docs {\n\t\tb.ids = append(b.ids, d.key.ID)\n\t}"},
	{"follower: a change is left out", followFile, "tx.Changes(in.Seq, 4*f.opt.Batch)", "tx.Changes(in.Seq+1, 4*f.opt.Batch)"},
	{"follower: the position runs ahead of a batch", followFile, "changes, p.more = changes[:i], true", "p.more = true"},
	{"follower: a rebuild skips an hour after each batch", followFile, "r.Before = stamps[n-1].Key", "r.Before = inbox.Key{At: stamps[n-1].At - msPerHour}"},
	{"search: the tail is believed", searchFile, "if s.tail.has(c.ID) {\n\t\treturn true, nil", "if false {\n\t\treturn true, nil"},
	{"search: the tail is not looked at", searchFile, "err = s.match(stamps, func(k Key) { s.fresh = append(s.fresh, k) })", "err = s.match(stamps, func(Key) {})"},
	{"search: what changed again is remembered as it was", tailFile, "t.last[id] = lastChange{seq, stamps[id]}", "if _, ok := t.last[id]; !ok {\n\t\t\tt.last[id] = lastChange{seq, stamps[id]}\n\t\t}"},
	{"search: the tail forgets what the index has not", tailFile, "l.seq <= base })", "l.seq <= base+1 })"},
	{"search: what is new comes last", searchFile, "for len(s.fresh) > 0 && !s.fresh[0].Less(k) && len(s.keys) < s.page.Size {", "for false {"},

	{"clusters: the first is not told that there is a second", "inbox/alike.go", "return d.touch(tx, other, first.ID, wantAlike)", "_ = other\n\treturn nil"},
	{"signals: nobody is told what a person says", "inbox/signals.go", "if err := s.tell(tx, t, Change{Kind: ChangeCorrected, Message: m.ID, Word: signal.Word(thing, value)}); err != nil {", "if err := error(nil); err != nil {"},

	{"hub: what ceased to match stays", hubFile, "|| !in[v] && v.members.remove(id)", "|| !in[v] && id == 0 && v.members.remove(id)"},
	{"hub: what is newer keeps its place", "inbox/ranks.go", "if at == k.At {", "if at <= k.At {"},
	{"hub: what is gone stays open", hubFile, "if u.doc == nil || !u.live {", "if u.doc != nil && !u.live {"},
	{"hub: the clock's edges are passed, and nothing is looked at", hubFile, "upd, err = h.read(tx, ids)\n\t\treturn err\n\t})\n\tif err != nil {\n\t\treturn err // the clock", "upd, err = h.read(tx, ids[:0])\n\t\treturn err\n\t})\n\tif err != nil {\n\t\treturn err // the clock"},
	{"hub: the clock's views are decided by the old edges", hubFile, "\th.reset()\n\th.mu.Unlock()\n\th.apply(0, upd, only)", "\th.mu.Unlock()\n\th.apply(0, upd, only)"},
	{"hub: waiting is not crossed", hubFile, "query.Waiting: ByWaiting,", "query.Waiting: ByFirstAt,"},
	{"hub: names stay what they were", hubFile, "if err == nil && setup {", "if err == nil && setup && len(upd) > 0 {"},
	{"hub: of what is renamed only the names are read", hubViewFile, "\t\ts.rebind()\n", "\t\t_ = s.rebind\n"},
	{"hub: one who leaves takes a view from all", hubViewFile, "if v.refs--; v.refs > 0 {", "if v.refs--; v.refs > 100 {"},
	{"hub: who is somebody else looks at the same", "inbox/query/key.go", "\"m%d.%v.%v\", n.Field, n.None, n.IDs", "\"m%d.%v.%v\", n.Field, n.None, len(n.IDs)"},
	{"hub: a stretch ends too early", "inbox/query/bind.go", "Hi: max(p[0], p[1])}", "Hi: max(p[0], p[1]) - 1}"},
}

// TestMutants puts one fault after the other into a copy of the tree and lets law 6 find it. It takes some minutes, so it runs only
// where LYTTER_MUTANTS is 1, or a part of what some of them are called.
func TestMutants(t *testing.T) {
	named := os.Getenv("LYTTER_MUTANTS")
	if named == "" {
		t.Skip("LYTTER_MUTANTS does not name any")
	}
	tried := 0
	tree := copyTree(t)
	begun := time.Now()
	if killed, out := law6(t, tree, 24, 20*time.Minute); killed {
		t.Fatalf("law 6 fails without a fault:\n%s", out)
	}
	limit := max(2*time.Minute, 5*time.Since(begun)) // who takes so long hangs
	for _, m := range mutants {
		if named != "1" && !strings.Contains(m.what, named) {
			continue
		}
		tried++
		file := filepath.Join(tree, filepath.FromSlash(m.file))
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(whole, []byte(m.old)); n != 1 {
			t.Errorf("%s: %q stands %d times in %s", m.what, m.old, n, m.file)
			continue
		}
		begun := time.Now()
		write(t, file, bytes.Replace(whole, []byte(m.old), []byte(m.new), 1))
		killed, out := law6(t, tree, 24, limit)
		for checks := 48; !killed && checks < 500; checks *= 2 { // it may have been lucky
			killed, out = law6(t, tree, checks, 10*limit)
		}
		write(t, file, whole)
		if !killed {
			t.Errorf("%-70s lives", m.what)
			continue
		}
		t.Logf("%-70s killed by %s in %s", m.what, out, time.Since(begun).Round(time.Second))
	}
	if tried == 0 {
		t.Errorf("no mutant is called %q", named)
	}
}

// copyTree copies what the tests need of the module.
func copyTree(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for _, dir := range []string{"inbox", "store", "internal"} {
		if err := os.CopyFS(filepath.Join(to, dir), os.DirFS(filepath.Join(root, dir))); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, f), b)
	}
	return to
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// law6 runs the law's tests in a tree, with so many checks of each. If they fail it says which; a tree that does not compile is no kill.
func law6(t *testing.T, tree string, checks int, limit time.Duration) (killed bool, out string) {
	t.Helper()
	binary := filepath.Join(tree, "index.test")
	build := exec.Command("go", "test", "-c", "-o", binary, "./store/index")
	build.Dir = tree
	if b, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %v\n%s", err, b)
	}
	run := exec.Command(binary, "-test.run=TestLaw6", "-test.failfast", "-test.timeout="+limit.String(), "-rapid.checks="+strconv.Itoa(checks),
		"-rapid.shrinktime=1ns", "-rapid.nofailfile")
	run.Dir = filepath.Join(tree, "store", "index")
	b, err := run.CombinedOutput()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return false, ""
	case !errors.As(err, &failed):
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "--- FAIL: "); ok {
			return true, strings.Fields(name)[0]
		}
	}
	return true, fmt.Sprintf("its end:\n%s", b[max(0, len(b)-2000):])
}
