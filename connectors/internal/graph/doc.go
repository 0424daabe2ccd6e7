// Package graph is a thin client of Meta's Graph API, which Facebook and Instagram share: calls, errors, paging, usage, webhook
// envelopes and signatures. What a page or a media is its callers know.
//
// Requests are made by github.com/huandu/facebook; what comes back is read here. That library takes some errors for success (a null or
// an oddly typed field in "error", Instagram's own form of errors, any HTTP status), reads bodies without bound, follows paging links to
// any host and lets tokens into addresses. So it is given an HTTP client of ours for each call (see exchange), which settles the outcome
// itself and leaves the library nothing to misread.
//
// The package must not know inbox beyond reasons, and no platform's objects.
//
// Invariants: no token is in an address, an error or a log; no call goes to another host; a call that ended without a clear answer says
// that it may have been carried out.
package graph
