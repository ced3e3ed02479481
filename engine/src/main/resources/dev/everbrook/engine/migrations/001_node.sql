-- One row is one life of one node. Deleting the row ends that life: see store/Membership.
CREATE TABLE everbrook.node (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY CHECK (id < 2147483648),
  name       text        NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  beat_at    timestamptz NOT NULL,
  lease_ends timestamptz NOT NULL
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
