package dev.everbrook.engine.job;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a queue may do at most, on all nodes and in all lanes together.
 *
 * @param atOnce how many of its jobs run at the same time
 * @param rate how many of its jobs begin
 */
public record QueueLimits(OptionalInt atOnce, Optional<LaneLimits.Rate> rate) {

  public static final QueueLimits NONE = new QueueLimits(OptionalInt.empty(), Optional.empty());

  public QueueLimits {
    if (atOnce.isPresent() && atOnce.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "at least one job of a queue must run at once; pause it instead");
    }
  }

  /** At most so many at the same time. */
  public QueueLimits atOnce(int most) {
    return new QueueLimits(OptionalInt.of(most), rate);
  }

  /** Begins at most so many jobs a second, and {@code burst} after a pause. */
  public QueueLimits perSecond(double jobs, double burst) {
    return new QueueLimits(atOnce, Optional.of(new LaneLimits.Rate(jobs, burst)));
  }
}
