-- Live jobs only: a finished job leaves for job_done in the statement that finishes it, so that
-- claims never step over the dead and the table stays small enough to be vacuumed in milliseconds.
CREATE TABLE everbrook.job (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_at      timestamptz NOT NULL DEFAULT now(),
  deadline_at timestamptz NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  owner       bigint,               -- the life of the node that runs it
  run         integer NOT NULL DEFAULT 0 CHECK (run >= 0),  -- how often it was claimed: the fence
  attempt     integer NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND run), -- claims that count
  cancelled   boolean NOT NULL DEFAULT false,
  state       text    NOT NULL CHECK (state IN ('ready', 'delayed', 'running')),
  queue       text    NOT NULL,
  kind        text    NOT NULL,
  payload     jsonb   NOT NULL,
  error       text,                 -- why the last attempt did not do
  CHECK ((state = 'running') = (owner IS NOT NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0,
        autovacuum_analyze_threshold = 20000);

CREATE INDEX job_ready   ON everbrook.job (queue, id) WHERE state = 'ready';
CREATE INDEX job_delayed ON everbrook.job (run_at)    WHERE state = 'delayed';
CREATE INDEX job_running ON everbrook.job (owner)     WHERE state = 'running';

CREATE TABLE everbrook.job_done (
  id          bigint      NOT NULL PRIMARY KEY,
  queue       text        NOT NULL,
  kind        text        NOT NULL,
  outcome     text        NOT NULL CHECK (outcome IN ('done', 'failed', 'cancelled')),
  attempt     integer     NOT NULL,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT now(),
  error       text,
  payload     jsonb       NOT NULL
);

CREATE INDEX job_done_age ON everbrook.job_done (finished_at);
