package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Walks through the jobs that wait, in the order of their ids and a bounded number of rows a step,
 * for those whose deadline has passed: an index for them would have to be kept by every enqueue and
 * every claim. Used by one thread.
 */
final class ExpiredJobScan {

  /** How many rows a step looks at. */
  private static final int ROWS_MAX = 5_000;

  /** The last row, which is no job, says where the rows ended that were looked at. */
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
   * What a step found.
   *
   * @param ours those whose kinds are known here
   * @param strangers those whose kinds are not, and whose deadline passed a grace time ago
   * @param isFull whether there were more than were wanted
   */
  record Found(List<Long> ours, List<Long> strangers, boolean isFull) {}

  private record Row(long job, boolean ours, boolean isJob) {}

  private final Database database;
  private final Duration grace;
  private long after;

  /**
   * @param grace how long after its deadline a job of a kind that is not known here is left to
   *     those who may know it
   */
  ExpiredJobScan(Database database, Duration grace) {
    this.database = database;
    this.grace = grace;
  }

  /**
   * The next, from where the last step ended; from the beginning, when that was the end.
   *
   * @param kinds those that are known here
   * @param most how many are wanted
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
