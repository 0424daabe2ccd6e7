-- As of when the text of a post of ours is, so that what is told late does not take the place of what is newer. Of what there was that is
-- after it was written.
ALTER TABLE posts ADD COLUMN told_at {int} NOT NULL DEFAULT 0;
UPDATE posts SET told_at = at + 1 WHERE fetched = 1;

-- When it was removed. A removal was kept before, too, but not here.
ALTER TABLE posts ADD COLUMN deleted_at {int} NOT NULL DEFAULT 0;
UPDATE posts SET deleted_at = (SELECT e.at FROM early e WHERE e.account = posts.account AND e.remote = posts.remote),
  text = '', permalink = '', fetched = 1
  WHERE EXISTS (SELECT 1 FROM early e WHERE e.account = posts.account AND e.remote = posts.remote AND e.deleted = 1);
