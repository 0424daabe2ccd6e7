package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/store"
	"lytter/store/journal"
)

// Space on the data folder's volume: below the first the journal refuses webhooks (journal.Options.Reserve), below the second it soon
// will.
const (
	leastRoom = 256 << 20
	goodRoom  = 2 << 30
)

// config reads the configuration; without one nothing else can be looked at.
func (d *doctor) config() bool {
	cfg, err := d.settings()
	var ce *configError
	switch {
	case errors.As(err, &ce):
		for _, f := range ce.Faults {
			d.say(broken, ce.place(f), &f.Reason)
		}
		return false
	case err != nil:
		d.refuse(broken, "lytter.toml", err)
		return false
	}
	d.cfg = cfg
	if d.carrier, err = cfg.transport(); err != nil {
		d.refuse(broken, "lytter.toml", err)
		return false
	}
	if len(cfg.Accounts) == 0 {
		d.say(warning, "lytter.toml", inbox.Why("doctor.no_accounts"))
		return true
	}
	d.say(well, "lytter.toml", inbox.Why("doctor.config", "Count", len(cfg.Accounts)))
	return true
}

// secrets looks at the files of secrets. That others can read one is a fault of the configuration, and told there.
func (d *doctor) secrets() {
	base := filepath.Dir(d.cfg.file)
	level := warning // a channel that has no account yet
	if len(d.cfg.Accounts) > 0 {
		level = broken
	}
	folders := map[string]bool{}
	good := true
	for _, ref := range d.cfg.secretRefs() {
		path, isFile := strings.CutPrefix(string(ref), "file:")
		if !isFile {
			continue
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(base, path)
		}
		folders[filepath.Dir(path)] = true
		if v, err := ref.read(base); err == nil && v == "" {
			good = false
			d.say(level, "secrets", inbox.Why("doctor.secret_empty", "File", strings.TrimPrefix(string(ref), "file:")))
		}
	}
	for dir := range folders {
		if st, err := os.Stat(dir); err == nil && !onWindows() && st.Mode().Perm()&0o022 != 0 && dir != base {
			good = false
			d.say(warning, "secrets", inbox.Why("doctor.secret_folder", "Folder", dir))
		}
	}
	if good && len(folders) > 0 {
		d.say(well, "secrets", inbox.Why("doctor.secrets"))
	}
}

// secretRefs lists all secrets that the configuration names, each once.
func (c *config) secretRefs() []secretRef {
	all := []secretRef{
		c.Meta.AppSecret, c.Meta.OldSecret, c.Meta.Verify, c.Meta.InstagramSecret, c.X.ConsumerKey, c.X.ConsumerSecret, c.X.OldSecret, c.X.Bearer,
		c.X.ClientSecret, secretRef(c.Store.Postgres),
	}
	for _, a := range c.Accounts {
		all = append(all, a.Token, a.TokenSecret, a.OAuth2)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(r secretRef) bool { return r == "" })
}

func (d *doctor) zone(now time.Time) {
	loc, err := time.LoadLocation(d.cfg.TimeZone)
	if err != nil {
		d.say(broken, "timezone", inbox.Why("config.timezone", "Value", d.cfg.TimeZone))
		return
	}
	d.say(well, "timezone", inbox.Why("doctor.timezone", "Zone", d.cfg.TimeZone, "Clock", d.texts.Clock(now.In(loc))))
}

// folder looks at the data folder and at what is in it: by way of the desk that owns it, or itself while nobody does.
func (d *doctor) folder(ctx context.Context) error {
	dir := d.cfg.Data
	st, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		d.say(well, "data", inbox.Why("doctor.data_none", "Folder", dir))
		return nil
	}
	switch {
	case err != nil:
		d.refuse(broken, "data", inbox.E(inbox.Unavailable, "doctor", "house.folder", "Folder", dir).With(err))
		return nil
	case !st.IsDir():
		d.say(broken, "data", inbox.Why("house.not_folder", "Folder", dir))
		return nil
	case !onWindows() && st.Mode().Perm()&0o077 != 0:
		d.say(warning, "data", inbox.Why("doctor.data_open", "Folder", dir))
	}
	if f, err := os.CreateTemp(dir, ".doctor-*"); err != nil {
		d.refuse(broken, "data", inbox.E(inbox.Unavailable, "doctor", "house.folder", "Folder", dir).With(err))
		return nil
	} else if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return err
	}
	d.room(dir)
	if !isDesk(dir) {
		return nil
	}
	client, err := d.dial(ctx, d.cfg)
	if err == nil {
		d.running = true
		var out bytes.Buffer
		code, err := client.Run(ctx, []string{"status", "--json", "--lang", d.lang}, nil, &out, io.Discard)
		var st statusReport
		if err == nil && (code != exitOK || json.Unmarshal(out.Bytes(), &st) != nil) {
			err = inbox.E(inbox.Unavailable, "doctor", "doctor.silent")
		}
		if err = errors.Join(err, client.Close()); err != nil {
			d.refuse(broken, "data", err)
			return ctx.Err()
		}
		d.desk(&st)
		return nil
	}
	owner, err := store.Lock(dir)
	if err != nil {
		d.refuse(broken, "data", err)
		return ctx.Err()
	}
	defer func() { _ = owner.Close() }() // nothing was written
	d.say(warning, "data", inbox.Why("doctor.idle"))
	d.files(ctx, dir)
	return ctx.Err()
}

