// Package tui is the desk's screens: one [App] is one person's session in a terminal, and [Run] serves it.
//
// It is a thin layer. What a person may do, and what happens when they do it, is inbox.Seat; what is in a view, and that it changed, is
// inbox.Sub; every sentence is the catalogue's; every widget is tui/ui's. The package must not know stores, connectors, rules' files or
// the program that wires it: what it is told of accounts and of the index is plain data ([DeskStatus]).
//
// Where to look: actions.go is the one table of all that a person can do, with keys, names and refusals; messages.go is all that the
// model hears, commands.go all that it does outside of itself; app.go routes; frame.go lays out. A pane is a file: views.go, list.go,
// thread.go, compose.go, search.go, accounts.go. linear.go tells the same model in plain lines, for who does not look at a screen.
//
// # Pages
//
// A page is a screen as wide as the terminal that lies over the inbox (pages.go). To add one:
//
//   - A file of its own with a type that is a [page] (most embed *common and show a ui.List), and a function that gives its pageKind: id, the
//     keys that open it, what it takes to see it, its own actions (their place is filled in; on gives them their page), how it opens.
//   - A line in pageKinds.
//   - Sentences in a catalogue file of its own, inbox/catalog/{da,en}/ID.toml: act.ID and hint.ID (of a word), tui.help.ID ("in the ..."), and for each action act.X
//     and, where it has a hint, hint.X.
//   - It brings what it shows with fetch, never in Update or View, and again when it hears woke or tick. It keeps its cursor by key.
//   - A conversation is opened over it with App.read; Esc comes back.
//   - LYTTER_UPDATE=1 go test ./tui -run Reference writes its keys into docs/keys.md, go test ./tui -run TestPages -update its frames, in two
//     sizes and languages. TestLaw9, help, palette and plain lines try it already; a story tells what people do on it.
//
// # Invariants
//
//   - Update and View do no input or output and take no lock of the desk's: what they show was brought by a command.
//   - What a person sees under the cursor does not move or vanish by what others do. A row that leaves a view while the cursor stands on
//     it stays, grey, until the cursor goes; a row that is on the screen keeps its place though its conversation speaks again.
//   - A key pressed while the desk is still fetching what the key before it asked for waits its turn; it is never read as another command.
//   - Enter never sends. What the public sees leaves on no single letter, and can be taken back until it leaves.
//   - What is written is saved, as a draft in the store, and is there again after anything: answers, private answers, edits and notes.
//   - No sentence stands in the code; outside text is cleaned where it enters a line.
package tui
