package dev.everbrook.engine.job;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a lane may do at most, on all nodes together.
 *
 * @param weight its share when lanes compete: one of weight 2 gets twice as many turns as one of 1
 * @param atOnce how many of its jobs run at the same time
 * @param rate how many of its jobs begin
 * @param tokens how many model tokens its jobs use, by what they are expected to use when they
 *     begin and by what they really used once they have ended
 */
public record LaneLimits(
    double weight, OptionalInt atOnce, Optional<Rate> rate, Optional<Rate> tokens) {

  private static final double SECONDS_PER_MINUTE = 60;

  /** No limit, and one turn like every other. */
  public static final LaneLimits NONE =
      new LaneLimits(1, OptionalInt.empty(), Optional.empty(), Optional.empty());

  /**
   * A bucket that fills steadily: within any time, at most what flows into it meanwhile and what it
   * holds.
   *
   * @param perSecond what flows in
   * @param burst what it holds; at least 1
   */
  public record Rate(double perSecond, double burst) {

    public Rate {
      if (!(perSecond > 0) || !(burst >= 1)) {
        throw new IllegalArgumentException(
            "a rate needs more than 0 a second and a burst of at least 1, had "
                + perSecond
                + " and "
                + burst);
      }
    }
  }

  public LaneLimits {
    if (!(weight > 0)) {
      throw new IllegalArgumentException("a lane's weight must be above 0, was " + weight);
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
