// Package corpus is messages in a file: the format of import and export, and a seeded corpus of that format for measuring.
package corpus

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"lytter/inbox"
)

// Shape says what a made corpus is like.
type Shape struct {
	Messages int
	Seed     uint64
	Until    time.Time     // of the newest message
	Over     time.Duration // from the oldest to the newest
	OpenLast time.Duration // conversations whose newest message is within this of Until are open, the rest closed
}

// DefaultShape is two years up to a fixed day, the last week of it open.
func DefaultShape(messages int, seed uint64) Shape {
	return Shape{
		Messages: messages, Seed: seed, Until: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), Over: 2 * 365 * 24 * time.Hour,
		OpenLast: 7 * 24 * time.Hour,
	}
}

// Maker makes a corpus: 80 % Danish and 20 % English, three channels, words and authors by Zipf's law, conversations of which 70 % are a
// single message and one in a hundred has about twenty or more, a few at the desk's bound. The same shape gives the same corpus.
type Maker struct {
	shape Shape
	r     *rand.Rand
	da    *vocabulary
	en    *vocabulary
	who   *rand.Zipf
	made  int
	conv  int
	now   time.Time
	step  time.Duration
	queue []Line // of the conversation being given
}

// Make begins a corpus.
func Make(s Shape) *Maker {
	r := rand.New(rand.NewPCG(s.Seed, 0x6c7974746572))
	return &Maker{
		shape: s, r: r, da: newVocabulary(r, danish, 90_000), en: newVocabulary(r, english, 40_000),
		who:  rand.NewZipf(r, 1.05, 8, uint64(max(1000, s.Messages/4))),
		now:  s.Until.Add(-s.Over),
		step: s.Over / time.Duration(max(1, s.Messages)),
	}
}

// Next gives the next message; ok is false when all are made.
func (m *Maker) Next() (l Line, ok bool) {
	for len(m.queue) == 0 {
		if m.made >= m.shape.Messages {
			return Line{}, false
		}
		m.begin()
	}
	l = m.queue[0]
	m.queue = m.queue[1:]
	m.made++
	return l, m.made <= m.shape.Messages
}

// size draws the length of a conversation.
func (m *Maker) size() int {
	switch p := m.r.Float64(); {
	case p < 0.70:
		return 1
	case p < 0.99: // 2 to 20, falling
		return 2 + int(18*math.Pow(m.r.Float64(), 2.2))
	case p < 0.9999:
		return 20 + int(60*math.Pow(m.r.Float64(), 3))
	}
	return inbox.MaxMessages
}

var accounts = []struct {
	channel inbox.Channel
	name    string
	kind    inbox.Kind
	share   float64
}{
	{inbox.Facebook, "byen", inbox.Comment, 0.45},
	{inbox.Facebook, "biblioteker", inbox.Comment, 0.15},
	{inbox.Instagram, "byen-ig", inbox.Comment, 0.25},
	{inbox.X, "byen-x", inbox.Mention, 0.15},
}

func (m *Maker) begin() {
	m.conv++
	n := min(m.size(), m.shape.Messages-m.made)
	acc := accounts[0]
	for p, i := m.r.Float64(), 0; i < len(accounts); i++ {
		if acc = accounts[i]; p < acc.share {
			break
		}
		p -= acc.share
	}
	english := m.r.Float64() < 0.2
	var top inbox.RemoteID
	at := m.now
	last := at.Add(time.Duration(n) * m.step) // on the whole, time passes by the message
	m.now = last
	status := inbox.Closed
	if m.shape.Until.Sub(last) < m.shape.OpenLast {
		status = inbox.Open
	}
	context := inbox.RemoteID("c" + strconv.Itoa(m.conv/40))
	authors := []uint64{m.who.Uint64()}
	for i := range n {
		id := inbox.RemoteID(strconv.Itoa(m.conv) + "_" + strconv.Itoa(i))
		l := Line{
			Channel: acc.channel, Account: acc.name, Kind: acc.kind, Direction: "in", Remote: id, Parent: top, Time: at.Truncate(time.Millisecond),
			Status: status,
		}
		if acc.kind == inbox.Comment {
			l.Context = context
		}
		if i == 0 {
			top = id
		}
		if n > 1 && i%3 == 1 && m.r.Float64() < 0.6 {
			l.Direction, l.By = "out", "anna"
		} else {
			if i > 0 && m.r.Float64() < 0.3 {
				authors = append(authors, m.who.Uint64())
			}
			l.Author = author(authors[m.r.IntN(len(authors))], acc.channel)
		}
		l.Text = m.text(english)
		m.queue = append(m.queue, l)
		at = at.Add(time.Duration(m.r.ExpFloat64() * float64(20*time.Minute)))
		if at.After(m.shape.Until) {
			at = m.shape.Until
		}
	}
}

func author(n uint64, ch inbox.Channel) *Author {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n*0x9E3779B97F4A7C15)
	first, lastName := firstNames[int(b[0])%len(firstNames)], lastNames[int(b[1])%len(lastNames)]
	a := &Author{ID: inbox.RemoteID("p" + strconv.FormatUint(n, 10)), Name: first + " " + lastName}
	if ch != inbox.Facebook {
		a.Handle = strings.ToLower(first) + strconv.FormatUint(n%10000, 10)
		a.Followers = int64(math.Exp(float64(b[2]) / 28))
	}
	return a
}

// text draws a message: about 110 characters at the median, a few much longer.
func (m *Maker) text(english bool) string {
	v := m.da
	if english {
		v = m.en
	}
	words := 3 + int(math.Exp(m.r.NormFloat64()*0.55+2.5))
	var b strings.Builder
	for i := range min(words, 400) {
		if i > 0 {
			b.WriteByte(' ')
		}
		w := v.draw()
		if i == 0 || b.Len() > 2 && strings.HasSuffix(b.String()[:b.Len()-1], ".") {
			w = title(w)
		}
		b.WriteString(w)
		switch p := m.r.Float64(); {
		case p < 0.06:
			b.WriteByte(',')
		case p < 0.12 || i == words-1:
			b.WriteByte(".?!"[m.r.IntN(3)])
		}
	}
	switch p := m.r.Float64(); {
	case p < 0.05:
		b.WriteString(" #" + v.draw())
	case p < 0.09:
		b.WriteString(" 🙏")
	case p < 0.12:
		b.WriteString(" https://kk.dk/" + v.draw())
	}
	return b.String()
}

func title(w string) string {
	for i, r := range w {
		if i == 0 {
			return strings.ToUpper(string(r)) + w[len(string(r)):]
		}
	}
	return w
}
