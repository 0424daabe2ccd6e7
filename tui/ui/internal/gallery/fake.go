package main

import (
	"fmt"
	"slices"

	"lytter/inbox/text"
	"lytter/tui/ui"
)

var columns = []ui.Column{
	{Min: 2},                             // channel
	{Min: 7, Right: true},                // time left
	{Min: 3, Drop: 3},                    // taken by
	{Min: 12, Max: 22, Grow: 1},          // who
	{Min: 20, Grow: 5},                   // text
	{Min: 12, Max: 24, Grow: 1, Drop: 2}, // topic
	{Min: 10, Drop: 4},                   // state
}

var people = []text.Safe{
	"Søren Ægidius", "Åse Lund", "Mohammed Al-Khatib", "👩‍🚒 Brandmand Karin", "Jens", "田中 さくら",
	"Kirsten Thorup-Jørgensen", "اسم عربي",
}

var texts = []text.Safe{
	"Der er et kæmpe hul i vejen på Nørrebrogade, jeg væltede næsten på cyklen i morges",
	"Hvornår bliver affaldet hentet? Det har stået der siden mandag",
	"Tak for hurtigt svar ❤️ det er dejligt når kommunen lytter",
	"Min mor på 84 kan ikke komme på Digital Post, hvad gør vi?",
	"Why is the library closed on Sundays?",
	"I burde skamme jer",
	"Kan man stadig søge om byggetilladelse til en carport uden arkitekt?",
}

var topics = []text.Safe{"vej/cykel", "affald/hentning", "ros", "borgerservice/digital post", "kultur/bibliotek", "", "byg/tilladelse"}

// rows is a list in which rows come and go.
type rows struct{ keys []int }

func (r *rows) arrive(n int) {
	for range n {
		r.keys = slices.Insert(r.keys, 0, len(r.keys)+1)
	}
}

func (r *rows) Len() int                     { return len(r.keys) }
func (r *rows) At(i int) (int, uint64, bool) { return r.keys[i], 1, true }
func (r *rows) Index(key int) (int, bool)    { i := slices.Index(r.keys, key); return i, i >= 0 }

func (r *rows) Cells(i int) []ui.Line {
	k := r.keys[i]
	marks := []ui.Line{ui.Mark1.Line("FB"), ui.Mark2.Line("IG"), ui.Mark3.Line("X")}
	left := ui.Text.Line(text.Safe(fmt.Sprintf("%d t", k/9+1)))
	switch {
	case k < 3:
		left = ui.Danger.Line(text.Safe(fmt.Sprintf("-%d min", 14-k)))
	case k < 9:
		left = ui.Warning.Line(text.Safe(fmt.Sprintf("%d min", k*6)))
	}
	by := ui.Line{}
	if k%5 == 0 {
		by = ui.Own.Line("MF")
	}
	tok := ui.Text
	if k%3 == 0 {
		tok = ui.Unread
	}
	return []ui.Line{
		marks[k%3], left, by, tok.Line(people[k%len(people)]), tok.Line(texts[k%len(texts)]), ui.Dim.Line(topics[k%len(topics)]),
		ui.Dim.Line([]text.Safe{"ny", "læst", "taget"}[k%3]),
	}
}

type viewRows struct{}

var viewNames = []text.Safe{
	"Venter svar", "Over fristen", "Mine", "Haster", "Digital Post", "Cykelveje", "Ros", "Lytning: byrådet",
	"Udsat", "Sendt i dag",
}

func (viewRows) Len() int                     { return len(viewNames) }
func (viewRows) At(i int) (int, uint64, bool) { return i + 1, 1, true }
func (viewRows) Index(key int) (int, bool)    { return key - 1, true }

func (viewRows) Cells(i int) []ui.Line {
	n := []int{14, 2, 3, 0, 132, 7, 21, 4, 9, 38}[i]
	count := ui.Dim.Line(text.Safe(fmt.Sprint(n)))
	name := ui.Text.Line(viewNames[i])
	if i == 1 {
		name, count = ui.Text.Line(viewNames[i]), ui.Danger.Line("2")
	}
	return []ui.Line{name, count}
}

