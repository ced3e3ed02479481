package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Tx;
import java.util.Arrays;
import java.util.List;

/**
 * Locks what belongs to streams of any kind in the order that appends keep: a channel before its
 * stream. Who has only the stream would pass by an append that is under way, and would wait for one
 * that waits for him.
 */
final class ChannelRows {

  private static final String THERE =
      "SELECT stream_id FROM everbrook.channel WHERE stream_id = ANY (?)";

  private static final String LOCK =
      """
      SELECT stream_id FROM everbrook.channel WHERE stream_id = ANY (?)
       ORDER BY stream_id FOR UPDATE SKIP LOCKED
      """;

  private ChannelRows() {}

  /** Those of the streams that no channel has, or one whose row is now locked. */
  static long[] lock(Tx tx, List<Long> streams) {
    long[] ids = streams.stream().mapToLong(it -> it).toArray();
    List<Long> locked = tx.list(LOCK, row -> row.getLong(1), ids);
    List<Long> there = tx.list(THERE, row -> row.getLong(1), ids);
    return Arrays.stream(ids).filter(it -> locked.contains(it) || !there.contains(it)).toArray();
  }
}
