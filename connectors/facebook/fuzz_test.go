package facebook

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
	const page = "104512398712340"
	const post = `{"id":"104512398712340_9900077","message":"Hej","created_time":"2026-11-23T16:55:00+0000","updated_time":"2026-11-23T16:55:00+0000"}`
	rows := []connectortest.Row{
		{Stream: streamTagged, JSON: post, ID: page + "_9900077"},
		{
			Stream: streamNew, ID: "1_9900078",
			Cursor: `{"mark":1795452000000,"begun":1795453000000,"since":1795440000000,"last":true,"top":1795453200000,"todo":[{"p":"104512398712340_1"}]}`,
			JSON:   `{"id":"1_9900078","message":"Hej","created_time":"2026-11-23T16:55:00+0000"}`,
		},
		{
			Stream: streamDirect, ID: "m_9900079",
			JSON: `{"id":"t_9900079","updated_time":"2026-11-23T16:55:00+0000","messages":{"data":[{"id":"m_9900079",` +
				`"created_time":"2026-11-23T16:55:00+0000","from":{"id":"77"},"message":"Hej"}]}}`,
		},
	}
	for _, s := range []string{streamNew, streamSweep, streamHistory} {
		rows = append(rows, connectortest.Row{Stream: s, JSON: post, ID: page + "_9900077"})
	}
	connectortest.FuzzPolls(f, connectortest.Polls{
		New: func(tb testing.TB, rt http.RoundTripper, now func() time.Time) connectortest.Connector {
			tb.Helper()
			c, err := New(Config{
				AppID: "1", AppSecrets: connectors.Secrets{"s"}, Pages: map[inbox.RemoteID]connectors.Vault{page: connectors.Secret("t")},
				Transport: rt, Now: now,
			})
			if err != nil {
				tb.Fatal(err)
			}
			return c
		},
		Account: inbox.Account{ID: 1, Channel: inbox.Facebook, Remote: page, Handle: "havneborgkommune"},
		Odd: []string{
			`{"data":[{"id":"../me/accounts?fields=access_token#","updated_time":"2026-11-23T16:55:00+0000"}],"paging":{"next":"n","cursors":{"after":"&after=b"}}}`,
			`{"data":[{"id":"t_1?fields=id","updated_time":"2026-11-23T16:55:00+0000","messages":{"data":[{"id":"m_1"},{"id":"m_2","created_time":"2026-11-23T16:55:00+0000","from":{"name":"x"},"to":{"data":[{}]}}],"paging":{"next":"n","cursors":{"after":"a"}}}}],"paging":{"next":"n","cursors":{"after":"b"}}}`,
			`{"data":[{"id":"104512398712340_2","created_time":"9999-12-31T23:59:59-1200","updated_time":"9999-12-31T23:59:59-1200","from":{}}]}`,
			"{\"data\":[{\"id\":\"104512398712340_3\",\"updated_time\":1795453000}]}\x00{\"data\":[{\"id\":\"1_2\",\"is_hidden\":1,\"parent\":{\"parent\":{}},\"attachment\":{\"type\":\"photo\"}}],\"paging\":{\"next\":\"n\",\"cursors\":{\"after\":\"a\"}}}\x01",
			`{"data":{"id":"1"},"paging":[]}`, `{"data":[null,3,"x",[],{},{"id":null},{"id":{}}]}`, `[]`, `null`, `"x"`, `{"error":null,"data":null}`,
		},
		Samples: []string{"meta_errors"},
		Rows:    rows,
		Wants: []inbox.Pending{
			{What: inbox.WantContext, Remote: page + "_1"},
			{What: inbox.WantMessage, Remote: "1_2"},
			{What: inbox.WantParent, Remote: "1_3"},
			{What: inbox.WantMessage, Remote: "m_4"},
			{What: inbox.WantProfile, Remote: "5"},
		},
	})
}