func messages(key int) []ui.Block[int] {
	type msg struct {
		who, when text.Safe
		tok       ui.Token
		tag       text.Safe
		depth     int
		body      text.Safe
	}
	all := []msg{
		{"Aarhus Kommune", "man. 3. nov. 08.12", ui.Dim, "vores opslag", 0, "Nye cykelstier på Nørrebrogade: arbejdet begynder i uge 46."},
		{people[key%len(people)], "i dag 09.41", ui.Text, "", 0, texts[key%len(texts)] + ". " + texts[(key+3)%len(texts)] + " https://www.aarhus.dk/borger/trafik-veje-og-cykelstier/meld-et-hul-i-vejen"},
		{"Åse Lund", "i dag 09.50", ui.Text, "", 1, "Enig! Det er farligt for børnene, og ingen gør noget 😡"},
		{"Mette Friis", "i dag 10.02", ui.Note, "intern note", 1, "Har ringet til Vejdrift. De kigger på det inden kl. 14, men lover intet."},
		{"Aarhus Kommune", "i dag 10.15", ui.Own, "sendt", 1, "Hej Søren. Tak, fordi du skriver. Vi har bedt Vejdrift om at se på hullet i dag, og du hører fra os igen, så snart vi ved mere. Venlig hilsen Mette, Aarhus Kommune"},
		{people[key%len(people)], "i dag 10.40", ui.Text, "venter svar", 2, "Tak! Men hvad med det andet hul lidt længere henne?"},
	}
	var out []ui.Block[int]
	for i, m := range all {
		out = append(out, ui.Block[int]{Key: i + 1, Version: uint64(key), Depth: m.depth, Body: func(t *ui.Theme, width int) []ui.Line {
			head := ui.Line{ui.Strong.Span(m.who), ui.Dim.Span("  " + m.when)}
			if m.tok == ui.Own {
				head[0].Token = ui.Own
			}
			if m.tag != "" {
				tok := ui.Dim
				switch m.tag {
				case "venter svar":
					tok = ui.Warning
				case "intern note":
					tok = ui.Note
				case "sendt":
					tok = ui.Success
				}
				head = append(head, ui.Dim.Span(text.Safe("  ")), tok.Span(m.tag))
			}
			body := ui.Text
			if m.tok == ui.Dim || m.tok == ui.Note {
				body = m.tok
			}
			return append([]ui.Line{head}, t.Wrap(body.Line(m.body), min(width, 76))...)
		}})
	}
	return out
}

var commands = []ui.Item{
	{ID: "reply", Title: "Svar offentligt", Also: []text.Safe{"Reply in public"}, Keys: "s o"},
	{ID: "private", Title: "Svar privat", Also: []text.Safe{"Reply privately"}, Keys: "s p", Refusal: "fristen på 7 døgn er gået"},
	{ID: "close", Title: "Kræver ikke svar", Also: []text.Safe{"Needs no answer"}, Keys: "a"},
	{ID: "escalate", Title: "Send videre", Also: []text.Safe{"Escalate"}, Keys: "k"},
	{ID: "snooze", Title: "Udsæt", Also: []text.Safe{"Snooze"}, Keys: "u"},
	{ID: "assign", Title: "Tildel", Also: []text.Safe{"Assign"}, Keys: "t"},
	{ID: "next", Title: "Tag næste", Also: []text.Safe{"Take next"}, Keys: "n"},
	{ID: "hide", Title: "Skjul kommentar", Also: []text.Safe{"Hide comment"}, Keys: "m s"},
	{ID: "theme", Title: "Skift farver", Also: []text.Safe{"Change theme"}},
	{ID: "undo", Title: "Fortryd", Also: []text.Safe{"Undo"}, Keys: "z", Refusal: "der er intet at fortryde"},
}

var queues = []ui.Item{
	{ID: "tm", Title: "Teknik og Miljø"},
	{ID: "sb", Title: "Sundhed og Omsorg"},
	{ID: "bu", Title: "Børn og Unge"},
	{
		ID:    "kb",
		Title: "Kultur og Borgerservice",
	},
	{ID: "ma", Title: "Magistraten", Refusal: "lukket til mandag"},
}

func suggest(value string, at int) []ui.Suggestion {
	if value != "k" && value != "ka" && value != "kanal:" {
		return nil
	}
	if value == "kanal:" {
		return []ui.Suggestion{
			{Text: "kanal:facebook", From: 0, To: at, Help: "én side eller gruppe"},
			{
				Text: "kanal:instagram", From: 0, To: at,
				Help: "kommentarer og beskeder",
			},
			{Text: "kanal:x", From: 0, To: at, Help: "omtaler og svar"},
		}
	}
	return []ui.Suggestion{
		{Text: "kanal:", From: 0, To: at, Help: "facebook, instagram eller x"},
		{
			Text: "kø:", From: 0, To: at,
			Help: "den kø, som henvendelsen ligger i",
		},
		{Text: "klokken:", From: 0, To: at, Help: "hvornår den kom"},
	}
}

var sections = []ui.Section{
	{Title: "Liste", Hints: []ui.Hint{
		{Keys: "j, Ned", Label: "næste"},
		{Keys: "k, Op", Label: "forrige"},
		{Keys: "Mellemrum", Label: "mærk"},
		{Keys: "v", Label: "mærk et stykke"},
	}},
	{Title: "Handlinger", Hints: []ui.Hint{
		{Keys: "a", Label: "kræver ikke svar"},
		{Keys: "s o", Label: "svar offentligt"},
		{
			Keys: "s p", Label: "svar privat",
			Refusal: "fristen på 7 døgn er gået",
		},
		{Keys: "k", Label: "send videre til en kø"},
		{Keys: "u", Label: "udsæt"},
		{
			Keys:  "z",
			Label: "fortryd det sidste, også en afsendelse",
		},
	}},
	{Title: "Find vej", Hints: []ui.Hint{
		{Keys: "/", Label: "søg"},
		{Keys: "p", Label: "kommando"},
		{Keys: "g q", Label: "køerne"},
		{Keys: "g l", Label: "lineær tekst"},
		{Keys: "?", Label: "denne hjælp"},
	}},
	{Title: "Skriv", Hints: []ui.Hint{
		{Keys: "Ctrl+S", Label: "send"},
		{Keys: "Ctrl+Z", Label: "fortryd"},
		{Keys: "Esc", Label: "gem kladden og gå"},
	}},
}
