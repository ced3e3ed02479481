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

-- The history in parts by time: what is old goes by dropping a part, which costs nothing and leaves
-- nothing behind. See keep_history.
ALTER TABLE everbrook.job_done RENAME TO job_done_before;
CREATE TABLE everbrook.job_done (
  id          bigint      NOT NULL,
  queue       text COLLATE "C" NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  lane        text COLLATE "C" NOT NULL,
  priority    integer     NOT NULL,
  outcome     text        NOT NULL CHECK (outcome IN ('done', 'failed', 'cancelled')),
  run         integer     NOT NULL,
  attempt     integer     NOT NULL,
  tokens      integer     NOT NULL,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT now(),
  deadline_at timestamptz NOT NULL,
  principal   text        NOT NULL,
  parent      bigint,
  trace       text,
  error       text,
  payload     json        NOT NULL,
  result      json
) PARTITION BY RANGE (finished_at);
CREATE INDEX job_done_id     ON everbrook.job_done (id);
CREATE INDEX job_done_queue  ON everbrook.job_done (queue, id);
CREATE INDEX job_done_failed ON everbrook.job_done (queue, id) WHERE outcome = 'failed';
-- Where a row goes that ends in a time nobody made a part for; it is the exception.
CREATE TABLE everbrook.job_done_rest PARTITION OF everbrook.job_done DEFAULT;
INSERT INTO everbrook.job_done (id, queue, kind, lane, priority, outcome, run, attempt, tokens,
                                created_at, finished_at, deadline_at, principal, error, payload)
SELECT id, queue, kind, '', 0, outcome, attempt, attempt, 0, created_at, finished_at, finished_at,
       '', error, payload::json
  FROM everbrook.job_done_before;
DROP TABLE everbrook.job_done_before;

-- How many jobs a queue has in a state (or has ended in an outcome, since ever): the sum of its rows.
-- Each statement that changes jobs adds a row with the difference, so nobody waits for a counter;
-- the rows are folded into one from time to time.
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

INSERT INTO everbrook.job_count (queue, state, n)
SELECT queue, state, count(*) FROM everbrook.job GROUP BY queue, state
UNION ALL
SELECT queue, outcome, count(*) FROM everbrook.job_done GROUP BY queue, outcome;

-- Makes the history's parts for now and the time after, and drops those that are older than
-- kept_s seconds, or without which there still are kept_most rows (as far as PostgreSQL's statistics
-- know). Returns how many were dropped. Whoever reads the history in a long transaction makes this
-- fail with lock_not_available; then it is tried again later, and the rows go elsewhere meanwhile.
CREATE FUNCTION everbrook.keep_history(part_s bigint, kept_s bigint, kept_most bigint)
RETURNS integer LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
DECLARE
  begins  bigint := floor(extract(epoch FROM clock_timestamp()) / part_s) * part_s;
  ends    bigint;
  last    bigint;
  part    record;
  newer   bigint := 0;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7311132901283456115);
  SELECT max((regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)'''))[1]::timestamptz)
    INTO part
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'everbrook.job_done'::regclass AND c.relname <> 'job_done_rest';
  last := coalesce(extract(epoch FROM part.max)::bigint, begins);
  WHILE last < begins + 2 * part_s LOOP
    begins := greatest(last, begins);
    ends := (begins / part_s + 1) * part_s;
    EXECUTE format('CREATE TABLE everbrook.%I (LIKE everbrook.job_done INCLUDING ALL)',
                   'job_done_' || begins);
    EXECUTE format('WITH stray AS (DELETE FROM everbrook.job_done_rest'
                   '                WHERE finished_at >= to_timestamp(%s)'
                   '                  AND finished_at < to_timestamp(%s) RETURNING *)'
                   'INSERT INTO everbrook.%I SELECT * FROM stray',
                   begins, ends, 'job_done_' || begins);
    EXECUTE format('ALTER TABLE everbrook.job_done ATTACH PARTITION everbrook.%I'
                   ' FOR VALUES FROM (to_timestamp(%s)) TO (to_timestamp(%s))',
                   'job_done_' || begins, begins, ends);
    last := ends;
    begins := floor(extract(epoch FROM clock_timestamp()) / part_s) * part_s;
  END LOOP;
  FOR part IN
    SELECT c.relname,
           (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)'''))[1]::timestamptz
             AS ended,
           pg_stat_get_live_tuples(c.oid) AS n
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'everbrook.job_done'::regclass AND c.relname <> 'job_done_rest'
     ORDER BY ended DESC
  LOOP
    IF part.ended <= now() AND (part.ended < now() - kept_s * interval '1 s' OR newer >= kept_most)
    THEN
      EXECUTE format('DROP TABLE everbrook.%I', part.relname);
      dropped := dropped + 1;
    END IF;
    newer := newer + part.n;
  END LOOP;
  DELETE FROM everbrook.job_done_rest
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM everbrook.job_done_rest
                            WHERE finished_at < now() - kept_s * interval '1 s' LIMIT 10000));
  RETURN dropped;
END $$;

