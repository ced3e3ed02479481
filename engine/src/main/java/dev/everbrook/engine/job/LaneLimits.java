package dev.everbrook.engine.job;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The limits of a lane, on all nodes together.
 *
 * @param weight its share when lanes compete: a lane of weight 2 gets twice as many turns as one of
 *     1; 0.000001 to 1,000,000
 * @param atOnce the largest number of its jobs that run at the same time, at least 1; empty for no
 *     limit
 * @param rate the rate at which its jobs begin; empty for no limit
 * @param tokens the rate of model tokens: a job is charged its expected number when it begins, and
 *     the real number when it has ended; empty for no limit
 */
public record LaneLimits(
    double weight, OptionalInt atOnce, Optional<Rate> rate, Optional<Rate> tokens) {

  private static final double SECONDS_PER_MINUTE = 60;
  private static final double WEIGHT_MIN = 1e-6;
  private static final double WEIGHT_MAX = 1e6;

  /** No limit, and the weight 1. */
  public static final LaneLimits NONE =
      new LaneLimits(1, OptionalInt.empty(), Optional.empty(), Optional.empty());

  /**
   * A token bucket: refills at {@code perSecond}, holds at most {@code burst}.
   *
   * @param perSecond 10^-9 (one in 30 years) to 10^12
   * @param burst 1 to 10^12
   */
  public record Rate(double perSecond, double burst) {

    private static final double PER_SECOND_MIN = 1e-9;
    private static final double MOST = 1e12;

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a number is out of its bounds
     */
    public Rate {
      if (!(perSecond >= PER_SECOND_MIN && perSecond <= MOST) || !(burst >= 1 && burst <= MOST)) {
        throw new IllegalArgumentException(
            "a rate needs "
                + PER_SECOND_MIN
                + " to "
                + MOST
                + " a second and a burst of 1 to "
                + MOST
                + ", had "
                + perSecond
                + " and "
                + burst);
      }
    }
  }

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code weight} or {@code atOnce} is out of its bounds
   */
  public LaneLimits {
    if (!(weight >= WEIGHT_MIN && weight <= WEIGHT_MAX)) {
      throw new IllegalArgumentException(
          "a lane's weight must be " + WEIGHT_MIN + " to " + WEIGHT_MAX + ", was " + weight);
    }
    if (atOnce.isPresent() && atOnce.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "at least one job of a lane must run at once; pause the queue or close the lane instead");
    }
  }

  /** The same limits with this weight, 0.000001 to 1,000,000. */
  public LaneLimits weight(double share) {
    return new LaneLimits(share, atOnce, rate, tokens);
  }

  /** At most {@code most} jobs at the same time, 1 at least. */
  public LaneLimits atOnce(int most) {
    return new LaneLimits(weight, OptionalInt.of(most), rate, tokens);
  }

  /** At most {@code jobs} begin a second, and {@code burst} at once after a pause. */
  public LaneLimits perSecond(double jobs, double burst) {
    return new LaneLimits(weight, atOnce, Optional.of(new Rate(jobs, burst)), tokens);
  }

  /** At most {@code most} model tokens a minute, and as many at once after a pause. */
  public LaneLimits tokensPerMinute(double most) {
    return new LaneLimits(
        weight, atOnce, rate, Optional.of(new Rate(most / SECONDS_PER_MINUTE, Math.max(most, 1))));
  }
}
