-- What a message shows by itself, as bits, with those above them that a person has set (inbox/text/signal). 0 is one that was not read:
-- those that came before are read where they are shown and found.
ALTER TABLE messages ADD COLUMN signals {int} NOT NULL DEFAULT 0;
CREATE INDEX messages_corrected ON messages(id) WHERE signals > 4294967295;

-- What it shares with those that say nearly the same: the id of the first of them.
ALTER TABLE messages ADD COLUMN cluster {int} NOT NULL DEFAULT 0;
CREATE INDEX messages_cluster ON messages(cluster) WHERE cluster <> 0;
