package dev.everbrook.engine.job;

import java.time.Duration;

/**
 * The attempts at a job: how many, the waits between them, and the time of each. Exponential
 * backoff from {@code first}, capped at {@code most}, minus up to 50 % jitter, so that jobs which
 * failed together do not come back together.
 *
 * @param attemptsMax at least 1
 * @param most at most {@link #TIME_MAX}
 * @param attemptTime after which an attempt is stopped and counts as failed; the job's deadline
 *     ends it in any case; at most {@link #TIME_MAX}
 */
public record RetryPolicy(int attemptsMax, Duration first, Duration most, Duration attemptTime) {

  /** The longest wait, and the longest time of an attempt: ten years. */
  public static final Duration TIME_MAX = Duration.ofDays(3_653);

  private static final Duration UNLIMITED = Duration.ofDays(365);

  /** Five attempts, waiting about 0.5, 1, 2 and 4 s. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofMillis(500), Duration.ofSeconds(30));

  private static final double JITTER = 0.5;
  private static final int DOUBLINGS_MAX = 30;

  public RetryPolicy {
    if (attemptsMax < 1) {
      throw new IllegalArgumentException("attemptsMax must be at least 1, was " + attemptsMax);
    }
    if (first.isNegative() || most.compareTo(first) < 0 || most.compareTo(TIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "the waits must be 0 <= first <= most <= "
              + TIME_MAX
              + ", were "
              + first
              + " and "
              + most);
    }
    if (!attemptTime.isPositive() || attemptTime.compareTo(TIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "attemptTime must be positive and at most " + TIME_MAX + ", was " + attemptTime);
    }
  }

  /** A policy without a limit on the time of an attempt. */
  public RetryPolicy(int attemptsMax, Duration first, Duration most) {
    this(attemptsMax, first, most, UNLIMITED);
  }

  /** The same with attempts that are stopped after {@code time}. */
  public RetryPolicy attemptTime(Duration time) {
    return new RetryPolicy(attemptsMax, first, most, time);
  }

  /**
   * How long to wait after {@code attempt} (from 1) failed.
   *
   * @param chance 0 to 1: how much of the jitter is taken off
   */
  public Duration waitAfter(int attempt, double chance) {
    int doublings = Math.min(attempt - 1, DOUBLINGS_MAX);
    long capped =
        first.toMillis() > most.toMillis() >> doublings
            ? most.toMillis()
            : first.toMillis() << doublings;
    return Duration.ofMillis(Math.round(capped * (1 - JITTER * chance)));
  }
}
