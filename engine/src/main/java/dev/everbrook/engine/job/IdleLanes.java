package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import java.time.Duration;

/**
 * Forgets lanes that stand as one that was never seen does: they have no limits of their own, owe
 * nothing, and nothing of them was begun or closed for a day. Else every tenant that ever came, and
 * every name that was mistyped, would have its row for good. One bounded batch a step; any node may
 * run it. Used by one thread.
 */
final class IdleLanes {

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
              WHERE name IN (SELECT queue FROM idle) ORDER BY name FOR UPDATE SKIP LOCKED)
      DELETE FROM everbrook.lane l USING idle
       WHERE l.queue = idle.queue AND l.name = idle.name
         AND l.queue IN (SELECT name FROM held)
         AND NOT l.own AND l.allowance >= 0 AND l.tokens >= 0
         AND greatest(l.touched_at, l.closed_until) < now() - ? * interval '1 ms'
      """;

  private final Database database;

  IdleLanes(Database database) {
    this.database = database;
  }

  /** How many were forgotten. */
  int forget() {
    return database.update(FORGET, IDLE.toMillis(), BATCH_MAX, IDLE.toMillis());
  }
}
