package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Queues as their operator sees them. Safe for use by many threads; all methods throw {@link
 * dev.everbrook.engine.store.StoreFailure}.
 */
public final class Queues {

  private static final String PAUSE =
      """
      INSERT INTO everbrook.queue (name, paused) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET paused = excluded.paused
      """;

  private static final String LIMIT =
      """
      INSERT INTO everbrook.queue (name, running_max, rate, burst) VALUES (?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE
         SET running_max = excluded.running_max, rate = excluded.rate, burst = excluded.burst
      """;

  private static final String COUNTS =
      """
      SELECT queue,
             coalesce(sum(n) FILTER (WHERE state = 'ready'), 0),
             coalesce(sum(n) FILTER (WHERE state = 'delayed'), 0),
             coalesce(sum(n) FILTER (WHERE state = 'blocked'), 0),
             coalesce(sum(n) FILTER (WHERE state = 'running'), 0),
             coalesce(sum(n) FILTER (WHERE state = 'done'), 0),
             coalesce(sum(n) FILTER (WHERE state = 'failed'), 0),
             coalesce(sum(n) FILTER (WHERE state = 'cancelled'), 0)
        FROM everbrook.job_count GROUP BY queue ORDER BY queue
      """;

  private static final String VIEW =
      """
      WITH named AS MATERIALIZED (
             SELECT name FROM (SELECT queue AS name FROM everbrook.job_count
                               UNION
                               SELECT name FROM everbrook.queue) AS either
              WHERE name > ? AND name = coalesce(?, name) ORDER BY name LIMIT ?),
           counted AS MATERIALIZED (
             SELECT queue,
                    coalesce(sum(n) FILTER (WHERE state = 'ready'), 0) AS ready,
                    coalesce(sum(n) FILTER (WHERE state = 'delayed'), 0) AS delayed,
                    coalesce(sum(n) FILTER (WHERE state = 'blocked'), 0) AS blocked,
                    coalesce(sum(n) FILTER (WHERE state = 'running'), 0) AS running,
                    coalesce(sum(n) FILTER (WHERE state = 'done'), 0) AS done,
                    coalesce(sum(n) FILTER (WHERE state = 'failed'), 0) AS failed,
                    coalesce(sum(n) FILTER (WHERE state = 'cancelled'), 0) AS cancelled
               FROM everbrook.job_count WHERE queue IN (SELECT name FROM named) GROUP BY queue)
      SELECT n.name, c.ready, c.delayed, c.blocked, c.running, c.done, c.failed, c.cancelled,
             q.paused, q.running_max, q.rate, q.burst
        FROM named n
        LEFT JOIN counted c ON c.queue = n.name
        LEFT JOIN everbrook.queue q ON q.name = n.name
       ORDER BY n.name
      """;

  /** The longest page of {@link #list}. */
  public static final int PAGE_MAX = 1_000;

  private final Database database;
  private final Consumer<String> changed;

  Queues(Database database, Consumer<String> changed) {
    this.database = database;
    this.changed = changed;
  }

  /** The queue, if it ever had a job or was ever told anything. */
  public Optional<QueueView> find(String queue) {
    return database.first(VIEW, Queues::view, "", queue, 1);
  }

  /**
   * A page of all queues in the order of their names (by code points).
   *
   * @param after the name that the page before ended with; nothing ({@code ""}) for the first
   * @param most 1 to {@link #PAGE_MAX}; fewer are only on the last page
   */
  public List<QueueView> list(String after, int most) {
    if (most < 1 || most > PAGE_MAX) {
      throw new IllegalArgumentException("a page of queues has 1 to " + PAGE_MAX + ", not " + most);
    }
    return database.list(VIEW, Queues::view, after, null, most);
  }

  private static QueueView view(ResultSet row) throws SQLException {
    return new QueueView(
        row.getString(1),
        row.getBoolean("paused"),
        new QueueLimits(LaneList.most(row, "running_max"), LaneList.rate(row, "rate", "burst")),
        counts(row));
  }

  private static QueueCounts counts(ResultSet row) throws SQLException {
    return new QueueCounts(
        row.getString(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8));
  }

  /** Lets no node begin a job of this queue; those that run go on. Survives restarts. */
  public void pause(String queue) {
    NewJob.named("queue", queue);
    database.update(PAUSE, queue, true);
  }

  /** Lets the jobs of this queue begin again. */
  public void resume(String queue) {
    NewJob.named("queue", queue);
    database.update(PAUSE, queue, false);
    changed.accept(queue);
  }

  /** Limits a queue on all nodes together, beside what its lanes may do. */
  public void limit(String queue, QueueLimits limits) {
    NewJob.named("queue", queue);
    database.update(
        LIMIT,
        queue,
        limits.atOnce().isPresent() ? limits.atOnce().getAsInt() : null,
        limits.rate().map(LaneLimits.Rate::perSecond).orElse(null),
        limits.rate().map(LaneLimits.Rate::burst).orElse(null));
    changed.accept(queue);
  }

  /**
   * How many jobs each queue has in each state, exactly, however many there are: what changes jobs
   * keeps the count.
   */
  public List<QueueCounts> counts() {
    return database.list(COUNTS, Queues::counts);
  }
}
