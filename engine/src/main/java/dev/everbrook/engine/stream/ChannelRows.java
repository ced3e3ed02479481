package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Tx;
import java.util.Arrays;
import java.util.List;

/**
 * Locks the channels of streams before the streams, which is the order of appends. A caller that
 * locks only the stream would overtake an append under way, and could deadlock with another.
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

  /** The streams without a channel, and those whose channel row is now locked. */
  static long[] lock(Tx tx, List<Long> streams) {
    long[] ids = streams.stream().mapToLong(it -> it).toArray();
    List<Long> locked = tx.list(LOCK, row -> row.getLong(1), ids);
    List<Long> there = tx.list(THERE, row -> row.getLong(1), ids);
    return Arrays.stream(ids).filter(it -> locked.contains(it) || !there.contains(it)).toArray();
  }
}
