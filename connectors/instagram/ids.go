package instagram

import "lytter/inbox"

// Ids on Instagram are numbers, each unique on all of the platform: of media, comments, professional accounts (1784…) and people, who
// have another id for each app (Instagram Platform, "Overview: ids").

// byName is the id of somebody of whom only the username is told.
func byName(username string) inbox.RemoteID { return inbox.RemoteID("username:" + username) }