func (d *doctor) room(dir string) {
	free, known, err := store.Room(dir)
	switch about := inbox.Why("doctor.room", "Free", free>>20); {
	case err != nil:
		d.refuse(warning, "data", inbox.E(inbox.Unavailable, "doctor", "house.folder", "Folder", dir).With(err))
	case !known:
	case free < leastRoom:
		d.say(broken, "data", inbox.Why("doctor.room_none", "Free", free>>20))
	case free < goodRoom:
		d.say(warning, "data", inbox.Why("doctor.room_little", "Free", free>>20))
	default:
		d.say(well, "data", about)
	}
}

// desk tells what the desk that runs says of itself.
func (d *doctor) desk(st *statusReport) {
	d.say(well, "data", inbox.Why("doctor.runs"))
	d.say(well, "store", inbox.Why("doctor.store_runs", "Count", d.texts.Number(st.Conversations)))
	switch {
	case st.Backlog > 1000:
		d.say(warning, "journal", inbox.Why("doctor.backlog", "Count", d.texts.Number(st.Backlog)))
	case st.Parked > 0:
		d.say(warning, "journal", inbox.Why("doctor.parked", "Count", d.texts.Number(st.Parked)))
	default:
		d.say(well, "journal", inbox.Why("doctor.journal_runs"))
	}
	switch ix := st.Index; {
	case ix.Fault != "":
		d.say(warning, "index", inbox.Why("doctor.index_fault", "Fault", ix.Fault))
	case ix.Rebuilding:
		d.say(well, "index", inbox.Why("cli.status.index_building", "Done", d.texts.Number(ix.Done), "Total", d.texts.Number(ix.Total)))
	case ix.Quarantined > 0:
		d.say(warning, "index", inbox.Why("doctor.quarantined", "Count", ix.Quarantined))
	default:
		d.say(well, "index", inbox.Why("doctor.index"))
	}
	if f := st.RulesFault; f != nil {
		d.say(warning, "rules", inbox.Why("doctor.rules", "Fault", sentence(f.Fault, f.Hint)))
	}
}

// files looks at the files of a desk that nobody has open.
func (d *doctor) files(ctx context.Context, dir string) {
	dsn, err := secretRef(d.cfg.Store.Postgres).read(filepath.Dir(d.cfg.file))
	var x store.Examined
	if err == nil {
		x, err = store.Examine(ctx, store.Options{Path: filepath.Join(dir, "desk.db"), Postgres: dsn.Reveal()})
	}
	switch {
	case err != nil:
		d.refuse(broken, "store", err)
	case x.Version < x.Known:
		d.say(well, "store", inbox.Why("doctor.store_older", "Have", x.Version, "Know", x.Known))
	default:
		d.say(well, "store", inbox.Why("doctor.store", "Have", x.Version))
	}
	file := filepath.Join(dir, "journal.db")
	j, err := journal.Examine(ctx, file)
	asides, aerr := journal.Asides(file)
	switch {
	case err != nil:
		d.refuse(broken, "journal", err)
	case aerr == nil && len(asides) > 0:
		d.say(warning, "journal", inbox.Why("doctor.aside", "File", asides[len(asides)-1]))
	default:
		d.say(well, "journal", inbox.Why("doctor.journal", "Count", d.texts.Number(j.Rows)))
	}
	if _, err := os.Stat(filepath.Join(dir, "index")); err != nil {
		d.say(well, "index", inbox.Why("doctor.index_none"))
	} else {
		d.say(well, "index", inbox.Why("doctor.index_idle"))
	}
}
