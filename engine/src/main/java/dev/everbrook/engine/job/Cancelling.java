package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import java.util.List;
import java.util.function.BiConsumer;

/** Cancels jobs wherever they are. Safe for use by many threads. */
final class Cancelling {

  static final String BELL_CANCEL = "job-cancel";

  /**
   * The job and all it waits for. What waits becomes ready, so that some node which knows its kind
   * ends it now; the dedupe key is free at once.
   */
  static final String CANCEL =
      """
      WITH RECURSIVE tree AS (
             SELECT id FROM everbrook.job WHERE id = ?
             UNION ALL
             SELECT child.id FROM tree JOIN everbrook.job child ON child.parent = tree.id),
           held AS MATERIALIZED (
             SELECT id FROM everbrook.job
              WHERE id = ANY (ARRAY(SELECT id FROM tree)) ORDER BY id FOR UPDATE)
      UPDATE everbrook.job
         SET cancelled = true, dedupe = NULL,
             state = CASE WHEN state IN ('delayed', 'blocked') THEN 'ready' ELSE state END
       WHERE id = ANY (ARRAY(SELECT id FROM held))
      RETURNING id, state = 'running', queue
      """;

  private record Found(long job, boolean running, String queue) {}

  private final Database database;
  private final Bell bell;
  private final Runner runner;
  private final BiConsumer<Long, String> end;

  /**
   * @param end ends a job that waits, of this queue
   */
  Cancelling(Database database, Bell bell, Runner runner, BiConsumer<Long, String> end) {
    this.database = database;
    this.bell = bell;
    this.runner = runner;
    this.end = end;
    bell.on(BELL_CANCEL, note -> runner.stop(Long.parseLong(note), StopReason.CANCELLED));
  }

  /** Returns whether there was such a job that had not finished. */
  boolean cancel(long job) {
    List<Found> found =
        database.list(
            CANCEL, row -> new Found(row.getLong(1), row.getBoolean(2), row.getString(3)), job);
    for (Found each : found) {
      if (!each.running()) {
        end.accept(each.job(), each.queue());
      } else if (!runner.stop(each.job(), StopReason.CANCELLED)) {
        bell.ring(BELL_CANCEL, Long.toString(each.job()));
      }
    }
    return !found.isEmpty();
  }
}
