package inbox_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/text"
)

const cprText = "Mit cpr er 140231-4126, hvorfor har jeg ikke fået brev?"

// strings of a value, wherever they are in it, but for a person's own drafts.
func stringsIn(v reflect.Value, at string, found map[string]string) {
	switch v.Kind() {
	case reflect.String:
		found[at+" "+v.String()] = v.String()
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			stringsIn(v.Elem(), at, found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Drafts" {
				stringsIn(v.Field(i), at+"."+f.Name, found)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			stringsIn(v.Index(i), at, found)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			stringsIn(k, at, found)
			stringsIn(v.MapIndex(k), at, found)
		}
	}
}

// Whatever holds a CPR number in the store, what a seat gives does not: every string that there is in it is looked at, also of fields
// that are still to come.
func TestCPRIsCoveredAtEveryDoor(t *testing.T) {
	ctx := context.Background()
	forms := []string{"140231-4126", "1402314126", "140231 4126", "14.02.31-4126", "14 02 31 41 26", "140231\u20114126", "١٤٠٢٣١-٤١٢٦", "660527-4935"}
	d := inboxtest.New(t)
	seat := d.Seat(t, d.Carl)
	n := 0
	for _, number := range forms {
		for _, filler := range []int{0, 143, 145, 146, 147, 148, 149} { // a list's excerpt may end within the number
			n++
			coveredEverywhere(t, d, seat, n, number, strings.Repeat("a ", filler)+"cpr "+number)
		}
		for _, q := range []string{number, "=" + number, `"` + number + `"`, "1402*", "*4126*", "140231"} {
			if b, err := seat.Bind(q); err == nil {
				hits, err := d.Search(ctx, b, inbox.Page{Size: 10})
				if err != nil || len(hits.Keys) > 0 {
					t.Errorf("%s finds %v, %v", q, hits.Keys, err)
				}
			}
		}
	}
	for _, q := range []string{"has:cpr", "har:cpr", "har:personnummer", "has:cpr cpr"} {
		if got, _, err := seat.Count(ctx, q, 1000); got != n || err != nil {
			t.Errorf("%s finds %d of %d, %v", q, got, n, err)
		}
	}
}

// coveredEverywhere puts a text into all that can hold one.
func coveredEverywhere(t *testing.T, d *inboxtest.Desk, seat *inbox.Seat, i int, number, h string) {
	t.Helper()
	ctx := context.Background()
	id := func(s string) string { return s + strings.Repeat("i", i) }
	post, c1 := d.Say(id("post"), "", h), d.Say(id("c"), id("jens"), h)
	post.Event, post.FromUs, post.Author, post.Context = inbox.ContextSeen, true, nil, ""
	c1.Context, c1.Author.Name = post.Remote, "Jens cpr "+number
	c1.Media = []inbox.Media{{Type: "image", Name: h, Alt: h}}
	d.Take(t, post, c1)
	d.Clock.Add(time.Second)
	edit := d.Say(id("c"), id("jens"), h+" igen")
	edit.Event, edit.Observed = inbox.Edited, d.Clock.Now()
	ours := d.Say(id("ours"), "", h)
	ours.Parent, ours.FromUs, ours.Author = c1.Remote, true, nil
	d.Take(t, edit, ours)
	th := d.Find(t, d.Facebook, id("c"))
	if err := seat.Note(ctx, th.ID, h); err != nil {
		t.Fatal(err)
	}
	if _, err := seat.Reply(ctx, inbox.Reply{Conversation: th.ID, Text: h, NotCPR: "prøve: " + h}); err != nil {
		t.Fatal(err)
	}
	if _, err := seat.Moderate(ctx, inbox.Moderation{Conversation: th.ID, Message: th.Msgs[0].ID, Do: inbox.ActHide, Why: h}); err != nil {
		t.Fatal(err)
	}
	o, err := seat.Open(ctx, th.ID)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := seat.Rows(ctx, []inbox.ConversationID{th.ID})
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	found := map[string]string{}
	stringsIn(reflect.ValueOf(o), "Opened", found)
	stringsIn(reflect.ValueOf(rows), "Rows", found)
	covered := 0
	for at, s := range found {
		if strings.ContainsAny(s, "*×∗") {
			covered++
		}
		if text.SureCPR(s) != text.Unlikely || strings.Contains(s, number[:5]) {
			t.Errorf("%s", at)
		}
	}
	if covered < 10 { // text, version, name, file, description, post, note, ours, outgoing, why, detail, row
		t.Errorf("only %d covered strings of %d: the test is blind", covered, len(found))
	}
}

