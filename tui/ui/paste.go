package ui

import "io"

// PasteLimit cuts pastes in a terminal's input at max bytes, before Bubble Tea, which otherwise keeps a paste of any size in memory until
// its end. What is left out of a paste is thrown away, never read as keys.
type PasteLimit struct {
	r      io.Reader
	max    int
	in     bool
	taken  int
	match  int // bytes of the start or end mark that the last bytes were
	spare  []byte
	cut    uint64
	failed error
}

// NewPasteLimit limits the pastes in r.
func NewPasteLimit(r io.Reader, limit int) *PasteLimit { return &PasteLimit{r: r, max: limit} }

// The marks of a bracketed paste.
var (
	pasteStart = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// Cut is how many bytes of pastes were thrown away.
func (l *PasteLimit) Cut() uint64 { return l.cut }

// Read reads what is left of the input. It reads from below until there is something to return.
func (l *PasteLimit) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(l.spare) == 0 {
		if l.failed != nil {
			return 0, l.failed
		}
		n, err := l.r.Read(p)
		l.failed = err
		l.filter(p[:n])
		if n == 0 && err == nil {
			return 0, nil
		}
	}
	n := copy(p, l.spare)
	l.spare = l.spare[:copy(l.spare, l.spare[n:])]
	return n, nil
}

// filter adds to spare what may be read. In a paste beyond its limit only its end mark may, which is put back together when it turns out
// not to be one.
func (l *PasteLimit) filter(p []byte) {
	for _, c := range p {
		mark := pasteStart
		if l.in {
			mark = pasteEnd
		}
		if c == mark[l.match] {
			l.match++
		} else {
			if l.in {
				l.take(mark[:l.match])
			}
			l.match = 0
			if c == mark[0] {
				l.match = 1
			}
		}
		switch {
		case l.match == len(mark):
			if l.in {
				l.spare = append(l.spare, mark...)
			} else {
				l.spare = append(l.spare, c)
			}
			l.in, l.match, l.taken = !l.in, 0, 0
		case !l.in:
			l.spare = append(l.spare, c)
		case l.match == 0:
			l.take([]byte{c})
		}
	}
}

// take takes bytes of a paste as long as there is room.
func (l *PasteLimit) take(b []byte) {
	n := min(len(b), max(l.max-l.taken, 0))
	l.taken += n
	l.spare = append(l.spare, b[:n]...)
	l.cut += uint64(len(b) - n)
}
