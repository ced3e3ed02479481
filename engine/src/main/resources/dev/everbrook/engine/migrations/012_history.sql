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
    -- Whoever ends jobs meanwhile waits, else there always are new strays, and the part never fits.
    LOCK TABLE everbrook.job_done_rest IN ACCESS EXCLUSIVE MODE;
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

-- There is a part for what ends from the first moment on. A row on its way into the rest while a part
-- is attached that should take it would be refused.
DO $$ BEGIN PERFORM everbrook.keep_history(43200, 604800, 10000000); END $$;
