-- As before, but a part for the time in which jobs are ending right now is made with the whole history
-- locked, not only its default partition: a plan made before it missed the part.
--
-- Makes the history's parts for now and the time after, and drops those that are older than
-- kept_s seconds, or without which there still are kept_most rows (as far as PostgreSQL's statistics
-- know). Returns how many were dropped. Whoever reads the history in a long transaction makes this
-- fail with lock_not_available; then it is tried again later, and the rows go elsewhere meanwhile.
CREATE OR REPLACE FUNCTION everbrook.keep_history(part_s bigint, kept_s bigint, kept_most bigint)
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
    IF begins <= extract(epoch FROM clock_timestamp()) THEN
      -- Jobs are ending in this very time: who ends them waits, else there always are new strays, and
      -- the part never fits; who reads waits, else a plan that does not know the part misses them.
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
