package dev.everbrook.engine.job;

import java.time.Duration;

/**
 * The attempts at a job: their number, the waits between them, and the time of each. Exponential
 * backoff from {@code first}, capped at {@code most}, minus up to 50 % jitter, so that jobs which
 * failed together do not come back together.
 *
 * @param attemptsMax the number of attempts, at least 1
 * @param first the wait after the first attempt; not negative, at most {@code most}
 * @param most the longest wait, at most {@link #TIME_MAX}
 * @param attemptTime the time after which an attempt is stopped and counts as failed; more than 0
 *     and at most {@link #TIME_MAX}. The job's deadline ends an attempt in any case
 */
public record RetryPolicy(int attemptsMax, Duration first, Duration most, Duration attemptTime) {

  /** The longest wait, and the longest time of an attempt: ten years. */
  public static final Duration TIME_MAX = Duration.ofDays(3_653);

  private static final Duration TIME_MIN = Duration.ofMillis(1);
  private static final Duration ATTEMPT_TIME_DEFAULT = Duration.ofDays(365);

  /** Five attempts, waiting about 0.5, 1, 2 and 4 s. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofMillis(500), Duration.ofSeconds(30));

  private static final double JITTER = 0.5;
  private static final int DOUBLINGS_MAX = 30;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a value is out of its bounds
   */
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
    if (attemptTime.compareTo(TIME_MIN) < 0 || attemptTime.compareTo(TIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "attemptTime must be at least 1 ms and at most " + TIME_MAX + ", was " + attemptTime);
    }
  }

  /** A policy with a year for each attempt. */
  public RetryPolicy(int attemptsMax, Duration first, Duration most) {
    this(attemptsMax, first, most, ATTEMPT_TIME_DEFAULT);
  }

  /** The same policy with attempts that are stopped after {@code time}. */
  public RetryPolicy attemptTime(Duration time) {
    return new RetryPolicy(attemptsMax, first, most, time);
  }

  /**
   * The wait after a failed attempt.
   *
   * @param attempt its number, from 1
   * @param chance the share of the jitter that is taken off, 0 to 1
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
