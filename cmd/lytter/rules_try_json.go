package main

import (
	"time"

	"lytter/inbox"
)

// tryReport is what --json of rules try and rules diff prints.
type tryReport struct {
	Query    string           `json:"query,omitempty"`
	Since    *time.Time       `json:"since,omitempty"`
	Exact    bool             `json:"exact"`
	Share    float64          `json:"share"`  // of what there is that was looked at
	Sample   int              `json:"sample"` // messages drawn first
	Hits     countReport      `json:"hits"`
	Days     []dayReport      `json:"days"`
	Channels map[string]int64 `json:"channels"`
	Accounts map[string]int64 `json:"accounts"`
	Queues   map[string]int64 `json:"queues"` // "": none
	Judged   []judgedReport   `json:"judged,omitempty"`
	Change   *changeReport    `json:"change,omitempty"`
	Newest   []sampleReport   `json:"newest"`
}

// countReport is a number and where it is in 19 of 20 cases.
type countReport struct {
	N    int64 `json:"n"`
	Low  int64 `json:"low"`
	High int64 `json:"high"`
}

type dayReport struct {
	Day string `json:"day"`
	N   int64  `json:"n"`
}

// judgedReport is what people said of a topic or a queue on conversations with hits.
type judgedReport struct {
	Topic   string `json:"topic,omitempty"`
	Queue   string `json:"queue,omitempty"`
	For     int    `json:"for"`
	Against int    `json:"against"`
}

type changeReport struct {
	Rules      []ruleChange     `json:"rules,omitempty"`
	Messages   countReport      `json:"messages"`
	Topics     []topicChange    `json:"topics"`
	Moves      []moveReport     `json:"moves"`
	Priorities []priorityReport `json:"priorities"`
	Others     []otherReport    `json:"others"`
	Overruled  int64            `json:"overruled"` // topics that stay off since a person took them off
}

type topicChange struct {
	Topic string `json:"topic"`
	Rule  string `json:"rule"`
	Adds  bool   `json:"adds"`
	N     int64  `json:"n"`
}

type moveReport struct {
	From string `json:"from"`
	To   string `json:"to"`
	Rule string `json:"rule"`
	N    int64  `json:"n"`
}

type priorityReport struct {
	From string `json:"from"`
	To   string `json:"to"`
	Rule string `json:"rule"`
	N    int64  `json:"n"`
}

type otherReport struct {
	Set  inbox.Aspect `json:"set"`
	User string       `json:"user,omitempty"`
	Name string       `json:"name,omitempty"` // of what is proposed
	Rule string       `json:"rule"`
	Adds bool         `json:"adds"`
	N    int64        `json:"n"`
}

type sampleReport struct {
	Conversation inbox.ConversationID `json:"conversation"`
	Message      inbox.MessageID      `json:"message"`
	Time         time.Time            `json:"time"`
	Account      string               `json:"account"`
	Text         string               `json:"text"`
	Spans        [][2]int             `json:"spans"` // bytes of the text
}

func countOf(e inbox.Estimate) countReport { return countReport{e.N, e.Low, e.High} }

func (p *program) tryReport(q string, trial inbox.Trial, tryout *inbox.Tryout, res *inbox.Tried) *tryReport {
	dir := p.seat.Desk().Directory()
	queue := func(id inbox.QueueID) string {
		if q := dir.Queue(id); q != nil {
			return q.Name
		}
		return ""
	}
	out := &tryReport{
		Query: q, Exact: res.Exact, Share: res.Share, Sample: res.Sample, Hits: countOf(res.Hits), Days: []dayReport{},
		Channels: map[string]int64{}, Accounts: map[string]int64{}, Queues: map[string]int64{}, Newest: []sampleReport{},
	}
	if !trial.Since.IsZero() {
		out.Since = &trial.Since
	}
	for _, d := range res.Days {
		out.Days = append(out.Days, dayReport{d.Start.Format(time.DateOnly), d.N})
	}
	for ch, n := range res.Channels {
		out.Channels[string(ch)] = n
	}
	for a, n := range res.Accounts {
		out.Accounts[dir.Accounts[a].Name] = n
	}
	for id, n := range res.Queues {
		out.Queues[queue(id)] += n
	}
	for _, j := range res.Judged {
		out.Judged = append(out.Judged, judgedReport{dir.TopicPath(j.Topic), queue(j.Queue), j.For, j.Against})
	}
	for _, h := range res.Newest {
		out.Newest = append(out.Newest, sampleReport{
			h.Conversation, h.Message, h.At, dir.Accounts[h.Account].Name, h.Text, append([][2]int{}, h.Spans...),
		})
	}
	if trial.Rules == nil {
		return out
	}
	ch := &changeReport{
		Messages: countOf(res.Changed), Topics: []topicChange{}, Moves: []moveReport{}, Priorities: []priorityReport{}, Others: []otherReport{}, Overruled: res.Overruled,
	}
	if q == "" {
		ch.Rules = changesOf(tryout.Changes)
	}
	for _, x := range res.Topics {
		ch.Topics = append(ch.Topics, topicChange{dir.TopicPath(x.Topic), x.Rule, x.Adds, x.N})
	}
	for _, x := range res.Moves {
		ch.Moves = append(ch.Moves, moveReport{queue(x.From), queue(x.To), x.Rule, x.N})
	}
	for _, x := range res.Priorities {
		ch.Priorities = append(ch.Priorities, priorityReport{x.From.String(), x.To.String(), x.Rule, x.N})
	}
	for _, x := range res.Others {
		ch.Others = append(ch.Others, otherReport{x.Set, dir.UserName(inbox.UserID(x.To)), x.Name, x.Rule, x.Adds, x.N})
	}
	out.Change = ch
	return out
}
