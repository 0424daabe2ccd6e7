package connectors

import (
	"context"
	"errors"

	"lytter/inbox"
)

// Uploader is a Connector whose platform takes files along with what is said.
type Uploader interface {
	// Upload brings the files of an outgoing to the platform, and gives what it calls each: Send finds that in Attachment.Remote. "" is of
	// one that goes in the same call as what is said: Send has Attachment.Bytes too. Nobody sees what is uploaded and not sent, so it may
	// be repeated, and whatever error it ends with, nothing was said.
	Upload(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]string, error)
}

// errNoUploads is of a connector that allowed files and cannot bring them.
var errNoUploads = errors.New("the connector takes no files")

// upload brings the files of what was claimed to the platform. It reports whether the send can begin, and how long the sender
// should rest. What fails here was certainly not sent.
func (r *Runner) upload(ctx context.Context, ln *link, o *inbox.Outgoing) (ready bool, rest pause) {
	if len(o.Attachments) == 0 {
		return true, pause{}
	}
	names, e := r.bring(ctx, ln, o)
	if e == nil {
		for i := range names {
			o.Attachments[i].Remote = names[i]
		}
		return true, pause{}
	}
	log := r.cfg.Log.With("account", r.account(ln.Account).Name, "outgoing", o.ID)
	if ctx.Err() != nil {
		if err := r.cfg.Desk.Unclaim(context.WithoutCancel(ctx), o.ID, r.cfg.Owner); err != nil {
			log.Error("a claim could not be given back; it expires", "err", err)
		}
		return false, pause{}
	}
	log.Warn("upload", "err", e)
	certain := *e
	certain.Maybe = false
	if e.Class == Duplicate {
		certain.Class = Rejected
	}
	o.Attempts++
	fate := r.fate(o, Receipt{}, &certain)
	if fate.State == inbox.Rejected {
		r.counts.rejected.Add(1)
	} else {
		r.counts.retried.Add(1)
	}
	r.settle(ctx, o.ID, fate)
	return false, r.after(ctx, ln, e, fate)
}

// bring reads the bytes and has the connector upload them, within the time that the claim leaves.
func (r *Runner) bring(ctx context.Context, ln *link, o *inbox.Outgoing) ([]string, *Error) {
	up := ln.face.files
	if up == nil {
		return nil, &Error{Class: Rejected, Reason: *inbox.Why("refused.no_files"), Err: errNoUploads}
	}
	for i := range o.Attachments {
		a := &o.Attachments[i]
		var err error
		a.Bytes, err = r.cfg.Desk.Bytes(ctx, a.Hash)
		switch {
		case inbox.CodeOf(err) == inbox.NotFound:
			return nil, &Error{Class: Rejected, Reason: *inbox.Why("refused.file_gone", "Name", a.Name), Err: err}
		case err != nil:
			return nil, &Error{Class: Transient, Reason: *inbox.ReasonOf(err), Err: err}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Pace.Upload)
	defer cancel()
	var names []string
	err := r.guard(func() (err error) {
		names, err = up.Upload(ctx, r.account(ln.Account), *o)
		return err
	})
	if err == nil && len(names) != len(o.Attachments) {
		err = Unreadable(0, errors.New("fewer files came to the platform than were sent"))
	}
	return names, AsError(err)
}
