package dev.everbrook.benchmark.report;

import java.time.Duration;

/**
 * When each token arrives: every stream at the same pace, the streams evenly shifted against each
 * other.
 *
 * @param perSecond tokens per second and stream
 * @param start by {@link System#nanoTime}
 */
public record Timetable(int streams, int perSecond, long start, Duration length) {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** All tokens of all streams. */
  public long tokens() {
    return length.toSeconds() * perSecond * streams;
  }

  /** The moment of a stream's token; both count from 0. */
  public long dueAt(int stream, long index) {
    return dueAt(index * streams + stream);
  }

  /** The moment of the nth token of all, which is number n / streams of stream n % streams. */
  public long dueAt(long nth) {
    return start + nth * NANOS_PER_SECOND / ((long) perSecond * streams);
  }

  public long end() {
    return start + length.toNanos();
  }
}
