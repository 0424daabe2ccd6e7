package query

import (
	"slices"
	"strings"
)

// Field names one field of the language. The text fields come first, then keywords, then numbers: Doc keeps an array for each group.
type Field uint8

// The fields. Their names, types and meaning stand in the table below.
const (
	// Text fields: passages of words.
	Text Field = iota
	Reply
	Note
	Author
	// Keyword fields: values are ids or codes of the table.
	Channel
	Account
	Kind
	Direction
	Topic
	Queue
	Assignee
	Is
	Has
	Reason
	Priority
	Hours
	Why
	Language
	Sentiment
	Person
	Cluster
	// Number fields: counts, and times in milliseconds since 1970.
	Followers
	Messages
	Replies
	Notes
	Size
	Time
	Started
	Age
	Waiting
	Due
	// Handle is its own: it looks at authors and at mentions in the text.
	Handle
	// What is asked of another field: Bind makes it that, and no document holds it.
	Active // of Age
	Target // of Due

	numFields
)

const (
	numText    = int(Author) + 1
	firstWord  = Channel
	numKeyword = int(Cluster) - int(firstWord) + 1
	firstNum   = Followers
	numNumber  = int(Due) - int(firstNum) + 1
)

// IsText reports whether the field holds words.
func (f Field) IsText() bool { return f < firstWord }

// IsKeyword reports whether the field holds ids or codes.
func (f Field) IsKeyword() bool { return f >= firstWord && f < firstNum }

// IsNumber reports whether the field holds numbers or times.
func (f Field) IsNumber() bool { return f >= firstNum && f < Handle }

// IsCount reports whether the field holds counts.
func (f Field) IsCount() bool { return f.IsNumber() && fields[f].Type == TypeNumber }

// Class says on what a field depends, and so where it may be used.
type Class uint8

const (
	// Content is fixed when a message arrives: rules take only this.
	Content Class = iota
	// State changes by what the desk does.
	State
	// Clock changes by itself as time goes.
	Clock
	// User depends on who asks.
	User
)

// Type says which values a field takes.
type Type uint8

const (
	// TypeWords are matched by their keys.
	TypeWords Type = iota
	// TypeChoice is one of the values in the table.
	TypeChoice
	// TypeName is something of the desk's own, resolved by Bind: a topic, a queue, a person, an account, a rule.
	TypeName
	// TypeNumber is a count.
	TypeNumber
	// TypeDate is a point in time, or a day.
	TypeDate
	// TypePast is a duration back from now: age:<2h.
	TypePast
	// TypeFuture is a duration from now on, or a day: due:<2h, due:today.
	TypeFuture
	// TypeNumbered is something of the desk's own by its number: a person.
	TypeNumbered
)

// Choices are the values of a Choice field. The code of a value is its place in the table plus one, and is stored nowhere but in
// memory and in the index.
type choice struct {
	Name   string
	Danish []string // first is the one shown
	Class  Class
}

type fieldInfo struct {
	Name    string
	Danish  []string // aliases; the first is the one shown on Danish screens
	Type    Type
	Class   Class
	Example string
	None    bool // takes "none": no value at all
	Choices []choice
}

