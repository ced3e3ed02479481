package dev.everbrook.server.http.edge;

import java.time.Duration;

/**
 * How fast a request has to come. A sender on the worst of lines keeps to it; a sender that only
 * holds a place does not.
 *
 * @param headMax from the first byte of a head to its last
 * @param bodySpan the span of time over which the rate of a body is measured, at any moment anew:
 *     what came before it does not count
 * @param bodyBytesPerSecond how many bytes a second a body has to bring within each span
 * @param bodyMax how long a body may take in all
 */
public record ArrivalLimits(
    Duration headMax, Duration bodySpan, int bodyBytesPerSecond, Duration bodyMax) {

  /** 30 s for a head; for a body 1 KiB a second over each 10 s, and 10 min in all. */
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
