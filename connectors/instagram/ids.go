package instagram

import (
	"lytter/connectors"
	"lytter/inbox"
)

// Ids on Instagram are numbers, each unique on all of the platform: of media, comments, professional accounts (1784…) and people, who
// have another id for each app (Instagram Platform, "Overview: ids"). Private messages have long words for ids. A thread of private
// messages is named by the person in it: webhooks and polls both tell that, and only polls tell the conversation's own id.

// byName is the id of somebody of whom only the username is told.
func byName(username string) inbox.RemoteID { return inbox.RemoteID("username:" + username) }

// gone is the error of what is not there.
func gone() *connectors.Error {
	return &connectors.Error{Class: connectors.Gone, Reason: *inbox.Why("platform.gone")}
}
