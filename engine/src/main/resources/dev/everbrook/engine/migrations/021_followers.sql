-- A job that is to follow another with the same key is a row of its own, blocked until that one has
-- ended: it is found, counted and cancelled like any other.
ALTER TABLE everbrook.job ADD COLUMN follower bigint;

WITH kept AS MATERIALIZED (
       SELECT j.id AS leader, j.queue, j.principal, n.*
         FROM everbrook.job j
        CROSS JOIN LATERAL json_to_record(j.next)
              AS n(id bigint, kind text, lane text, priority int, tokens int, payload json,
                   delay bigint, deadline bigint, trace text)
        WHERE j.next IS NOT NULL),
     added AS (
       INSERT INTO everbrook.job (id, queue, kind, lane, priority, tokens, principal, payload, state,
                                  run_at, deadline_at, trace)
       OVERRIDING SYSTEM VALUE
       SELECT id, queue, kind, lane, priority, tokens, principal, payload, 'blocked',
              now() + delay * interval '1 ms', now() + (delay + deadline) * interval '1 ms', trace
         FROM kept)
UPDATE everbrook.job j SET follower = kept.id FROM kept WHERE j.id = kept.leader;

ALTER TABLE everbrook.job DROP COLUMN next;
