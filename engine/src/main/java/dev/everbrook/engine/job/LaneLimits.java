package dev.everbrook.engine.job;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a lane may do at most, on all nodes together.
 *
 * @param weight its share when lanes compete: one of weight 2 gets twice as many turns as one of 1;
 *     0.000001 to 1,000,000
 * @param atOnce how many of its jobs run at the same time
 * @param rate how many of its jobs begin
 * @param tokens how many model tokens its jobs use, by what they are expected to use when they
 *     begin and by what they really used once they have ended
 */
public record LaneLimits(
    double weight, OptionalInt atOnce, Optional<Rate> rate, Optional<Rate> tokens) {

  private static final double SECONDS_PER_MINUTE = 60;
  private static final double WEIGHT_MIN = 1e-6;
  private static final double WEIGHT_MAX = 1e6;

  /** No limit, and one turn like every other. */
  public static final LaneLimits NONE =
      new LaneLimits(1, OptionalInt.empty(), Optional.empty(), Optional.empty());

  /**
   * A bucket that fills steadily: within any time, at most what flows into it meanwhile and what it
   * holds.
   *
   * @param perSecond what flows in: at least one in 30 years, at most 10^12
   * @param burst what it holds: 1 to 10^12
   */
  public record Rate(double perSecond, double burst) {

    private static final double PER_SECOND_MIN = 1e-9;
    private static final double MOST = 1e12;

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

  public LaneLimits weight(double share) {
    return new LaneLimits(share, atOnce, rate, tokens);
  }

  /** At most so many at the same time. */
  public LaneLimits atOnce(int most) {
    return new LaneLimits(weight, OptionalInt.of(most), rate, tokens);
  }

  /** Begins at most so many jobs a second, and {@code burst} after a pause. */
  public LaneLimits perSecond(double jobs, double burst) {
    return new LaneLimits(weight, atOnce, Optional.of(new Rate(jobs, burst)), tokens);
  }

  /** Uses at most so many model tokens a minute; after a pause as many at once. */
  public LaneLimits tokensPerMinute(double most) {
    return new LaneLimits(
        weight, atOnce, rate, Optional.of(new Rate(most / SECONDS_PER_MINUTE, Math.max(most, 1))));
  }
}
