-- Files that go along with answers. The same bytes are kept once.
CREATE TABLE file_bytes (
  hash  {text}  NOT NULL PRIMARY KEY, -- SHA-256, hexadecimal
  bytes {bytes} NOT NULL
){table};

-- The shelf: what people choose from.
CREATE TABLE files (
  hash    {text} NOT NULL PRIMARY KEY REFERENCES file_bytes(hash),
  name    {text} NOT NULL,
  type    {text} NOT NULL,
  kind    {text} NOT NULL,
  size    {int}  NOT NULL,
  alt     {text} NOT NULL,
  by_user {int}  NOT NULL,
  at      {int}  NOT NULL
){table};

-- JSON, empty where there are none.
ALTER TABLE outgoing ADD COLUMN attachments {text} NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN attachments {text} NOT NULL DEFAULT '';

-- What keeps the bytes of an outgoing from being erased.
CREATE TABLE attached (
  hash     {text} NOT NULL REFERENCES file_bytes(hash),
  outgoing {int}  NOT NULL,
  PRIMARY KEY (hash, outgoing)
){pairs};
