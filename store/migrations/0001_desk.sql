-- Times are milliseconds of UTC since 1970, 0 where there is none. An id of 0 is nobody or nothing. Yes and no are 1 and 0.
-- Words in braces differ between the databases: see dialect.go.

CREATE TABLE accounts (
  id      {key},
  channel {text} NOT NULL,
  remote  {text} NOT NULL,
  name    {text} NOT NULL UNIQUE,
  title   {text} NOT NULL,
  handle  {text} NOT NULL,
  state   {text} NOT NULL,
  since   {int}  NOT NULL,
  advice  {text} NOT NULL, -- JSON of a reason
  connected {int} NOT NULL
){table};

CREATE TABLE users (
  id       {key},
  login    {text} NOT NULL UNIQUE,
  name     {text} NOT NULL,
  role     {text} NOT NULL,
  language {text} NOT NULL,
  keys     {text} NOT NULL, -- JSON list of public keys
  disabled {int}  NOT NULL
){table};

CREATE TABLE queues (
  id       {key},
  name     {text} NOT NULL UNIQUE,
  calendar {text} NOT NULL,
  target   {int}  NOT NULL, -- milliseconds of open time
  place    {int}  NOT NULL
){table};

CREATE TABLE members (
  queue   {int} NOT NULL REFERENCES queues(id),
  user_id {int} NOT NULL REFERENCES users(id),
  PRIMARY KEY (queue, user_id)
){pairs};
CREATE INDEX members_user ON members(user_id);

CREATE TABLE topics (
  id     {key},
  parent {int}  NOT NULL,
  name   {text} NOT NULL,
  number {text} NOT NULL,
  UNIQUE (parent, name)
){table};

CREATE TABLE views (
  id    {key},
  name  {text} NOT NULL,
  query {text} NOT NULL,
  owner {int}  NOT NULL,
  place {int}  NOT NULL
){table};

CREATE TABLE calendars (
  name {text} NOT NULL PRIMARY KEY,
  spec {text} NOT NULL
){pairs};

CREATE TABLE rulesets (
  version {int}   NOT NULL PRIMARY KEY,
  bytes   {bytes} NOT NULL,
  by_user {int}   NOT NULL,
  comment {text}  NOT NULL,
  at      {int}   NOT NULL
){table};

CREATE TABLE settings (
  name  {text} NOT NULL PRIMARY KEY,
  value {text} NOT NULL
){pairs};

CREATE TABLE conversations (
  id             {key},
  account        {int}  NOT NULL REFERENCES accounts(id),
  channel        {text} NOT NULL,
  kind           {text} NOT NULL,
  thread         {text} NOT NULL,
  part           {int}  NOT NULL,
  context        {int}  NOT NULL,
  before_id      {int}  NOT NULL,
  status         {text} NOT NULL,
  reason         {text} NOT NULL,
  snooze_until   {int}  NOT NULL,
  queue          {int}  NOT NULL,
  queue_set      {int}  NOT NULL,
  assignee       {int}  NOT NULL,
  taken_by       {int}  NOT NULL,
  taken_until    {int}  NOT NULL,
  priority       {int}  NOT NULL,
  priority_set   {int}  NOT NULL,
  topics         {text} NOT NULL, -- JSON list of taggings
  first_at       {int}  NOT NULL,
  last_at        {int}  NOT NULL,
  last_in_at     {int}  NOT NULL,
  last_out_at    {int}  NOT NULL,
  read_at        {int}  NOT NULL,
  messages       {int}  NOT NULL,
  awaiting       {int}  NOT NULL,
  awaiting_since {int}  NOT NULL,
  settled_at     {int}  NOT NULL,
  due_at         {int}  NOT NULL,
  due_policy     {int}  NOT NULL,
  version        {int}  NOT NULL
){table};
CREATE UNIQUE INDEX conversations_thread ON conversations(account, thread, part);
CREATE INDEX conversations_last ON conversations(last_at, id);
CREATE INDEX conversations_live ON conversations(last_at, id) WHERE status <> 'closed';
CREATE INDEX conversations_first ON conversations(first_at, id);
CREATE INDEX conversations_waiting ON conversations(awaiting_since, id) WHERE awaiting_since <> 0;
CREATE INDEX conversations_due ON conversations(due_at, id) WHERE due_at <> 0;
CREATE INDEX conversations_snooze ON conversations(snooze_until, id) WHERE snooze_until <> 0;
CREATE INDEX conversations_taken ON conversations(taken_until, id) WHERE taken_until <> 0;
CREATE INDEX conversations_context ON conversations(context) WHERE context <> 0;

