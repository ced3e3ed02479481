-- A life that only its lease speaks for: it has no connection whose lock would be free when it dies.
ALTER TABLE everbrook.node ADD COLUMN by_lease boolean NOT NULL DEFAULT false;

-- A worker in another process, which speaks HTTP with whichever of our nodes it likes. Its row is a
-- part of its life and goes with it; so what it knows it by is what any node needs to serve it.
CREATE TABLE everbrook.worker (
  id        bigint  PRIMARY KEY REFERENCES everbrook.node ON DELETE CASCADE,
  public_id uuid    NOT NULL UNIQUE,        -- what it calls itself; cannot be guessed
  principal text    NOT NULL,               -- who registered it: only he speaks for it
  lease_ms  integer NOT NULL CHECK (lease_ms > 0),
  kinds     json    NOT NULL                -- what it can do, and how each kind is retried
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
