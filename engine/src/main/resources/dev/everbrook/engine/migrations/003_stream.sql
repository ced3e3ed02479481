-- The stream row is written when it begins, when its owner changes and when it ends; never per event.
CREATE TABLE everbrook.stream (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_id    uuid        NOT NULL UNIQUE,
  principal    text        NOT NULL,
  kind         text        NOT NULL,
  content_type text        NOT NULL,
  state        text        NOT NULL
               CHECK (state IN ('open', 'done', 'incomplete', 'failed', 'cancelled')),
  owner        bigint,                       -- the life of the node that writes it
  epoch        integer     NOT NULL DEFAULT 0, -- how often it was taken over
  events       bigint      CHECK (events >= 0), -- how many there are, once it has ended
  body         text,
  usage        jsonb,
  error        jsonb,
  created_at   timestamptz NOT NULL DEFAULT now(),
  closed_at    timestamptz,
  CHECK ((state = 'open') = (closed_at IS NULL)),
  CHECK ((state = 'open') = (events IS NULL))
) WITH (fillfactor = 85);

-- One row holds the n events of one flush, numbered seq to seq + n - 1. No foreign key: it would
-- lock the stream's row at every flush.
CREATE TABLE everbrook.chunk (
  stream_id bigint  NOT NULL,
  seq       bigint  NOT NULL CHECK (seq >= 0),
  n         integer NOT NULL CHECK (n > 0),
  data      bytea   NOT NULL,
  PRIMARY KEY (stream_id, seq)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000,
        autovacuum_vacuum_cost_delay = 0);
