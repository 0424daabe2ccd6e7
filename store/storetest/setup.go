package storetest

import (
	"strings"
	"time"

	"lytter/inbox"
)

func accounts(s *suite) {
	s.account.Advice = inbox.Why("held.account", "Name", "page", "Minutes", 5, "Share", 0.5)
	s.account.State = inbox.AccountNeedsLogin
	s.account.Lacks = map[inbox.OutgoingKind]string{inbox.DirectReply: "pages_messaging", inbox.PrivateReply: "pages_messaging"}
	s.update(func(tx inbox.Tx) error { return tx.PutAccount(&s.account) })
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Accounts()
		want := s.account
		want.Advice = inbox.Why("held.account", "Name", "page", "Minutes", int64(5), "Share", 0.5)
		same(s, "accounts", got, []inbox.Account{want, s.other})
		return err
	})
	twin := inbox.Account{Name: s.account.Name}
	s.code("a second account of the name", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutAccount(&twin) }),
		inbox.Conflict)
	none := inbox.Account{ID: 4711, Name: "none"}
	s.code("an account that is not there", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutAccount(&none) }),
		inbox.NotFound)
}

func usersAndQueues(s *suite) {
	road := inbox.Queue{Name: "Vej", Calendar: "city", Target: 90 * time.Minute, Members: []inbox.UserID{s.ann.ID, s.bob.ID}, Position: 2}
	school := inbox.Queue{Name: "Skole", Members: []inbox.UserID{s.bob.ID}, Position: 1}
	s.ann.Keys, s.ann.Language, s.ann.Disabled = []string{"ssh-ed25519 AAAA ann", "ssh-rsa BBBB"}, "da", true
	s.ann.Pins = []inbox.ViewID{7, 3}
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutUser(&s.ann); err != nil {
			return err
		}
		if err := tx.PutQueue(&road); err != nil {
			return err
		}
		return tx.PutQueue(&school)
	})
	s.view(func(tx inbox.Tx) error {
		queues, err := tx.Queues()
		if err != nil {
			return err
		}
		same(s, "queues, by position", queues, []inbox.Queue{school, road})
		users, err := tx.Users()
		ann, bob := s.ann, s.bob
		ann.Queues, bob.Queues = []inbox.QueueID{road.ID}, []inbox.QueueID{road.ID, school.ID}
		same(s, "users, with the queues that have them", users, []inbox.User{ann, bob})
		return err
	})
	road.Members, school.Members = nil, []inbox.UserID{s.ann.ID, s.bob.ID}
	s.ann.Queues = []inbox.QueueID{school.ID}
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutQueue(&road); err != nil {
			return err
		}
		return tx.PutUser(&s.ann)
	})
	s.view(func(tx inbox.Tx) error {
		queues, err := tx.Queues()
		same(s, "members, set from either side", queues, []inbox.Queue{school, road})
		return err
	})
	ghost := inbox.Queue{Name: "Ghosts", Members: []inbox.UserID{4711}}
	s.code("a member who is nobody", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutQueue(&ghost) }),
		inbox.Conflict)
}

func topicsViewsCalendars(s *suite) {
	road := inbox.Topic{Name: "vej", Number: "05.00", Aliases: []string{"veje", "Vej og gade"}, Into: 4711}
	bike := inbox.Topic{Name: "cykel"}
	second := inbox.View{Name: "Mine", Query: "assignee:me", Owner: s.ann.ID, Position: 3}
	team := inbox.View{Name: "Team", Query: "queue:Vej", Queue: 5, Position: 2}
	first := inbox.View{Name: "Åbne", Query: "is:open", Position: 1}
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutTopic(&road); err != nil {
			return err
		}
		bike.Parent = road.ID
		for _, err := range []error{
			tx.PutTopic(&bike), tx.PutView(&second), tx.PutView(&first), tx.PutView(&team),
			tx.PutCalendar(&inbox.Calendar{Name: "z", Spec: "old"}), tx.PutCalendar(&inbox.Calendar{Name: "default", Spec: "mon-fri 9-15"}),
			tx.PutCalendar(&inbox.Calendar{Name: "z", Spec: "new"}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		topics, err := tx.Topics()
		if err != nil {
			return err
		}
		same(s, "topics", topics, []inbox.Topic{road, bike})
		views, err := tx.Views()
		if err != nil {
			return err
		}
		same(s, "views, by position", views, []inbox.View{first, team, second})
		cals, err := tx.Calendars()
		same(s, "calendars", cals, []inbox.Calendar{{Name: "default", Spec: "mon-fri 9-15"}, {Name: "z", Spec: "new"}})
		return err
	})
	road.Parent = bike.ID
	s.code("a ring of topics", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutTopic(&road) }), inbox.Invalid)
	s.update(func(tx inbox.Tx) error {
		if err := tx.DeleteView(first.ID); err != nil {
			return err
		}
		return tx.DeleteView(first.ID)
	})
	s.view(func(tx inbox.Tx) error {
		views, err := tx.Views()
		same(s, "views after one is deleted", views, []inbox.View{team, second})
		return err
	})
}

