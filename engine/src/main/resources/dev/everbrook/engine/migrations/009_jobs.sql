-- What a queue is told, and what it knows of itself. A queue without a row is open to everyone.
CREATE TABLE everbrook.queue (
  name         text COLLATE "C" PRIMARY KEY,
  paused       boolean NOT NULL DEFAULT false,
  laned        boolean NOT NULL DEFAULT false,              -- some job of it has a lane
  running_max  integer CHECK (running_max > 0),             -- at once, on all nodes together
  rate         double precision CHECK (rate > 0),           -- jobs begun a second, all lanes together
  burst        double precision CHECK (burst >= 1),
  allowance    double precision NOT NULL DEFAULT 0,         -- of the rate, as of allowed_at
  allowed_at   timestamptz NOT NULL DEFAULT '-infinity',
  vtime        double precision NOT NULL DEFAULT 0,         -- how far its busiest lanes have come
  lane_seen    text COLLATE "C" NOT NULL DEFAULT '',        -- where the last look at many lanes ended
  -- Its jobs are claimed in their order by whoever comes: nothing has to be counted.
  plain        boolean GENERATED ALWAYS AS
                 (NOT paused AND NOT laned AND running_max IS NULL AND rate IS NULL) STORED,
  CHECK ((rate IS NULL) = (burst IS NULL))
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- A lane: what shares limits and is served in turn with others (a tenant, a model, a provider's key).
-- The lane '*' holds what is valid for all lanes of the queue that have no limits of their own.
CREATE TABLE everbrook.lane (
  queue        text COLLATE "C" NOT NULL,
  name         text COLLATE "C" NOT NULL,
  own          boolean NOT NULL DEFAULT false,              -- has limits of its own
  weight       double precision NOT NULL DEFAULT 1 CHECK (weight > 0),
  running_max  integer CHECK (running_max > 0),
  rate         double precision CHECK (rate > 0),           -- jobs begun a second
  burst        double precision CHECK (burst >= 1),
  token_rate   double precision CHECK (token_rate > 0),     -- model tokens a second
  token_burst  double precision CHECK (token_burst >= 1),
  allowance    double precision NOT NULL DEFAULT 0,         -- jobs that may begin, as of touched_at
  tokens       double precision NOT NULL DEFAULT 0,         -- model tokens left, or owed, likewise
  touched_at   timestamptz NOT NULL DEFAULT '-infinity',
  closed_until timestamptz NOT NULL DEFAULT '-infinity',
  closed_why   text,
  pass         double precision NOT NULL DEFAULT 0,         -- how far it has come beside the others
  PRIMARY KEY (queue, name),
  CHECK ((rate IS NULL) = (burst IS NULL)),
  CHECK ((token_rate IS NULL) = (token_burst IS NULL))
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The payload is text that is known to be JSON: nothing is looked up in it, and its bytes are kept.
-- Above half a kilobyte it is stored beside the row, so that claims and retries do not rewrite it.
DROP INDEX everbrook.job_ready, everbrook.job_running;
ALTER TABLE everbrook.job
  ALTER COLUMN queue TYPE text COLLATE "C",
  ALTER COLUMN kind TYPE text COLLATE "C",
  ALTER COLUMN payload TYPE json,
  ADD COLUMN lane       text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN priority   integer NOT NULL DEFAULT 0,         -- the smaller, the sooner
  ADD COLUMN tokens     integer NOT NULL DEFAULT 0 CHECK (tokens >= 0),   -- it is expected to use
  ADD COLUMN dedupe     text COLLATE "C",
  ADD COLUMN next       json,                               -- what is to follow it: see Deduping
  ADD COLUMN parent     bigint,
  ADD COLUMN on_failure text CHECK (on_failure IN ('fail', 'continue', 'ignore')),
  ADD COLUMN children   integer NOT NULL DEFAULT 0 CHECK (children >= 0),  -- ever waited for
  ADD COLUMN pending    integer NOT NULL DEFAULT 0 CHECK (pending >= 0),   -- still waited for
  ADD COLUMN doom       text,                               -- it is to end as failed, and why
  ADD COLUMN trace      text,                               -- W3C traceparent of who enqueued it
  ADD COLUMN principal  text NOT NULL DEFAULT '',           -- for whom it is done; '' for nobody
  DROP CONSTRAINT job_state_check,
  ADD CONSTRAINT job_state_check CHECK (state IN ('ready', 'delayed', 'running', 'blocked')),
  ADD CONSTRAINT job_parent_check CHECK ((parent IS NULL) = (on_failure IS NULL)),
  SET (toast_tuple_target = 512);

CREATE INDEX job_ready   ON everbrook.job (queue, lane, priority, id) WHERE state = 'ready';
CREATE INDEX job_running ON everbrook.job (queue, lane, owner)        WHERE state = 'running';
CREATE INDEX job_blocked ON everbrook.job (deadline_at)                 WHERE state = 'blocked';
CREATE INDEX job_parent  ON everbrook.job (parent)                    WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX job_dedupe ON everbrook.job (queue, dedupe)       WHERE dedupe IS NOT NULL;

-- What a parent reads of its children, for as long as it lives.
CREATE TABLE everbrook.job_child (
  parent  bigint NOT NULL,
  child   bigint NOT NULL,
  kind    text   NOT NULL,
  outcome text   NOT NULL CHECK (outcome IN ('done', 'failed', 'cancelled')),
  result  json,
  error   text,
  PRIMARY KEY (parent, child)
) WITH (vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
