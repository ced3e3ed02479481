package dev.everbrook.engine.stream;

import java.util.ArrayList;
import java.util.List;

/** One row of the log: consecutive events of one stream, packed. */
public record ChunkRow(long stream, long seq, int n, byte[] data) {

  /** The size of a row with several events; a single event may be longer. */
  private static final int BYTES_MAX = 64 * 1024;

  /** Cuts events into rows small enough to read from the middle. */
  public static List<ChunkRow> cut(long stream, long first, List<byte[]> events) {
    List<ChunkRow> rows = new ArrayList<>();
    int from = 0;
    int bytes = 0;
    for (int i = 0; i < events.size(); i++) {
      if (i > from && bytes + events.get(i).length > BYTES_MAX) {
        rows.add(row(stream, first, events, from, i));
        from = i;
        bytes = 0;
      }
      bytes += events.get(i).length;
    }
    if (from < events.size()) {
      rows.add(row(stream, first, events, from, events.size()));
    }
    return rows;
  }

  private static ChunkRow row(long stream, long first, List<byte[]> events, int from, int to) {
    return new ChunkRow(stream, first + from, to - from, Packing.pack(events.subList(from, to)));
  }

  public static long[] streams(List<ChunkRow> rows) {
    return rows.stream().mapToLong(ChunkRow::stream).toArray();
  }

  public static long[] seqs(List<ChunkRow> rows) {
    return rows.stream().mapToLong(ChunkRow::seq).toArray();
  }

  public static int[] sizes(List<ChunkRow> rows) {
    return rows.stream().mapToInt(ChunkRow::n).toArray();
  }

  public static byte[][] data(List<ChunkRow> rows) {
    return rows.stream().map(ChunkRow::data).toArray(byte[][]::new);
  }
}
