package dev.everbrook.engine.job.lane;

import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.store.Database;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets idle lanes: no limits of their own, no job begun and no closing for a day, and full
 * buckets by the limits that apply. Otherwise every former tenant and every mistyped name would
 * keep a row forever. One bounded batch a step; any node may run it. Used by one thread.
 */
public final class IdleLanes {

  private static final Logger log = LoggerFactory.getLogger(IdleLanes.class);

  private static final int BATCH_MAX = 1_000;

  /** The lane of a tenant with a job every day keeps its row. */
  private static final Duration IDLE = Duration.ofDays(1);

  /**
   * A claim in turn locks the queue's row while it counts by the rows of the lanes, so no row is
   * deleted meanwhile. A row that was changed since the look is checked again. A lane with a run
   * stays, since the run settles its tokens with the lane. A lane with buckets that still fill
   * stays too, since a new lane begins with full ones; a slow rate may take days.
   */
  private static final String FORGET =
      """
      WITH idle AS MATERIALIZED (
             SELECT l.queue, l.name FROM everbrook.lane l
               LEFT JOIN everbrook.lane shared
                 ON shared.queue = l.queue AND shared.name = '*' AND l.name <> ''
              WHERE NOT l.own AND l.allowance >= 0 AND l.tokens >= 0
                AND CASE WHEN l.touched_at = '-infinity' THEN true
                         ELSE (shared.rate IS NULL
                               OR l.allowance
                                  + shared.rate * extract(epoch FROM now() - l.touched_at)
                                  >= shared.burst)
                          AND (shared.token_rate IS NULL
                               OR l.tokens
                                  + shared.token_rate * extract(epoch FROM now() - l.touched_at)
                                  >= shared.token_burst) END
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
   * A bucket fills by the time since its last use. After the database's clock has gone back, an
   * empty bucket would stay empty until the clock reaches that time again. The same holds for a
   * closing.
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

  /** The tolerated lead of a stamp over now: a transaction begins before it claims. */
  private static final Duration AHEAD_MAX = Duration.ofSeconds(30);

  private final Database database;

  public IdleLanes(Database database) {
    this.database = database;
  }

  /** Forgets a batch; returns the number of forgotten lanes. */
  public int forget() {
    return database.update(FORGET, IDLE.toMillis(), BATCH_MAX, IDLE.toMillis());
  }

  /** Resets the stamps of lanes and queues that lie in the future. */
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
