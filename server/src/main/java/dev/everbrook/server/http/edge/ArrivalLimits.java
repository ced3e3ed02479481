package dev.everbrook.server.http.edge;

import java.time.Duration;

/**
 * The lowest allowed speed of a request. Even a sender on a very slow line meets it; a sender that
 * only occupies a slot does not.
 *
 * @param headMax the time from the first byte of a head to its last
 * @param bodySpan the sliding span of time over which the rate of a body is measured; earlier bytes
 *     do not count
 * @param bodyBytesPerSecond the lowest rate of a body within each span
 * @param bodyMax the time limit of a whole body
 */
public record ArrivalLimits(
    Duration headMax, Duration bodySpan, int bodyBytesPerSecond, Duration bodyMax) {

  /** 30 s for a head; for a body 1 KiB a second over each 10 s, and 10 min in total. */
  public static final ArrivalLimits DEFAULT =
      new ArrivalLimits(
          Duration.ofSeconds(30), Duration.ofSeconds(10), 1024, Duration.ofMinutes(10));

  /** Checks the bounds. */
  public ArrivalLimits {
    if (!headMax.isPositive() || !bodyMax.isPositive() || !bodySpan.isPositive()) {
      throw new IllegalArgumentException("the times of an arrival must be positive");
    }
    if (bodyBytesPerSecond < 0) {
      throw new IllegalArgumentException("bodyBytesPerSecond must not be negative");
    }
  }
}
