package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;

/**
 * Removes streams some time after their end, as {@link Removal} does. One bounded batch a step; any
 * node may run it.
 */
final class Retention {

  private static final int BATCH_MAX = 500;
  private static final Duration REST = Duration.ofMinutes(1);

  private static final String FIND =
      """
      SELECT id FROM everbrook.stream
       WHERE state <> 'open' AND deleted_at IS NULL
         AND closed_at < now() - ? * interval '1 ms'
       ORDER BY closed_at LIMIT ?
      """;

  /** Locks as a removal does, so that forks are counted after the lock: see {@link Removal}. */
  private static final String TAKE =
      """
      SELECT id FROM everbrook.stream
       WHERE id = ANY (?) AND deleted_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED
      """;

  private final Database database;
  private final Duration keep;
  private final Runnable sweep;

  /**
   * @param keep the time from the end of a stream to its removal
   * @param sweep called when streams are ready to sweep
   */
  Retention(Database database, Duration keep, Runnable sweep) {
    this.database = database;
    this.keep = keep;
    this.sweep = sweep;
  }

  /** Returns how long to rest: zero after a full batch. */
  Duration step() {
    int removed =
        database.tx(tx -> {
          List<Long> found = tx.list(FIND, row -> row.getLong(1), keep.toMillis(), BATCH_MAX);
          List<Long> old = tx.list(TAKE, row -> row.getLong(1), ChannelRows.lock(tx, found));
          Removal.mark(tx, old.stream().mapToLong(it -> it).toArray());
          return old.size();
        });
    if (removed > 0) {
      sweep.run();
    }
    return removed == BATCH_MAX ? Duration.ZERO : REST;
  }
}
