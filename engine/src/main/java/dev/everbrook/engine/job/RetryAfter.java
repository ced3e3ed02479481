package dev.everbrook.engine.job;

import java.time.Duration;

/**
 * What a handler throws when its attempt failed and it knows when the next one may help, such as
 * after the {@code Retry-After} of a service: as {@link Outcome.Failed#retryAfter}. The attempt
 * counts. To close the lane for all its jobs instead, return {@link Outcome.Limited}.
 */
public final class RetryAfter extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Duration delay;

  /**
   * @param delay how long until the next attempt, 0 to {@link Outcome#RETRY_AFTER_MAX}
   * @throws IllegalArgumentException if it is negative or longer
   */
  public RetryAfter(Duration delay, String message) {
    super(message);
    this.delay = Outcome.Failed.checked(delay);
  }

  /** As {@link #RetryAfter(Duration, String)}, because of another exception. */
  public RetryAfter(Duration delay, String message, Throwable cause) {
    super(message, cause);
    this.delay = Outcome.Failed.checked(delay);
  }

  /** How long until the next attempt. */
  public Duration delay() {
    return delay;
  }
}
