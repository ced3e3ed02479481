-- Ended jobs, partitioned by the time of their end: old rows go with their partition, which costs nothing and
-- leaves nothing behind. See keep_history.
CREATE TABLE everbrook.job_done (
  id          bigint      NOT NULL,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT now(),
  deadline_at timestamptz NOT NULL,
  run         integer     NOT NULL,
  attempt     integer     NOT NULL,
  priority    integer     NOT NULL,
  tokens      integer     NOT NULL,
  children    integer     NOT NULL DEFAULT 0,
  owner       bigint,     -- the incarnation of the last run; only it is told how that run ended
  parent      bigint,
  retried_at  timestamptz,
  outcome     text        NOT NULL CHECK (outcome IN ('done', 'failed', 'cancelled')),
  queue       text COLLATE "C" NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  lane        text COLLATE "C" NOT NULL,
  principal   text        NOT NULL,
  trace       text,
  error       text,
  retry       json,
  payload     json        NOT NULL,
  result      json
) PARTITION BY RANGE (finished_at);

CREATE INDEX job_done_id     ON everbrook.job_done (id);
CREATE INDEX job_done_queue  ON everbrook.job_done (queue, id);
CREATE INDEX job_done_failed ON everbrook.job_done (queue, id)  WHERE outcome = 'failed';
CREATE INDEX job_done_badly  ON everbrook.job_done (id)         WHERE outcome <> 'done';
CREATE INDEX job_done_parent ON everbrook.job_done (parent, id) WHERE parent IS NOT NULL;

-- For the exceptional row whose end lies in a time without a partition of its own.
CREATE TABLE everbrook.job_done_rest PARTITION OF everbrook.job_done DEFAULT;

-- Makes the partitions for now and the time after. Drops those that are older than kept_s seconds, and those
-- without which kept_most rows remain by PostgreSQL's statistics. Returns the number of dropped partitions. A
-- long transaction that reads the history makes this fail with lock_not_available; then it is tried again
-- later, and rows go to the default partition meanwhile. It has the rights of its owner, so that a node needs
-- no right to create tables.
CREATE FUNCTION everbrook.keep_history(part_s bigint, kept_s bigint, kept_most bigint)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
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
    IF begins <= extract(epoch FROM clock_timestamp()) THEN
      -- Jobs are ending in this very time. Their ends wait, else there always are new strays, and the
      -- partition never fits. Readers wait, else a plan that does not know the partition misses rows.
      LOCK TABLE everbrook.job_done IN ACCESS EXCLUSIVE MODE;
    END IF;
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

REVOKE ALL ON FUNCTION everbrook.keep_history FROM PUBLIC;

-- The first end of a job finds its partition. A row on its way into the default partition would be refused if
-- a partition for its time were attached meanwhile.
DO $$ BEGIN PERFORM everbrook.keep_history(43200, 604800, 10000000); END $$;
