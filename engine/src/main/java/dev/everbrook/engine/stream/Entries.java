package dev.everbrook.engine.stream;

import java.util.List;

/**
 * Consecutive events without a gap.
 *
 * @param first the sequence number of the first
 * @param events their bytes; must not be modified
 */
public record Entries(long first, List<byte[]> events) {

  public Entries {
    if (first < 0) {
      throw new IllegalArgumentException("sequence numbers start at 0, was " + first);
    }
    events = List.copyOf(events);
  }

  /** The sequence number after the last. */
  public long next() {
    return first + events.size();
  }

  public boolean isEmpty() {
    return events.isEmpty();
  }

  /** The entries with {@code seq} and higher. */
  public Entries from(long seq) {
    if (seq <= first) {
      return this;
    }
    int skip = (int) Math.min(seq - first, events.size());
    return new Entries(first + skip, events.subList(skip, events.size()));
  }

  public long bytes() {
    long bytes = 0;
    for (byte[] event : events) {
      bytes += event.length;
    }
    return bytes;
  }
}
