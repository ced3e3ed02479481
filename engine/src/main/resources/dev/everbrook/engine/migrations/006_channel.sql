-- A stream with a name, which each client may append to that may see it. Each append locks the row, so
-- simultaneous appends of two nodes are numbered one after the other.
CREATE TABLE everbrook.channel (
  stream_id    bigint  NOT NULL PRIMARY KEY REFERENCES everbrook.stream (id) ON DELETE CASCADE,
  principal    text    NOT NULL,
  name         text    NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 1024),
  state        text    NOT NULL CHECK (state IN ('open', 'closed', 'deleted')),
  next         bigint  NOT NULL CHECK (next >= 0),     -- the number of the next event
  seq          text,                                   -- the highest Stream-Seq so far
  ttl          interval CHECK (ttl >= interval '0'),   -- its life without use
  expires_at   timestamptz,                            -- slides with the ttl; fixed without one
  forked_bytes integer NOT NULL DEFAULT 0,             -- the length of the part of an event that a fork took
  producers    integer NOT NULL DEFAULT 0,             -- the number of its rows in everbrook.producer
  UNIQUE (principal, name),
  CHECK (ttl IS NULL OR expires_at IS NOT NULL)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

CREATE INDEX channel_expiry ON everbrook.channel (expires_at) WHERE expires_at IS NOT NULL;

-- The progress of a producer in a channel, written by the transaction of its append.
CREATE TABLE everbrook.producer (
  stream_id bigint NOT NULL REFERENCES everbrook.channel ON DELETE CASCADE,
  id        text   NOT NULL,
  epoch     bigint NOT NULL CHECK (epoch >= 0),
  seq       bigint NOT NULL CHECK (seq >= 0),
  PRIMARY KEY (stream_id, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
