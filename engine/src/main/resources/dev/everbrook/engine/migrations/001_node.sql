-- One row is one incarnation of one node or worker. Its deletion ends that incarnation: see store/Membership.
CREATE TABLE everbrook.node (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
             CHECK (id < 2147483648),                -- a key of an advisory lock, which has 32 bits
  name       text        NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  beat_at    timestamptz NOT NULL,
  lease_ends timestamptz NOT NULL,
  by_lease   boolean     NOT NULL DEFAULT false      -- no connection holds a lock that its death would free
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- A worker in another process, which speaks HTTP with any node. The row is a part of the incarnation and
-- goes with it. It holds all that a node needs to serve the worker.
CREATE TABLE everbrook.worker (
  id        bigint  PRIMARY KEY REFERENCES everbrook.node ON DELETE CASCADE,
  public_id uuid    NOT NULL UNIQUE,                 -- its name on the wire; cannot be guessed
  principal text    NOT NULL,                        -- the principal that registered it; only that one uses it
  lease_ms  integer NOT NULL CHECK (lease_ms > 0),
  kinds     json    NOT NULL                         -- the kinds that it runs, with the retry policy of each
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
