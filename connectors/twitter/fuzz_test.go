package twitter

import (
	"net/http"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/inbox"
)

// FuzzPolls answers polls and fetches with anything.
func FuzzPolls(f *testing.F) {
	const self = "2417850931"
	const post = `{"id":"2124908207063609977","text":"Hej @havneborg","author_id":"77","created_at":"2026-11-23T16:55:00.000Z"}`
	rows := []connectortest.Row{{
		Stream: streamDirect, ID: "2124908207063609977",
		JSON: `{"id":"2124908207063609977","event_type":"MessageCreate","text":"Hej","sender_id":"77","dm_conversation_id":"77-2417850931",` +
			`"created_at":"2026-11-23T16:55:00.000Z"}`,
	}}
	for _, s := range []string{streamMentions, streamOwn, streamSearch + "cykelsti"} {
		rows = append(rows, connectortest.Row{Stream: s, JSON: post, ID: "2124908207063609977"}, connectortest.Row{
			Stream: s, JSON: post, ID: "2124908207063609977",
			Cursor: `{"since":"2124908207063699999","begun":1795453000000,"fresh":1795453200000,"holes":[{"until":"2124908207063690000"}]}`,
		})
	}
	connectortest.FuzzPolls(f, connectortest.Polls{
		New: func(tb testing.TB, rt http.RoundTripper, now func() time.Time) connectortest.Connector {
			tb.Helper()
			c, err := New(Config{
				ConsumerKey: "k", ConsumerSecrets: connectors.Secrets{"s"}, Transport: rt, Now: now,
				Accounts: map[inbox.RemoteID]Account{
					self: {OAuth2: connectors.Secret("t"), Searches: []string{"cykelsti"}},
				},
			})
			if err != nil {
				tb.Fatal(err)
			}
			return c
		},
		Account: inbox.Account{ID: 1, Channel: inbox.X, Remote: self, Handle: "havneborg"},
		Odd: []string{
			`{"data":[{"id":"2124908207063609000","author_id":"7","referenced_tweets":[{"type":"replied_to","id":"5"}]}],"includes":{"users":[3],"tweets":[{}],"media":["x"]},"meta":{"next_token":"&max_results=1"}}`,
			`{"data":[{"id":"../2/users/me?x=#","author_id":"7","edit_history_tweet_ids":["",""]}],"meta":{"newest_id":"99999999999999999999999","next_token":"n"}}`,
			`{"data":[{"id":"2124908207063609001","author_id":"2417850931","referenced_tweets":[{"type":"retweeted","id":""}],"note_tweet":[],"entities":{"urls":[{"url":"a","expanded_url":"aa"},{"url":"aa","expanded_url":"aaaa"}]},"text":"aaaa"}],"meta":{}}`,
			`{"data":[{"id":"2124908207063609002","sender_id":"7","dm_conversation_id":"-"},{"id":"2124908207063609003","sender_id":"7","dm_conversation_id":"7-"},{"id":"x","sender_id":"7","dm_conversation_id":"7-2417850931"}],"meta":{"next_token":"n"}}`,
			`{"data":{"id":"1"},"meta":[]}`, `{"data":[null,3,"x",[],{},{"id":null},{"id":{}}]}`, `[]`, `null`, `"x"`, `{"errors":null,"data":null}`,
			`{"data":[],"includes":{"users":{}},"meta":null}`, `{"data":[{"id":"3017082286","public_metrics":3},{"id":"9"}]}`,
		},
		Samples: []string{"x/errors"},
		Rows:    rows,
		Wants: []inbox.Pending{
			{What: inbox.WantContext, Remote: "1"},
			{What: inbox.WantMessage, Remote: "2124908207063601152"},
			{What: inbox.WantParent, Remote: "3"},
			{What: inbox.WantProfile, Remote: "3017082286"},
		},
	})
}
