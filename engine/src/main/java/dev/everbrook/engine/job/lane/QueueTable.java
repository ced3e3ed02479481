package dev.everbrook.engine.job.lane;

import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.QueueLimits;
import dev.everbrook.engine.job.QueueView;
import dev.everbrook.engine.job.Queues;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.text.Names;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The queues as rows of {@code everbrook.queue}. Safe for use by many threads. */
public final class QueueTable implements Queues {

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

  private final Database database;
  private final BiConsumer<Tx, String> changed;

  /**
   * @param changed called with each queue that a transaction opens or limits, so that it is claimed
   */
  public QueueTable(Database database, BiConsumer<Tx, String> changed) {
    this.database = database;
    this.changed = changed;
  }

  @Override
  public Optional<QueueView> find(String queue) {
    return database.first(VIEW, QueueTable::view, "", queue, 1);
  }

  @Override
  public List<QueueView> list(String after, int most) {
    if (most < 1 || most > PAGE_MAX) {
      throw new IllegalArgumentException("a page of queues has 1 to " + PAGE_MAX + ", not " + most);
    }
    return database.list(VIEW, QueueTable::view, after, null, most);
  }

  private static QueueView view(ResultSet row) throws SQLException {
    return new QueueView(
        row.getString(1),
        row.getBoolean("paused"),
        new QueueLimits(Columns.integer(row, "running_max"), LaneList.rate(row, "rate", "burst")),
        counts(row));
  }

  private static QueueView.Counts counts(ResultSet row) throws SQLException {
    return new QueueView.Counts(
        row.getString(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8));
  }

  @Override
  public void pause(String queue) {
    database.run(tx -> pause(tx, queue));
  }

  @Override
  public void pause(Tx tx, String queue) {
    Names.check("a job's queue", queue);
    tx.update(PAUSE, queue, true);
  }

  @Override
  public void resume(String queue) {
    database.run(tx -> resume(tx, queue));
  }

  @Override
  public void resume(Tx tx, String queue) {
    Names.check("a job's queue", queue);
    tx.update(PAUSE, queue, false);
    changed.accept(tx, queue);
  }

  @Override
  public void limit(String queue, QueueLimits limits) {
    database.run(tx -> limit(tx, queue, limits));
  }

  @Override
  public void limit(Tx tx, String queue, QueueLimits limits) {
    Names.check("a job's queue", queue);
    tx.update(
        LIMIT,
        queue,
        limits.atOnce().isPresent() ? limits.atOnce().getAsInt() : null,
        limits.rate().map(LaneLimits.Rate::perSecond).orElse(null),
        limits.rate().map(LaneLimits.Rate::burst).orElse(null));
    changed.accept(tx, queue);
  }

  @Override
  public List<QueueView.Counts> counts() {
    return database.list(COUNTS, QueueTable::counts);
  }
}
