package dev.everbrook.engine.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive events of one stream, deflated into one row.
 *
 * @param n the number of events
 * @param bytes the length of {@code data} when inflated
 */
record Segment(long stream, long seq, int n, int bytes, byte[] data) {

  /**
   * The most bytes of events in a segment, except for a single longer event. It equals the page of
   * a live reader, so that no segment is inflated twice for one reader.
   */
  static final int BYTES_MAX = 64 * 1024;

  /** Cuts events into segments. */
  static List<Segment> of(long stream, Entries entries) {
    List<Segment> segments = new ArrayList<>();
    int from = 0;
    while (from < entries.events().size()) {
      int to = end(entries.events(), from);
      byte[] packed = Packing.pack(entries.events().subList(from, to));
      segments.add(
          new Segment(
              stream, entries.first() + from, to - from, packed.length, Deflated.deflate(packed)));
      from = to;
    }
    return segments;
  }

  private static int end(List<byte[]> events, int from) {
    long bytes = events.get(from).length;
    int to = from + 1;
    while (to < events.size() && bytes + events.get(to).length <= BYTES_MAX) {
      bytes += events.get(to).length;
      to++;
    }
    return to;
  }

  /** The inflated events. */
  Entries entries() {
    return new Entries(seq, Packing.unpack(Deflated.inflate(data, bytes), n));
  }
}
