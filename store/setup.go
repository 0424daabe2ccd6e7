package store

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// readReason takes a reason. Whole numbers among its arguments come back as int64, others as float64.
func readReason(r *sqlconn.Row) *inbox.Reason {
	var raw json.RawMessage
	if r.JSON(&raw); len(raw) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var why inbox.Reason
	if err := dec.Decode(&why); err != nil {
		r.Fail(err)
		return nil
	}
	for k, v := range why.Args {
		n, ok := v.(json.Number)
		if !ok {
			continue
		}
		if i, err := n.Int64(); err == nil {
			why.Args[k] = i
		} else if f, err := n.Float64(); err == nil {
			why.Args[k] = f
		}
	}
	return &why
}

func readID[N ~int64](r *sqlconn.Row) N { return N(r.Int()) }

// Accounts implements inbox.SetupTx.
func (t *tx) Accounts() ([]inbox.Account, error) {
	return list(t, func(r *sqlconn.Row) inbox.Account {
		a := inbox.Account{
			ID: inbox.AccountID(r.Int()), Channel: inbox.Channel(r.Text()), Remote: inbox.RemoteID(r.Text()), Name: r.Text(), Title: r.Text(),
			Handle: r.Text(), State: inbox.AccountState(r.Text()), Since: r.Time(), Advice: readReason(r), Connected: r.Time(),
		}
		r.JSON(&a.Lacks)
		return a
	}, "SELECT id, channel, remote, name, title, handle, state, since, advice, connected, lacks FROM accounts ORDER BY id")
}

// PutAccount implements inbox.SetupTx.
func (t *tx) PutAccount(a *inbox.Account) error {
	const cols = "(channel, remote, name, title, handle, state, since, advice, connected, lacks)"
	return put(t, &a.ID, "account.not_found",
		"INSERT INTO accounts "+cols+" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
		"UPDATE accounts SET "+cols+" = ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) WHERE id = $11",
		a.Channel, a.Remote, a.Name, a.Title, a.Handle, a.State, a.Since, sqlconn.JSON(a.Advice), a.Connected, sqlconn.JSON(a.Lacks))
}

// member is one user in one queue.
type member struct {
	queue inbox.QueueID
	user  inbox.UserID
}

func (t *tx) members() ([]member, error) {
	return list(t, func(r *sqlconn.Row) member { return member{inbox.QueueID(r.Int()), inbox.UserID(r.Int())} },
		"SELECT queue, user_id FROM members ORDER BY queue, user_id")
}

// Users implements inbox.SetupTx.
func (t *tx) Users() ([]inbox.User, error) {
	users, err := list(t, func(r *sqlconn.Row) inbox.User {
		u := inbox.User{
			ID: inbox.UserID(r.Int()), Login: r.Text(), Name: r.Text(), Role: inbox.Role(r.Text()), Language: r.Text(), Disabled: r.Bool(),
		}
		r.JSON(&u.Keys)
		r.JSON(&u.Pins)
		return u
	}, "SELECT id, login, name, role, language, disabled, keys, pins FROM users ORDER BY id")
	if err != nil {
		return nil, err
	}
	ms, err := t.members()
	for _, m := range ms {
		if i := slices.IndexFunc(users, func(u inbox.User) bool { return u.ID == m.user }); i >= 0 {
			users[i].Queues = append(users[i].Queues, m.queue)
		}
	}
	return users, err
}