// What is covered is shown to those who may see it, and that they did is a change that holds no text.
func TestCPRIsRevealedOnRecord(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", cprText), d.Say("c2", "ida", "Hvornår åbner I?"))
	th, other := d.Find(t, d.Facebook, "c1"), d.Find(t, d.Facebook, "c2")
	for _, u := range []inbox.UserID{d.Dorte, d.Erik} {
		if _, err := d.Seat(t, u).Reveal(ctx, th.ID, th.Msgs[0].ID); inbox.CodeOf(err) != inbox.Forbidden && inbox.CodeOf(err) != inbox.NotFound {
			t.Errorf("user %d: %v", u, err)
		}
	}
	anna := d.Seat(t, d.Anna)
	if _, err := anna.Reveal(ctx, other.ID, other.Msgs[0].ID); inbox.ReasonOf(err).Key != "refused.no_cpr" {
		t.Error(err)
	}
	got, err := anna.Reveal(ctx, th.ID, th.Msgs[0].ID)
	if err != nil || got.Text != cprText {
		t.Fatalf("%+v, %v", got, err)
	}
	o, err := anna.Open(ctx, th.ID)
	if err != nil {
		t.Fatal(err)
	}
	c := o.History[0]
	if c.Kind != inbox.ChangeRevealed || c.User != d.Anna || c.Message != th.Msgs[0].ID || c.Detail != "" || c.Word != "" {
		t.Errorf("%+v", c)
	}
	if o.Msgs[0].Text != "Mit cpr er ******-****, hvorfor har jeg ikke fået brev?" || o.Covered[th.Msgs[0].ID] != text.Certain {
		t.Errorf("%q %v", o.Msgs[0].Text, o.Covered)
	}
}

// Nothing with a CPR number goes out, in public, in private or by an edit, nor in what a file is called; a lead can say that it is none.
func TestCPRDoesNotGoOut(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	ours := d.Say("c2", "", "Tak")
	ours.Parent, ours.FromUs, ours.Author = "c1", true, nil
	d.Take(t, d.Say("c1", "jens", "Hvornår åbner I?"), ours)
	th := d.Find(t, d.Facebook, "c1")
	anna, carl := d.Seat(t, d.Anna), d.Seat(t, d.Carl)
	draft := inbox.Draft{Conversation: th.ID, Kind: inbox.DraftReply, Text: "Vi skriver til 1402314126"}
	if err := anna.SaveDraft(ctx, draft); err != nil {
		t.Fatal(err)
	}
	refused := func(s *inbox.Seat, r inbox.Reply, key string) {
		t.Helper()
		r.Conversation = th.ID
		if _, err := s.Reply(ctx, r); inbox.ReasonOf(err).Key != key {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, private := range []bool{false, true} {
		refused(anna, inbox.Reply{Text: "Dit cpr er 140231-4126", Private: private}, "refused.cpr")
		refused(carl, inbox.Reply{Text: "Dit cpr er 140231-4126", Private: private, NotCPR: " "}, "refused.cpr")
		refused(anna, inbox.Reply{Text: "Nummer 1402314126", Private: private, NotCPR: "et ordrenummer"}, "refused.role")
	}
	edit := inbox.Moderation{Conversation: th.ID, Message: th.Msgs[1].ID, Do: inbox.ActEdit, Text: "Se 140231-4126"}
	if _, err := anna.Moderate(ctx, edit); inbox.ReasonOf(err).Key != "refused.cpr" {
		t.Error(err)
	}
	o, err := anna.Open(ctx, th.ID)
	if err != nil || len(o.Outgoing) > 0 || o.Draft(inbox.DraftReply, 0) == nil || o.Draft(inbox.DraftReply, 0).Text != draft.Text {
		t.Errorf("%+v, %v", o, err)
	}
	out, err := carl.Reply(ctx, inbox.Reply{Conversation: th.ID, Text: "P 1003274123 er jeres", NotCPR: "P-nummeret 1003274123"})
	if err != nil || out.Text != "P 1003274123 er jeres" {
		t.Fatalf("%+v, %v", out, err)
	}
	edit.NotCPR = "et journalnummer"
	if _, err := carl.Moderate(ctx, edit); err != nil {
		t.Fatal(err)
	}
	if o, err = carl.Open(ctx, th.ID); err != nil {
		t.Fatal(err)
	}
	var passed []string
	for _, c := range o.History {
		if c.Kind == inbox.ChangePassed && c.User == d.Carl && c.Outgoing != 0 && c.Message != 0 {
			passed = append(passed, c.Detail)
		}
	}
	if strings.Join(passed, "|") != "et journalnummer|P-nummeret 1003274123" {
		t.Errorf("%q", passed)
	}
}

// Where an account says so the desk itself hides what certainly holds a CPR number, once, and anybody who may can take that back before
// and after it is done.
func TestCPRIsHiddenByItself(t *testing.T) {
	ctx := context.Background()
	set := func(c *inbox.Config) { c.Settings.HideCPR = map[string]bool{"byen": true} }
	d := inboxtest.New(t, set)
	likely, imported, direct, elsewhere := d.Say("c2", "ida", "Hvad med 1402314126?"), d.Say("c3", "bo", cprText), d.Say("c4", "per", cprText), d.Say("c5", "eva", cprText)
	imported.Source, direct.Kind, direct.Thread, direct.Context = inbox.FromImport, inbox.Direct, "per", ""
	elsewhere.Account = d.X
	d.Take(t, d.Say("c1", "jens", cprText), likely, imported, direct, elsewhere)
	for _, remote := range []string{"c2", "c3", "c4"} {
		if th := d.Find(t, d.Facebook, remote); len(th.Outgoing) > 0 {
			t.Errorf("%s: %+v", remote, th.Outgoing)
		}
	}
	if th := d.Find(t, d.X, "c5"); len(th.Outgoing) > 0 {
		t.Errorf("%+v", th.Outgoing)
	}
	th := d.Find(t, d.Facebook, "c1")
	own := th.HidByItself(th.Msgs[0].ID)
	if own == nil || own.State != inbox.Queued || own.By != 0 || len(th.Outgoing) != 1 {
		t.Fatalf("%+v", th.Outgoing)
	}
	bo := d.Seat(t, d.Bo)
	send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent})
	o, err := bo.Open(ctx, th.ID)
	if err != nil || !o.Msgs[0].Hidden || o.History[0].Kind != inbox.ChangeHidden || o.History[0].Actor != inbox.ActorDesk {
		t.Fatalf("%+v %+v %v", o.Msgs[0], o.History[0], err)
	}
	if _, err := bo.Moderate(ctx, inbox.Moderation{Conversation: th.ID, Message: th.Msgs[0].ID, Do: inbox.ActUnhide}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Minute)
	send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent})
	edit := d.Say("c1", "jens", cprText+" Svar mig!")
	edit.Event, edit.Observed = inbox.Edited, d.Clock.Now()
	d.Take(t, edit)
	if th = d.Find(t, d.Facebook, "c1"); th.Msgs[0].Hidden || len(th.Outgoing) != 2 {
		t.Errorf("what a person took back came again: %+v", th.Outgoing)
	}

	edit = d.Say("c2", "ida", cprText) // one that it is edited into is hidden too, and taken back before it leaves
	edit.Event, edit.Observed = inbox.Edited, d.Clock.Now()
	d.Take(t, edit)
	th = d.Find(t, d.Facebook, "c2")
	if len(th.Outgoing) != 1 {
		t.Fatalf("%+v", th.Outgoing)
	}
	if err := bo.UndoSend(ctx, th.Outgoing[0].ID); err != nil {
		t.Fatal(err)
	}
	if th = d.Find(t, d.Facebook, "c2"); th.Outgoing[0].State != inbox.Cancelled || th.Msgs[0].Hidden {
		t.Errorf("%+v", th)
	}
}

