-- A stream's row is written when the stream begins, changes its owner, ends, is packed or removed; never for
-- an event.
CREATE TABLE everbrook.stream (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id    uuid        NOT NULL UNIQUE,
  created_at   timestamptz NOT NULL DEFAULT now(),
  epoch        integer     NOT NULL DEFAULT 0,     -- the number of takeovers
  packed       boolean     NOT NULL DEFAULT false, -- all its own events are in segments
  doomed       boolean     NOT NULL DEFAULT false, -- deleted and needed by no fork: to be swept
  owner        bigint,                             -- the incarnation of the node that writes it
  events       bigint      CHECK (events >= 0),    -- the number of its events, once it has ended
  closed_at    timestamptz,
  deleted_at   timestamptz,                        -- deleted for all readers, and kept for its forks
  source       bigint,                             -- a fork shares the events 0 to forked_at - 1 of this stream
  forked_at    bigint      CHECK (forked_at >= 0), -- the number of a fork's first event of its own
  principal    text        NOT NULL,
  kind         text        NOT NULL,
  content_type text        NOT NULL,
  state        text        NOT NULL
               CHECK (state IN ('open', 'done', 'incomplete', 'failed', 'cancelled')),
  body         text,
  usage        jsonb,
  error        jsonb,
  CHECK ((state = 'open') = (closed_at IS NULL)),
  CHECK ((state = 'open') = (events IS NULL)),
  CHECK ((source IS NULL) = (forked_at IS NULL)),
  CHECK (deleted_at IS NULL OR state <> 'open'),
  CHECK (NOT doomed OR deleted_at IS NOT NULL),
  CHECK (NOT packed OR state <> 'open')
) WITH (fillfactor = 85);

CREATE INDEX stream_forks    ON everbrook.stream (source) WHERE source IS NOT NULL;
CREATE INDEX stream_to_pack  ON everbrook.stream (closed_at)
                                WHERE state <> 'open' AND NOT packed AND NOT doomed;
CREATE INDEX stream_age      ON everbrook.stream (closed_at)
                                WHERE state <> 'open' AND deleted_at IS NULL;
CREATE INDEX stream_to_sweep ON everbrook.stream (id) WHERE doomed;

-- A row holds the n events of one flush, numbered seq to seq + n - 1. There is no foreign key: it would lock
-- the stream's row at every flush. The table is emptied by the packer again and again, and keeps its pages as
-- everbrook.job does.
CREATE TABLE everbrook.chunk (
  stream_id bigint  NOT NULL,
  seq       bigint  NOT NULL CHECK (seq >= 0),
  n         integer NOT NULL CHECK (n > 0),
  data      bytea   NOT NULL,
  PRIMARY KEY (stream_id, seq)
) WITH (vacuum_truncate = off, toast.vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_delay = 0);

-- Many chunks of an ended stream in one row, with the same numbers and the same bytes.
CREATE TABLE everbrook.segment (
  stream_id bigint  NOT NULL,
  seq       bigint  NOT NULL CHECK (seq >= 0),
  n         integer NOT NULL CHECK (n > 0),
  bytes     integer NOT NULL CHECK (bytes > 0),  -- of the data before it was compressed
  data      bytea   NOT NULL,
  PRIMARY KEY (stream_id, seq)
);
-- The data is compressed already.
ALTER TABLE everbrook.segment ALTER COLUMN data SET STORAGE EXTERNAL;
