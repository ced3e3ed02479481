package dev.everbrook.engine.job.finish;

import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Sql;
import dev.everbrook.engine.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes verdicts, a batch with one statement, fenced by (job, run, incarnation) and by the
 * incarnation's row. A verdict whose job is no longer held changes nothing. A verdict that is
 * written twice changes nothing the second time. Safe for use by many threads.
 *
 * <p>The statement moves a finished job to the history. For linked jobs it also writes the effects
 * on parents and followers: it keeps the children's results for the parent until that is done,
 * counts one pending child less, and makes the follower ready. Rows of parents are locked in order,
 * so that nodes which finish children of the same parents do not deadlock.
 */
public final class VerdictTable {

  /** Moves the ended jobs to the history. */
  private static final String FINISH =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node
              WHERE id = ANY (?)
                AND CASE WHEN ? > 0 THEN set_config('lock_timeout', ?, true) > '' ELSE true END
                FOR KEY SHARE),
           verdict AS MATERIALIZED (
             SELECT * FROM unnest(?::bigint[], ?::int[], ?::bigint[], ?::text[], ?::text[],
                                  ?::text[], ?::bigint[], ?::int[], ?::int[], ?::text[])
                        AS v(job, run, node, outcome, error, result, wait_ms, counts, to_end,
                             fail_reason)
              WHERE node IN (SELECT id FROM alive)),
           finished AS (
             DELETE FROM everbrook.job j USING verdict v
              WHERE j.id = v.job AND j.run = v.run AND j.owner = v.node AND v.outcome <> 'again'
             RETURNING j.*, v.outcome, v.error AS told, nullif(v.result, '') AS result),
           history AS (
             INSERT INTO everbrook.job_done
                    (id, queue, kind, lane, priority, outcome, run, attempt, tokens, created_at,
                     retried_at, deadline_at, principal, parent, children, trace, error, retry,
                     payload, result, owner)
             SELECT id, queue, kind, lane, priority, outcome, run, attempt, tokens, created_at,
                    retried_at, deadline_at, principal, parent, children, trace, nullif(told, ''),
                    retry, payload, result::json, owner
               FROM finished
             RETURNING id),
           counted AS (
             INSERT INTO everbrook.job_count (queue, state, n)
             SELECT queue, outcome, count(*) FROM finished GROUP BY queue, outcome),
      """;

  /** Writes the effects of ends on parents. */
  private static final String REPORT =
      """
      held AS MATERIALIZED (
        SELECT id FROM everbrook.job
         WHERE id = ANY (ARRAY(SELECT parent FROM finished WHERE on_failure IS NOT NULL))
         ORDER BY id FOR UPDATE),
      reported AS (
        INSERT INTO everbrook.job_child (parent, child, kind, outcome, result, error)
        SELECT parent, id, kind, outcome, result::json, nullif(told, '')
          FROM finished WHERE on_failure IS NOT NULL AND parent IN (SELECT id FROM held)
        ON CONFLICT (parent, child) DO NOTHING),
      forgotten AS (
        DELETE FROM everbrook.job_child
         WHERE parent = ANY (ARRAY(SELECT id FROM finished
                                    WHERE children > 0 AND outcome = 'done'))),
      parent AS (
        UPDATE everbrook.job p
           SET pending = greatest(0, p.pending - x.n),
               fail_reason = coalesce(p.fail_reason, x.fail_reason),
               state = CASE WHEN p.state <> 'blocked' THEN p.state
                            WHEN x.fail_reason IS NOT NULL THEN 'ready'
                            WHEN p.pending > x.n AND NOT x.hurry THEN 'blocked'
                            WHEN p.run_at > now() THEN 'delayed'
                            ELSE 'ready' END
          FROM (SELECT parent, count(*)::int AS n,
                       bool_or(outcome <> 'done' AND on_failure = 'continue') AS hurry,
                       min('its child ' || id || ' ' || outcome || ': ' || told)
                         FILTER (WHERE outcome <> 'done' AND on_failure = 'fail') AS fail_reason
                  FROM finished
                 WHERE on_failure IS NOT NULL AND parent IN (SELECT id FROM held)
                 GROUP BY parent) AS x
         WHERE p.id = x.parent
        RETURNING p.queue, p.state),
      """;

  /** Puts jobs back that run again. */
  private static final String AGAIN =
      """
      again AS (
        UPDATE everbrook.job j
           SET owner = NULL,
               state = CASE WHEN v.wait_ms = 0 OR (j.cancelled AND v.to_end = 0)
                            THEN 'ready' ELSE 'delayed' END,
               run_at = least(now() + v.wait_ms * interval '1 ms',
                              CASE WHEN j.deadline_at > now() THEN j.deadline_at END),
               attempt = j.attempt - 1 + v.counts,
               error = coalesce(nullif(v.error, ''), j.error),
               fail_reason = coalesce(j.fail_reason, nullif(v.fail_reason, ''))
          FROM verdict v
         WHERE j.id = v.job AND j.run = v.run AND j.owner = v.node AND v.outcome = 'again'
        RETURNING j.id)
      """;

  private static final String WRITE =
      FINISH
          + AGAIN
          + """
          SELECT id, '' AS woken FROM history
          UNION ALL
          SELECT id, '' FROM again
          """;

  private static final String WRITE_LINKED =
      FINISH
          + REPORT
          + AGAIN
          + """
          SELECT id, '' AS woken, follower, dedupe FROM finished
          UNION ALL
          SELECT id, '', NULL, NULL FROM again
          UNION ALL
          SELECT NULL, queue, NULL, NULL FROM parent WHERE state = 'ready'
          """;

  /**
   * Releases followers, in a statement of its own: the statement that writes an end does not see a
   * follower that was added while it waited for the row. A job retried from the history no longer
   * follows. The deadline counts from here.
   */
  private static final String RELEASE =
      """
      UPDATE everbrook.job j
         SET state = CASE WHEN j.run_at > now() THEN 'delayed' ELSE 'ready' END,
             deadline_at = greatest(j.run_at, now()) + (j.deadline_at - j.run_at),
             dedupe = coalesce(f.dedupe, j.dedupe)
        FROM unnest(?::bigint[], ?::text[]) AS f(id, dedupe)
       WHERE j.id = f.id AND j.state = 'blocked' AND j.run = 0
      RETURNING j.queue, j.state
      """;

  /** A locked parent delays the end of its child, which reports to it. */
  private static final String LOCKED =
      """
      WITH mine AS MATERIALIZED (
             SELECT id, CASE WHEN on_failure IS NULL THEN NULL ELSE parent END AS parent
               FROM everbrook.job WHERE id = ANY (?) FOR UPDATE SKIP LOCKED),
           parents AS MATERIALIZED (
             SELECT id FROM everbrook.job
              WHERE id = ANY (ARRAY(SELECT parent FROM mine)) FOR UPDATE SKIP LOCKED)
      SELECT id FROM everbrook.job
       WHERE id = ANY (?) AND NOT EXISTS (SELECT FROM mine WHERE mine.id = job.id)
      UNION ALL
      SELECT mine.id FROM mine JOIN everbrook.job p ON p.id = mine.parent
       WHERE NOT EXISTS (SELECT FROM parents WHERE parents.id = p.id)
      """;

  /** A verdict on a claim. */
  public record Entry(Claimed claimed, Verdict verdict) {}

  /**
   * The result of the statement.
   *
   * @param jobs the jobs whose verdicts were written; the others are no longer held
   * @param queues the queues in which a job became ready by it
   */
  public record Written(Set<Long> jobs, Set<String> queues) {}

  /** The jobs whose ends would wait for a lock; the rows of the others are locked now. */
  Set<Long> locked(Tx tx, List<Entry> entries) {
    long[] jobs = entries.stream().mapToLong(it -> it.claimed().id()).toArray();
    return Set.copyOf(tx.list(LOCKED, row -> row.getLong("id"), jobs, jobs));
  }

  /** Whether some of these ends may concern other jobs. */
  static boolean areLinked(List<Entry> entries) {
    return entries.stream().anyMatch(it -> it.claimed().links().linked());
  }

  /** Writes verdicts in a caller's transaction, without a bound on its waits for locks. */
  public Written write(Tx tx, List<Entry> entries) {
    return write(tx, entries, Duration.ZERO);
  }

  /** The same, waiting at most this long for a lock; zero for no bound. */
  public Written write(Tx tx, List<Entry> entries, Duration lockMax) {
    Found found = write(tx, areLinked(entries) ? WRITE_LINKED : WRITE, entries, lockMax);
    release(tx, found);
    return new Written(found.jobs, found.queues);
  }

  /** The same for verdicts that are not linked, in a transaction of its own. */
  Written write(Database database, List<Entry> entries, Duration lockMax) {
    Found found = write(database, WRITE, entries, lockMax);
    return new Written(found.jobs, found.queues);
  }

  private static Found write(Sql sql, String statement, List<Entry> entries, Duration lockMax) {
    Found found = new Found(statement.equals(WRITE_LINKED));
    Columns columns = Columns.of(entries);
    sql.list(
        statement,
        found,
        columns.nodes,
        lockMax.toMillis(),
        Long.toString(lockMax.toMillis()),
        columns.jobs,
        columns.runs,
        columns.nodes,
        columns.outcomes,
        columns.errors,
        columns.results,
        columns.waitsMs,
        columns.counts,
        columns.toEnd,
        columns.failReasons);
    return found;
  }

  private static void release(Tx tx, Found found) {
    if (!found.followers.isEmpty()) {
      tx.list(
          RELEASE,
          row -> row.getString("state").equals("ready") && found.queues.add(row.getString("queue")),
          found.followers.stream().mapToLong(it -> it).toArray(),
          found.keys.toArray(new @Nullable String[0]));
    }
  }

  /** The rows that a statement returned. */
  private static final class Found implements Row<Boolean> {
    final Set<Long> jobs = new HashSet<>();
    final Set<String> queues = new HashSet<>();
    final List<Long> followers = new ArrayList<>();
    final List<@Nullable String> keys = new ArrayList<>(); // of the followers
    private final boolean linked;

    private Found(boolean linked) {
      this.linked = linked;
    }

    @Override
    public Boolean read(ResultSet row) throws SQLException {
      String woken = row.getString("woken");
      if (!woken.isEmpty()) {
        return queues.add(woken);
      }
      Long follower = linked ? row.getObject("follower", Long.class) : null;
      if (follower != null) {
        followers.add(follower);
        keys.add(row.getString("dedupe"));
      }
      return jobs.add(row.getLong("id"));
    }
  }

  /** Entries by column. */
  private static final class Columns {
    final long[] jobs;
    final int[] runs;
    final long[] nodes;
    final String[] outcomes;
    final String[] errors;
    final String[] results;
    final long[] waitsMs;
    final int[] counts;

    /** 1 if the job was cancelled before its claim: its pending work is its end. */
    final int[] toEnd;

    final String[] failReasons;

    private Columns(int n) {
      jobs = new long[n];
      runs = new int[n];
      nodes = new long[n];
      outcomes = new String[n];
      errors = new String[n];
      results = new String[n];
      waitsMs = new long[n];
      counts = new int[n];
      toEnd = new int[n];
      failReasons = new String[n];
    }

    static Columns of(List<Entry> entries) {
      Columns columns = new Columns(entries.size());
      for (int i = 0; i < entries.size(); i++) {
        columns.put(i, entries.get(i));
      }
      return columns;
    }

    private void put(int i, Entry entry) {
      jobs[i] = entry.claimed().id();
      runs[i] = entry.claimed().run();
      nodes[i] = entry.claimed().node();
      results[i] = "";
      failReasons[i] = "";
      toEnd[i] = entry.claimed().cancelled() ? 1 : 0;
      switch (entry.verdict()) {
        case Verdict.Finish(var how, var error, var result) -> {
          outcomes[i] = how.column();
          errors[i] = clean(error);
          results[i] = result;
        }
        case Verdict.Left _ -> throw new IllegalArgumentException("there is nothing to be written");
        case Verdict.RunAgain(var after, var attempted, var error, var failReason) -> {
          outcomes[i] = "again";
          failReasons[i] = clean(failReason);
          errors[i] = clean(error);
          waitsMs[i] = after.toMillis();
          counts[i] = attempted ? 1 : 0;
        }
      }
    }

    /** Replaces the one character that PostgreSQL's text cannot hold. */
    private static String clean(String error) {
      return error.replace('\0', '\uFFFD');
    }
  }
}
