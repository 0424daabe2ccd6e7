-- A message of which only edits have come takes its time from the earliest of them, until it tells its own. Of what there was the first
-- that came counts.
ALTER TABLE messages ADD COLUMN by_edits {int} NOT NULL DEFAULT 0;
