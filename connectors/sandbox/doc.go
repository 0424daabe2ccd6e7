// Package sandbox simulates Facebook, Instagram and X over real HTTP: the oracle that a social-media desk is tested against, and the
// world that its demonstration runs in.
//
// A Server has three listeners on loopback: the Graph API (for graph.facebook.com and, below /instagram, graph.instagram.com), the API v2
// of X (for api.x.com) and a control endpoint. It sends signed webhooks to the callbacks that are subscribed through those APIs, keeps a
// ledger of everything that exists and of everything that it delivered, and injects faults at the rates it is told. It is never kinder
// than the platforms: what they refuse it refuses, with their bodies.
//
// The package wires the parts: package ledger keeps the books, package fault rolls the dice, package city invents people and what they
// write; below internal are the two platforms and the delivery of webhooks. It imports no connector and no library of Meta's or X's:
// ids, signatures and bodies are written a second time, from the public documentation, so that a mistake in one of the two shows.
//
// # Control
//
// Every call needs "Authorization: Bearer <control token>". Errors are {"error":"…"} with status 400, 401, 404 or 405. Type Client
// speaks this in Go.
//
//	GET  /healthz            {"ok":true}
//	GET  /accounts           [{"key":"fb-kommunen","channel":"facebook","id":"…","name":"…","handle":"…"}]
//	GET  /ledger             NDJSON, one row a line. Query: kind=items (default), events, attempts or acts; channel, account (id),
//	                         after (sequence number), limit. The rows are those of package ledger.
//	GET  /ledger/summary     {"items":…,"by_channel":{…},"by_account":{…},"by_kind":{…},"events":…,"events_by_state":{…},
//	                         "attempts":…,"acts":{…},…,"faults":{"webhook_dropped":3,…}}
//	POST /publish            {"account":"fb-kommunen","author":{"name":"Mette Holm","handle":"…"},"text":"…","parent":"…",
//	                         "context":"…","quotes":"…","ours":false,"label":"…","time":"2026-11-20T10:00:00Z"} gives
//	                         {"channel":"facebook","account":"…","id":"…"}. The account may be a key, an id or a handle (with the
//	                         channel, where a handle is used on two). Parent is what it answers; context, our post, stands in for it.
//	POST /edit               {"channel":"facebook","id":"…","text":"…"} gives {"ok":true}
//	POST /remove             {"channel":"…","id":"…"}, by its author
//	POST /hide               {"channel":"…","id":"…","hidden":true}, by our staff on the platform's own site
//	GET  /faults             the rates of fault.Rates
//	POST /faults             any of them; the others stay as they are. Gives all.
//	POST /traffic            {"rate":2.5,"for":"10m"}: so many items a second, for so long ("" is until stopped). Gives the state.
//	GET  /traffic            {"running":true,"rate":2.5,"published":17}
//	POST /stop_traffic       gives the state
//	POST /flush              {"timeout":"30s"}, which may be left out: delivers what is held back and waits until nothing is on its
//	                         way. Gives {"idle":true,"waiting":0}; not idle when the time ran out, say because a callback is down.
//	POST /shutdown           ends the server
//	POST /expire_token       {"account":"fb-kommunen","token":"…"}: the time of the account's tokens, or of one, is over
//	POST /revoke_token       {"account":"…","token":"…","why":"password"}; or checkpoint, unconfirmed, invalid, role, removed
//	POST /restore_token      {"account":"…","token":"…"}: as if somebody had logged in and got the same one
//	POST /take_scope         {"account":"…","scopes":["pages_manage_engagement"]}, and /give_scope
//	POST /unsubscribe        {"account":"…"}: its webhooks end, and nobody is told
//	POST /disable_webhook    {"account":"…"}: as the platform does after long failure
//	POST /remove_app         {"account":"…"}, by its owner
//	POST /suspend            {"account":"…"}, by the platform, and /reinstate
//	POST /usage              {"account":"…","percent":80,"for":"10m"}: so much of its calls is used up
//	POST /take_target        {"account":"…","times":1}: what is answered next is removed by its author first
//	POST /sunset             {"version":23}: the Graph API's versions below it die
//
// # Not simulated
//
// Uploads, edits on X, stories of ours, top media of hashtags, and the refreshing of tokens. An app that asks for them gets what the
// platform answers to an address that it does not know.
//
// Invariants: a Server's goroutines end before Run returns; the same seed, clock and calls give the same history and the same faults.
package sandbox
