-- Private answers, edits and notes are drafts too. What there was were replies.
CREATE TABLE begun (
  user_id      {int}  NOT NULL REFERENCES users(id),
  conversation {int}  NOT NULL REFERENCES conversations(id),
  kind         {text} NOT NULL,
  about        {int}  NOT NULL,
  to_message   {int}  NOT NULL,
  text         {text} NOT NULL,
  at           {int}  NOT NULL,
  PRIMARY KEY (user_id, conversation, kind, about)
){pairs};
INSERT INTO begun (user_id, conversation, kind, about, to_message, text, at)
  SELECT user_id, conversation, 'reply', 0, to_message, text, at FROM drafts;
DROP TABLE drafts;
ALTER TABLE begun RENAME TO drafts;
CREATE INDEX drafts_conversation ON drafts(conversation);
