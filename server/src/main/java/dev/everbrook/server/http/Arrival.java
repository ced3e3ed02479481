package dev.everbrook.server.http;

import java.time.Duration;

/**
 * How fast a request has to come. A sender on the worst of lines keeps to it; a sender that only
 * holds a place does not.
 *
 * @param headMax from the first byte of a head to its last
 * @param bodyGrace how long a body may take at any rate
 * @param bodyBytesPerSecond how many bytes a second it has to bring, on average, from then on
 * @param bodyMax how long a body may take in all
 */
public record Arrival(
    Duration headMax, Duration bodyGrace, int bodyBytesPerSecond, Duration bodyMax) {

  /** 30 s for a head; for a body 10 s, from then on 1 KiB a second, and 10 min in all. */
  public static final Arrival DEFAULT =
      new Arrival(Duration.ofSeconds(30), Duration.ofSeconds(10), 1024, Duration.ofMinutes(10));

  /** Checks the bounds. */
  public Arrival {
    if (!headMax.isPositive() || !bodyMax.isPositive() || bodyGrace.isNegative()) {
      throw new IllegalArgumentException("the times of an arrival must be positive");
    }
    if (bodyBytesPerSecond < 0) {
      throw new IllegalArgumentException("bodyBytesPerSecond must not be negative");
    }
  }

  /** Whether a body that has brought so many bytes after this time is given up. */
  boolean isTooSlow(Duration sinceHead, long bytes) {
    Duration beyond = sinceHead.minus(bodyGrace);
    return sinceHead.compareTo(bodyMax) >= 0
        || beyond.isPositive() && bytes < bodyBytesPerSecond * beyond.toMillis() / 1000;
  }
}
