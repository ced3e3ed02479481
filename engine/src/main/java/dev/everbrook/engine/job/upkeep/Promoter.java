package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes delayed jobs ready at their time, and blocked parents at their deadline, to be ended. One
 * bounded batch a step.
 */
public final class Promoter {

  private static final int BATCH_MAX = 1_000;
  private static final Duration REST_MIN = Duration.ofMillis(5);
  private static final Duration REST_MAX = Duration.ofMillis(500);

  /** The rest while all due rows are locked. */
  private static final Duration LOCKED_REST = Duration.ofMillis(50);

  private static final String PROMOTE =
      """
      UPDATE everbrook.job SET state = 'ready'
       WHERE id = ANY (ARRAY(
               SELECT id FROM everbrook.job
                WHERE state = 'delayed' AND run_at <= now()
                ORDER BY run_at LIMIT ? FOR UPDATE SKIP LOCKED))
      RETURNING queue
      """;

  /** A follower is left out: it has no run time until its predecessor has ended. */
  private static final String UNBLOCK =
      """
      UPDATE everbrook.job SET state = 'ready'
       WHERE id = ANY (ARRAY(
               SELECT id FROM everbrook.job
                WHERE state = 'blocked' AND children > 0 AND deadline_at <= now()
                ORDER BY deadline_at LIMIT ? FOR UPDATE SKIP LOCKED))
      RETURNING queue
      """;

  private static final String NEXT =
      """
      SELECT coalesce(extract(epoch FROM min(run_at) - now()) * 1000, 1e9)::bigint
        FROM everbrook.job WHERE state = 'delayed'
      """;

  private final Database database;
  private final Consumer<String> wake;

  public Promoter(Database database, Consumer<String> wake) {
    this.database = database;
    this.wake = wake;
  }

  public Duration step() {
    List<String> promoted = database.list(PROMOTE, row -> row.getString(1), BATCH_MAX);
    List<String> over = database.list(UNBLOCK, row -> row.getString(1), BATCH_MAX);
    Stream.concat(promoted.stream(), over.stream()).distinct().forEach(wake);
    if (promoted.size() == BATCH_MAX) {
      return Duration.ZERO;
    }
    long nextMs = database.list(NEXT, row -> row.getLong(1)).getFirst();
    Duration least = promoted.isEmpty() && nextMs <= 0 ? LOCKED_REST : REST_MIN;
    return Duration.ofMillis(Math.clamp(nextMs, least.toMillis(), REST_MAX.toMillis()));
  }
}
