package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Scans the live jobs for waiting ones past their deadline, in the order of their ids, a bounded
 * number of rows a step. An index on deadlines would burden every enqueue and every claim. Used by
 * one thread.
 */
final class ExpiredJobScan {

  /** The most rows of one step. */
  private static final int ROWS_MAX = 5_000;

  /** The last row is no job: it marks the end of the rows that were looked at. */
  private static final String LOOK =
      """
      WITH look AS MATERIALIZED (
             SELECT id, state, kind = ANY (?) AS ours, deadline_at FROM everbrook.job
              WHERE id > ? ORDER BY id LIMIT ?)
      SELECT id, ours, true FROM look
       WHERE state = 'ready'
         AND deadline_at <= now() - CASE WHEN ours THEN 0 ELSE ? END * interval '1 ms'
      UNION ALL
      SELECT max(id), false, false FROM look HAVING count(*) = ?
      """;

  /**
   * The result of a step.
   *
   * @param ours overdue jobs of kinds that are known here
   * @param strangers jobs of other kinds whose deadline passed a grace time ago
   * @param isFull whether there were more than wanted
   */
  record Found(List<Long> ours, List<Long> strangers, boolean isFull) {}

  private record Row(long job, boolean ours, boolean isJob) {}

  private final Database database;
  private final Duration grace;
  private long after;

  /**
   * @param grace the time after its deadline for which a job of an unknown kind is left to other
   *     nodes and workers
   */
  ExpiredJobScan(Database database, Duration grace) {
    this.database = database;
    this.grace = grace;
  }

  /**
   * Scans from the end of the last step; after the last row, from the beginning.
   *
   * @param kinds the kinds that are known here
   * @param most the most jobs of the result
   */
  Found step(Set<String> kinds, int most) {
    List<Row> rows =
        database.list(
            LOOK,
            row -> new Row(row.getLong(1), row.getBoolean(2), row.getBoolean(3)),
            kinds.toArray(String[]::new),
            after,
            ROWS_MAX,
            grace.toMillis(),
            ROWS_MAX);
    List<Row> all = rows.stream().filter(Row::isJob).toList();
    List<Row> wanted = all.stream().limit(most).toList();
    boolean full = all.size() > most;
    after =
        full
            ? wanted.getLast().job()
            : rows.stream().filter(it -> !it.isJob()).mapToLong(Row::job).findFirst().orElse(0);
    return new Found(jobs(wanted, true), jobs(wanted, false), full);
  }

  private static List<Long> jobs(List<Row> rows, boolean ours) {
    return rows.stream().filter(it -> it.ours() == ours).map(Row::job).toList();
  }
}