CREATE TABLE messages (
  id           {key},
  conversation {int}  NOT NULL REFERENCES conversations(id),
  account      {int}  NOT NULL REFERENCES accounts(id),
  remote       {text} NOT NULL,
  parent       {text} NOT NULL,
  kind         {text} NOT NULL,
  direction    {text} NOT NULL,
  author       {int}  NOT NULL,
  by_user      {int}  NOT NULL,
  to_identity  {int}  NOT NULL,
  text         {text} NOT NULL,
  media        {text} NOT NULL, -- JSON list
  permalink    {text} NOT NULL,
  at           {int}  NOT NULL,
  seen_at      {int}  NOT NULL,
  edited_at    {int}  NOT NULL,
  deleted_at   {int}  NOT NULL,
  hidden       {int}  NOT NULL,
  in_hours     {int}  NOT NULL,
  echoed_at    {int}  NOT NULL,
  outgoing     {int}  NOT NULL,
  standby      {int}  NOT NULL,
  aside        {int}  NOT NULL
){table};
CREATE UNIQUE INDEX messages_remote ON messages(account, remote) WHERE remote <> '';
CREATE INDEX messages_conversation ON messages(conversation, at, id);
CREATE INDEX messages_author ON messages(author, conversation) WHERE author <> 0;
CREATE INDEX messages_in ON messages(at, conversation) WHERE direction = 'in';

CREATE TABLE versions (
  id      {key},
  message {int}  NOT NULL REFERENCES messages(id),
  text    {text} NOT NULL,
  at      {int}  NOT NULL
){table};
CREATE INDEX versions_message ON versions(message);

CREATE TABLE early (
  account {int}  NOT NULL,
  remote  {text} NOT NULL,
  deleted {int}  NOT NULL,
  hidden  {int}  NOT NULL,
  at      {int}  NOT NULL,
  PRIMARY KEY (account, remote)
){pairs};

CREATE TABLE reactions (
  account {int}  NOT NULL,
  object  {text} NOT NULL,
  actor   {text} NOT NULL,
  kind    {text} NOT NULL,
  at      {int}  NOT NULL,
  gone    {int}  NOT NULL,
  PRIMARY KEY (account, object, actor, kind)
){pairs};

CREATE TABLE persons (
  id   {key},
  made {int} NOT NULL
){table};

CREATE TABLE identities (
  id        {key},
  account   {int}  NOT NULL REFERENCES accounts(id),
  person    {int}  NOT NULL REFERENCES persons(id),
  remote    {text} NOT NULL,
  handle    {text} NOT NULL,
  name      {text} NOT NULL,
  followers {int}  NOT NULL,
  verified  {int}  NOT NULL,
  blocked   {int}  NOT NULL,
  fetched   {int}  NOT NULL,
  UNIQUE (account, remote)
){table};
CREATE INDEX identities_person ON identities(person);

CREATE TABLE posts (
  id        {key},
  account   {int}  NOT NULL REFERENCES accounts(id),
  remote    {text} NOT NULL,
  text      {text} NOT NULL,
  permalink {text} NOT NULL,
  at        {int}  NOT NULL,
  fetched   {int}  NOT NULL,
  UNIQUE (account, remote)
){table};

