package storetest

import (
	"bytes"

	"lytter/inbox"
)

// files: bytes are kept once, under their name, for as long as the shelf, an outgoing or a draft has them.
func files(s *suite) {
	large := bytes.Repeat([]byte{0, 1, 2, 0xff}, inbox.MaxFile/4)
	put := func(b []byte) inbox.Hash {
		h := inbox.HashOf(b)
		s.update(func(tx inbox.Tx) error {
			if err := tx.PutBytes(h, b); err != nil {
				return err
			}
			return tx.PutBytes(h, b) // the same again is the same
		})
		return h
	}
	kept := func(what string, h inbox.Hash, want []byte) {
		s.Helper()
		s.view(func(tx inbox.Tx) error {
			got, err := tx.Bytes(h)
			if want == nil {
				s.code(what, err, inbox.NotFound)
				return nil
			}
			if err != nil || !bytes.Equal(got, want) {
				s.Errorf("%s: %d bytes, %v; want %d", what, len(got), err, len(want))
			}
			return nil
		})
	}
	erase := func(want int64) {
		s.Helper()
		s.update(func(tx inbox.Tx) error {
			n, err := tx.EraseBytes()
			if n != want {
				s.Errorf("%d are erased, want %d", n, want)
			}
			return err
		})
	}
	attach := func(h inbox.Hash, name string) []inbox.Attachment {
		return []inbox.Attachment{{Hash: h, Name: name, Type: "image/png", Kind: "image", Size: 7, Alt: `"æ" & <b>`}}
	}
	shelved, sent, drafted, loose := put([]byte("shelved")), put([]byte("sent")), put([]byte("drafted")), put([]byte("loose"))
	kept("shelved", shelved, []byte("shelved"))
	kept("nothing", "none", nil)
	big := put(large)
	kept("as large as may be", big, large)

	file := inbox.File{Attachment: attach(shelved, "Å.png")[0], By: s.ann.ID, At: at(1)}
	other := inbox.File{Attachment: attach(big, "B.png")[0], By: s.bob.ID, At: at(2)}
	o := &inbox.Outgoing{Account: s.account.ID, Kind: inbox.PublicReply, State: inbox.Queued, Token: "files", Attachments: attach(sent, "c.png")}
	s.update(func(tx inbox.Tx) error {
		c, err := s.conversation(tx, "files", day)
		o.Conversation = c.ID
		return err
	})
	draft := inbox.Draft{User: s.ann.ID, Conversation: o.Conversation, Kind: inbox.DraftReply, At: at(3), Attachments: attach(drafted, "d.png")}
	s.update(func(tx inbox.Tx) error {
		for _, err := range []error{tx.PutFile(file), tx.PutFile(other), tx.PutOutgoing(o), tx.PutDraft(draft)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	file.Name, file.Alt, file.By, file.At = "A.png", "", s.bob.ID, at(4)
	s.update(func(tx inbox.Tx) error { return tx.PutFile(file) })
	s.view(func(tx inbox.Tx) error {
		shelf, err := tx.Files()
		if err != nil {
			return err
		}
		same(s, "the shelf", shelf, []inbox.File{file, other})
		got, err := tx.Outgoing(o.ID)
		if err != nil {
			return err
		}
		same(s, "an outgoing's", got.Attachments, o.Attachments)
		ds, err := tx.DraftsIn(s.ann.ID, o.Conversation)
		if err != nil {
			return err
		}
		same(s, "drafts", ds, []inbox.Draft{draft})
		return nil
	})

	erase(1)
	kept("loose", loose, nil)
	s.update(func(tx inbox.Tx) error { return tx.DeleteFile(big) })
	draft.Attachments = nil
	s.update(func(tx inbox.Tx) error { return tx.PutDraft(draft) })
	erase(2)
	kept("no longer on the shelf", big, nil)
	kept("no longer drafted", drafted, nil)
	kept("sent", sent, []byte("sent"))
	kept("shelved", shelved, []byte("shelved"))
}
