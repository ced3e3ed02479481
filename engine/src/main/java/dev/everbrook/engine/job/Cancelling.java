package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Cancels jobs wherever they are. What another node cancels is heard through the bell, which only
 * says where to look: a run is stopped if its row says so. Safe for use by many threads.
 */
final class Cancelling implements AutoCloseable {

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

  private static final String CANCELLED =
      """
      SELECT id FROM everbrook.job WHERE id = ANY (?) AND cancelled AND state = 'running'
      """;

  /** How many may wait to be looked at; the overseer finds what comes with one more. */
  private static final int HEARD_MAX = 10_000;

  private static final Duration IDLE = Duration.ofSeconds(10);

  private record Found(long job, boolean running, String queue) {}

  private final Database database;
  private final Bell bell;
  private final Runner runner;
  private final BiConsumer<Long, String> end;
  private final Set<Long> heard = ConcurrentHashMap.newKeySet();
  private final Loop looking;

  /**
   * @param end ends a job that waits, of this queue
   */
  Cancelling(Database database, Bell bell, Runner runner, BiConsumer<Long, String> end) {
    this.database = database;
    this.bell = bell;
    this.runner = runner;
    this.end = end;
    this.looking = Loop.start("cancel", this::look);
    bell.on(BELL_CANCEL, this::hear);
  }

  private void hear(String note) {
    long job = Long.parseLong(note);
    if (heard.size() < HEARD_MAX) {
      heard.add(job);
      looking.wake();
    }
  }

  private Duration look() {
    Set<Long> asked = Set.copyOf(heard);
    heard.removeAll(asked);
    long[] here = runner.running().stream().mapToLong(Run::job).filter(asked::contains).toArray();
    if (here.length > 0) {
      database
          .list(CANCELLED, row -> row.getLong(1), (Object) here)
          .forEach(job -> runner.stop(job, StopReason.CANCELLED));
    }
    return IDLE;
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

  /** From here on this node does not hear of what others cancel. */
  @Override
  public void close() {
    looking.close();
  }
}