// fields is the table. Order follows the constants.
var fields = [numFields]fieldInfo{
	Text:   {Name: "text", Danish: []string{"tekst"}, Type: TypeWords, Class: Content, Example: `text:"hul i vejen"`},
	Reply:  {Name: "reply", Danish: []string{"svar"}, Type: TypeWords, Class: State, Example: `reply:beklager`},
	Note:   {Name: "note", Danish: []string{"internnote"}, Type: TypeWords, Class: State, Example: `note:presse`},
	Author: {Name: "author", Danish: []string{"afsender", "forfatter"}, Type: TypeWords, Class: Content, Example: `author:hansen`},

	Channel: {Name: "channel", Danish: []string{"kanal"}, Type: TypeChoice, Class: Content, Example: `channel:instagram`, Choices: []choice{
		{Name: "facebook", Danish: []string{"facebook", "fb"}}, {Name: "instagram", Danish: []string{"instagram", "ig"}}, {Name: "x", Danish: []string{"x", "twitter"}},
	}},
	Account: {Name: "account", Danish: []string{"konto"}, Type: TypeName, Class: Content, Example: `account:biblioteker`},
	Kind: {Name: "kind", Danish: []string{"slags"}, Type: TypeChoice, Class: Content, Example: `kind:mention`, Choices: []choice{
		{Name: "comment", Danish: []string{"kommentar"}},
		{Name: "mention", Danish: []string{"omtale"}},
		{Name: "direct", Danish: []string{"direkte"}},
		{Name: "review", Danish: []string{"anmeldelse"}},
		{Name: "post", Danish: []string{"opslag"}},
	}},
	Direction: {Name: "direction", Danish: []string{"retning"}, Type: TypeChoice, Class: State, Example: `direction:out`, Choices: []choice{
		{Name: "in", Danish: []string{"ind"}, Class: State},
		{Name: "out", Danish: []string{"ud"}, Class: State},
		{Name: "note", Danish: []string{"internnote"}, Class: State},
	}},
	Topic:    {Name: "topic", Danish: []string{"emne"}, Type: TypeName, Class: State, None: true, Example: `topic:vej/cykel`},
	Queue:    {Name: "queue", Danish: []string{"kø", "koe"}, Type: TypeName, Class: State, None: true, Example: `queue:Borgerservice`},
	Assignee: {Name: "assignee", Danish: []string{"ansvarlig"}, Type: TypeName, Class: State, None: true, Example: `assignee:me`},
	Is: {Name: "is", Danish: []string{"er", "status"}, Type: TypeChoice, Class: State, Example: `is:open`, Choices: []choice{
		{Name: "open", Danish: []string{"åben"}, Class: State},
		{Name: "snoozed", Danish: []string{"udsat"}, Class: State},
		{Name: "closed", Danish: []string{"afsluttet", "lukket"}, Class: State},
		{Name: "awaiting", Danish: []string{"venter"}, Class: State},
		{Name: "taken", Danish: []string{"taget"}, Class: State},
		{Name: "outgoing", Danish: []string{"på-vej", "påvej"}, Class: State},
		{Name: "uncertain", Danish: []string{"måske-sendt"}, Class: State},
		{Name: "edited", Danish: []string{"rettet"}, Class: State},
		{Name: "hidden", Danish: []string{"skjult"}, Class: State},
		{Name: "deleted", Danish: []string{"slettet"}, Class: State},
		{Name: "overdue", Danish: []string{"over-fristen", "overskredet"}, Class: Clock},
	}},
	Has: {Name: "has", Danish: []string{"har"}, Type: TypeChoice, Class: Content, Example: `has:link`, Choices: []choice{
		{Name: "link", Danish: []string{"henvisning"}},
		{Name: "media", Danish: []string{"billede", "medie"}},
		{Name: "hashtag", Danish: []string{"emneord"}},
		{Name: "author", Danish: []string{"afsender"}},
		{Name: "reply", Danish: []string{"svar"}, Class: State},
		{Name: "note", Danish: []string{"internnote"}, Class: State},
		{Name: "topic", Danish: []string{"emne"}, Class: State},
		{Name: "draft", Danish: []string{"kladde"}, Class: State},
		{Name: "question", Danish: []string{"spørgsmål"}},
		{Name: "danger", Danish: []string{"fare"}}, // any of the next three
		{Name: "emergency", Danish: []string{"livsfare"}},
		{Name: "threat", Danish: []string{"trussel"}},
		{Name: "self-harm", Danish: []string{"selvskade"}},
		{Name: "spam-like", Danish: []string{"spamtegn"}},
		{Name: "cpr", Danish: []string{"cpr-nummer", "personnummer"}},
	}},
	Reason: {Name: "reason", Danish: []string{"grund"}, Type: TypeChoice, Class: State, Example: `reason:spam`, Choices: []choice{
		{Name: "answered", Danish: []string{"besvaret"}, Class: State},
		{Name: "no-answer", Danish: []string{"kræver-ikke-svar"}, Class: State},
		{Name: "moved", Danish: []string{"flyttet"}, Class: State},
		{Name: "spam", Class: State},
		{Name: "earlier", Danish: []string{"tidligere"}, Class: State},
	}},
	Priority: {Name: "priority", Danish: []string{"prioritet"}, Type: TypeChoice, Class: State, Example: `priority:high`, Choices: []choice{
		{Name: "low", Danish: []string{"lav"}, Class: State},
		{Name: "normal", Class: State},
		{Name: "high", Danish: []string{"høj"}, Class: State},
		{Name: "urgent", Danish: []string{"haster"}, Class: State},
	}},
	Hours: {Name: "hours", Danish: []string{"åbningstid"}, Type: TypeChoice, Class: Content, Example: `hours:outside`, Choices: []choice{
		{Name: "inside", Danish: []string{"indenfor"}}, {Name: "outside", Danish: []string{"udenfor"}},
	}},
	Why: {Name: "why", Danish: []string{"hvorfor"}, Type: TypeName, Class: State, Example: `why:cykelveje`},

	Language: {Name: "language", Danish: []string{"sprog"}, Type: TypeChoice, Class: Content, None: true, Example: `language:en`, Choices: []choice{
		{Name: "da", Danish: []string{"dansk"}},
		{Name: "en", Danish: []string{"engelsk"}},
		{Name: "no", Danish: []string{"norsk"}},
		{Name: "sv", Danish: []string{"svensk"}},
		{Name: "de", Danish: []string{"tysk"}},
	}},
	Sentiment: {Name: "sentiment", Danish: []string{"stemning"}, Type: TypeChoice, Class: Content, Example: `sentiment:negative`, Choices: []choice{
		{Name: "negative", Danish: []string{"negativ"}}, {Name: "neutral"}, {Name: "positive", Danish: []string{"positiv"}},
	}},
	Person:  {Name: "person", Type: TypeNumbered, Class: State, Example: `person:42`},
	Cluster: {Name: "cluster", Danish: []string{"ens"}, Type: TypeNumbered, Class: State, Example: `cluster:42`},

	Followers: {Name: "followers", Danish: []string{"følgere"}, Type: TypeNumber, Class: Content, Example: `followers:>5k`},
	Messages:  {Name: "messages", Danish: []string{"beskeder"}, Type: TypeNumber, Class: State, Example: `messages:>10`},
	Replies:   {Name: "replies", Danish: []string{"antalsvar"}, Type: TypeNumber, Class: State, Example: `replies:0`},
	Notes:     {Name: "notes", Danish: []string{"antalnoter"}, Type: TypeNumber, Class: State, Example: `notes:>2`},
	Size:      {Name: "size", Danish: []string{"længde", "laengde"}, Type: TypeNumber, Class: Content, Example: `size:>500`},
	Time:      {Name: "time", Danish: []string{"tid"}, Type: TypeDate, Class: Content, Example: `time:2026-11-03..2026-11-09`},
	Started:   {Name: "started", Danish: []string{"begyndt"}, Type: TypeDate, Class: State, Example: `started:today`},
	Age:       {Name: "age", Danish: []string{"alder"}, Type: TypePast, Class: Clock, Example: `age:<2h`},
	Waiting:   {Name: "waiting", Danish: []string{"ventet"}, Type: TypePast, Class: Clock, Example: `waiting:>4h`},
	Due:       {Name: "due", Danish: []string{"frist"}, Type: TypeFuture, Class: Clock, Example: `due:<1h`},

	Handle: {Name: "handle", Danish: []string{"brugernavn"}, Type: TypeWords, Class: Content, Example: `handle:jenshansen`},

	Active: {Name: "active", Danish: []string{"aktiv"}, Type: TypeDate, Class: State, Example: `active:today`},
	Target: {Name: "target", Danish: []string{"svarfrist"}, Type: TypeChoice, Class: State, None: true, Example: `target:overdue`, Choices: []choice{
		{Name: "running", Danish: []string{"løber"}, Class: Clock},
		{Name: "overdue", Danish: []string{"over-fristen", "overskredet"}, Class: Clock},
	}},
}

