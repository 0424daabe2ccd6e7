package main

import (
	"context"
	"fmt"
	"slices"

	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// revealedMsg is a message as `lytter reveal --json` prints it.
type revealedMsg struct {
	Remote  inbox.RemoteID `json:"remote_id,omitempty"`
	Text    string         `json:"text"`
	Earlier []string       `json:"earlier,omitempty"`
}

// revealCommand shows what is covered everywhere else. Each message that is shown is a change of its own.
func (p *program) revealCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "reveal ID", Short: p.texts.T("cli.act.reveal"), Long: p.texts.T("cli.act.reveal_long"), Args: cobra.ExactArgs(1),
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			id, err := conversationID(args[0])
			if err != nil {
				return err
			}
			said, err := p.reveal(ctx, id)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(said)
			}
			for _, m := range said {
				for _, s := range slices.Concat([]string{m.Text}, m.Earlier) {
					for _, l := range text.Wrap(text.Clean(s), 76) {
						fmt.Fprintln(p.out, string(l))
					}
				}
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	return c
}

// reveal gives the messages of a conversation that something is covered in.
func (p *program) reveal(ctx context.Context, id inbox.ConversationID) ([]revealedMsg, error) {
	o, err := p.seat.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(o.Covered) == 0 {
		return nil, inbox.E(inbox.Conflict, "cli", "refused.no_cpr")
	}
	out := []revealedMsg{}
	for i := range o.Msgs {
		m := &o.Msgs[i]
		if _, ok := o.Covered[m.ID]; !ok {
			continue
		}
		r, err := p.seat.Reveal(ctx, o.ID, m.ID)
		if err != nil {
			return nil, err
		}
		x := revealedMsg{Remote: m.Remote, Text: r.Text}
		for _, v := range r.Versions {
			x.Earlier = append(x.Earlier, v.Text)
		}
		out = append(out, x)
	}
	return out, nil
}
