package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/connectors"
	"lytter/inbox"
)

// kindBodies is how many bodies of a kind are made: enough that no cache holds them all.
const kindBodies = 2000

// decode measures, on one core, how many webhooks of each platform and kind become items, and what it takes of memory.
func (r *run) decode(ctx context.Context) error {
	s, err := r.survey(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.Dir, "decode")
	h, err := r.Open(ctx, Wish{Dir: dir, Accounts: s.accounts})
	if err != nil {
		return err
	}
	hooks := map[inbox.Channel]connectors.Webhook{}
	for _, c := range h.Connectors {
		if hook, ok := c.(connectors.Webhook); ok {
			hooks[c.Channel()] = hook
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the collector's work counts too
	err = func() error {
		bodies, err := r.kinds(s.accounts)
		if err != nil {
			return err
		}
		r.Tell("cli.bench.decode", "N", len(bodies))
		for _, k := range bodies {
			if err := r.decodeKind(ctx, hooks[k.channel], k, r.For/4); err != nil {
				return fmt.Errorf("bench: %s %s: %w", k.channel, k.name, err)
			}
		}
		r.weigh("self")
		return nil
	}()
	return errors.Join(err, h.Close(), os.RemoveAll(dir))
}

// decodeKind measures one kind.
func (r *run) decodeKind(ctx context.Context, hook connectors.Webhook, k kindOf, length time.Duration) error {
	bytes := 0
	for _, body := range k.bodies {
		bytes += len(body)
		if d, err := hook.Decode(body); err != nil || len(d.Items) == 0 || len(d.Unread) > 0 {
			return fmt.Errorf("it decodes to %d items, and %d of it are not understood: %w", len(d.Items), len(d.Unread), err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := 0
	rate, err := decideFor(ctx, length, len(k.bodies), func(i int) {
		_, _ = hook.Decode(k.bodies[i]) // it was looked at above, and is pure
		done++
	})
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	name := "decode." + string(k.channel) + "." + k.name
	r.add(figure(name+".rate", rate, "webhooks/s"),
		figure(name+".bytes", rate*float64(bytes)/float64(len(k.bodies))/1e6, "MB/s"),
		figure(name+".allocations", float64(after.Mallocs-before.Mallocs)/float64(max(1, done)), "allocations/webhook"))
	return nil
}

// kindOf is webhooks of one kind.
type kindOf struct {
	channel inbox.Channel
	name    string
	bodies  [][]byte
}

// kinds makes webhooks of each kind out of the messages of a corpus.
func (r *run) kinds(accounts []Account) ([]kindOf, error) {
	p := newPoses(accounts)
	made := map[inbox.Channel]map[string][][]byte{}
	maker := corpus.Make(corpus.DefaultShape(20*kindBodies, r.Seed))
	for full := 0; full < len(kindNames()); {
		l, ok := maker.Next()
		if !ok {
			return nil, errors.New("bench: the corpus has too few messages of some channel")
		}
		if l.Direction != "in" || l.Author == nil || l.Text == "" {
			continue
		}
		a, ok := p.accounts[l.Account]
		if !ok {
			continue
		}
		if made[a.Channel] == nil {
			made[a.Channel] = map[string][][]byte{}
		}
		for _, k := range kindNames() {
			if k.channel != a.Channel || len(made[a.Channel][k.name]) == kindBodies {
				continue
			}
			body, err := p.kind(a, k.name, l)
			if err != nil {
				return nil, err
			}
			if made[a.Channel][k.name] = append(made[a.Channel][k.name], body); len(made[a.Channel][k.name]) == kindBodies {
				full++
			}
		}
	}
	out := kindNames()
	for i := range out {
		out[i].bodies = made[out[i].channel][out[i].name]
	}
	return out, nil
}

// kindNames lists what is measured.
func kindNames() []kindOf {
	return []kindOf{
		{channel: inbox.Facebook, name: "comment"},
		{channel: inbox.Facebook, name: "removal"},
		{channel: inbox.Facebook, name: "reaction"},
		{channel: inbox.Facebook, name: "message"},
		{channel: inbox.Instagram, name: "comment"},
		{channel: inbox.Instagram, name: "message"},
		{channel: inbox.X, name: "post"},
		{channel: inbox.X, name: "deletion"},
		{channel: inbox.X, name: "message"},
	}
}

// kind makes the webhook of one kind that a message of a corpus gives rise to.
func (p *poses) kind(a Account, name string, l corpus.Line) ([]byte, error) {
	switch {
	case name == "comment" || name == "post":
		_, body, _, err := p.body(l)
		return body, err
	case name == "message" && a.Channel == inbox.X:
		return p.xDirect(a, l)
	case name == "message":
		return p.metaDirect(a, l)
	case name == "deletion":
		return json.Marshal(object{"for_user_id": a.ID, "tweet_delete_events": []object{{
			"status":       object{"id": strconv.FormatInt(p.number(a, l.Remote), 10), "user_id": strconv.FormatInt(p.number(a, "author/"+l.Author.ID), 10)},
			"timestamp_ms": strconv.FormatInt(l.Time.UnixMilli(), 10),
		}}})
	}
	post := a.ID + "_" + strconv.FormatInt(122_000_000_000_000_000+p.number(a, "context/"+l.Context), 10)
	value := object{
		"item": "comment", "verb": "remove", "post_id": post, "comment_id": fmt.Sprintf("%s_%d", post[len(a.ID)+1:], p.number(a, l.Remote)),
		"parent_id": post, "created_time": l.Time.Unix(),
		"from": object{"id": strconv.FormatInt(6_745_000_000_000_000+p.number(a, "author/"+l.Author.ID), 10), "name": l.Author.Name},
	}
	if name == "reaction" {
		value["item"], value["verb"], value["reaction_type"] = "reaction", "add", "like"
	}
	return metaBody("page", a.ID, "feed", l.Time, value)
}

// metaDirect writes a private message as Messenger and Instagram do (Messenger Platform, "Webhooks reference: messages").
func (p *poses) metaDirect(a Account, l corpus.Line) ([]byte, error) {
	kind := "page"
	if a.Channel == inbox.Instagram {
		kind = "instagram"
	}
	b, err := json.Marshal(object{"object": kind, "entry": []object{{"id": a.ID, "time": l.Time.UnixMilli(), "messaging": []object{{
		"sender":    object{"id": strconv.FormatInt(6_745_000_000_000_000+p.number(a, "author/"+l.Author.ID), 10)},
		"recipient": object{"id": a.ID}, "timestamp": l.Time.UnixMilli(),
		"message": object{"mid": fmt.Sprintf("m_%032d", p.number(a, l.Remote)), "text": l.Text},
	}}}}})
	return ascii(b), err
}

// xDirect writes a private message as Account Activity does (X API, "Account Activity: data objects").
func (p *poses) xDirect(a Account, l corpus.Line) ([]byte, error) {
	who := strconv.FormatInt(3_000_000_000+p.number(a, "author/"+l.Author.ID), 10)
	at := strconv.FormatInt(l.Time.UnixMilli(), 10)
	user := func(id, name, handle string) object {
		return object{"id": id, "created_timestamp": "1422556069340", "name": name, "screen_name": handle, "followers_count": 12, "friends_count": 5}
	}
	return json.Marshal(object{"for_user_id": a.ID, "direct_message_events": []object{{
		"type": "message_create", "id": strconv.FormatInt(1_990_000_000_000_000_000+p.number(a, l.Remote), 10), "created_timestamp": at,
		"message_create": object{
			"target": object{"recipient_id": a.ID}, "sender_id": who,
			"message_data": object{"text": l.Text, "entities": object{"hashtags": []any{}, "symbols": []any{}, "user_mentions": []any{}, "urls": []any{}}},
		},
	}}, "users": object{who: user(who, l.Author.Name, l.Author.Handle), a.ID: user(a.ID, a.Name, a.Name)}})
}