-- How lanes stand at a moment: the limits that are valid for each (its own, or those of '*'), and what
-- they leave. No limit is null. A lane that was never seen stands as one that was idle for long.
CREATE FUNCTION everbrook.lanes_at(a_queue text, names text[], at timestamptz)
RETURNS TABLE (name text, weight double precision, pass double precision,
               closed_until timestamptz, running_max integer, running bigint,
               rate double precision, allowance double precision, allowance_kept double precision,
               token_rate double precision, token_burst double precision,
               tokens double precision, tokens_kept double precision)
LANGUAGE sql STABLE AS $$
  SELECT lane.name, limits.weight, coalesce(kept.pass, 0),
         coalesce(kept.closed_until, '-infinity'), limits.running_max,
         (SELECT count(*) FROM everbrook.job j
           WHERE j.queue = a_queue AND j.lane = lane.name AND j.state = 'running'
             AND limits.running_max IS NOT NULL),
         limits.rate, least(limits.burst, coalesce(kept.allowance, 0) + limits.rate * idle.s),
         coalesce(kept.allowance, 0),
         limits.token_rate, limits.token_burst,
         least(limits.token_burst, coalesce(kept.tokens, 0) + limits.token_rate * idle.s),
         coalesce(kept.tokens, 0)
    FROM unnest(names) AS lane(name)
    LEFT JOIN everbrook.lane kept ON kept.queue = a_queue AND kept.name = lane.name
    LEFT JOIN everbrook.lane shared
           ON shared.queue = a_queue AND shared.name = '*' AND kept.own IS NOT TRUE
          AND lane.name <> ''
   CROSS JOIN LATERAL (
         SELECT kept.weight, kept.running_max, kept.rate, kept.burst, kept.token_rate,
                kept.token_burst
          WHERE kept.own
         UNION ALL
         SELECT coalesce(shared.weight, 1), shared.running_max, shared.rate, shared.burst,
                shared.token_rate, shared.token_burst
          WHERE kept.own IS NOT TRUE) AS limits
   CROSS JOIN LATERAL (
         SELECT extract(epoch FROM at - greatest(kept.touched_at, at - interval '1 day'))::float8
                  AS s) AS idle
$$;

