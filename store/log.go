package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// head is the end of the log.
type head struct {
	seq  inbox.Seq
	hash []byte
}

const (
	changeCols = "seq, at, kind, actor, user_id, account, conversation, message, outgoing, ref, word, detail_hash, prev, hash"
	saltSize   = 16
)

func readChange(r *sqlconn.Row) inbox.Change {
	return inbox.Change{
		Seq: inbox.Seq(r.Int()), At: r.Time(), Kind: inbox.ChangeKind(r.Text()), Actor: inbox.ActorKind(r.Text()), User: inbox.UserID(r.Int()),
		Account: inbox.AccountID(r.Int()), Conversation: inbox.ConversationID(r.Int()), Message: inbox.MessageID(r.Int()),
		Outgoing: inbox.OutgoingID(r.Int()), Ref: r.Int(), Word: r.Text(), DetailHash: r.Bytes(), Prev: r.Bytes(), Hash: r.Bytes(),
	}
}

// hashChange is the hash of a change: SHA-256 over
//
//	1 byte     1, the version of this encoding
//	32 bytes   the hash of the change before it; 32 zero bytes for the first
//	9 x 8      seq, at (milliseconds of UTC since 1970), user, account, conversation, message, outgoing, ref, and the number of bytes of
//	           the detail's hash (0 or 32), each as a big-endian 64-bit number
//	           the detail's hash
//	3 times    kind, actor, word: the number of bytes as a big-endian 64-bit number, then the bytes
//
// The detail's hash is SHA-256 over the salt (16 random bytes) and the text.
func hashChange(c *inbox.Change) []byte {
	b := make([]byte, 0, 256)
	b = append(b, 1)
	if len(c.Prev) == 0 {
		b = append(b, make([]byte, sha256.Size)...)
	}
	b = append(b, c.Prev...)
	for _, n := range []int64{
		int64(c.Seq), sqlconn.Millis(c.At), int64(c.User), int64(c.Account), int64(c.Conversation), int64(c.Message), int64(c.Outgoing), c.Ref,
		int64(len(c.DetailHash)),
	} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	b = append(b, c.DetailHash...)
	for _, s := range []string{string(c.Kind), string(c.Actor), c.Word} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

func hashDetail(salt []byte, text string) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// end finds the end of the log, once in a transaction.
func (t *tx) end() (*head, error) {
	if t.head == nil {
		h := &head{}
		err := t.each(func(r *sqlconn.Row) { h.seq, h.hash = inbox.Seq(r.Int()), r.Bytes() },
			"SELECT seq, hash FROM changes ORDER BY seq DESC LIMIT 1")
		if err != nil {
			return nil, err
		}
		t.head = h
	}
	return t.head, nil
}

// Append implements inbox.LogTx.
func (t *tx) Append(c *inbox.Change) error {
	h, err := t.end()
	if err != nil {
		return err
	}
	if c.At.IsZero() {
		c.At = t.now
	}
	c.At = sqlconn.Instant(sqlconn.Millis(c.At))
	c.Word, c.Detail = sqlconn.Clean(c.Word), sqlconn.Clean(c.Detail)
	var salt []byte
	c.DetailHash = nil
	if c.Detail != "" {
		salt = make([]byte, saltSize)
		if _, err := rand.Read(salt); err != nil {
			return err
		}
		c.DetailHash = hashDetail(salt, c.Detail)
	}
	c.Seq, c.Prev = h.seq+1, h.hash
	c.Hash = hashChange(c)
	err = t.do("INSERT INTO changes ("+changeCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		c.Seq, c.At, c.Kind, c.Actor, c.User, c.Account, c.Conversation, c.Message, c.Outgoing, c.Ref, c.Word, c.DetailHash, c.Prev, c.Hash)
	if err != nil {
		return err
	}
	if salt != nil {
		if err := t.do("INSERT INTO details (seq, salt, text) VALUES ($1, $2, $3)", c.Seq, salt, c.Detail); err != nil {
			return err
		}
	}
	t.head = &head{seq: c.Seq, hash: c.Hash}
	return nil
}

// Changes implements inbox.LogTx.
func (t *tx) Changes(after inbox.Seq, n int) ([]inbox.Change, error) {
	return list(t, readChange, "SELECT "+changeCols+" FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2", after, n)
}

// detailed selects changes with their details.
const detailed = `SELECT c.seq, c.at, c.kind, c.actor, c.user_id, c.account, c.conversation, c.message, c.outgoing, c.ref, c.word,
	c.detail_hash, c.prev, c.hash, d.text FROM changes c LEFT JOIN details d ON d.seq = c.seq `

func readDetailed(r *sqlconn.Row) inbox.Change {
	c := readChange(r)
	c.Detail = r.Text()
	return c
}

// History implements inbox.LogTx.
func (t *tx) History(id inbox.ConversationID, n int) ([]inbox.Change, error) {
	return list(t, readDetailed, detailed+"WHERE c.conversation = $1 AND c.conversation <> 0 ORDER BY c.seq DESC LIMIT $2", id, n)
}

// Activity implements inbox.LogTx. What is asked for is said in the statement, so that its planner sees which of the indexes is the one:
// changes_people, changes_user or changes_conversation.
func (t *tx) Activity(of inbox.ActivityOf, n int) ([]inbox.Change, error) {
	q, args := detailed+"WHERE c.actor = 'user' AND c.seq < $1", []any{int64(math.MaxInt64), n}
	if of.Before != 0 {
		args[0] = of.Before
	}
	if of.Conversation != 0 {
		q, args = q+" AND c.conversation = $3 AND c.conversation <> 0", append(args, of.Conversation)
	}
	if of.User != 0 {
		q, args = q+fmt.Sprintf(" AND c.user_id = $%d", len(args)+1), append(args, of.User)
	}
	return list(t, readDetailed, q+" ORDER BY c.seq DESC LIMIT $2", args...)
}

// LastSeq implements inbox.LogTx.
func (t *tx) LastSeq() (inbox.Seq, error) {
	n, err := t.number("SELECT seq FROM changes ORDER BY seq DESC LIMIT 1")
	return inbox.Seq(n), err
}

// audited is a change with its detail as it is stored.
type audited struct {
	inbox.Change
	detail bool // there is a row
	salt   []byte
}

// VerifyLog implements inbox.LogTx. A change is wrong if its hash is not that of what it holds, if it does not continue the one before it,
// or if its detail is neither what was hashed nor erased; a position that is missing is wrong itself.
func (t *tx) VerifyLog(after inbox.Seq) (inbox.Seq, error) {
	prev := &inbox.Change{}
	if after > 0 {
		var err error
		prev, err = find(t, readChange, "SELECT "+changeCols+" FROM changes WHERE seq = $1", after)
		if err != nil {
			return 0, err
		}
		if prev == nil {
			last, err := t.LastSeq()
			if err != nil || last < after {
				return 0, err // nothing is behind it
			}
			return after, nil
		}
	}
	read := func(r *sqlconn.Row) audited {
		a := audited{Change: readChange(r)}
		a.detail, a.salt, a.Detail = r.Bool(), r.Bytes(), r.Text()
		return a
	}
	for {
		page, err := list(t, read, `SELECT c.seq, c.at, c.kind, c.actor, c.user_id, c.account, c.conversation, c.message, c.outgoing, c.ref,
			c.word, c.detail_hash, c.prev, c.hash, CASE WHEN d.seq IS NULL THEN 0 ELSE 1 END, d.salt, d.text
			FROM changes c LEFT JOIN details d ON d.seq = c.seq WHERE c.seq > $1 ORDER BY c.seq LIMIT $2`, prev.Seq, 1000)
		if err != nil || len(page) == 0 {
			return 0, err
		}
		for i := range page {
			a := &page[i]
			if a.Seq != prev.Seq+1 {
				return prev.Seq + 1, nil
			}
			if !a.follows(prev) {
				return a.Seq, nil
			}
			prev = &a.Change
		}
	}
}

func (a *audited) follows(prev *inbox.Change) bool {
	if string(a.Prev) != string(prev.Hash) || string(a.Hash) != string(hashChange(&a.Change)) {
		return false
	}
	if len(a.DetailHash) == 0 || !a.detail {
		return len(a.DetailHash) == 0 && !a.detail
	}
	erased := len(a.salt) == 0 && a.Detail == ""
	return erased || string(a.DetailHash) == string(hashDetail(a.salt, a.Detail))
}

// EraseDetail implements inbox.LogTx. The salt goes too: with it, a short text could be guessed from its hash. It is no error if the
// change had no detail, or has lost it already.
func (t *tx) EraseDetail(seq inbox.Seq) error {
	n, err := t.exec("UPDATE details SET salt = $1, text = '' WHERE seq = $2", []byte{}, seq)
	if err != nil || n > 0 {
		return err
	}
	c, err := find(t, readChange, "SELECT "+changeCols+" FROM changes WHERE seq = $1", seq)
	_, err = must(c, err, "change.not_found", seq)
	return err
}
