package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"

	"golang.org/x/sync/errgroup"
)

// Load is a platform that posts as fast as it is answered. It runs in a process of its own, so that it does not share the desk's
// scheduler and collector, and speaks HTTP by hand, so that it costs little.
type Load struct {
	Addr, Path string
	Page       string // whose posts they are about
	Conns      int
	For        time.Duration
	Seed       uint64
}

// Loaded is what became of the posts. Each has a number: its comment's.
type Loaded struct {
	Acked   []inbox.Range `json:"acked"` // answered 200
	Refused int           `json:"refused"`
	Seconds float64       `json:"seconds"`
	P50     float64       `json:"p50_ms"`
	P99     float64       `json:"p99_ms"`
}

// Count is how many were answered 200.
func (l *Loaded) Count() (n int) {
	for _, r := range l.Acked {
		n += int(r.To - r.From + 1)
	}
	return n
}

const (
	postSize = 2048             // bytes of a body
	postsPer = 10_000_000       // numbers of one connection
	hole     = "77770000007777" // where a post's number goes, twice
)

// Run posts. It ends with ctx, too.
func (l Load) Run(ctx context.Context) (*Loaded, error) {
	texts := corpus.Make(corpus.DefaultShape(50*l.Conns, l.Seed))
	conns := make([]*poster, l.Conns)
	var dialer net.Dialer
	for i := range conns {
		c, err := dialer.DialContext(ctx, "tcp", l.Addr)
		if err != nil {
			return nil, err
		}
		defer func() { _ = c.Close() }() // all that was sent has been answered
		if conns[i], err = newPoster(c, l, texts, int64(i)*postsPer); err != nil {
			return nil, err
		}
	}
	begun := time.Now()
	deadline := begun.Add(l.For)
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range conns {
		g.Go(func() error {
			for first := true; ctx.Err() == nil && (first || time.Now().Before(deadline)); first = false {
				if err := p.post(); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := &Loaded{Seconds: time.Since(begun).Seconds()}
	var took times
	for _, p := range conns {
		out.Acked = append(out.Acked, p.acked...)
		out.Refused += p.refused
		took = append(took, p.took...)
	}
	out.P50, out.P99 = took.ms(0.5), took.ms(0.99)
	return out, nil
}

// poster posts on one connection.
type poster struct {
	c       net.Conn
	r       *bufio.Reader
	request []byte // with holes
	body    int    // where it begins
	holes   []int
	sum     int // where the signature goes
	next    int64

	acked   []inbox.Range
	refused int
	took    times
}

func newPoster(c net.Conn, l Load, texts *corpus.Maker, first int64) (*poster, error) {
	body, err := loadBody(l.Page, texts)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=%s\r\nContent-Length: %d\r\n\r\n",
		l.Path, l.Addr, strings.Repeat("0", 64), len(body))
	p := &poster{c: c, r: bufio.NewReaderSize(c, 4096), request: append([]byte(head), body...), body: len(head), next: first}
	p.sum = strings.Index(head, "sha256=") + len("sha256=")
	for at := 0; ; at += len(hole) {
		i := bytes.Index(p.request[at:], []byte(hole))
		if i < 0 {
			break
		}
		at += i
		p.holes = append(p.holes, at)
	}
	if len(p.holes) != 2 {
		return nil, fmt.Errorf("bench: a post has %d holes", len(p.holes))
	}
	return p, nil
}

// loadBody is a comment on a page (Graph API, "Webhooks reference: page", field feed) of postSize bytes.
func loadBody(page string, texts *corpus.Maker) ([]byte, error) {
	var words strings.Builder
	words.WriteString("nr. " + hole + ":")
	for words.Len() < postSize {
		l, ok := texts.Next()
		if !ok {
			return nil, errors.New("bench: too few texts")
		}
		words.WriteString(" " + l.Text)
	}
	text := []rune(words.String())
	at := corpus.DefaultShape(1, 1).Until
	for n := len(text); n > 0; n-- {
		body, err := feedBody(page, feedComment{
			Post: page + "_1", ID: "1_" + hole, Parent: page + "_1", Author: "6745000000000001", Name: "Birgitte Sørensen", Text: string(text[:n]), At: at,
		})
		if err != nil {
			return nil, err
		}
		if len(body) <= postSize {
			return append(body, bytes.Repeat([]byte{'\n'}, postSize-len(body))...), nil
		}
		n -= max(0, (len(body)-postSize)/6-1)
	}
	return nil, errors.New("bench: a post does not fit")
}

// post sends the next one and waits for the answer.
func (p *poster) post() error {
	n := p.next
	p.next++
	number := fmt.Appendf(nil, "%0*d", len(hole), n)
	for _, at := range p.holes {
		copy(p.request[at:], number)
	}
	mac := hmac.New(sha256.New, []byte(Secret))
	mac.Write(p.request[p.body:])
	hex.Encode(p.request[p.sum:], mac.Sum(nil))
	begun := time.Now()
	if _, err := p.c.Write(p.request); err != nil {
		return err
	}
	status, err := answer(p.r)
	if err != nil {
		return err
	}
	if status != 200 {
		p.refused++
		return nil
	}
	p.took = append(p.took, time.Since(begun))
	if last := len(p.acked) - 1; last >= 0 && p.acked[last].To == n-1 {
		p.acked[last].To = n
	} else {
		p.acked = append(p.acked, inbox.Range{From: n, To: n})
	}
	return nil
}

// answer reads a response and gives its status.
func answer(r *bufio.Reader) (status int, err error) {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch name, value, _ := bytes.Cut(line, []byte(": ")); {
		case first:
			if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
				return 0, fmt.Errorf("bench: the answer begins with %q", line)
			}
			if status, err = strconv.Atoi(string(line[9:12])); err != nil {
				return 0, err
			}
		case len(line) == 0:
			if length < 0 {
				return 0, errors.New("bench: the answer does not tell its length")
			}
			_, err := r.Discard(length)
			return status, err
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		}
	}
}

// number is that of a post, by its comment's id.
func number(id inbox.RemoteID) (int64, error) {
	_, n, _ := strings.Cut(string(id), "_")
	return strconv.ParseInt(n, 10, 64)
}

// load runs a Load in a process of its own.
func (r *run) load(ctx context.Context, l Load) (*Loaded, error) {
	cmd, err := r.Child(ctx, "bench-load", "--addr", l.Addr, "--path", l.Path, "--page", l.Page, "--conns", strconv.Itoa(l.Conns), "--for", l.For.String(),
		"--seed", strconv.FormatUint(l.Seed, 10))
	if err != nil {
		return nil, err
	}
	var failed bytes.Buffer
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("bench: the load generator: %w: %s", err, failed.String())
	}
	var res Loaded
	if err := json.Unmarshal(out, &res); err != nil {
		return nil, fmt.Errorf("bench: the load generator: %w", err)
	}
	if res.Count() == 0 {
		return nil, fmt.Errorf("bench: not one post was acknowledged, %d were refused", res.Refused)
	}
	return &res, nil
}
