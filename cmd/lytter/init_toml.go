package main

import (
	"fmt"
	"strings"

	"lytter/inbox"
	"lytter/inbox/catalog"
)

// draft is a configuration being written: keys with a comment each, in the language of the desk.
type draft struct {
	strings.Builder
	t *catalog.Texts
}

// remark writes a sentence of its own line.
func (d *draft) remark(key string, args ...any) {
	for _, line := range strings.Split(d.t.T(key, args...), "\n") {
		d.WriteString("# " + line + "\n")
	}
}

// section begins a table.
func (d *draft) section(name, key string) { fmt.Fprintf(d, "\n[%s]  # %s\n", name, d.t.T(key)) }

// value writes a key with what it is for.
func (d *draft) value(name, value, key string) { d.line("", name, value, key) }

// example writes one that is not in force.
func (d *draft) example(name, value, key string) { d.line("# ", name, value, key) }

func (d *draft) line(before, name, value, key string) {
	text := fmt.Sprintf("%s%-10s = %q", before, name, value)
	if key != "" {
		text = fmt.Sprintf("%-42s  # %s", text, d.t.T(key))
	}
	d.WriteString(text + "\n")
}

// truth writes a key that is true or false; an example if it is not in force.
func (d *draft) truth(before, name, key string) {
	fmt.Fprintf(d, "%-42s  # %s\n", fmt.Sprintf("%s%-10s = true", before, name), d.t.T(key))
}

// toml is the text of the configuration.
func (f founding) toml(t *catalog.Texts) string {
	d := &draft{t: t}
	if f.name == "" {
		d.remark("init.head")
	} else {
		d.remark("init.head_name", "Name", f.name)
	}
	d.remark("init.rules")
	d.WriteString("\n")
	d.value("data", "data", "init.data")
	d.value("language", f.language, "init.language")
	d.value("timezone", "Europe/Copenhagen", "init.timezone")

	d.section("web", "init.web")
	d.value("listen", "127.0.0.1:8080", "init.web_listen")
	if f.public != "" {
		d.value("public", f.public, "init.public")
	} else {
		d.example("public", "https://lytter.example.dk", "init.public_none")
	}
	d.section("ssh", "init.ssh")
	d.value("listen", f.ssh, "init.ssh_listen")
	d.section("net", "init.net")
	d.example("proxy", "http://proxy.example.dk:3128", "init.proxy")
	d.example("ca", "ca.pem", "init.ca")
	d.section("seed", "init.seed")
	d.value("folder", seedFolderName, "init.seed_folder")
	d.section("settings", "init.settings")
	d.example("undo", "15s", "init.undo")
	d.example("target", "8h", "init.target")
	if f.meta() {
		d.section("meta", "init.meta")
		d.value("app_id", "", "init.app_id")
		d.value("app_secret", "file:secrets/meta", "init.app_secret")
		d.value("verify", "file:secrets/verify", "init.verify")
		d.truth("# ", "human_agent", "init.human_agent")
		if f.has(inbox.Instagram) {
			d.example("instagram_app_id", "1029384756102938", "init.instagram_app")
			d.example("instagram_secret", "file:secrets/instagram-app", "init.instagram_secret")
		}
	}
	if f.has(inbox.X) {
		d.section("x", "init.x")
		d.value("consumer_key", "file:secrets/x-key", "init.consumer_key")
		d.value("consumer_secret", "file:secrets/x-secret", "init.consumer_secret")
		d.value("bearer", "file:secrets/x-bearer", "init.bearer")
		d.example("client_id", "WkZ3bE5…", "init.client_id")
		d.truth("", "self_serve", "init.self_serve")
	}
	f.accounts(d)
	return d.String()
}

// accounts shows how an account of each channel is written.
func (f founding) accounts(d *draft) {
	if len(f.channels) == 0 {
		return
	}
	d.WriteString("\n")
	d.remark("init.accounts")
	for _, c := range f.channels {
		d.WriteString("#\n# [[account]]\n")
		d.example("channel", string(c), "")
		switch c {
		case inbox.Facebook:
			d.example("name", "kommunen", "init.account_name")
			d.example("id", "104512398712340", "init.page_id")
			d.example("token", "file:secrets/kommunen", "init.page_token")
		case inbox.Instagram:
			d.example("name", "instagram", "init.account_name")
			d.example("id", "17841400412345678", "init.instagram_id")
			d.example("page", "104512398712340", "init.instagram_page")
			d.example("token", "file:secrets/instagram", "init.page_token")
		case inbox.X:
			d.example("name", "x", "init.account_name")
			d.example("id", "2417850931", "init.x_id")
			d.example("oauth2", "file:secrets/x", "init.x_token")
		}
	}
}
