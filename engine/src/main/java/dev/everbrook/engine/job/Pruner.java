package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import java.time.Duration;

/**
 * Forgets the history of jobs that ended long ago. One bounded batch a step; any node may run it.
 */
final class Pruner {

  /** How long a finished job stays in {@code everbrook.job_done}. */
  static final Duration KEPT = Duration.ofDays(7);

  private static final int BATCH_MAX = 5_000;
  private static final Duration REST = Duration.ofMinutes(10);
  private static final Duration REST_BETWEEN_BATCHES = Duration.ofSeconds(1);

  private static final String PRUNE =
      """
      DELETE FROM everbrook.job_done
       WHERE id = ANY (ARRAY(
               SELECT id FROM everbrook.job_done
                WHERE finished_at < now() - ? * interval '1 s'
                ORDER BY finished_at LIMIT ? FOR UPDATE SKIP LOCKED))
      """;

  private final Database database;

  Pruner(Database database) {
    this.database = database;
  }

  Duration step() {
    int pruned = database.update(PRUNE, KEPT.toSeconds(), BATCH_MAX);
    return pruned == BATCH_MAX ? REST_BETWEEN_BATCHES : REST;
  }
}
