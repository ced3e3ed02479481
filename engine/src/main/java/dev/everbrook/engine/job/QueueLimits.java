package dev.everbrook.engine.job;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The limits of a queue, on all nodes and in all lanes together.
 *
 * @param atOnce the largest number of its jobs that run at the same time, at least 1; empty for no
 *     limit
 * @param rate the rate at which its jobs begin; empty for no limit
 */
public record QueueLimits(OptionalInt atOnce, Optional<LaneLimits.Rate> rate) {

  public static final QueueLimits NONE = new QueueLimits(OptionalInt.empty(), Optional.empty());

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code atOnce} is less than 1
   */
  public QueueLimits {
    if (atOnce.isPresent() && atOnce.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "at least one job of a queue must run at once; pause it instead");
    }
  }

  /** At most {@code most} jobs at the same time, 1 at least. */
  public QueueLimits atOnce(int most) {
    return new QueueLimits(OptionalInt.of(most), rate);
  }

  /** At most {@code jobs} begin a second, and {@code burst} at once after a pause. */
  public QueueLimits perSecond(double jobs, double burst) {
    return new QueueLimits(atOnce, Optional.of(new LaneLimits.Rate(jobs, burst)));
  }
}
