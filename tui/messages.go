package tui

import (
	"lytter/inbox"
	"lytter/inbox/text"
)

// ended is a reply of this session that needs no more watching: it is sent, or somebody must look at it.
type ended struct {
	send   send
	state  inbox.OutgoingState
	reason *inbox.Reason
}

// What the model hears, besides keys, pastes and what the terminal says of itself.
type (
	// tick says that a second has gone by.
	tick struct{}

	// looked says that the page on the screen has been looked at, and may lack something now.
	looked struct{}

	// spoken says that the person has changed the language.
	spoken struct{}

	// woke says that something on the screen, or a count, may have changed.
	woke struct{}

	// loaded says that the hub holds the open conversations, so that views can be filled.
	loaded struct{}

	// viewsShown says that views are being kept live, and which cannot be.
	viewsShown struct{ errs map[string]error }

	// refreshed is what is on the screen as it is now.
	refreshed struct {
		counts map[string]int
		win    window
		rows   []inbox.Row
		open   inbox.ConversationID
		opened *inbox.Opened // the conversation on the screen, if it has changed
		gone   error         // why it can be seen no more
		err    error
	}

	// opened is a conversation that was asked for.
	opened struct {
		id  inbox.ConversationID
		o   *inbox.Opened
		err error
	}

	// statusRead is what the machines are doing.
	statusRead struct{ s DeskStatus }

	// acted is how an act on a conversation ended.
	acted struct {
		id   inbox.ConversationID
		say  text.Safe // what to tell, if it went well
		done bool      // the person has dealt with the conversation: its row may go
		err  error
	}

	// viewSaved is how something that was done with a view ended.
	viewSaved struct {
		say  text.Safe // what to tell, if it went well
		id   inbox.ViewID
		gone *inbox.Listed // it was deleted
		err  error
	}

	// searchesRead is what the person has searched for, newest first.
	searchesRead struct {
		list []string
		pick bool // one of them is to be chosen
		err  error
	}

	// forgotten says that what the person has searched for is erased.
	forgotten struct {
		say text.Safe
		err error
	}

	// draftDue says that the person has paused since version n of what is being written.
	draftDue struct {
		id      inbox.ConversationID
		version uint64
	}

	// draftSaved says that version n of a draft is in the store.
	draftSaved struct {
		id      inbox.ConversationID
		version uint64
		err     error
	}

	// replied is how handing in a reply ended.
	replied struct {
		id  inbox.ConversationID
		out *inbox.Outgoing
		o   *inbox.Opened // of a conflict: the conversation as it is now
		err error
	}

	// noted is how saving a note ended.
	noted struct {
		id  inbox.ConversationID
		err error
	}

	// moderated is how handing in an act on a message ended.
	moderated struct {
		mod inbox.Moderation
		who text.Safe // wrote the message
		out *inbox.Outgoing
		err error
	}

	// takenBack is how taking a reply back ended.
	takenBack struct {
		send send
		err  error
	}

	// fates is what became of replies that have left.
	fates struct {
		ended []ended
		err   error
	}

	// restored says that the text of a rejected reply is the draft again.
	restored struct {
		draft inbox.Draft
		err   error
	}

	// searchDue says that the person has paused since search n.
	searchDue struct{ n int }

	// searched is how a search ended: its first hits, or what is wrong with it.
	searched struct {
		n     int
		query string
		hits  inbox.Hits
		err   error
	}

	// suggested is what a query that found hardly anything may have meant.
	suggested struct {
		n       int
		query   string
		queries []string
		err     error
	}

	// searchLive says that search n is kept live.
	searchLive struct {
		n   int
		err error
	}

	// found is the next conversation that awaits an answer, by its place in the view.
	found struct {
		gen   int
		id    inbox.ConversationID // 0: there is none
		place int
		err   error
	}

	// renewed says that a lease was lengthened, or that a search was remembered: of neither anybody needs to hear, unless it failed.
	renewed struct{ err error }

	// panicked says that a command ended in a panic.
	panicked struct {
		value any
		stack []byte
	}
)
