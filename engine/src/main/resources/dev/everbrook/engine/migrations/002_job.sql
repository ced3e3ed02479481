-- Live jobs only. The statement that finishes a job moves it to job_done, so that claims never step over
-- finished jobs, and the table stays small enough to be vacuumed in milliseconds.
--
-- The payload is text that is known to be JSON: its bytes are kept, since no statement looks into it. A row
-- above half a kilobyte (toast_tuple_target) has its payload stored apart, so that claims and retries do not
-- rewrite it.
--
-- The table is empty again and again. A vacuum that gave its pages back would make PostgreSQL plan for no
-- pages, and keep that plan for the rush that follows (docs/decisions/013); its lock would stop all other
-- statements meanwhile. Therefore pages are kept and used again; VACUUM (TRUNCATE) gives them back. The same
-- holds for the other tables with vacuum_truncate = off.
CREATE TABLE everbrook.job (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_at      timestamptz NOT NULL DEFAULT now(),
  deadline_at timestamptz NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  run         integer NOT NULL DEFAULT 0 CHECK (run >= 0),                  -- claims so far: the fence
  attempt     integer NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND run), -- claims that count
  priority    integer NOT NULL DEFAULT 0,                                   -- the smallest comes first
  tokens      integer NOT NULL DEFAULT 0 CHECK (tokens >= 0),               -- model tokens it is expected to use
  children    integer NOT NULL DEFAULT 0 CHECK (children >= 0),             -- all it has ever waited for
  pending     integer NOT NULL DEFAULT 0 CHECK (pending >= 0),              -- the children it waits for
  -- The payload's length in the memory of a node. The stored form may be a hundredth of it, and would have
  -- to be decompressed to be measured.
  bytes       integer GENERATED ALWAYS AS (octet_length(payload::text)) STORED,
  cancelled   boolean NOT NULL DEFAULT false,
  owner       bigint,                         -- the incarnation that runs it
  parent      bigint,
  follower    bigint,                         -- a blocked job with the same key, which begins when this one ends
  retried_at  timestamptz,                    -- when it was put back from the history
  state       text NOT NULL CHECK (state IN ('ready', 'delayed', 'running', 'blocked')),
  queue       text COLLATE "C" NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  lane        text COLLATE "C" NOT NULL DEFAULT '',
  principal   text NOT NULL DEFAULT '',       -- the principal it is done for; '' for none
  dedupe      text COLLATE "C",
  on_failure  text CHECK (on_failure IN ('fail', 'continue', 'ignore')),
  fail_reason text,                           -- set if it is to end as failed without running again
  error       text,                           -- the error of the last attempt
  trace       text,                           -- the W3C traceparent of the call that enqueued it
  retry       json,                           -- its own retry policy; null for that of its kind
  payload     json NOT NULL,
  CHECK ((state = 'running') = (owner IS NOT NULL)),
  -- A child that was put back from the history keeps its parent for readers. It has no on_failure, since
  -- the parent has been told of its end already.
  CONSTRAINT job_parent_check CHECK (on_failure IS NULL OR parent IS NOT NULL)
) WITH (fillfactor = 70, toast_tuple_target = 512, vacuum_truncate = off,
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0,
        autovacuum_analyze_threshold = 20000);

CREATE INDEX job_ready         ON everbrook.job (queue, lane, priority, id) WHERE state = 'ready';
CREATE INDEX job_delayed       ON everbrook.job (run_at)                    WHERE state = 'delayed';
CREATE INDEX job_running       ON everbrook.job (queue, lane, owner)        WHERE state = 'running';
CREATE INDEX job_blocked       ON everbrook.job (deadline_at)               WHERE state = 'blocked';
CREATE INDEX job_parent        ON everbrook.job (parent, id)                WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX job_dedupe ON everbrook.job (queue, dedupe)             WHERE dedupe IS NOT NULL;
-- Jobs that were cancelled while they waited, until they are ended.
CREATE INDEX job_cancelled     ON everbrook.job (kind) WHERE cancelled AND state = 'ready';

-- The reports of ended children to their parent. They are kept until the parent is done or leaves the
-- history, so that a parent that is put back from the history finds them.
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

-- The number of a queue's jobs in a state, or with an outcome since the beginning, is the sum of its rows
-- here. Each statement that changes jobs adds a row with the difference, so no statement waits for a counter.
-- The rows are folded into one from time to time.
CREATE TABLE everbrook.job_count (
  queue text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  n     bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);

CREATE FUNCTION everbrook.count_new_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO everbrook.job_count (queue, state, n)
  SELECT queue, state, count(*) FROM fresh GROUP BY queue, state;
  RETURN NULL;
END $$;

CREATE FUNCTION everbrook.count_moved_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO everbrook.job_count (queue, state, n)
  SELECT queue, state, sum(n)
    FROM (SELECT queue, state, 1 AS n FROM fresh
          UNION ALL
          SELECT queue, state, -1 FROM gone) AS change
   GROUP BY queue, state HAVING sum(n) <> 0;
  RETURN NULL;
END $$;

CREATE FUNCTION everbrook.count_left_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO everbrook.job_count (queue, state, n)
  SELECT queue, state, -count(*) FROM gone GROUP BY queue, state;
  RETURN NULL;
END $$;

CREATE TRIGGER job_count_new AFTER INSERT ON everbrook.job
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION everbrook.count_new_jobs();
CREATE TRIGGER job_count_moved AFTER UPDATE ON everbrook.job
  REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION everbrook.count_moved_jobs();
CREATE TRIGGER job_count_left AFTER DELETE ON everbrook.job
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION everbrook.count_left_jobs();