CREATE TABLE outgoing (
  id           {key},
  conversation {int}  NOT NULL REFERENCES conversations(id),
  account      {int}  NOT NULL REFERENCES accounts(id),
  kind         {text} NOT NULL,
  target       {text} NOT NULL,
  to_message   {int}  NOT NULL,
  thread       {text} NOT NULL,
  person       {text} NOT NULL,
  text         {text} NOT NULL,
  why          {text} NOT NULL,
  by_user      {int}  NOT NULL,
  then_close   {int}  NOT NULL,
  token        {text} NOT NULL,
  state        {text} NOT NULL,
  reason       {text} NOT NULL, -- JSON of a reason
  created_at   {int}  NOT NULL,
  confirmed_at {int}  NOT NULL,
  not_before   {int}  NOT NULL,
  attempts     {int}  NOT NULL,
  claimed_by   {text} NOT NULL,
  claim_until  {int}  NOT NULL,
  sending_at   {int}  NOT NULL,
  remote       {text} NOT NULL,
  settled_at   {int}  NOT NULL
){table};
CREATE UNIQUE INDEX outgoing_token ON outgoing(token) WHERE token <> '';
CREATE INDEX outgoing_conversation ON outgoing(conversation);
CREATE INDEX outgoing_state ON outgoing(state, id);
CREATE INDEX outgoing_person ON outgoing(account, person, settled_at);
CREATE INDEX outgoing_remote ON outgoing(account, remote) WHERE remote <> '';

CREATE TABLE drafts (
  user_id      {int}  NOT NULL REFERENCES users(id),
  conversation {int}  NOT NULL REFERENCES conversations(id),
  to_message   {int}  NOT NULL,
  text         {text} NOT NULL,
  at           {int}  NOT NULL,
  PRIMARY KEY (user_id, conversation)
){pairs};
CREATE INDEX drafts_conversation ON drafts(conversation);

CREATE TABLE cursors (
  account {int}   NOT NULL,
  stream  {text}  NOT NULL,
  value   {bytes} NOT NULL,
  PRIMARY KEY (account, stream)
){pairs};

CREATE TABLE pending (
  id       {key},
  account  {int}  NOT NULL,
  what     {text} NOT NULL,
  remote   {text} NOT NULL,
  attempts {int}  NOT NULL,
  next_at  {int}  NOT NULL,
  reason   {text} NOT NULL, -- JSON of a reason
  UNIQUE (account, what, remote)
){table};
CREATE INDEX pending_account ON pending(account, id);

-- Stretches in which an account may have missed something.
CREATE TABLE gaps (
  id        {key},
  account   {int}  NOT NULL REFERENCES accounts(id),
  cause     {text} NOT NULL,
  from_at   {int}  NOT NULL,
  to_at     {int}  NOT NULL,
  fetched   {int}  NOT NULL,
  closed_at {int}  NOT NULL
){table};
CREATE INDEX gaps_account ON gaps(account, id);

CREATE TABLE parked (
  id      {key},
  account {int}   NOT NULL,
  journal {int}   NOT NULL,
  at      {int}   NOT NULL,
  reason  {text}  NOT NULL, -- JSON of a reason
  bytes   {bytes} NOT NULL
){table};
CREATE INDEX parked_journal ON parked(journal, id);

-- Rows of the journal that are ingested, as ranges that neither meet nor touch.
CREATE TABLE done (
  to_row   {int} NOT NULL PRIMARY KEY,
  from_row {int} NOT NULL
){table};

CREATE TABLE changes (
  seq          {int}   NOT NULL PRIMARY KEY,
  at           {int}   NOT NULL,
  kind         {text}  NOT NULL,
  actor        {text}  NOT NULL,
  user_id      {int}   NOT NULL,
  account      {int}   NOT NULL,
  conversation {int}   NOT NULL,
  message      {int}   NOT NULL,
  outgoing     {int}   NOT NULL,
  ref          {int}   NOT NULL,
  word         {text}  NOT NULL,
  detail_hash  {bytes} NOT NULL, -- empty without a detail
  prev         {bytes} NOT NULL,
  hash         {bytes} NOT NULL
){table};
CREATE INDEX changes_conversation ON changes(conversation, seq) WHERE conversation <> 0;

-- The free text of changes. An erasure empties salt and text and leaves the row.
CREATE TABLE details (
  seq  {int}   NOT NULL PRIMARY KEY REFERENCES changes(seq),
  salt {bytes} NOT NULL,
  text {text}  NOT NULL
){table};
