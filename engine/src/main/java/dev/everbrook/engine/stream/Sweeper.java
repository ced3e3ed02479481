package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Takes away the rows of removed streams that nobody needs any more, and then those of their
 * sources that were kept for them alone. One bounded batch a step; any node may run it.
 */
final class Sweeper {

  private static final int STREAMS_MAX = 100;
  private static final int ROWS_MAX = 5_000;
  private static final Duration REST = Duration.ofSeconds(10);

  private static final String FIND =
      "SELECT id FROM everbrook.stream WHERE doomed ORDER BY id LIMIT ?";

  private static final String TAKE =
      """
      SELECT id FROM everbrook.stream
       WHERE id = ANY (?) AND doomed ORDER BY id FOR UPDATE SKIP LOCKED
      """;

  private static final String DELETE_CHUNKS =
      """
      DELETE FROM everbrook.chunk
       WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM everbrook.chunk
                WHERE stream_id = ANY (?) ORDER BY stream_id, seq LIMIT ?))
      """;

  private static final String DELETE_SEGMENTS =
      """
      DELETE FROM everbrook.segment
       WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM everbrook.segment
                WHERE stream_id = ANY (?) ORDER BY stream_id, seq LIMIT ?))
      """;

  /** Subselects, as NOT EXISTS would be joins, which may be planned to go through all chunks. */
  private static final String DELETE_STREAMS =
      """
      DELETE FROM everbrook.stream s
       WHERE s.id = ANY (?)
         AND (SELECT c.seq FROM everbrook.chunk c WHERE c.stream_id = s.id LIMIT 1) IS NULL
         AND (SELECT g.seq FROM everbrook.segment g WHERE g.stream_id = s.id LIMIT 1) IS NULL
      RETURNING s.source
      """;

  /** Whether they are deleted or not: one who deletes a source meanwhile must see what is gone. */
  private static final String LOCK_SOURCES =
      "SELECT id FROM everbrook.stream WHERE id = ANY (?) ORDER BY id FOR UPDATE";

  private static final String DOOM_SOURCES =
      """
      UPDATE everbrook.stream s SET doomed = true
       WHERE s.id = ANY (?) AND s.deleted_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM everbrook.stream f WHERE f.source = s.id)
      """;

  private final Database database;

  Sweeper(Database database) {
    this.database = database;
  }

  /** Returns how long to rest: nothing as long as it finds something. */
  Duration step() {
    return database.tx(this::sweep) ? Duration.ZERO : REST;
  }

  private boolean sweep(Tx tx) {
    List<Long> doomed = tx.list(FIND, row -> row.getLong(1), STREAMS_MAX);
    long[] streams = ids(tx.list(TAKE, row -> row.getLong(1), ChannelRows.lock(tx, doomed)));
    if (streams.length == 0) {
      return false;
    }
    tx.update(DELETE_CHUNKS, streams, ROWS_MAX);
    tx.update(DELETE_SEGMENTS, streams, ROWS_MAX);
    List<Long> sources =
        tx.list(DELETE_STREAMS, row -> row.getObject(1, Long.class), streams).stream()
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    if (!sources.isEmpty()) {
      tx.list(LOCK_SOURCES, row -> row.getLong(1), ids(sources));
      tx.update(DOOM_SOURCES, ids(sources));
    }
    return true;
  }

  private static long[] ids(List<Long> ids) {
    return ids.stream().mapToLong(it -> it).toArray();
  }
}
