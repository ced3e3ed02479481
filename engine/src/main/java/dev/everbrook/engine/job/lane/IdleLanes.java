package dev.everbrook.engine.job.lane;

import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.store.Database;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets lanes that stand as one that was never seen does: they have no limits of their own, owe
 * nothing, and nothing of them was begun or closed for a day. Else every tenant that ever came, and
 * every name that was mistyped, would have its row for good. One bounded batch a step; any node may
 * run it. Used by one thread.
 */
public final class IdleLanes {

  private static final Logger log = LoggerFactory.getLogger(IdleLanes.class);

  private static final int BATCH_MAX = 1_000;

  /** As long as {@code lanes_at} lets a bucket fill: who was idle for so long stands as if new. */
  private static final Duration IDLE = Duration.ofDays(1);

  /**
   * Whoever claims in turn has the queue's row locked while he counts by what the lanes' rows say,
   * so no row goes meanwhile; one that was moved since the look is looked at again. A run settles
   * up with its lane, so that stays while one is under way.
   */
  private static final String FORGET =
      """
      WITH idle AS MATERIALIZED (
             SELECT l.queue, l.name FROM everbrook.lane l
              WHERE NOT l.own AND l.allowance >= 0 AND l.tokens >= 0
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