// Name of the field in the language; the same everywhere but for Danish aliases.
func (f Field) String() string {
	if f >= numFields {
		return "?"
	}
	return fields[f].Name
}

// Fields lists the table in order.
func Fields() []Field {
	out := make([]Field, numFields)
	for i := range out {
		out[i] = Field(i)
	}
	return out
}

// Info describes a field for help, completion and documentation.
type Info struct {
	Field   Field
	Name    string
	Danish  []string
	Type    Type
	Class   Class
	Example string
	None    bool
	Values  []ValueInfo // of a Choice field
}

// ValueInfo describes one value of a Choice field.
type ValueInfo struct {
	Name   string
	Danish []string
	Class  Class
	Code   int64
}

// Info returns the field's row of the table.
func (f Field) Info() Info {
	t := fields[f]
	in := Info{Field: f, Name: t.Name, Danish: slices.Clone(t.Danish), Type: t.Type, Class: t.Class, Example: t.Example, None: t.None}
	for i, c := range t.Choices {
		in.Values = append(in.Values, ValueInfo{Name: c.Name, Danish: slices.Clone(c.Danish), Class: c.Class, Code: int64(i + 1)})
	}
	return in
}

// DanishName is the field's name on a Danish screen.
func (f Field) DanishName() string {
	if d := fields[f].Danish; len(d) > 0 {
		return d[0]
	}
	return fields[f].Name
}

