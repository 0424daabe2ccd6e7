package city

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed texts/*.txt
var files embed.FS

// template is one text with slots.
type template struct {
	label  string
	intent string // question, complaint, praise, idea, …; of posts and threads the place or role
	lang   string // da or en
	place  string // any, post or alone; of posts the accounts
	text   string
}

// corpus is all texts and lists.
type corpus struct {
	posts    []template
	comments []template
	threads  []template
	lists    map[string][]string
}

// computed are the slots that come from who speaks to whom, and when.
var computed = []string{
	"us", "first", "me", "next_date", "next_weekday", "last_weekday", "month", "next_weekday_en", "last_weekday_en",
}

// load reads the texts and checks that every slot has a list.
func load() (corpus, error) {
	c := corpus{lists: map[string][]string{}}
	for _, name := range []string{"slots.txt", "names.txt"} {
		err := sections(name, func(head []string, line string) error {
			if len(head) != 1 {
				return fmt.Errorf("a list has one name, not %q", head)
			}
			c.lists[head[0]] = append(c.lists[head[0]], line)
			return nil
		})
		if err != nil {
			return c, err
		}
	}
	for name, into := range map[string]*[]template{"posts.txt": &c.posts, "comments.txt": &c.comments, "threads.txt": &c.threads} {
		err := sections(name, func(head []string, line string) error {
			t := template{label: head[0], text: line}
			switch {
			case name == "posts.txt" && len(head) == 3:
				t.lang, t.place = head[1], head[2]
			case name == "comments.txt" && len(head) == 4:
				t.intent, t.lang, t.place = head[1], head[2], head[3]
			case name == "threads.txt" && len(head) == 3:
				t.intent, t.lang = head[1], head[2]
			default:
				return fmt.Errorf("the head %q has the wrong number of words", head)
			}
			if t.lang != "da" && t.lang != "en" {
				return fmt.Errorf("the head %q names no language", head)
			}
			if err := c.checkSlots(line); err != nil {
				return err
			}
			*into = append(*into, t)
			return nil
		})
		if err != nil {
			return c, err
		}
	}
	for name, values := range c.lists {
		for _, v := range values {
			if err := c.checkSlots(v); err != nil {
				return c, fmt.Errorf("list %s: %w", name, err)
			}
		}
	}
	return c, nil
}

// sections calls each for every line of a file below its head.
func sections(name string, each func(head []string, line string) error) error {
	data, err := files.ReadFile("texts/" + name)
	if err != nil {
		return fmt.Errorf("city texts: %w", err)
	}
	var head []string
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' && head == nil:
		case line[0] == '[' && line[len(line)-1] == ']':
			if head = strings.Fields(line[1 : len(line)-1]); len(head) == 0 {
				return fmt.Errorf("city texts: %s:%d: an empty head", name, n)
			}
		case head == nil:
			return fmt.Errorf("city texts: %s:%d: a line before the first head", name, n)
		default:
			if err := each(head, line); err != nil {
				return fmt.Errorf("city texts: %s:%d: %w", name, n, err)
			}
		}
	}
	return nil
}

// checkSlots finds slots without a list.
func (c *corpus) checkSlots(text string) error {
	for _, slot := range slots(text) {
		if c.lists[slot] == nil && !slices.Contains(computed, slot) {
			return fmt.Errorf("there is no list for {%s}", slot)
		}
	}
	return nil
}

// slots lists the names between braces.
func slots(text string) []string {
	var out []string
	for {
		_, after, ok := strings.Cut(text, "{")
		if !ok {
			return out
		}
		name, rest, ok := strings.Cut(after, "}")
		if !ok {
			return append(out, "unclosed")
		}
		out, text = append(out, strings.TrimPrefix(name, "^")), rest
	}
}
