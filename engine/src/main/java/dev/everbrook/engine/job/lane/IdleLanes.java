package dev.everbrook.engine.job.lane;

import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.store.Database;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets lanes that are as good as new: they have no limits of their own, no job of them was begun
 * and none was closed for a day, and their buckets are full by the limits that apply to them.
 * Otherwise every former tenant and every mistyped name would keep a row for good. One bounded
 * batch a step; any node may run it. Used by one thread.
 */
public final class IdleLanes {

  private static final Logger log = LoggerFactory.getLogger(IdleLanes.class);

  private static final int BATCH_MAX = 1_000;

  /** A lane of a tenant that comes every day keeps its row. */
  private static final Duration IDLE = Duration.ofDays(1);

  /**
   * A claim in turn locks the queue's row while it counts by the rows of the lanes, so no row goes
   * meanwhile; a row that was changed since the look is checked again. A run settles its tokens
   * with its lane, so the lane stays while one is under way. A new lane begins with full buckets,
   * so one whose buckets still fill stays too: a slow rate may take days.
   */
  private static final String FORGET =
      """
      WITH idle AS MATERIALIZED (
             SELECT l.queue, l.name FROM everbrook.lane l
               LEFT JOIN everbrook.lane shared
                 ON shared.queue = l.queue AND shared.name = '*' AND l.name <> ''
              WHERE NOT l.own AND l.allowance >= 0 AND l.tokens >= 0
                AND (shared.rate IS NULL
                     OR l.allowance + shared.rate * extract(epoch FROM now() - l.touched_at)
                        >= shared.burst)
                AND (shared.token_rate IS NULL
                     OR l.tokens + shared.token_rate * extract(epoch FROM now() - l.touched_at)
                        >= shared.token_burst)
                AND greatest(l.touched_at, l.closed_until) < now() - ? * interval '1 ms'
                AND NOT EXISTS (SELECT FROM everbrook.job j
                                 WHERE j.queue = l.queue AND j.lane = l.name
                                   AND j.state = 'running')
              LIMIT ?),
           held AS MATERIALIZED (
             SELECT name FROM everbrook.queue
              WHERE name IN (SELECT queue FROM idle) ORDER BY name FOR UPDATE SKIP LOCKED),
           free AS MATERIALIZED (
             SELECT l.queue, l.name FROM everbrook.lane l JOIN idle USING (queue, name)
              WHERE l.queue IN (SELECT name FROM held) FOR UPDATE OF l SKIP LOCKED)
      DELETE FROM everbrook.lane l USING free
       WHERE l.queue = free.queue AND l.name = free.name
         AND NOT l.own AND l.allowance >= 0 AND l.tokens >= 0
         AND greatest(l.touched_at, l.closed_until) < now() - ? * interval '1 ms'
      """;

  /**
   * A bucket fills by the time since it was touched: after the database's clock has gone back, one
   * that is empty would stay so until the clock is where it was. Likewise a lane that is closed.
   */
  private static final String COME_BACK =
      """
      WITH ahead AS MATERIALIZED (
             SELECT queue, name FROM everbrook.lane
              WHERE touched_at > now() + ? * interval '1 ms'
                 OR closed_until > now() + ? * interval '1 ms'
              LIMIT ? FOR UPDATE SKIP LOCKED)
      UPDATE everbrook.lane l
         SET touched_at = least(touched_at, now()),
             closed_until = least(closed_until, now() + ? * interval '1 ms')
        FROM ahead WHERE l.queue = ahead.queue AND l.name = ahead.name
      """;

  private static final String COME_BACK_QUEUES =
      """
      UPDATE everbrook.queue SET allowed_at = now()
       WHERE name = ANY (ARRAY(
               SELECT name FROM everbrook.queue
                WHERE allowed_at > now() + ? * interval '1 ms'
                LIMIT ? FOR UPDATE SKIP LOCKED))
      """;

  /** How far ahead of now what was touched may seem: transactions begin before they claim. */
  private static final Duration AHEAD_MAX = Duration.ofSeconds(30);

  private final Database database;

  public IdleLanes(Database database) {
    this.database = database;
  }

  /** How many were forgotten. */
  public int forget() {
    return database.update(FORGET, IDLE.toMillis(), BATCH_MAX, IDLE.toMillis());
  }

  /** Brings back what was touched in the future, as the clock says now. */
  public void comeBack() {
    long ahead = AHEAD_MAX.toMillis();
    long closed = Lanes.CLOSED_MAX.toMillis();
    int lanes = database.update(COME_BACK, ahead, closed + ahead, BATCH_MAX, closed);
    int queues = database.update(COME_BACK_QUEUES, ahead, BATCH_MAX);
    if (lanes + queues > 0) {
      log.warn(
          "the database's clock has gone back: {} lanes and {} queues that were used in the future"
              + " count from now on",
          lanes,
          queues);
    }
  }
}
