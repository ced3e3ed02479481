package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Deletes the rows of removed streams that no fork needs any more, and then those sources that were
 * kept for them alone. One bounded batch a step; any node may run it.
 */
final class Sweeper {

  private static final int STREAMS_MAX = 100;
  private static final int ROWS_MAX = 5_000;
  private static final Duration REST = Duration.ofSeconds(10);

  private static final String FIND =
      "SELECT id FROM everbrook.stream WHERE doomed AND id <> ALL (?) ORDER BY id LIMIT ?";

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

  /**
   * Subselects, since NOT EXISTS would be joins, which the planner may turn into scans of all
   * chunks.
   */
  private static final String DELETE_STREAMS =
      """
      DELETE FROM everbrook.stream s
       WHERE s.id = ANY (?) AND (s.source IS NULL OR s.source = ANY (?))
         AND (SELECT c.seq FROM everbrook.chunk c WHERE c.stream_id = s.id LIMIT 1) IS NULL
         AND (SELECT g.seq FROM everbrook.segment g WHERE g.stream_id = s.id LIMIT 1) IS NULL
      RETURNING s.source
      """;

  /**
   * Locks the sources, deleted or not: a concurrent removal of a source must see which forks are
   * gone. A fork whose source is locked by another transaction is swept later.
   */
  private static final String LOCK_SOURCES =
      """
      SELECT id FROM everbrook.stream
       WHERE id = ANY (ARRAY(SELECT source FROM everbrook.stream WHERE id = ANY (?)))
       ORDER BY id FOR UPDATE SKIP LOCKED
      """;

  private static final String DOOM_SOURCES =
      """
      UPDATE everbrook.stream s SET doomed = true
       WHERE s.id = ANY (?) AND s.deleted_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM everbrook.stream f WHERE f.source = s.id)
      """;

  /** The most blocked streams that are skipped. */
  private static final int HELD_MAX = 10_000;

  /** A deleted stream and its source. */
  private record Gone(Optional<Long> source) {}

  private static final Row<Gone> GONE =
      row -> new Gone(Optional.ofNullable(row.getObject(1, Long.class)));

  private final Database database;

  /** Streams that other transactions block, until the next round. Used by the loop alone. */
  private final Set<Long> held = new HashSet<>();

  Sweeper(Database database) {
    this.database = database;
  }

  /** Returns how long to rest: zero while it finds streams. */
  Duration step() {
    return database.tx(this::sweep) ? Duration.ZERO : REST;
  }

  private boolean sweep(Tx tx) {
    if (held.size() >= HELD_MAX) {
      held.clear();
    }
    List<Long> doomed = tx.list(FIND, row -> row.getLong(1), ids(held), STREAMS_MAX);
    long[] streams = ids(tx.list(TAKE, row -> row.getLong(1), ChannelRows.lock(tx, doomed)));
    if (streams.length == 0) {
      held.clear(); // they are tried again after a rest
      return false;
    }
    int rows =
        tx.update(DELETE_CHUNKS, streams, ROWS_MAX) + tx.update(DELETE_SEGMENTS, streams, ROWS_MAX);
    long[] free = ids(tx.list(LOCK_SOURCES, row -> row.getLong(1), (Object) streams));
    List<Gone> gone = tx.list(DELETE_STREAMS, GONE, streams, free);
    List<Long> sources = gone.stream().flatMap(it -> it.source().stream()).distinct().toList();
    if (!sources.isEmpty()) {
      tx.update(DOOM_SOURCES, (Object) ids(sources));
    }
    boolean went = rows > 0 || !gone.isEmpty();
    if (!went) {
      Arrays.stream(streams).forEach(held::add);
    }
    return went || held.size() < HELD_MAX;
  }

  private static long[] ids(Collection<Long> ids) {
    return ids.stream().mapToLong(it -> it).toArray();
  }
}
