-- The settings and the state of a queue. A queue without a row has no limits.
CREATE TABLE everbrook.queue (
  name         text COLLATE "C" PRIMARY KEY,
  paused       boolean NOT NULL DEFAULT false,
  laned        boolean NOT NULL DEFAULT false,              -- some job of it has a lane
  running_max  integer CHECK (running_max > 0),             -- at once, on all nodes together
  rate         double precision CHECK (rate > 0),           -- jobs begun a second, all lanes together
  burst        double precision CHECK (burst >= 1),
  allowance    double precision NOT NULL DEFAULT 0,         -- of the rate, as of allowed_at
  allowed_at   timestamptz NOT NULL DEFAULT '-infinity',
  vtime        double precision NOT NULL DEFAULT 0,         -- the pass of its busiest lanes
  lane_seen    text COLLATE "C" NOT NULL DEFAULT '',        -- where the last look at many lanes ended
  -- Any node claims its jobs in their order: nothing has to be counted.
  plain        boolean GENERATED ALWAYS AS
                 (NOT paused AND NOT laned AND running_max IS NULL AND rate IS NULL) STORED,
  CHECK ((rate IS NULL) = (burst IS NULL))
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- The jobs of a lane share limits, and are served in turn with the other lanes of the queue (a tenant, a
-- model, a provider's key). The lane '*' holds the limits of all lanes of the queue without limits of their own.
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
  pass         double precision NOT NULL DEFAULT 0,         -- its progress beside the other lanes
  PRIMARY KEY (queue, name),
  CHECK ((rate IS NULL) = (burst IS NULL)),
  CHECK ((token_rate IS NULL) = (token_burst IS NULL))
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The state of lanes at a moment: the limits that hold for each (its own, or those of '*'), and what they
-- leave. A limit that is not set is null. A lane that was never seen is full: least() passes over null.
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
         limits.rate, least(limits.burst, kept.allowance + limits.rate * idle.s),
         coalesce(kept.allowance, 0),
         limits.token_rate, limits.token_burst,
         least(limits.token_burst, kept.tokens + limits.token_rate * idle.s),
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
         SELECT CASE WHEN kept.touched_at > '-infinity'
                     THEN extract(epoch FROM at - kept.touched_at)::float8 END AS s) AS idle
$$;

-- Claims jobs of a queue that is not plain: as many as the limits of the queue and of its lanes leave, with
-- payloads of bytes_most bytes together at most; one job always fits. One node at a time plans a queue, since
-- it holds the queue's row. Each statement in here sees all that was committed before it. So no limit is ever
-- exceeded.
--
-- The order is start-time fair queuing. A lane's pass is its progress: a job moves it on by 1/weight. The lane
-- that is furthest behind comes first. A lane that was idle or closed begins where the others are. A denied job
-- changes nothing. A job that is only to be ended (cancelled, failed by a child, past its deadline) takes its
-- turn, but is charged nothing.
--
-- The last row has no job. Its wait_ms says when a denied lane opens. null: when something changes, and no job
-- of these kinds is left. -1: the queue is plain, and nothing was claimed. -2: a job is left that begins when
-- another ends.
CREATE FUNCTION everbrook.claim_in_turn(
  a_queue text, a_node bigint, a_kinds text[], a_most integer, lanes_most integer,
  bytes_most bigint)
RETURNS TABLE (wait_ms bigint, id bigint, kind text, run integer, attempt integer, payload text,
               cancelled boolean, fail_reason text, left_s double precision, lane text, tokens integer,
               linked boolean, trace text, priority integer, principal text,
               retry json)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  q     everbrook.queue%ROWTYPE;
  at    timestamptz;
  room  double precision := a_most;
  begun double precision;
  spent bigint;
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
    q.allowance := least(q.burst, CASE WHEN q.allowed_at > '-infinity'
                     THEN q.allowance + q.rate * extract(epoch FROM at - q.allowed_at)::float8 END);
    IF q.allowance < 1 THEN
      wait_ms := greatest(1, ceil(least((1 - q.allowance) / q.rate, 86400) * 1000));
      RETURN NEXT;
    END IF;
    room := least(room, floor(q.allowance));
  END IF;
  IF room < 1 THEN
    IF wait_ms IS NULL THEN
      wait_ms := -2;
      RETURN NEXT;
    END IF;
    RETURN;
  END IF;

  -- The lanes with ready jobs. Of more than lanes_most, the others come next time.
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
         SELECT s.name, j.id, j.bytes, j.tokens, j.charged, j.nth,
                s.starts + (j.nth - 1) / s.weight AS starts, s.starts + j.nth / s.weight AS ends,
                NOT j.charged
                  OR s.tokens - j.before >= least(greatest(j.tokens, 1), s.token_burst) AS affordable
           FROM standing s
          CROSS JOIN LATERAL (
                SELECT id, bytes, charged, tokens, row_number() OVER line AS nth,
                       sum(tokens) OVER line - tokens AS before
                  FROM (SELECT id, bytes, priority, charge.it AS charged,
                               CASE WHEN charge.it THEN tokens ELSE 0 END AS tokens
                          FROM everbrook.job
                         CROSS JOIN LATERAL (
                               SELECT NOT (cancelled OR fail_reason IS NOT NULL OR deadline_at <= at)
                                        AS it) AS charge
                         WHERE queue = a_queue AND lane = s.name AND state = 'ready'
                           AND kind = ANY (a_kinds)
                         ORDER BY queue, lane, priority, id
                         LIMIT greatest(0, least(s.free, greatest(
                                 8, ceil(4 * room / cardinality(lanes)))))::bigint) AS first
                WINDOW line AS (ORDER BY priority, id)) AS j),
       chosen AS MATERIALIZED (
         SELECT j.id FROM everbrook.job j
          WHERE j.state = 'ready'
            AND j.id = ANY (ARRAY(
                  SELECT id FROM (SELECT c.id, row_number() OVER line AS nth,
                                         sum(c.bytes) OVER line AS bytes
                                    FROM candidate c WHERE c.affordable IS NOT FALSE
                                  WINDOW line AS (ORDER BY c.starts, c.name, c.nth
                                                  ROWS UNBOUNDED PRECEDING)) AS first
                   WHERE nth <= room::bigint AND (nth = 1 OR bytes <= bytes_most)))
            FOR UPDATE SKIP LOCKED),
       served AS MATERIALIZED (
         SELECT c.name, count(*) FILTER (WHERE c.charged) AS n, sum(c.tokens) AS tokens,
                max(c.starts) AS starts, max(c.ends) AS ends
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
         (SELECT max(starts) FROM served), coalesce((SELECT sum(n) FROM served), 0),
         least((SELECT min(CASE WHEN s.closed_until > at THEN s.closed_until
                                WHEN s.allowance < 1
                                THEN at + least((1 - s.allowance) / s.rate, 86400)
                                          * interval '1 s' END)
                  FROM standing s),
               (SELECT min(at + least((least(greatest(c.tokens, 1), s.token_burst) - s.tokens)
                                      / s.token_rate, 86400) * interval '1 s')
                  FROM candidate c JOIN standing s ON s.name = c.name
                 WHERE c.nth = 1 AND c.affordable IS FALSE))
    INTO jobs, begun, spent, opens;
  IF cardinality(lanes) = lanes_most THEN
    opens := least(opens, at + interval '10 ms');  -- there are more lanes to look at
  END IF;

  UPDATE everbrook.queue
     SET vtime = coalesce(begun, vtime),
         allowance = CASE WHEN rate IS NULL THEN 0 ELSE q.allowance - spent END,
         allowed_at = CASE WHEN rate IS NULL THEN allowed_at ELSE at END,
         lane_seen = CASE WHEN cardinality(lanes) = lanes_most THEN lanes[lanes_most] ELSE '' END
   WHERE name = a_queue
     AND (cardinality(jobs) > 0 OR lane_seen <> '' OR cardinality(lanes) = lanes_most);
  RETURN QUERY
  UPDATE everbrook.job j
     SET state = 'running', owner = a_node, run = j.run + 1, attempt = j.attempt + 1
   WHERE j.id = ANY (jobs)
  RETURNING NULL::bigint, j.id, j.kind, j.run, j.attempt, j.payload::text, j.cancelled, j.fail_reason,
            extract(epoch FROM j.deadline_at - at)::float8, j.lane,
            CASE WHEN j.cancelled OR j.fail_reason IS NOT NULL OR j.deadline_at <= at THEN 0
                 ELSE j.tokens END,
            j.parent IS NOT NULL OR j.dedupe IS NOT NULL OR j.children > 0
              OR j.follower IS NOT NULL,
            j.trace, j.priority, j.principal, j.retry;
  IF opens IS NOT NULL THEN
    wait_ms := greatest(1, ceil(extract(epoch FROM opens - at) * 1000));
  ELSIF EXISTS (SELECT FROM everbrook.job
                 WHERE queue = a_queue AND state = 'ready' AND kind = ANY (a_kinds)) THEN
    wait_ms := -2;
  END IF;
  RETURN NEXT;
END $$;
