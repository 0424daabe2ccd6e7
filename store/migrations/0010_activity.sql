-- What people did, newest first: of all of them, and of each.
CREATE INDEX changes_people ON changes(seq) WHERE actor = 'user';
CREATE INDEX changes_user ON changes(user_id, seq) WHERE actor = 'user';
