package inbox

import (
	"context"
	"slices"
	"strings"
)

// NewTopic is a topic as somebody writes it.
type NewTopic struct {
	Path    string // of names, by slashes
	Number  string // the organisation's own classification number; "": stays as it is
	Aliases []string
}

// PutTopics makes topics that are not there, with the parents they need, and gives those that are their numbers and further names. All or
// none is done. It tells how many were made.
func (s *Seat) PutTopics(ctx context.Context, list []NewTopic) (made int, err error) {
	err = s.topics(ctx, "seat.PutTopics", func(tree *topicTree) error {
		made = 0
		for _, n := range list {
			id, fresh, err := tree.at(n.Path)
			if err != nil {
				return err
			}
			made += fresh
			t := tree.all[id]
			if n.Number != "" {
				t.Number = n.Number
			}
			for _, a := range n.Aliases {
				if a = strings.Trim(strings.TrimSpace(a), "/"); a != "" && !slices.Contains(t.Aliases, a) {
					t.Aliases = append(t.Aliases, a)
				}
			}
			if err := tree.put(t); err != nil {
				return err
			}
		}
		return nil
	})
	return made, err
}

// RenameTopic gives a topic another path, with all below it. It keeps its id: no conversation is touched, and rules and queries that name the
// old path still find it.
func (s *Seat) RenameTopic(ctx context.Context, id TopicID, path string) error {
	return s.topics(ctx, "seat.RenameTopic", func(tree *topicTree) error {
		t, ok := tree.all[id]
		if !ok {
			return E(NotFound, "seat.RenameTopic", "topic.not_found")
		}
		path = strings.Trim(path, "/")
		parent, name := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			parent, name = path[:i], path[i+1:]
		}
		if strings.TrimSpace(name) == "" {
			return E(Invalid, "seat.RenameTopic", "topic.no_name")
		}
		if have, taken := tree.dir.TopicAt(path); taken && have != id && strings.EqualFold(tree.dir.TopicPath(have), path) {
			return E(Conflict, "seat.RenameTopic", "topic.taken", "Name", path)
		}
		if old := tree.dir.TopicPath(id); !slices.Contains(t.Aliases, old) && !strings.EqualFold(old, path) {
			t.Aliases = append(t.Aliases, old)
		}
		t.Aliases = slices.DeleteFunc(t.Aliases, func(a string) bool { return strings.EqualFold(a, path) })
		t.Name, t.Parent = name, 0
		if parent != "" {
			up, _, err := tree.at(parent)
			if err != nil {
				return err
			}
			t.Parent = up
		}
		return tree.put(t)
	})
}

// MergeTopics makes a topic, with all below it, part of another. Conversations keep the ids that they have, and are shown, found and counted
// under the other.
func (s *Seat) MergeTopics(ctx context.Context, from, into TopicID) error {
	const op = "seat.MergeTopics"
	return s.topics(ctx, op, func(tree *topicTree) error {
		t, ok := tree.all[from]
		other, there := tree.all[into]
		if !ok || !there {
			return E(NotFound, op, "topic.not_found")
		}
		if t.Into != 0 || other.Into != 0 || slices.Contains(tree.dir.subtree(from, nil), int64(into)) {
			return E(Invalid, op, "topic.below_itself", "Name", tree.dir.TopicPath(into))
		}
		t.Into = into
		return tree.put(t)
	})
}

// topicTree is the topics within a transaction.
type topicTree struct {
	tx   Tx
	user UserID
	all  map[TopicID]Topic
	dir  *Directory
}

// topics runs a change of the topics.
func (s *Seat) topics(ctx context.Context, op string, f func(*topicTree) error) error {
	if err := s.may(op, DoTopics); err != nil {
		return err
	}
	return s.desk.setup(ctx, func(tx Tx) error {
		tree := &topicTree{tx: tx, user: s.User.ID}
		list, err := tx.Topics()
		if err != nil {
			return err
		}
		tree.read(list)
		return f(tree)
	})
}

func (t *topicTree) read(list []Topic) {
	t.all = make(map[TopicID]Topic, len(list))
	for _, topic := range list {
		t.all[topic.ID] = topic
	}
	t.dir = NewDirectory(Setup{Topics: list})
}

func (t *topicTree) put(topic Topic) error {
	if err := t.tx.PutTopic(&topic); err != nil {
		return err
	}
	if err := t.tx.Append(&Change{Kind: ChangeTopic, Actor: ActorUser, User: t.user, Ref: int64(topic.ID)}); err != nil {
		return err
	}
	list, err := t.tx.Topics()
	t.read(list)
	return err
}

// at finds a topic by its path, and makes it and its parents where they are not.
func (t *topicTree) at(path string) (id TopicID, made int, err error) {
	path = strings.Trim(strings.TrimSpace(path), "/")
	if id, ok := t.dir.TopicAt(path); ok {
		return id, 0, nil
	}
	n := Topic{Name: path}
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		n.Name = path[i+1:]
		if n.Parent, made, err = t.at(path[:i]); err != nil {
			return 0, 0, err
		}
	}
	if strings.TrimSpace(n.Name) == "" {
		return 0, 0, E(Invalid, "seat.PutTopics", "topic.no_name")
	}
	if err := t.put(n); err != nil {
		return 0, 0, err
	}
	id, _ = t.dir.TopicAt(path)
	return id, made + 1, nil
}