func templates(s *suite) {
	thanks := inbox.Template{Name: "Tak for ros", Owner: "Service", Texts: map[string]string{"da": "Tak!\n\"Æøå\"", "en": "Thanks"}}
	other := inbox.Template{Name: "Andet", Texts: map[string]string{"da": "x"}}
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutTemplate(&thanks); err != nil {
			return err
		}
		return tx.PutTemplate(&other)
	})
	thanks.Texts = map[string]string{"en": "Thank you"}
	s.update(func(tx inbox.Tx) error { return tx.PutTemplate(&thanks) })
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Templates()
		same(s, "standard answers", got, []inbox.Template{thanks, other})
		return err
	})
	twin := inbox.Template{Name: other.Name}
	s.code("a second of the name", s.store.Update(s.ctx, inbox.Persons, func(tx inbox.Tx) error { return tx.PutTemplate(&twin) }), inbox.Conflict)
	none := inbox.Template{ID: 4711, Name: "none"}
	s.code("one that is not there", s.store.Update(s.ctx, inbox.Persons, func(tx inbox.Tx) error { return tx.PutTemplate(&none) }), inbox.NotFound)
	s.update(func(tx inbox.Tx) error {
		if err := tx.DeleteTemplate(thanks.ID); err != nil {
			return err
		}
		return tx.DeleteTemplate(thanks.ID)
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Templates()
		same(s, "standard answers after one is deleted", got, []inbox.Template{other})
		return err
	})
}

func searches(s *suite) {
	long := strings.Repeat("å", 2000)
	s.update(func(tx inbox.Tx) error {
		for _, q := range []string{"a", "b", long, "c", "a"} {
			if err := tx.AddSearch(s.ann.ID, q, 3); err != nil {
				return err
			}
		}
		return tx.AddSearch(s.bob.ID, "a", 3)
	})
	read := func(what string, u inbox.UserID, want ...string) {
		s.Helper()
		s.view(func(tx inbox.Tx) error {
			got, err := tx.Searches(u)
			same(s, what, got, want)
			return err
		})
	}
	read("each once, newest first, three kept", s.ann.ID, "a", "c", long)
	s.update(func(tx inbox.Tx) error {
		if err := tx.DeleteSearch(s.ann.ID, "c"); err != nil {
			return err
		}
		return tx.AddSearch(s.ann.ID, "d", 3)
	})
	read("one erased, one more", s.ann.ID, "d", "a", long)
	s.update(func(tx inbox.Tx) error { return tx.DeleteSearches(s.ann.ID) })
	read("all erased", s.ann.ID)
	read("another's stay", s.bob.ID, "a")
	s.code("of nobody", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.AddSearch(4711, "a", 3) }), inbox.Conflict)
}

func rulesAndSettings(s *suite) {
	s.view(func(tx inbox.Tx) error {
		r, err := tx.Rules()
		same(s, "no rules", r, (*inbox.RuleSet)(nil))
		if err != nil {
			return err
		}
		v, err := tx.Setting("none")
		same(s, "a setting never set", v, "")
		return err
	})
	one, two := inbox.RuleSet{Bytes: []byte("[[rule]]\r\n# bytes \x00\xff stay")}, inbox.RuleSet{Bytes: []byte{}, By: s.ann.ID, Comment: "empty"}
	s.update(func(tx inbox.Tx) error {
		if err := tx.AddRules(&one); err != nil {
			return err
		}
		got, err := tx.Rules()
		if err != nil {
			return err
		}
		same(s, "the first rules", got, &one)
		if err := tx.SetSetting("a", "1"); err != nil {
			return err
		}
		return tx.SetSetting("a", "2")
	})
	s.update(func(tx inbox.Tx) error { return tx.AddRules(&two) })
	if one.Version != 1 || two.Version != 2 {
		s.Errorf("versions %d and %d", one.Version, two.Version)
	}
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Rules()
		if err != nil {
			return err
		}
		same(s, "the newest rules", got, &two)
		v, err := tx.Setting("a")
		same(s, "a setting", v, "2")
		return err
	})
}
