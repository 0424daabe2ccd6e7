package inbox

import (
	"context"
	"iter"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// lab is the desk's, for those who may see what it shows of everybody's messages.
func (s *Seat) lab(op string) (Lab, error) {
	if err := s.may(op, DoRules); err != nil {
		return nil, err
	}
	if s.desk.Lab == nil {
		return nil, E(Unavailable, op, "lab.none")
	}
	return s.desk.Lab, nil
}

// TryRules tries a query or rules on what has arrived: see Lab. CPR numbers are covered in what it shows.
func (s *Seat) TryRules(t Trial) (*Tryout, error) {
	l, err := s.lab("seat.TryRules")
	if err != nil {
		return nil, err
	}
	out, err := l.Try(s.desk, t)
	if err != nil {
		return nil, err
	}
	all := out.Results
	out.Results = func(ctx context.Context) iter.Seq2[*Tried, error] {
		return func(yield func(*Tried, error) bool) {
			for r, err := range all(ctx) {
				if r != nil {
					for i := range r.Newest {
						r.Newest[i].mask()
					}
				}
				if !yield(r, err) {
					return
				}
			}
		}
	}
	return out, nil
}

// mask covers CPR numbers. The covered text is as long: stretches of it stay where they are.
func (a *Arrived) mask() {
	a.Text = text.Masked(a.Text)
	if a.Author != nil {
		who := *a.Author
		who.Name = text.Masked(who.Name)
		a.Author = &who
	}
}

// RuleHealth tells how the rules in force have done since a time: see Lab.
func (s *Seat) RuleHealth(ctx context.Context, since time.Time) (*Health, error) {
	l, err := s.lab("seat.RuleHealth")
	if err != nil {
		return nil, err
	}
	return l.Health(ctx, s.desk, since)
}

// SuggestWords looks for words that speak for a topic: see Lab.
func (s *Seat) SuggestWords(ctx context.Context, topic TopicID, h History) (*Suggestions, error) {
	l, err := s.lab("seat.SuggestWords")
	if err != nil {
		return nil, err
	}
	return l.Suggest(ctx, s.desk, topic, h)
}

// Explained is a message of a conversation and what the rules in force make of it.
type Explained struct {
	Message MessageID
	At      time.Time
	Text    string
	Explanation
}

// MaxExplained bounds the messages of a conversation that are explained at once.
const MaxExplained = 20

// ExplainRules tells what the rules in force make of the newest messages of a conversation, or of one of them: newest first. Whoever may
// see the conversation may ask. An Error of code NotFound if there is no such message of a citizen's.
func (s *Seat) ExplainRules(ctx context.Context, id ConversationID, message MessageID) ([]Explained, error) {
	const op = "seat.ExplainRules"
	var t *Thread
	err := s.desk.Store.View(ctx, func(tx Tx) (err error) {
		t, err = s.thread(tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.desk.Lab == nil {
		return nil, E(Unavailable, op, "lab.none")
	}
	var out []Explained
	var docs []*query.Doc
	for i := len(t.Msgs) - 1; i >= 0 && len(out) < MaxExplained; i-- {
		m := &t.Msgs[i]
		if m.Direction != In || m.Aside || !m.DeletedAt.IsZero() || message != 0 && m.ID != message {
			continue
		}
		out = append(out, Explained{Message: m.ID, At: m.At, Text: text.Masked(m.Text)})
		docs = append(docs, s.desk.Document(t.Arrived(m)))
	}
	if out == nil {
		return nil, E(NotFound, op, "lab.no_message")
	}
	for i, x := range s.desk.Lab.Explain(s.desk, docs) {
		out[i].Explanation = x
	}
	return out, nil
}

// ExplainText tells what the rules in force would make of a text that came to an account now, inside opening hours. An account that is
// none of the desk's says the channel alone.
func (s *Seat) ExplainText(a Account, kind Kind, words string) (*Explanation, error) {
	const op = "seat.ExplainText"
	if err := s.may(op, DoRead); err != nil {
		return nil, err
	}
	if query.Code(query.Channel, string(a.Channel)) == 0 {
		return nil, E(Invalid, op, "lab.bad_choice", "Value", string(a.Channel))
	}
	if query.Code(query.Kind, string(kind)) == 0 {
		return nil, E(Invalid, op, "lab.bad_choice", "Value", string(kind))
	}
	if s.desk.Lab == nil {
		return nil, E(Unavailable, op, "lab.none")
	}
	doc := s.desk.Directory().Arrival(s.desk.Cutter, a, &Incoming{Kind: kind, Text: words, At: s.desk.Now()}, true)
	return &s.desk.Lab.Explain(s.desk, []*query.Doc{doc})[0], nil
}