// A query with a CPR number in it is kept nowhere: not among one's searches, not as a view.
func TestCPRInQueriesIsNotKept(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	anna := d.Seat(t, d.Anna)
	for _, q := range []string{"=1402314126", "author:*1402314126*", "140231-4126", "cykel 1402314126", `"140231 4126"`, "cykel"} {
		if err := anna.RememberSearch(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	list, err := anna.Searches(ctx)
	if err != nil || len(list) != 1 || list[0] != "cykel" {
		t.Errorf("%q, %v", list, err)
	}
	for _, v := range []inbox.View{{Name: "Ida", Query: "140231-4126"}, {Name: "Ida", Query: "=1402314126"}, {Name: "Ida 140231-4126", Query: "ida"}} {
		v.Owner = d.Anna
		if _, err := anna.SaveView(ctx, v); inbox.ReasonOf(err).Key != "view.cpr" {
			t.Errorf("%+v: %v", v, err)
		}
	}
}

// Whatever makes something that goes out asks whether it may: there are two places where a person's words become an Outgoing, and one that
// sends none. Who adds another asks letThrough in it, and adds it here.
func TestCPRIsAskedForWhereverSomethingGoesOut(t *testing.T) {
	asks := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			calls := map[string]bool{}
			ast.Inspect(fn, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
						calls[sel.Sel.Name] = true
					}
				}
				return true
			})
			if calls["PutOutgoing"] {
				asks[fn.Name.Name] = calls["letThrough"]
			}
		}
	}
	for name, asked := range asks {
		if changes := []string{"become", "sent", "hideCPR"}; asked == slices.Contains(changes, name) { // of what is there, or without words
			t.Errorf("%s: asks for CPR numbers: %v", name, asked)
		}
	}
	if !asks["Reply"] || !asks["Moderate"] {
		t.Errorf("%v", asks)
	}
}

// A file on the shelf is seen by everybody: neither its name nor its description may hold a number.
func TestCPRNamesNoFile(t *testing.T) {
	d := inboxtest.New(t)
	seat := d.Seat(t, d.Carl)
	for _, f := range [][2]string{{"140231-4126.gif", ""}, {"brev.gif", "Brev til 140231-4126"}} {
		if _, err := seat.PutFile(t.Context(), f[0], f[1], gif(1)); inbox.CodeOf(err) != inbox.Invalid {
			t.Errorf("%v: %v", f, err)
		}
	}
	if f, err := seat.PutFile(t.Context(), "brev.gif", "Et brev", gif(1)); err != nil {
		t.Errorf("%v: %v", f, err)
	}
}
