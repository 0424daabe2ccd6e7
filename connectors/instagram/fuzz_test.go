package instagram

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
	const self = "17841400412345678"
	const media = `{"id":"17900000009900077","caption":"Hej","timestamp":"2026-11-23T16:55:00+0000","comments_count":2}`
	const comment = `{"id":"17900000009900078","text":"Hej","timestamp":"2026-11-23T16:55:00+0000","username":"mette"}`
	var rows []connectortest.Row
	for _, s := range []string{streamNew, streamSweep, streamHistory, streamTags} {
		rows = append(rows, connectortest.Row{Stream: s, JSON: media, ID: "17900000009900077"})
	}
	rows = append(rows, connectortest.Row{
		Stream: streamSweep, JSON: comment, ID: "17900000009900078",
		Cursor: `{"begun":1795453000000,"last":true,"todo":[{"m":"17900000000000001"}],"have":{},"next":{"17900000000000001":{"n":3}}}`,
	}, connectortest.Row{
		Stream: streamDirect, ID: "aWdfOTkwMDA3OQ",
		JSON: `{"id":"t_9900079","updated_time":"2026-11-23T16:55:00+0000","participants":{"data":[{"id":"77","username":"mette"}]},` +
			`"messages":{"data":[{"id":"aWdfOTkwMDA3OQ","created_time":"2026-11-23T16:55:00+0000","from":{"id":"77"},"message":"Hej"}]}}`,
	}, connectortest.Row{
		Stream: streamHashtag, JSON: media, ID: "17900000009900077",
		Cursor: `{"known":{"havneborg":{"id":"1","asked":1795453000000}},"todo":["havneborg"],"walks":true}`,
	})
	connectortest.FuzzPolls(f, connectortest.Polls{
		New: func(tb testing.TB, rt http.RoundTripper, now func() time.Time) connectortest.Connector {
			tb.Helper()
			c, err := New(Config{
				AppID: "1", AppSecrets: connectors.Secrets{"s"}, Transport: rt, Now: now, Pause: -1,
				Accounts: map[inbox.RemoteID]Account{self: {Token: connectors.Secret("t"), Page: "1045", Hashtags: []string{"havneborg"}}},
			})
			if err != nil {
				tb.Fatal(err)
			}
			return c
		},
		Account: inbox.Account{ID: 1, Channel: inbox.Instagram, Remote: self, Handle: "havneborgkommune"},
		Odd: []string{
			`{"data":[{"id":"../me/accounts?fields=access_token#","comments_count":7,"timestamp":"2026-11-23T16:55:00+0000"}],"paging":{"next":"n","cursors":{"after":"&after=b"}}}`,
			`{"data":[{"id":"t_1?fields=id","updated_time":"2026-11-23T16:55:00+0000","participants":{"data":[{}]},"messages":{"data":[{"id":"a"},{"id":"b","created_time":"2026-11-23T16:55:00+0000","from":{"username":"x"},"to":{"data":[{}]},"reactions":{"data":[{"reaction":"love","users":[{}]}]}}],"paging":{"next":"n","cursors":{"after":"a"}}}}],"paging":{"next":"n","cursors":{"after":"b"}}}`,
			`{"data":[{"id":"2","timestamp":"9999-12-31T23:59:59-1200","updated_time":"9999-12-31T23:59:59-1200","comments_count":-9223372036854775808}]}`,
			"{\"data\":[{\"id\":\"3\",\"comments_count\":9}]}\x00{\"data\":[{\"id\":\"4\",\"replies\":{\"data\":[{\"id\":\"5\"},{}],\"paging\":{\"next\":\"n\",\"cursors\":{\"after\":\"a\"}}}}],\"paging\":{\"next\":\"n\",\"cursors\":{\"after\":\"a\"}}}\x01",
			`{"data":{"id":"1"},"paging":[]}`, `{"data":[null,3,"x",[],{},{"id":null},{"id":{}}]}`, `[]`, `null`, `"x"`, `{"error":null,"data":null}`,
			`{"mentioned_comment":{"id":"7","media":null},"mentioned_media":[]}`, `{"mentioned_comment":3,"mentioned_media":{"username":"x"}}`,
		},
		Samples: []string{"meta_errors"},
		Rows:    rows,
		Wants: []inbox.Pending{
			{What: inbox.WantContext, Remote: "1"},
			{What: inbox.WantMessage, Remote: "2"},
			{What: inbox.WantParent, Remote: "3"},
			{What: inbox.WantMessage, Remote: "aWdf"},
			{What: inbox.WantProfile, Remote: "5"},
		},
	})
}
