package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import java.util.List;
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

  private final Database database;
  private final Consumer<String> changed;

  Queues(Database database, Consumer<String> changed) {
    this.database = database;
    this.changed = changed;
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
    return database.list(
        COUNTS,
        row ->
            new QueueCounts(
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8)));
  }
}