// PutUser implements inbox.SetupTx. A user's queues and a queue's members are the same rows, seen from two sides.
func (t *tx) PutUser(u *inbox.User) error {
	const cols = "(login, name, role, language, disabled, keys, pins)"
	err := put(t, &u.ID, "user.not_found",
		"INSERT INTO users "+cols+" VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
		"UPDATE users SET "+cols+" = ($1, $2, $3, $4, $5, $6, $7) WHERE id = $8",
		u.Login, u.Name, u.Role, u.Language, u.Disabled, sqlconn.JSON(u.Keys), sqlconn.JSON(u.Pins))
	if err != nil {
		return err
	}
	if err := t.do("DELETE FROM members WHERE user_id = $1", u.ID); err != nil {
		return err
	}
	for _, q := range u.Queues {
		if err := t.join(q, u.ID); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) join(q inbox.QueueID, u inbox.UserID) error {
	return t.do("INSERT INTO members (queue, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", q, u)
}

// Queues implements inbox.SetupTx.
func (t *tx) Queues() ([]inbox.Queue, error) {
	queues, err := list(t, func(r *sqlconn.Row) inbox.Queue {
		return inbox.Queue{
			ID: inbox.QueueID(r.Int()), Name: r.Text(), Calendar: r.Text(), Target: time.Duration(r.Int()) * time.Millisecond, Position: int(r.Int()),
		}
	}, "SELECT id, name, calendar, target, place FROM queues ORDER BY place, id")
	if err != nil {
		return nil, err
	}
	ms, err := t.members()
	for _, m := range ms {
		if i := slices.IndexFunc(queues, func(q inbox.Queue) bool { return q.ID == m.queue }); i >= 0 {
			queues[i].Members = append(queues[i].Members, m.user)
		}
	}
	return queues, err
}

// PutQueue implements inbox.SetupTx.
func (t *tx) PutQueue(q *inbox.Queue) error {
	const cols = "(name, calendar, target, place)"
	err := put(t, &q.ID, "queue.not_found",
		"INSERT INTO queues "+cols+" VALUES ($1, $2, $3, $4) RETURNING id",
		"UPDATE queues SET "+cols+" = ($1, $2, $3, $4) WHERE id = $5",
		q.Name, q.Calendar, q.Target.Milliseconds(), q.Position)
	if err != nil {
		return err
	}
	if err := t.do("DELETE FROM members WHERE queue = $1", q.ID); err != nil {
		return err
	}
	for _, u := range q.Members {
		if err := t.join(q.ID, u); err != nil {
			return err
		}
	}
	return nil
}

// Topics implements inbox.SetupTx.
func (t *tx) Topics() ([]inbox.Topic, error) {
	return list(t, func(r *sqlconn.Row) inbox.Topic {
		p := inbox.Topic{
			ID: inbox.TopicID(r.Int()), Parent: inbox.TopicID(r.Int()), Name: r.Text(), Number: r.Text(), Into: inbox.TopicID(r.Int()),
		}
		r.JSON(&p.Aliases)
		return p
	}, "SELECT id, parent, name, number, into_id, aliases FROM topics ORDER BY id")
}

// PutTopic implements inbox.SetupTx. A topic below itself is refused: an Error of code Invalid.
func (t *tx) PutTopic(p *inbox.Topic) error {
	for up, hops := p.Parent, 0; up != 0 && p.ID != 0; hops++ {
		if up == p.ID || hops > 100 {
			return inbox.E(inbox.Invalid, "store.PutTopic", "topic.below_itself", "Name", p.Name)
		}
		n, err := t.number("SELECT parent FROM topics WHERE id = $1", up)
		if err != nil {
			return err
		}
		up = inbox.TopicID(n)
	}
	return put(t, &p.ID, "topic.not_found",
		"INSERT INTO topics (parent, name, number, into_id, aliases) VALUES ($1, $2, $3, $4, $5) RETURNING id",
		"UPDATE topics SET (parent, name, number, into_id, aliases) = ($1, $2, $3, $4, $5) WHERE id = $6",
		p.Parent, p.Name, p.Number, p.Into, sqlconn.JSON(p.Aliases))
}

// Calendars implements inbox.SetupTx; in order of name.
func (t *tx) Calendars() ([]inbox.Calendar, error) {
	return list(t, func(r *sqlconn.Row) inbox.Calendar { return inbox.Calendar{Name: r.Text(), Spec: r.Text()} },
		"SELECT name, spec FROM calendars ORDER BY name")
}

// PutCalendar implements inbox.SetupTx.
func (t *tx) PutCalendar(c *inbox.Calendar) error {
	return t.do("INSERT INTO calendars (name, spec) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET spec = excluded.spec", c.Name, c.Spec)
}

// Setting implements inbox.SetupTx.
func (t *tx) Setting(name string) (value string, err error) {
	err = t.each(func(r *sqlconn.Row) { value = r.Text() }, "SELECT value FROM settings WHERE name = $1", name)
	return value, err
}

// SetSetting implements inbox.SetupTx.
func (t *tx) SetSetting(name, value string) error {
	return t.do("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
}
