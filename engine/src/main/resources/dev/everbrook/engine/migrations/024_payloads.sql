-- How long a payload is when it is unpacked, which is what a node that claims it holds in memory: what is
-- stored may be a hundredth of that, and to know better all would have to be unpacked.
LOCK TABLE everbrook.job IN ACCESS EXCLUSIVE MODE;
ALTER TABLE everbrook.job
  ADD COLUMN bytes integer GENERATED ALWAYS AS (octet_length(payload::text)) STORED;

-- As the function of the same name with one parameter less, which nodes of former versions call, but as
-- many jobs as have bytes_most bytes of payloads together; one always fits.
CREATE FUNCTION everbrook.claim_in_turn(
  a_queue text, a_node bigint, a_kinds text[], a_most integer, lanes_most integer,
  bytes_most bigint)
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
                               SELECT NOT (cancelled OR doom IS NOT NULL OR deadline_at <= at)
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
  RETURNING NULL::bigint, j.id, j.kind, j.run, j.attempt, j.payload::text, j.cancelled, j.doom,
            extract(epoch FROM j.deadline_at - at)::float8, j.lane,
            CASE WHEN j.cancelled OR j.doom IS NOT NULL OR j.deadline_at <= at THEN 0
                 ELSE j.tokens END,
            j.parent IS NOT NULL OR j.dedupe IS NOT NULL OR j.children > 0
              OR j.follower IS NOT NULL,
            j.trace, j.priority, j.principal;
  IF opens IS NOT NULL THEN
    wait_ms := greatest(1, ceil(extract(epoch FROM opens - at) * 1000));
  ELSIF EXISTS (SELECT FROM everbrook.job
                 WHERE queue = a_queue AND state = 'ready' AND kind = ANY (a_kinds)) THEN
    wait_ms := -2;
  END IF;
  RETURN NEXT;
END $$;
