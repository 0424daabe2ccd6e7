-- Who approved a version, where it took a second lead.
ALTER TABLE rulesets ADD COLUMN approved {int} NOT NULL DEFAULT 0;

-- Rule files that wait for a second lead.
CREATE TABLE waiting_rules (
  id      {key},
  base    {int}   NOT NULL,
  bytes   {bytes} NOT NULL,
  by_user {int}   NOT NULL,
  comment {text}  NOT NULL,
  at      {int}   NOT NULL
){table};

-- What a rule of a version did to a conversation at once. Of what rules did before there was this table nothing can be undone.
CREATE TABLE effects (
  id           {key},
  rule         {text} NOT NULL,
  version      {int}  NOT NULL,
  conversation {int}  NOT NULL,
  message      {int}  NOT NULL,
  at           {int}  NOT NULL,
  seq          {int}  NOT NULL,
  run          {int}  NOT NULL,
  undone       {int}  NOT NULL,
  handled      {int}  NOT NULL,
  hits         {text} NOT NULL, -- JSON list of hits
  deeds        {text} NOT NULL  -- JSON list of what it set
){table};
CREATE INDEX effects_rule ON effects(version, rule, id);
CREATE INDEX effects_conversation ON effects(conversation, id);
CREATE INDEX effects_run ON effects(run, id) WHERE run <> 0;
CREATE INDEX effects_undone ON effects(undone, id) WHERE undone <> 0;

-- Walks over what there is, by which rules were applied or what they did was undone.
CREATE TABLE rule_runs (
  id      {key},
  kind    {text} NOT NULL,
  rule    {text} NOT NULL,
  version {int}  NOT NULL,
  of_run  {int}  NOT NULL,
  rules   {text} NOT NULL, -- JSON list of ids
  by_user {int}  NOT NULL,
  at      {int}  NOT NULL,
  place   {int}  NOT NULL,
  seen    {int}  NOT NULL,
  done    {int}  NOT NULL,
  kept    {int}  NOT NULL,
  ended   {int}  NOT NULL
){table};

-- How often a rule struck, a row a day.
CREATE TABLE rule_days (
  rule    {text} NOT NULL,
  day     {int}  NOT NULL,
  hits    {int}  NOT NULL,
  shadow  {int}  NOT NULL,
  last_at {int}  NOT NULL,
  PRIMARY KEY (day, rule)
){pairs};

-- Persons' words against what a rule set.
CREATE TABLE corrections (
  id           {key},
  rule         {text} NOT NULL,
  version      {int}  NOT NULL,
  conversation {int}  NOT NULL,
  message      {int}  NOT NULL,
  aspect       {text} NOT NULL,
  ref          {int}  NOT NULL,
  by_user      {int}  NOT NULL,
  at           {int}  NOT NULL
){table};
CREATE INDEX corrections_rule ON corrections(rule, id);
CREATE INDEX corrections_conversation ON corrections(conversation);

ALTER TABLE conversations ADD COLUMN queue_only {int} NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN red_lane {int} NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN proposals {text} NOT NULL DEFAULT ''; -- JSON list

-- Other paths that a topic is still found by, and the topic that it became part of.
ALTER TABLE topics ADD COLUMN aliases {text} NOT NULL DEFAULT ''; -- JSON list
ALTER TABLE topics ADD COLUMN into_id {int} NOT NULL DEFAULT 0;
