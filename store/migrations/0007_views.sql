-- A view of a queue is seen by its members. 0: it is a person's own, or everybody's.
ALTER TABLE views ADD COLUMN queue {int} NOT NULL DEFAULT 0;

-- What a person has put first in the list of views, in that order. JSON, empty where there is nothing.
ALTER TABLE users ADD COLUMN pins {text} NOT NULL DEFAULT '';

-- What people have searched for. Of a person's the highest place is the newest.
CREATE TABLE searches (
  user_id {int}  NOT NULL REFERENCES users(id),
  place   {int}  NOT NULL,
  query   {text} NOT NULL,
  PRIMARY KEY (user_id, place)
){pairs};