// DanishExample is the field's example as a Dane writes it: it means the same.
func (f Field) DanishExample() string {
	name, value, _ := strings.Cut(fields[f].Example, ":")
	if danish := f.DanishName(); name == fields[f].Name {
		name = danish
	}
	switch t := fields[f].Type; {
	case t == TypePast || t == TypeFuture:
		value = strings.NewReplacer("h", "t", "w", "u").Replace(value)
	case value == "me":
		value = "mig"
	case value == "today":
		value = "idag"
	default:
		for _, c := range fields[f].Choices {
			if c.Name == value && len(c.Danish) > 0 {
				value = c.Danish[0]
			}
		}
	}
	return name + ":" + value
}

// LookupField finds a field by its English or Danish name, whatever the case.
func LookupField(name string) (Field, bool) {
	name = strings.ToLower(name)
	for i := range fields {
		if fields[i].Name == name || slices.Contains(fields[i].Danish, name) {
			return Field(i), true
		}
	}
	return 0, false
}

// Code returns the code of a Choice field's value by its canonical name, or 0: what a Doc holds for it.
func Code(f Field, value string) int64 {
	for i := range fields[f].Choices {
		if fields[f].Choices[i].Name == value {
			return int64(i + 1)
		}
	}
	return 0
}

// lookupChoice finds a Choice value by any of its names.
func lookupChoice(f Field, value string) (name string, ok bool) {
	value = strings.ToLower(value)
	for i := range fields[f].Choices {
		c := &fields[f].Choices[i]
		if c.Name == value || slices.Contains(c.Danish, value) {
			return c.Name, true
		}
	}
	return "", false
}

// Reserved reports whether a name is a word of the language where a value stands, none or me, so that nothing of that name can be asked for.
func Reserved(name string) bool {
	name = strings.TrimSpace(name)
	return isNone(name) || isMe(name)
}

// HasQuote reports whether a name has a quotation mark in it, which no query can write.
func HasQuote(name string) bool { return strings.ContainsFunc(name, isQuote) }

func isNone(s string) bool { return strings.EqualFold(s, "none") || strings.EqualFold(s, "ingen") }
func isMe(s string) bool   { return strings.EqualFold(s, "me") || strings.EqualFold(s, "mig") }