-- Claims jobs of a queue that is not plain: as many as the limits of the queue and of its lanes
-- leave, the lanes served in turn by their weights. One node at a time plans a queue (it holds the
-- queue's row), and each statement in here sees what was committed before it, so no limit is ever
-- exceeded. The order is start-time fair queuing: a lane's pass is how far it has come, a job moves
-- it on by 1/weight, the lane that is furthest behind comes first, and one that was idle or shut
-- begins where the others are. What is denied changes nothing.
--
-- The first row has no job: its wait_ms says when a lane that was denied opens (null: when something
-- changes; -1: the queue is plain, and nothing was claimed).
CREATE FUNCTION everbrook.claim_in_turn(
  a_queue text, a_node bigint, a_kinds text[], a_most integer, lanes_most integer)
RETURNS TABLE (wait_ms bigint, id bigint, kind text, run integer, attempt integer, payload text,
               cancelled boolean, doom text, left_s double precision, lane text, tokens integer,
               linked boolean, trace text, priority integer, principal text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  q     everbrook.queue%ROWTYPE;
  at    timestamptz;
  room  double precision := a_most;
  begun double precision;
  lanes text[];
  jobs  bigint[] := '{}';
  opens timestamptz;
BEGIN
  PERFORM FROM everbrook.node n WHERE n.id = a_node FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT * INTO q FROM everbrook.queue WHERE name = a_queue FOR UPDATE;
  at := clock_timestamp();
  IF NOT FOUND OR q.plain THEN
    wait_ms := -1;
    RETURN NEXT;
    RETURN;
  ELSIF q.paused THEN
    RETURN;
  END IF;
  IF q.running_max IS NOT NULL THEN
    room := least(room, q.running_max - (SELECT count(*) FROM everbrook.job
                                          WHERE queue = a_queue AND state = 'running'));
  END IF;
  IF q.rate IS NOT NULL THEN
    q.allowance := least(q.burst, q.allowance + q.rate * extract(
                     epoch FROM at - greatest(q.allowed_at, at - interval '1 day'))::float8);
    IF q.allowance < 1 THEN
      wait_ms := ceil((1 - q.allowance) / q.rate * 1000);
      RETURN NEXT;
    END IF;
    room := least(room, floor(q.allowance));
  END IF;
  IF room < 1 THEN
    RETURN;
  END IF;

  -- Which lanes have something ready; of very many some, the others the next time.
  WITH RECURSIVE seen(name, n) AS (
    (SELECT j.lane, 1 FROM everbrook.job j
      WHERE j.queue = a_queue AND j.state = 'ready' AND j.lane >= q.lane_seen
      ORDER BY j.queue, j.lane LIMIT 1)
    UNION ALL
    SELECT (SELECT j.lane FROM everbrook.job j
             WHERE j.queue = a_queue AND j.state = 'ready' AND j.lane > seen.name
             ORDER BY j.queue, j.lane LIMIT 1), seen.n + 1
      FROM seen WHERE seen.name IS NOT NULL AND seen.n < lanes_most)
  SELECT coalesce(array_agg(name), '{}') INTO lanes FROM seen WHERE name IS NOT NULL;
  IF cardinality(lanes) = 0 AND q.lane_seen = '' THEN
    RETURN;
  END IF;

  WITH standing AS MATERIALIZED (
         SELECT l.*, greatest(l.pass, q.vtime) AS starts,
                CASE WHEN l.closed_until > at THEN 0
                     ELSE least(room, l.running_max - l.running, floor(l.allowance)) END AS free
           FROM everbrook.lanes_at(a_queue, lanes, at) l),
       candidate AS MATERIALIZED (
         SELECT s.name, j.id, j.tokens, j.nth,
                s.starts + (j.nth - 1) / s.weight AS starts, s.starts + j.nth / s.weight AS ends,
                s.tokens - j.before >= least(greatest(j.tokens, 1), s.token_burst) AS affordable
           FROM standing s
          CROSS JOIN LATERAL (
                SELECT id, tokens, row_number() OVER line AS nth,
                       sum(tokens) OVER line - tokens AS before
                  FROM (SELECT id, priority, tokens FROM everbrook.job
                         WHERE queue = a_queue AND lane = s.name AND state = 'ready'
                           AND kind = ANY (a_kinds)
                         ORDER BY queue, lane, priority, id
                         LIMIT greatest(0, least(s.free, greatest(
                                 8, ceil(4 * room / cardinality(lanes)))))::bigint) AS first
                WINDOW line AS (ORDER BY priority, id)) AS j),
       chosen AS MATERIALIZED (
         SELECT j.id FROM everbrook.job j
          WHERE j.state = 'ready'
            AND j.id = ANY (ARRAY(SELECT c.id FROM candidate c WHERE c.affordable IS NOT FALSE
                                   ORDER BY c.starts, c.name LIMIT room::bigint))
            FOR UPDATE SKIP LOCKED),
       served AS MATERIALIZED (
         SELECT c.name, count(*) AS n, sum(c.tokens) AS tokens, max(c.starts) AS starts,
                max(c.ends) AS ends
           FROM candidate c WHERE c.id = ANY (ARRAY(SELECT id FROM chosen)) GROUP BY c.name),
       moved AS (
         INSERT INTO everbrook.lane AS l (queue, name, pass, allowance, tokens, touched_at)
         SELECT a_queue, v.name, v.ends,
                coalesce(s.allowance - s.allowance_kept - v.n, 0),
                coalesce(s.tokens - s.tokens_kept - v.tokens, 0), at
           FROM served v JOIN standing s ON s.name = v.name
         ON CONFLICT (queue, name) DO UPDATE   -- by differences: a run may settle up meanwhile
            SET pass = excluded.pass, allowance = l.allowance + excluded.allowance,
                tokens = l.tokens + excluded.tokens, touched_at = excluded.touched_at)
  SELECT coalesce((SELECT array_agg(id) FROM chosen), '{}'),
         (SELECT max(starts) FROM served),
         least((SELECT min(CASE WHEN s.closed_until > at THEN s.closed_until
                                WHEN s.allowance < 1
                                THEN at + (1 - s.allowance) / s.rate * interval '1 s' END)
                  FROM standing s),
               (SELECT min(at + (least(greatest(c.tokens, 1), s.token_burst) - s.tokens)
                                / s.token_rate * interval '1 s')
                  FROM candidate c JOIN standing s ON s.name = c.name
                 WHERE c.nth = 1 AND c.affordable IS FALSE))
    INTO jobs, begun, opens;
  IF cardinality(lanes) = lanes_most THEN
    opens := least(opens, at + interval '10 ms');  -- there are more lanes to look at
  END IF;

  UPDATE everbrook.queue
     SET vtime = coalesce(begun, vtime),
         allowance = CASE WHEN rate IS NULL THEN 0 ELSE q.allowance - cardinality(jobs) END,
         allowed_at = CASE WHEN rate IS NULL THEN allowed_at ELSE at END,
         lane_seen = CASE WHEN cardinality(lanes) = lanes_most THEN lanes[lanes_most] ELSE '' END
   WHERE name = a_queue
     AND (cardinality(jobs) > 0 OR lane_seen <> '' OR cardinality(lanes) = lanes_most);
  wait_ms := ceil(extract(epoch FROM opens - at) * 1000);
  RETURN NEXT;
  RETURN QUERY
  UPDATE everbrook.job j
     SET state = 'running', owner = a_node, run = j.run + 1, attempt = j.attempt + 1
   WHERE j.id = ANY (jobs)
  RETURNING NULL::bigint, j.id, j.kind, j.run, j.attempt, j.payload::text, j.cancelled, j.doom,
            extract(epoch FROM j.deadline_at - at)::float8, j.lane, j.tokens,
            j.parent IS NOT NULL OR j.dedupe IS NOT NULL OR j.children > 0, j.trace, j.priority,
            j.principal;
END $$;
